import type { SipMessage } from '../message/message.ts';
import { COOKIE } from '../message/via.ts';

/**
 * Key of the server transaction a request belongs to (RFC 3261 17.2.3). An ACK matches its
 * INVITE; `method` names another for CANCEL, which looks for what it cancels.
 */
export function serverKey(request: SipMessage, method: string = request.method): string {
  const m = method === 'ACK' ? 'INVITE' : method;
  const { via } = request;
  if (via.branch.length > COOKIE.length && via.branch.startsWith(COOKIE))
    return `${via.branch}|${via.host}:${via.port}|${m}`;
  // RFC 2543 peers: the fields that a retransmission repeats. The To tag is left out, because an
  // ACK carries one that its INVITE had not.
  return `2543|${request.callId}|${request.cseq}|${request.fromTag}|${request.uri}|${via.host}:${via.port}|${m}`;
}

/** Key of the client transaction a response belongs to (17.1.3). */
export function clientKey(branch: string, method: string): string {
  return `${branch}|${method}`;
}

/** Key of a request as it was first sent, whatever way it came (8.2.2.2, merged requests). */
export function mergeKey(request: SipMessage): string {
  return `${request.callId}|${request.fromTag}|${request.cseq}|${request.method}`;
}
