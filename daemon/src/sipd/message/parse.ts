import { readHead } from './head.ts';
import { DEFAULT_LIMITS, type LenienceCounter, type Limits } from './limits.ts';
import { SipMessage } from './message.ts';
import { parseNameAddr, tagOf } from './name-addr.ts';
import { decimal, isSpace, isToken, skipSpace, splitList } from './scan.ts';
import { parseStartLine } from './start-line.ts';
import { COOKIE, parseVia } from './via.ts';

/**
 * A message that could not be accepted. Not an Error: a flood of bad messages must not cost a
 * stack trace each.
 */
export interface ParseFailure {
  readonly ok: false;
  /** `sip/...` code for statistics. */
  code:
    | 'sip/too-long'
    | 'sip/no-head'
    | 'sip/start-line'
    | 'sip/version'
    | 'sip/header'
    | 'sip/missing'
    | 'sip/body';
  /** What to answer a request with: 400, 413 or 505. */
  status: number;
  /** Why, in words fit for a reason phrase. */
  text: string;
  /** The request with Via, From, To, Call-ID and CSeq, if they could be read: it can be answered. */
  partial: SipMessage | undefined;
}

export type ParseResult = { readonly ok: true; message: SipMessage } | ParseFailure;

/** RFC 3261 8.1.1.5: the sequence number is less than 2**31. */
const MAX_CSEQ = 2 ** 31 - 1;

/** Headers of which a message has one (RFC 3261 7.3.1); a second with another value is an error. */
const SINGLE = new Set(['from', 'to', 'call-id', 'cseq', 'max-forwards', 'content-length', 'content-type']);

function fail(code: ParseFailure['code'], status: number, text: string, partial?: SipMessage): ParseFailure {
  return { ok: false, code, status, text, partial };
}

/**
 * Parses one whole message: a datagram, or what {@link StreamFramer} cut from a stream. Time is
 * linear in its length. Never throws.
 */
export function parse(bytes: Buffer, lenient: LenienceCounter, limits: Limits = DEFAULT_LIMITS): ParseResult {
  if (bytes.length > limits.messageBytes) return fail('sip/too-long', 413, 'Message Too Large');
  return parseText(bytes.toString('latin1'), lenient, limits);
}

/** {@link parse} of text that holds one byte per character. */
export function parseText(
  text: string,
  lenient: LenienceCounter,
  limits: Limits = DEFAULT_LIMITS,
): ParseResult {
  let at = 0;
  // RFC 3261 7.5: empty lines before the start line are ignored.
  while (text.charCodeAt(at) === 13 || text.charCodeAt(at) === 10) at++;
  const head = readHead(text, at, limits, lenient);
  if (typeof head === 'string') return fail('sip/no-head', 400, head);
  const start = parseStartLine(head.startLine, lenient);
  const m = new SipMessage(text, head.names, head.spelled, head.values, head.bodyAt);
  m.clean = head.clean && at === 0;
  const missing = typed(m, lenient, limits);
  if (typeof start === 'number') {
    m.method = start === 505 ? methodOf(head.startLine) : m.cseqMethod;
    const partial = head.startLine.startsWith('SIP/') || missing !== undefined ? undefined : m;
    return fail(
      start === 505 ? 'sip/version' : 'sip/start-line',
      start,
      start === 505 ? 'Version Not Supported' : 'Bad Start Line',
      partial,
    );
  }
  m.method = start.method;
  m.uri = start.uri;
  m.status = start.status;
  m.reason = start.reason;
  if (missing !== undefined) return fail('sip/missing', 400, missing, answerable(m) ? m : undefined);
  if (head.error !== undefined) return fail('sip/header', 400, head.error, m);
  return check(m, text, lenient);
}

/** Enough to answer statelessly: a request that says where to; the rest is repeated as far as it is there. */
function answerable(m: SipMessage): boolean {
  return m.status === 0 && m.via !== undefined;
}

function methodOf(startLine: string): string {
  const space = startLine.indexOf(' ');
  return space < 0 ? '' : startLine.slice(0, space);
}

