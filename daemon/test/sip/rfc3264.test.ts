/** RFC 3264 and RFC 6337: offer and answer as the gateway makes them. */
import t from 'tap';
import { agree } from '../../src/sip/negotiation.ts';
import { parseSdp, writeAnswer, writeOffer } from '../../src/sip/sdp.ts';
import { AUDIO, answered, bench, connected, describe, incoming } from './bench.ts';
import { next, until } from './kit.ts';

const local = {
  address: '192.0.2.1',
  port: 20000,
  sessionId: '1',
  sessionVersion: 1,
  ptimeMs: 20 as const,
  direction: 'sendrecv' as const,
};
const wishes = { codecs: ['PCMA', 'PCMU'] as const, ptimeMs: 20 as const, holding: false };
const media = (sdp: string): string[] => sdp.split('\r\n').filter((line) => line.startsWith('m='));
const origin = (sdp: string): string[] => /o=(.*)/.exec(sdp)![1]!.trim().split(' ');

t.test('RFC 3264 5: the offer names codecs in order of preference, and its own session', async (t) => {
  const offer = writeOffer(local, ['PCMU', 'PCMA']);
  t.same(media(offer), ['m=audio 20000 RTP/AVP 0 8 101']);
  t.match(offer, /o=- 1 1 IN IP4 192\.0\.2\.1\r\n[\s\S]*t=0 0\r\n/);
});

t.test('RFC 3264 6: as many lines as the offer, in its order, the refused ones with port 0', async (t) => {
  const offer = parseSdp(
    describe(['m=video 5000 RTP/AVP 31', ...AUDIO, 'm=image 6000 udptl t38', 'm=audio 7000 RTP/AVP 0']),
  );
  const answer = writeAnswer(local, offer, agree(offer, wishes)!.audio);
  t.same(media(answer), [
    'm=video 0 RTP/AVP 31',
    'm=audio 20000 RTP/AVP 8',
    'm=image 0 udptl t38',
    'm=audio 0 RTP/AVP 0',
  ]);
});

t.test('RFC 3264 6: t= of the answer is that of the offer', async (t) => {
  const offer = parseSdp(describe(AUDIO).replace('t=0 0', 't=2873397496 2873404696'));
  t.match(writeAnswer(local, offer, agree(offer, wishes)!.audio), /\r\nt=2873397496 2873404696\r\n/);
  const broken = parseSdp(describe(AUDIO).replace('t=0 0', 't=x'));
  t.match(writeAnswer(local, broken, agree(broken, wishes)!.audio), /\r\nt=0 0\r\n/);
});

t.test('RFC 3264 6.1: directions of offer and answer (and 8.4, hold)', async (t) => {
  const rows = [
    ['sendrecv', false, 'sendrecv', false],
    ['sendonly', false, 'recvonly', true],
    ['recvonly', false, 'sendonly', false],
    ['inactive', false, 'inactive', true],
    ['sendrecv', true, 'sendonly', false],
    ['sendonly', true, 'inactive', true],
    ['recvonly', true, 'sendonly', false],
    ['inactive', true, 'inactive', true],
  ] as const;
  for (const [offered, holding, answer, held] of rows) {
    const agreement = agree(parseSdp(describe([...AUDIO, `a=${offered}`])), { ...wishes, holding });
    t.match(agreement, { rtp: { direction: answer }, held }, `${offered}, holding ${holding}`);
  }
});

t.test('RFC 3264 6: nothing in common is 488 with the cause, at an INVITE and in a call', async (t) => {
  const b = await bench(t);
  b.peer.request(b.to, 'INVITE', { body: describe(['m=audio 4000 RTP/AVP 18', 'a=rtpmap:18 G729/8000']) });
  const refused = await b.peer.response();
  t.match(refused, { status: 488, headers: { reason: /Q\.850;cause=88/ } });
  const { ids, leg } = await answered(b);
  for (const [i, lines] of [
    ['m=audio 4000 RTP/AVP 18', 'a=rtpmap:18 G729/8000'],
    ['m=audio 0 RTP/AVP 8'],
    ['m=image 4000 udptl t38'],
  ].entries()) {
    b.peer.request(b.to, 'INVITE', { ...ids, cseq: 2 + i, body: describe(lines, 2) });
    const answer = await b.peer.next((m) => m.headers.cseq === `${2 + i} INVITE` && m.status > 100);
    t.equal(answer.status, 488, lines[0]!);
    b.peer.request(b.to, 'ACK', { ...ids, cseq: 2 + i });
  }
  t.equal(leg.state, 'answered', 'the session goes on as it was (14.2 of RFC 3261)');
});

t.test('RFC 3264 8: the version counts up exactly when the description is another', async (t) => {
  const b = await bench(t);
  const { ids, ok, leg } = await answered(b);
  const again = async (cseq: number, body: string): Promise<string> => {
    b.peer.request(b.to, 'INVITE', { ...ids, cseq, body });
    const answer = await b.peer.next((m) => m.headers.cseq === `${cseq} INVITE` && m.status === 200);
    b.peer.request(b.to, 'ACK', { ...ids, cseq });
    return answer.body;
  };
  t.equal(await again(2, describe(AUDIO)), ok.body, 'the same offer, the same answer');
  const held = next(leg, 'held');
  const answer = await again(3, describe([...AUDIO, 'a=sendonly'], 2));
  t.match(answer, /a=recvonly/);
  t.equal(Number(origin(answer)[2]), Number(origin(ok.body)[2]) + 1);
  t.equal(origin(answer)[1], origin(ok.body)[1], 'the session is the same');
  t.equal((await held)[0], true);
});

