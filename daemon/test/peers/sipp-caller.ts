import { expectResponse, request, sippSdp } from './sipp.ts';

/** Steps of a SIPp that calls: the INVITE, what may come before the answer, and the ACK. */
export const callAndTalk = (number: string, caller = '+79160000000', ringing = true): string =>
  [
    opening('INVITE', number, caller, 1, sippSdp()),
    expectResponse(100, 'optional="true"'),
    ...(ringing ? [expectResponse(180, 'optional="true"')] : []),
    expectResponse(200),
    opening('ACK', number, caller, 1),
  ].join('\n');

/** A key, as INFO of application/dtmf-relay. `key` may be a SIPp keyword. */
export const keyByInfo = (number: string, caller: string, cseq: number, key: string): string =>
  [
    opening(
      'INFO',
      number,
      caller,
      cseq,
      `Signal=${key}\nDuration=100`,
      'Content-Type: application/dtmf-relay\n',
    ),
    expectResponse(200),
  ].join('\n');

/** Hangs up. */
export const hangUp = (number: string, caller: string, cseq: number): string =>
  [opening('BYE', number, caller, cseq), expectResponse(200)].join('\n');

/** A request of the caller's side, outside or inside the dialog. */
function opening(
  method: 'INVITE' | 'ACK' | 'INFO' | 'BYE',
  number: string,
  caller: string,
  cseq: number,
  body = '',
  type = body ? 'Content-Type: application/sdp\n' : '',
): string {
  const to = method === 'INVITE' ? '' : '[peer_tag_param]';
  return request(
    `${method} sip:${number}@[remote_ip]:[remote_port] SIP/2.0
Via: SIP/2.0/[transport] [local_ip]:[local_port];branch=[branch]
From: <sip:${caller}@[local_ip]:[local_port]>;tag=[pid]c[call_number]
To: <sip:${number}@[remote_ip]:[remote_port]>${to}
Call-ID: [call_id]
CSeq: ${cseq} ${method}
Contact: <sip:${caller}@[local_ip]:[local_port];transport=[transport]>
Max-Forwards: 70
${type}Content-Length: [len]

${body}`,
    method === 'ACK' ? '' : ' retrans="500"',
  );
}
