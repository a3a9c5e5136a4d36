import { createHash } from 'node:crypto';
import type { SipMessage } from '../message/message.ts';
import { COOKIE, parseVia } from '../message/via.ts';

/** Marks the part of a branch of ours that tells loops; no other branch has a full stop in it. */
const MARK = '.';

/**
 * What decides where a request goes from here (RFC 3261 16.6 step 8, as RFC 5393 4.2.1 has it: without the topmost
 * Via, which is another each time). The same again means that it will go the same way again.
 */
export function loopMark(request: SipMessage): string {
  const parts = [
    request.uri,
    request.get('from') ?? '',
    request.get('to') ?? '',
    request.callId,
    String(request.cseq),
    request.method,
    ...request.list('route'),
    ...request.list('proxy-require'),
    ...request.list('proxy-authorization'),
  ];
  return `${MARK}${createHash('sha256').update(parts.join('\n')).digest('base64url').slice(0, 16)}`;
}

/** Whether an address is ours. */
type IsOwn = (proto: 'udp' | 'tcp' | 'tls', host: string, port: number) => boolean;

/**
 * Whether a request has been here before and is about to go the same way (RFC 3261 16.3 step 4). One that comes back
 * changed, for another target, is a spiral, and goes on.
 */
export function hasLooped(request: SipMessage, mark: string, isOwn: IsOwn): boolean {
  return ownMarks(request, isOwn).includes(mark);
}

/** Whether a request comes back that we have passed on, for another target now: no repetition of the one before (8.2.2.2). */
export function spirals(request: SipMessage, isOwn: IsOwn): boolean {
  const marks = ownMarks(request, isOwn);
  return marks.length > 0 && !marks.includes(loopMark(request));
}

/** The marks of our own Vias in a request. */
function ownMarks(request: SipMessage, isOwn: IsOwn): string[] {
  return request.list('via').flatMap((value) => {
    const at = value.indexOf(MARK, value.indexOf(COOKIE));
    const via = at < 0 ? undefined : parseVia(value);
    const mark = via && /\.[\w-]{16}$/.exec(via.branch)?.[0];
    const proto = via?.transport.toLowerCase();
    if (!via || !mark || (proto !== 'udp' && proto !== 'tcp' && proto !== 'tls')) return [];
    return isOwn(proto, via.host, via.port || (proto === 'tls' ? 5061 : 5060)) ? [mark] : [];
  });
}