/** Fills the typed fields; returns what is missing or malformed, or undefined. */
function typed(m: SipMessage, lenient: LenienceCounter, limits: Limits): string | undefined {
  let problem: string | undefined;
  let vias = 0;
  let entries = 0;
  let seen = 0;
  const { names, values } = m;
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!;
    const value = values[i]!;
    switch (name) {
      case 'via':
        if (vias === 0) {
          const comma = value.indexOf(',');
          const via = parseVia(comma < 0 ? value : (splitList(value)[0] ?? ''));
          if (!via) problem ??= 'Bad Via';
          else m.via = via;
        }
        vias += value.indexOf(',') < 0 ? 1 : splitList(value).length;
        if (vias > limits.vias) problem ??= 'Too Many Vias';
        continue;
      case 'contact':
      case 'route':
      case 'record-route':
        entries += value.indexOf(',') < 0 ? 1 : splitList(value).length;
        if (entries > limits.entries) problem ??= `Too Many ${name} Entries`;
        continue;
      case 'from':
      case 'to': {
        let addr = parseNameAddr(value, lenient);
        if (!addr) {
          problem ??= name === 'from' ? 'Bad From' : 'Bad To';
          // What could have been forgiven can at least be answered.
          addr = parseNameAddr(value);
        }
        if (!addr) {
          break;
        }
        // RFC 4475 3.1.2.1: one value, and so no comma between its parameters.
        if (addr.params.indexOf(',') >= 0 && splitList(addr.params).length > 1)
          problem ??= name === 'from' ? 'Bad From' : 'Bad To';
        if (name === 'from') {
          m.from = addr;
          m.fromTag = tagOf(addr);
        } else {
          m.to = addr;
          m.toTag = tagOf(addr);
        }
        break;
      }
      case 'call-id':
        if (value === '' || value.indexOf(' ') >= 0) problem ??= 'Bad Call-ID';
        else m.callId = value;
        break;
      case 'cseq':
        if (!cseq(m, value)) problem ??= 'Bad CSeq';
        break;
      case 'max-forwards':
        m.maxForwards = decimal(value, 0, value.length, 255);
        if (m.maxForwards < 0) problem ??= 'Bad Max-Forwards';
        break;
      case 'content-length':
        m.contentLength = decimal(value, 0, value.length, Number.MAX_SAFE_INTEGER / 16);
        if (m.contentLength < 0) problem ??= 'Bad Content-Length';
        break;
      case 'content-type':
        break;
      default:
        continue;
    }
    // Names that reach this line are single; each has a bit.
    const bit = 1 << SINGLE_BIT.get(name)!;
    if ((seen & bit) !== 0 && values[names.indexOf(name)] !== value) problem ??= `Repeated ${name}`;
    else if ((seen & bit) !== 0 && !lenient.forgives('duplicate-header')) problem ??= `Repeated ${name}`;
    seen |= bit;
  }
  if (vias === 0) problem ??= 'Missing Via';
  if (m.from === undefined) problem ??= 'Missing From';
  if (m.to === undefined) problem ??= 'Missing To';
  if (m.callId === '') problem ??= 'Missing Call-ID';
  if (m.cseqMethod === '') problem ??= 'Missing CSeq';
  return problem;
}

const SINGLE_BIT = new Map([...SINGLE].map((name, bit) => [name, bit]));

function cseq(m: SipMessage, value: string): boolean {
  let i = 0;
  while (i < value.length && !isSpace(value.charCodeAt(i))) i++;
  const number = decimal(value, 0, i, MAX_CSEQ);
  const method = value.slice(skipSpace(value, i, value.length));
  if (number < 0 || !isToken(method)) return false;
  m.cseq = number;
  m.cseqMethod = method;
  return true;
}

/** What can only be judged with the whole message known. */
function check(m: SipMessage, text: string, lenient: LenienceCounter): ParseResult {
  if (m.status === 0 && m.cseqMethod !== m.method) return fail('sip/header', 400, 'CSeq Method Mismatch', m);
  if (!m.via.branch.startsWith(COOKIE) && !lenient.forgives('no-branch'))
    return fail('sip/header', 400, 'Via Without Branch', m);
  const available = text.length - m.bodyAt;
  if (m.contentLength > available) return fail('sip/body', 400, 'Content-Length Larger Than Message', m);
  if (m.contentLength >= 0 && m.contentLength < available) {
    // RFC 3261 18.3: on a datagram the rest is discarded.
    m.clean = false;
    if (!lenient.forgives('trailing-body')) return fail('sip/body', 400, 'Bytes Beyond Content-Length', m);
  }
  return { ok: true, message: m };
}
