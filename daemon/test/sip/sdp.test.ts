import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { agree } from '../../src/sip/negotiation.ts';
import { parseSdp, writeAnswer, writeOffer } from '../../src/sip/sdp.ts';

const local = {
  address: '192.0.2.1',
  port: 20000,
  sessionId: '1',
  sessionVersion: 1,
  ptimeMs: 20 as const,
  direction: 'sendrecv' as const,
};
const wishes = { codecs: ['PCMA', 'PCMU'] as const, ptimeMs: 20 as const, holding: false };

const offer = (lines: string[]): string =>
  ['v=0', 'o=- 7 9 IN IP4 198.51.100.1', 's=-', 'c=IN IP4 198.51.100.1', 't=0 0', ...lines].join('\r\n');

t.test('our own offer is understood by ourselves, with both codecs and events', async (t) => {
  const text = writeOffer(local, ['PCMA', 'PCMU']);
  const parsed = parseSdp(text);
  t.match(parsed.media, [
    { kind: 'audio', port: 20000, address: '192.0.2.1', ptime: 20, direction: 'sendrecv' },
  ]);
  t.same(
    parsed.media[0]?.formats.map((f) => `${f.payloadType} ${f.encoding} ${f.fmtp ?? ''}`),
    ['8 PCMA ', '0 PCMU ', '101 TELEPHONE-EVENT 0-15'],
  );
});

t.test('the answer keeps the payload types of the offer and refuses other lines', async (t) => {
  const parsed = parseSdp(
    offer([
      'm=audio 4000 RTP/AVP 18 97 0 96',
      'a=rtpmap:97 PCMA/8000',
      'a=rtpmap:96 telephone-event/8000',
      'a=rtcp:4999 IN IP4 198.51.100.1',
      'a=ptime:30',
      'm=video 5000 RTP/AVP 31',
    ]),
  );
  const agreement = agree(parsed, wishes);
  t.match(agreement, {
    audio: { codec: 'PCMA', payloadType: 97, eventType: 96, mediaIndex: 0 },
    rtp: {
      remoteAddress: '198.51.100.1',
      remotePort: 4000,
      remoteRtcpPort: 4999,
      ptimeMs: 30,
      telephoneEventPayloadType: 96,
    },
    held: false,
  });
  const answer = writeAnswer(local, parsed, agreement!.audio);
  t.match(
    answer,
    /m=audio 20000 RTP\/AVP 97 96\r\na=rtpmap:97 PCMA\/8000\r\na=rtpmap:96 telephone-event\/8000\r\n/,
  );
  t.match(answer, /m=video 0 RTP\/AVP 31\r\n/);
});

t.test('the order of the offer decides, within what is configured', async (t) => {
  const parsed = parseSdp(offer(['m=audio 4000 RTP/AVP 0 8']));
  t.equal(agree(parsed, wishes)?.audio.codec, 'PCMU');
  t.equal(agree(parsed, { ...wishes, codecs: ['PCMA'] })?.audio.codec, 'PCMA');
  t.equal(agree(parsed, wishes)?.rtp.telephoneEventPayloadType, undefined);
});

t.test('hold in its forms, and what we then send', async (t) => {
  const of = (direction: string, address = '198.51.100.1', holding = false) => {
    const text = offer([`m=audio 4000 RTP/AVP 8`, `c=IN IP4 ${address}`, `a=${direction}`]);
    const agreement = agree(parseSdp(text), { ...wishes, holding });
    return `${agreement?.rtp.direction} ${agreement?.held}`;
  };
  t.equal(of('sendrecv'), 'sendrecv false');
  t.equal(of('sendonly'), 'recvonly true');
  t.equal(of('inactive'), 'inactive true');
  t.equal(of('recvonly'), 'sendonly false', 'a peer that only listens (we hold it) is not holding us');
  t.equal(of('sendrecv', '0.0.0.0'), 'recvonly true');
  t.equal(of('sendrecv', '198.51.100.1', true), 'sendonly false');
  t.equal(of('sendonly', '198.51.100.1', true), 'inactive true');
});

t.test('no common audio: refused lines, secured RTP, unknown codecs', async (t) => {
  t.equal(agree(parseSdp(offer(['m=audio 0 RTP/AVP 8'])), wishes), undefined);
  t.equal(agree(parseSdp(offer(['m=audio 4000 RTP/SAVP 8'])), wishes), undefined);
  t.equal(agree(parseSdp(offer(['m=audio 4000 RTP/AVP 18 3'])), wishes), undefined);
  t.equal(agree(parseSdp(offer(['m=image 4000 udptl t38'])), wishes), undefined);
});

t.test('session-level address and direction hold for every line that says nothing', async (t) => {
  const text =
    'v=0\no=- 1 1 IN IP6 2001:db8::1\ns=-\nc=IN IP6 2001:db8::1\na=inactive\nt=0 0\nm=audio 4000 RTP/AVP 8\n';
  t.match(agree(parseSdp(text), wishes), {
    rtp: { remoteAddress: '2001:db8::1', direction: 'inactive' },
    held: true,
  });
});

t.test('bad descriptions are refused with a code, in bounded time', async (t) => {
  const began = performance.now();
  for (const text of [
    '',
    'v=0\r\ns=-\r\n',
    'm=audio x RTP/AVP 8',
    `a=${' '.repeat(60_000)}`,
    'm=audio 1 RTP/AVP 8\r\n'.repeat(50),
  ]) {
    t.throws(() => parseSdp(text), { code: 'sip/sdp' });
  }
  t.ok(performance.now() - began < patient(200));
});
