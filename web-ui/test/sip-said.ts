import type { CallRecord, TraceView } from '../../daemon/src/api/contract.ts';
import { messagesOf } from '../../daemon/src/main/trace-view.ts';
import type { TraceEntry } from '../../daemon/src/sipd/trace/ring.ts';

const box = '192.168.1.2:5060';
const remotes: Record<string, string> = {
  'first@box': '203.0.113.7:5060',
  'second@box': '198.51.100.9:5060',
};

type Line = [callId: string, ms: number, direction: 'in' | 'out', start: string, cseq: string, sdp?: boolean];

function entry([callId, ms, direction, start, cseq, sdp]: Line, at: number, n: number): TraceEntry {
  const body = sdp ? 'v=0\r\nm=audio 20000 RTP/AVP 8 101\r\n' : '';
  const text = [
    start,
    `Via: SIP/2.0/UDP ${box};branch=z9hG4bK-a-branch-that-is-rather-long-as-they-are-${cseq.replace(' ', '-')}`,
    'From: <sip:74951112233@sip.operator-a.example>;tag=1',
    'To: <sip:78121234567@sip.operator-a.example>',
    `Call-ID: ${callId}`,
    `CSeq: ${cseq}`,
    `Content-Length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
  const remote = remotes[callId] ?? '198.51.100.9:5060';
  return { id: `t.${n}`, at: at + ms, direction, proto: 'udp', local: box, remote, callId, text };
}

const uri = 'sip:78121234567@sip.operator-a.example';

/** What was said in the call of record `r1`: the first operator refuses, the second connects. */
export function saidInCall(record: CallRecord): TraceView {
  const lines: Line[] = [
    ['first@box', 806.4, 'out', `INVITE ${uri} SIP/2.0`, '1 INVITE', true],
    ['first@box', 1306.4, 'out', `INVITE ${uri} SIP/2.0`, '1 INVITE', true],
    ['first@box', 1340.1, 'in', 'SIP/2.0 100 Trying', '1 INVITE'],
    ['first@box', 3090.2, 'in', 'SIP/2.0 503 Service Unavailable', '1 INVITE'],
    ['first@box', 3090.9, 'out', `ACK ${uri} SIP/2.0`, '1 ACK'],
    ['second@box', 3200.5, 'out', `INVITE ${uri} SIP/2.0`, '1 INVITE', true],
    ['second@box', 3230.8, 'in', 'SIP/2.0 407 Proxy Authentication Required', '1 INVITE'],
    ['second@box', 3231.2, 'out', `ACK ${uri} SIP/2.0`, '1 ACK'],
    ['second@box', 3231.9, 'out', `INVITE ${uri} SIP/2.0`, '2 INVITE', true],
    ['second@box', 3262.3, 'in', 'SIP/2.0 100 Trying', '2 INVITE'],
    ['second@box', 5000, 'in', 'SIP/2.0 183 Session Progress', '2 INVITE', true],
    ['second@box', 12_000, 'in', 'SIP/2.0 200 OK', '2 INVITE', true],
    ['second@box', 12_000.6, 'out', `ACK ${uri} SIP/2.0`, '2 ACK'],
    ['second@box', 200_000, 'in', 'BYE sip:74951112233@192.168.1.2 SIP/2.0', '1 BYE'],
    ['second@box', 200_000.7, 'out', 'SIP/2.0 200 OK', '1 BYE'],
  ];
  const entries = lines.map((line, n) => entry(line, record.startedAt, n));
  const places = new Map(record.legs.map((leg) => [leg.sipCallId, leg.place]));
  return { available: true, messages: messagesOf(entries, (callId) => places.get(callId) ?? '') };
}

/** Two registrations of a trunk, the second refused. */
export function saidOnTrunk(now: number): TraceView {
  const domain = 'sip:sip.operator-a.example';
  const lines: Line[] = [
    ['reg', 0, 'out', `REGISTER ${domain} SIP/2.0`, '1 REGISTER'],
    ['reg', 31, 'in', 'SIP/2.0 401 Unauthorized', '1 REGISTER'],
    ['reg', 32, 'out', `REGISTER ${domain} SIP/2.0`, '2 REGISTER'],
    ['reg', 66, 'in', 'SIP/2.0 200 OK', '2 REGISTER'],
    ['reg', 300_000, 'out', `REGISTER ${domain} SIP/2.0`, '3 REGISTER'],
    ['reg', 300_040, 'in', 'SIP/2.0 403 Forbidden', '3 REGISTER'],
  ];
  const entries = lines.map((line, n) => entry(line, now - 400_000, n));
  return { available: true, messages: messagesOf(entries, () => 'trunk:acme') };
}
