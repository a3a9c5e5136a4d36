import { readHead } from '../message/head.ts';
import { prettyName } from '../message/headers.ts';
import { DEFAULT_LIMITS, LENIENCES, LenienceCounter } from '../message/limits.ts';
import { trimEnd } from '../message/scan.ts';

/** A message as the client wrote it: what it may decide, taken apart; the rest as lines. */
export interface Draft {
  /** '' in a response. */
  method: string;
  uri: string;
  /** 0 in a request. */
  status: number;
  reason: string;
  from: string | undefined;
  to: string | undefined;
  callId: string | undefined;
  /** Sequence number, or -1 if the client leaves it to us. */
  cseq: number;
  contact: string | undefined;
  maxForwards: string | undefined;
  contentType: string | undefined;
  require: string;
  /** Preloaded Route entries, heard outside of dialogs only (RFC 3261 8.1.1.1, RFC 3608). */
  route: string;
  rack: string;
  sessionExpires: string;
  /** All other headers as lines with CRLF, names spelled the usual way. */
  others: string;
  body: string;
}

/** The client's messages come from our own process; only the length of the whole is bounded. */
const LIMITS = { ...DEFAULT_LIMITS, messageBytes: 100_000, lineBytes: 65_536 };
const UNCOUNTED = new LenienceCounter(LENIENCES);

/**
 * Reads what the client sent. Via, Record-Route, RSeq and Content-Length are the engine's
 * and dropped. Returns a reason if it cannot be read.
 */
export function readDraft(text: string): Draft | string {
  // A message without a blank line is one without a body.
  const head = readHead(text.indexOf('\r\n\r\n') < 0 ? `${text}\r\n\r\n` : text, 0, LIMITS, UNCOUNTED);
  if (typeof head === 'string') return head;
  if (head.error !== undefined) return head.error;
  const draft: Draft = {
    method: '',
    uri: '',
    status: 0,
    reason: '',
    from: undefined,
    to: undefined,
    callId: undefined,
    cseq: -1,
    contact: undefined,
    maxForwards: undefined,
    contentType: undefined,
    require: '',
    route: '',
    rack: '',
    sessionExpires: '',
    others: '',
    body: text.slice(head.bodyAt),
  }; // prettier-ignore
  if (!startLine(head.startLine, draft)) return 'malformed start line';
  for (let i = 0; i < head.names.length; i++)
    header(draft, head.names[i]!, head.spelled[i]!, head.values[i]!);
  return draft;
}

function startLine(line: string, draft: Draft): boolean {
  if (line.startsWith('SIP/2.0 ')) {
    draft.status = Number.parseInt(line.slice(8, 11), 10);
    draft.reason = line.slice(12);
    return draft.status >= 100 && draft.status <= 699;
  }
  const first = line.indexOf(' ');
  const last = line.lastIndexOf(' ', trimEnd(line, 0, line.length) - 1);
  if (first < 1 || last < first) return false;
  draft.method = line.slice(0, first);
  draft.uri = line.slice(first + 1, last === first ? line.length : last).trim();
  return draft.uri !== '';
}

function header(draft: Draft, name: string, spelled: string, value: string): void {
  switch (name) {
    case 'via':
    case 'record-route':
    case 'rseq':
    case 'content-length':
      return;
    case 'route':
      draft.route = draft.route === '' ? value : `${draft.route}, ${value}`;
      return;
    case 'from':
      draft.from = value;
      return;
    case 'to':
      draft.to = value;
      return;
    case 'call-id':
      draft.callId = value;
      return;
    case 'cseq':
      draft.cseq = Number.parseInt(value, 10);
      if (!(draft.cseq >= 0 && draft.cseq < 2 ** 31)) draft.cseq = -1;
      return;
    case 'contact':
      // A redirect or REGISTER names several.
      draft.contact = draft.contact === undefined ? value : `${draft.contact}, ${value}`;
      return;
    case 'max-forwards':
      draft.maxForwards = value;
      return;
    case 'content-type':
      draft.contentType = value;
      return;
    case 'rack':
      draft.rack = value;
      return;
    case 'require':
      draft.require = draft.require === '' ? value : `${draft.require}, ${value}`;
      break;
    case 'session-expires':
      draft.sessionExpires = value;
  }
  draft.others += `${prettyName(spelled)}: ${value}\r\n`;
}

/** Content-Type, Content-Length and body as they end a message; undefined: the type is missing. */
export function bodyPart(draft: Draft): string | undefined {
  if (draft.body === '') return 'Content-Length: 0\r\n\r\n';
  const type = draft.contentType ?? (draft.body.startsWith('v=0') ? 'application/sdp' : undefined);
  if (type === undefined) return undefined;
  return `Content-Type: ${type}\r\nContent-Length: ${draft.body.length}\r\n\r\n${draft.body}`;
}

/** A draft of the engine's own, for requests no client asked for. */
export function engineDraft(method: string, lines: string): Draft {
  return readDraft(`${method} sip:placeholder SIP/2.0\r\n${lines}\r\n`) as Draft;
}
