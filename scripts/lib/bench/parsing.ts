import { LenienceCounter } from '../../../daemon/src/sipd/message/limits.ts';
import { parse } from '../../../daemon/src/sipd/message/parse.ts';
import type { Figure } from '../bench.ts';
import { hostileMessages } from './hostile-messages.ts';
import { load, quantile, round } from './usage.ts';

const sdp = [
  'v=0',
  'o=- 20518 1 IN IP4 198.51.100.7',
  's=-',
  'c=IN IP4 198.51.100.7',
  't=0 0',
  'm=audio 49170 RTP/AVP 8 0 101',
  'a=rtpmap:8 PCMA/8000',
  'a=rtpmap:0 PCMU/8000',
  'a=rtpmap:101 telephone-event/8000',
  'a=fmtp:101 0-15',
  'a=ptime:20',
  'a=sendrecv',
  '',
].join('\r\n');

/** A message as trunks send it: two hops of Via, a recorded route, identity, capabilities. */
function message(startLine: string, cseq: string, body: string): Buffer {
  const head = [
    startLine,
    'Via: SIP/2.0/UDP 198.51.100.7:5060;branch=z9hG4bK7d0c4f2a9b1e;rport=5060;received=198.51.100.7',
    'Via: SIP/2.0/UDP 10.12.0.4:5080;branch=z9hG4bKnashds8;received=10.12.0.4',
    'Record-Route: <sip:198.51.100.7;lr;ftag=1928301774>',
    'Max-Forwards: 69',
    'From: "Contact centre" <sip:+74951110001@sip.example.ru;user=phone>;tag=1928301774',
    `To: <sip:+78121234567@sip.example.ru;user=phone>${startLine.startsWith('SIP') ? ';tag=a6c85cf' : ''}`,
    'Call-ID: a84b4c76e66710@198.51.100.7',
    `CSeq: ${cseq}`,
    'Contact: <sip:+74951110001@198.51.100.7:5060;transport=udp>',
    'P-Asserted-Identity: <sip:+74951110001@sip.example.ru>',
    'Allow: INVITE, ACK, CANCEL, BYE, OPTIONS, PRACK, UPDATE, INFO, NOTIFY, REFER',
    'Supported: timer, 100rel, replaces',
    'Session-Expires: 1800',
    'User-Agent: Operator/7.2',
    ...(body ? ['Content-Type: application/sdp'] : []),
    `Content-Length: ${body.length}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`, 'latin1');
}

/** The messages that one side of a call sees. */
const call = [
  message('INVITE sip:+78121234567@192.0.2.1:5060;user=phone SIP/2.0', '314159 INVITE', sdp),
  message('SIP/2.0 100 Trying', '314159 INVITE', ''),
  message('SIP/2.0 180 Ringing', '314159 INVITE', ''),
  message('SIP/2.0 200 OK', '314159 INVITE', sdp),
  message('ACK sip:+78121234567@192.0.2.1:5060 SIP/2.0', '314159 ACK', ''),
  message('BYE sip:+78121234567@192.0.2.1:5060 SIP/2.0', '314160 BYE', ''),
  message('SIP/2.0 200 OK', '314160 BYE', ''),
];

const secondsARun = 1;
const runs = 5;
/** Of each hostile message; the least counts, as others on the machine can only add to it. */
const tries = 7;

/** What the parser costs: messages of calls a second of CPU time, and the worst message of 64 kB. */
export function measureParsing(emit: (figure: Figure) => void): void {
  const lenient = new LenienceCounter();
  const rate = (seconds: number): number => {
    const before = process.cpuUsage();
    let count = 0;
    let used = 0;
    while (used < seconds * 1e6) {
      for (let i = 0; i < 200; i++) {
        for (const bytes of call)
          if (!parse(bytes, lenient).ok) throw new Error('a sound message was refused');
        count += call.length;
      }
      const { user, system } = process.cpuUsage(before);
      used = user + system;
    }
    return count / (used / 1e6);
  };
  rate(secondsARun);
  const perSecond = Array.from({ length: runs }, () => rate(secondsARun));
  emit({
    metric: 'sip.parsePerCpuSecond',
    value: round(quantile(perSecond, 0.5), 0),
    unit: '1/s',
    n: runs,
    note: `${call.length} messages of a call, from bytes to typed headers; median of ${runs} runs of ${secondsARun} s; ${load()}`,
  });
  const worst = hostileMessages().map(({ name, bytes }) => {
    const times = Array.from({ length: tries }, () => {
      const from = performance.now();
      parse(bytes, lenient);
      return performance.now() - from;
    });
    return { name, ms: Math.min(...times) };
  });
  worst.sort((a, b) => b.ms - a.ms);
  const [first, second] = worst;
  emit({
    metric: 'sip.worstParseMs64k',
    value: round(first!.ms, 2),
    unit: 'ms',
    n: worst.length,
    note: `of ${worst.length} kinds of hostile message, each the best of ${tries} times: ${first!.name}; then ${second!.name} with ${round(second!.ms, 2)} ms`,
  });
}
