import type { Timer } from '../../base/clock.ts';
import type { Leg } from '../dialog/leg.ts';
import { contactUri } from '../dialog/leg.ts';
import { isSips } from '../dialog/next-hop.ts';
import { MIN_SE, tooSmall } from '../dialog/session-timer.ts';
import type { SipMessage } from '../message/message.ts';
import { copied } from '../message/stringify.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Flow, HostPort } from '../transport/flow.ts';
import type { Draft } from './draft.ts';
import { contactValue } from './headers.ts';
import type { ProxyCall } from './proxy.ts';
import type { Reliable } from './reliable.ts';
import type { Session } from './session.ts';

/** A request of the network that the client has not answered for good. */
export interface IncomingCall {
  txn: string;
  tx: ServerTransaction;
  request: SipMessage;
  session: Session | undefined;
  leg: Leg | undefined;
  /** The tag our responses carry. */
  toTag: string;
  /** It came outside of a dialog. */
  initial: boolean;
  /** Drops what the client never answers. */
  silence: Timer | undefined;
  reliable: Reliable | undefined;
  /** A 2xx of the client's that waits for a PRACK (RFC 3262 3). */
  held: { send(): void; gone(): void } | undefined;
  /** It is being passed on and not answered here. */
  proxy: ProxyCall | undefined;
}

/** A refusal that needs no client: the status and further header lines. */
export interface Refusal {
  status: number;
  lines: string;
}

/** Methods that are answered 503 and not 405 while no client wants them. */
// biome-ignore format: a list
const KNOWN = [
  'INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'REGISTER', 'INFO', 'PRACK', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER',
  'MESSAGE', 'PUBLISH',
];

/** The refusal of a request no client asked for. */
export function unrouted(method: string): Refusal {
  return KNOWN.includes(method)
    ? { status: 503, lines: '' }
    : { status: 405, lines: `Allow: ${KNOWN.join(', ')}\r\n` };
}

const no = (status: number, lines = ''): Refusal => ({ status, lines });

/** Why a request that opens something new is refused before a client is looked for, if it is. */
export function refusalOutside(m: SipMessage): Refusal | undefined {
  const { method } = m;
  if (method === 'BYE' || method === 'PRACK' || method === 'UPDATE') return no(481);
  if ((method === 'INVITE' || method === 'SUBSCRIBE') && contactUri(m) === undefined) return no(400);
  return method === 'INVITE' && tooSmall(m) ? no(422, `Min-SE: ${MIN_SE}\r\n`) : undefined;
}

/**
 * Why a request within a dialog is refused, if it is: out of order (RFC 3261 12.2.2), after our
 * BYE, or because it meets another (14.2; RFC 3311 5.2). `later` is a random Retry-After in s.
 */
export function refusalWithin(m: SipMessage, leg: Leg, later: number): Refusal | undefined {
  const retry = `Retry-After: ${later}\r\n`;
  if (m.cseq < leg.remoteSeq) return no(500, retry);
  // Two BYEs crossed (15.1.2): the client knows that the call is over.
  if (leg.state === 'ending') return no(m.method === 'BYE' ? 200 : 481);
  if (m.method === 'INVITE') {
    if (leg.inviting || leg.awaitingAck || leg.offerOut) return no(491);
    if (leg.invited || leg.offerIn) return no(500, retry);
  }
  if (m.method === 'UPDATE') {
    if (leg.updating) return no(500, retry);
    // RFC 3311 5.2: an offer that meets one of ours, or follows one that we have not answered.
    if (hasBody(m) && leg.offerOut) return no(491);
    if (hasBody(m) && leg.offerIn) return no(500, retry);
  }
  return (m.method === 'INVITE' || m.method === 'UPDATE') && tooSmall(m)
    ? no(422, `Min-SE: ${MIN_SE}\r\n`)
    : undefined;
}

/** Whether a message holds a body; in INVITE and UPDATE that is taken for an offer. */
export function hasBody(m: SipMessage): boolean {
  return m.contentLength < 0 ? m.text.length > m.bodyAt : m.contentLength > 0;
}

/**
 * The header lines of a response between CSeq and the body: Record-Route copied where a dialog may
 * begin (12.1.1), Contact ours where one is needed, then what the client gave.
 */
export function responseLines(call: IncomingCall, draft: Draft, local: HostPort, flow: Flow): string {
  const { request, leg } = call;
  const { status } = draft;
  const invite = request.method === 'INVITE';
  const forms = invite || request.method === 'SUBSCRIBE';
  const positive = status > 100 && status < 300;
  let lines = '';
  if (positive && forms && request.has('record-route')) lines += copied(request, 'record-route');
  // RFC 3311 5.2, RFC 3515 2.2: these name our target too, and what the client writes for it is ours to complete.
  const names = forms || request.method === 'UPDATE' || request.method === 'REFER';
  if (positive && names && (status >= 200 || invite)) {
    const contact = contactValue(
      draft.contact ?? (leg?.contact || undefined),
      local,
      flow,
      isSips(request.uri),
    );
    if (leg) leg.contact = contact;
    lines += `Contact: ${contact}\r\n`;
  } else if (draft.contact !== undefined) lines += `Contact: ${draft.contact}\r\n`;
  return lines + draft.others;
}

/** A whole response; `end` is Content-Type, Content-Length and body. */
export function finished(
  call: IncomingCall,
  status: number,
  reason: string,
  lines: string,
  end: string,
): string {
  const { request, tx } = call;
  const tag = request.toTag === '' ? `;tag=${call.toTag}` : '';
  return (
    `SIP/2.0 ${status} ${reason}\r\n${tx.vias}From: ${request.get('from') ?? ''}\r\nTo: ${request.get('to') ?? ''}${tag}\r\n` +
    `Call-ID: ${request.callId}\r\nCSeq: ${request.cseq} ${request.method}\r\n${lines}${end}`
  );
}
