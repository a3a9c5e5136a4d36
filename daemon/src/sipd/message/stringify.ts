import { prettyName } from './headers.ts';
import type { SipMessage } from './message.ts';
import { splitList } from './scan.ts';
import { viaWithSource } from './via.ts';

/**
 * The text to hand to others: what was received if that is clean, else the same message with long
 * header names, unfolded lines, CRLF and a body cut at Content-Length.
 */
export function wireText(m: SipMessage): string {
  return m.clean ? m.text : rewrite(m);
}

/** The message written anew from its parts; parses to an equal message. */
export function rewrite(m: SipMessage): string {
  let out = m.isRequest ? `${m.method} ${m.uri} SIP/2.0\r\n` : `SIP/2.0 ${m.status} ${m.reason}\r\n`;
  for (let i = 0; i < m.names.length; i++) out += `${expanded(m, i)}: ${m.values[i]}\r\n`;
  return `${out}\r\n${m.bodyText}`;
}

function expanded(m: SipMessage, i: number): string {
  const spelled = m.spelled[i]!;
  return spelled.length === 1 ? prettyName(spelled) : spelled;
}

/**
 * The Via lines of a response, CRLF included: copied in order (RFC 3261 8.2.6.2), the top one
 * with `received` and `rport` filled in from where the request came.
 */
export function responseVias(request: SipMessage, address: string, port: number): string {
  let out = '';
  let first = true;
  const { names, values } = request;
  for (let i = 0; i < names.length; i++) {
    if (names[i] !== 'via') continue;
    let value = values[i]!;
    if (first) {
      first = false;
      if (value.indexOf(',') < 0) value = viaWithSource(value, request.via, address, port);
      else {
        const [top, ...rest] = splitList(value);
        value = [viaWithSource(top!, request.via, address, port), ...rest].join(', ');
      }
    }
    out += `Via: ${value}\r\n`;
  }
  return out;
}

/** The lines `name: value` of every header of that canonical name, as received. */
export function copied(m: SipMessage, name: string): string {
  let out = '';
  const pretty = prettyName(name);
  for (let i = m.names.indexOf(name); i >= 0; i = m.names.indexOf(name, i + 1))
    out += `${pretty}: ${m.values[i]}\r\n`;
  return out;
}

/**
 * A stateless answer to a request that cannot be read whole: what a response repeats, as it was
 * received and as far as it is there (RFC 4475 3.3.1).
 */
export function refusalText(
  request: SipMessage,
  vias: string,
  status: number,
  reason: string,
  toTag: string,
): string {
  const line = (name: string, pretty: string, more = ''): string => {
    const value = request.get(name);
    return value === undefined ? '' : `${pretty}: ${value}${more}\r\n`;
  };
  const tag = request.to !== undefined && request.toTag === '' ? `;tag=${toTag}` : '';
  return (
    `SIP/2.0 ${status} ${reason}\r\n${vias}${line('from', 'From')}${line('to', 'To', tag)}` +
    `${line('call-id', 'Call-ID')}${line('cseq', 'CSeq')}Content-Length: 0\r\n\r\n`
  );
}

/**
 * A whole response: Via, From, To (with `toTag` added if it has none), Call-ID and CSeq copied
 * from the request, then `extra` (lines with CRLF), then the body.
 */
export function responseText(
  request: SipMessage,
  vias: string,
  status: number,
  reason: string,
  toTag: string,
  extra: string,
  body: string,
): string {
  const to = request.get('to') ?? '';
  const tag = request.toTag === '' && toTag !== '' ? `;tag=${toTag}` : '';
  return (
    `SIP/2.0 ${status} ${reason}\r\n${vias}From: ${request.get('from') ?? ''}\r\nTo: ${to}${tag}\r\n` +
    `Call-ID: ${request.callId}\r\nCSeq: ${request.cseq} ${request.cseqMethod}\r\n${extra}` +
    `Content-Length: ${body.length}\r\n\r\n${body}`
  );
}

/** Whether a request carries the To tag of `response`, a text of ours. */
export function repeatsTag(request: SipMessage, response: string): boolean {
  if (request.toTag === '') return false;
  const at = response.indexOf('\r\nTo:');
  const end = response.indexOf('\r\n', at + 2);
  return at >= 0 && response.slice(at, end).endsWith(`;tag=${request.toTag}`);
}