t.test(
  'RFC 3264 8: a new offer has every line of the session, and gives no number another meaning',
  async (t) => {
    const b = await bench(t);
    const body = describe([
      'm=audio 4000 RTP/AVP 8 96',
      'a=rtpmap:8 PCMA/8000',
      'a=rtpmap:96 telephone-event/8000',
      'm=video 5000 RTP/AVP 31',
    ]);
    const { leg, ok } = await answered(b, { body });
    const holding = leg.hold(true);
    const invite = await b.peer.expect('INVITE');
    const [audio, video, ...rest] = media(invite.body);
    t.match(audio, /^m=audio \d+ RTP\/AVP 8 0 96$/, 'telephone-event keeps its number');
    t.equal(video, 'm=video 0 RTP/AVP 31');
    t.same(rest, []);
    t.match(invite.body, /a=sendonly/);
    t.equal(Number(origin(invite.body)[2]), Number(origin(ok.body)[2]) + 1);
    b.peer.reply(invite, 200, { body: describe([...AUDIO, 'a=recvonly', 'm=video 0 RTP/AVP 31'], 2) });
    await holding;
    t.equal(b.media.last(leg.endpoint)?.direction, 'sendonly');
  },
);

t.test('RFC 3264 8.3.2: 101 that means something else is not offered for telephone-event', async (t) => {
  const offer = parseSdp(describe(['m=audio 4000 RTP/AVP 8 101', 'a=rtpmap:101 opus/48000/2']));
  const agreed = agree(offer, wishes)!.audio;
  const again = writeOffer(local, ['PCMA'], {
    media: offer.media,
    mediaIndex: 0,
    eventType: agreed.eventType,
  });
  t.same(media(again), ['m=audio 20000 RTP/AVP 8 102']);
});

t.test(
  'RFC 6337 2.1, 5.1: an INVITE without an offer gets ours in the 200, its answer in the ACK',
  async (t) => {
    const b = await bench(t);
    const { leg, ids } = await incoming(b, { body: '' });
    await leg.answer();
    const ok = await b.peer.response(200);
    t.match(media(ok.body), [/^m=audio \d+ RTP\/AVP 8 0 101$/]);
    b.peer.request(b.to, 'ACK', {
      ...ids,
      branch: 'z9hG4bKack',
      toTag: /;tag=(.*)/.exec(ok.headers.to!)![1]!,
      cseq: 1,
      body: describe(['m=audio 4444 RTP/AVP 0', 'a=rtpmap:0 PCMU/8000']),
    });
    await until(() => b.media.last(leg.endpoint)?.remotePort === 4444);
    t.equal(b.media.last(leg.endpoint)?.codec, 'PCMU');
  },
);

t.test('RFC 6337 2.1: an ACK without the answer it owes ends the call', async (t) => {
  const b = await bench(t);
  const { leg, ids } = await incoming(b, { body: '' });
  await leg.answer();
  const ok = await b.peer.response(200);
  const released = next(leg, 'released');
  const toTag = /;tag=(.*)/.exec(ok.headers.to!)![1]!;
  b.peer.request(b.to, 'ACK', { ...ids, branch: 'z9hG4bKack', toTag, cseq: 1 });
  t.match((await b.peer.expect('BYE')).headers.reason, /cause=88/);
  t.match((await released)[0], { q850: 88, by: 'local' });
});

t.test(
  'RFC 6337 5.3: whoever holds and is held offers inactive, and then what it wants itself',
  async (t) => {
    const b = await bench(t);
    const { leg, ids } = await connected(b);
    const held = next(leg, 'held');
    b.peer.request(b.to, 'INVITE', { ...ids, cseq: 1, body: describe([...AUDIO, 'a=sendonly'], 2) });
    await b.peer.next((m) => m.headers.cseq === '1 INVITE' && m.status === 200);
    b.peer.request(b.to, 'ACK', { ...ids, cseq: 1 });
    await held;
    const ours = leg.hold(true);
    const first = await b.peer.expect('INVITE');
    t.match(first.body, /a=inactive/);
    b.peer.reply(first, 200, { body: describe([...AUDIO, 'a=inactive'], 3) });
    await ours;
    const back = leg.hold(false);
    const second = await b.peer.expect('INVITE');
    t.match(second.body, /a=sendrecv/);
    b.peer.reply(second, 200, { body: describe([...AUDIO, 'a=sendonly'], 4) });
    await back;
    t.equal(b.media.last(leg.endpoint)?.direction, 'recvonly', 'they hold us still');
  },
);

t.test('RFC 6337 3.4: a re-INVITE of ours that is refused changes nothing', async (t) => {
  const b = await bench(t);
  const { leg } = await connected(b);
  const before = b.media.last(leg.endpoint);
  const holding = leg.hold(true);
  b.peer.reply(await b.peer.expect('INVITE'), 488);
  await t.rejects(holding, { code: 'sip/refused' });
  t.same(b.media.last(leg.endpoint), before);
  t.equal(leg.state, 'answered');
});
