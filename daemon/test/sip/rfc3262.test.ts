/** RFC 3262, RFC 3311, RFC 3960 and RFC 5009: what the gateway does before the answer. */
import t from 'tap';
import { AUDIO, bench, describe, incoming, outgoing, tagOf } from './bench.ts';
import { next, until } from './kit.ts';

const RELIABLE = 'Require: 100rel\r\n';

t.test(
  'RFC 3262 3: a caller that requires it gets its ringing reliably, and no 200 before the PRACK',
  async (t) => {
    const b = await bench(t);
    const { leg, ids } = await incoming(b, { extra: RELIABLE });
    await leg.openEarlyMedia();
    const progress = await b.peer.response(183);
    t.match(progress.headers, { require: '100rel', rseq: /^\d+$/ });
    const answering = leg.answer();
    const dialog = { callId: ids.callId, fromTag: ids.fromTag, toTag: tagOf(progress.headers.to!) };
    b.peer.request(b.to, 'PRACK', {
      ...dialog,
      cseq: 2,
      extra: `RAck: ${progress.headers.rseq} 1 INVITE\r\n`,
    });
    t.equal((await b.peer.response(200)).headers.cseq, '2 PRACK');
    await answering;
    const ok = await b.peer.response(200);
    t.equal(ok.headers.cseq, '1 INVITE');
    t.equal(ok.body, progress.body, '13.2.1 of RFC 3261: one and the same answer');
    b.peer.request(b.to, 'ACK', { ...dialog, cseq: 1 });
  },
);

t.test(
  'RFC 3262 5: without an offer ours stands in the 180, the answer in the PRACK, nothing in the 200',
  async (t) => {
    const b = await bench(t);
    const { leg, ids } = await incoming(b, { extra: RELIABLE, body: '' });
    leg.alert();
    const ringing = await b.peer.response(180);
    t.match(ringing.body, /m=audio \d+ RTP\/AVP 8 0 101/);
    const dialog = { callId: ids.callId, fromTag: ids.fromTag, toTag: tagOf(ringing.headers.to!) };
    b.peer.request(b.to, 'PRACK', {
      ...dialog,
      cseq: 2,
      extra: `RAck: ${ringing.headers.rseq} 1 INVITE\r\n`,
      body: describe(['m=audio 4321 RTP/AVP 8']),
    });
    t.equal((await b.peer.response(200)).headers.cseq, '2 PRACK');
    await until(() => b.media.last(leg.endpoint)?.remotePort === 4321);
    await leg.answer();
    const ok = await b.peer.response(200);
    t.match(ok, { body: '', headers: { cseq: '1 INVITE' } });
    b.peer.request(b.to, 'ACK', { ...dialog, cseq: 1 });
    t.equal(leg.state, 'answered');
  },
);

t.test('RFC 3262 4: reliable responses of the called are acknowledged', async (t) => {
  const b = await bench(t);
  const { leg, invite } = await outgoing(b);
  const alerting = next(leg, 'alerting');
  b.peer.reply(invite, 183, { extra: `${RELIABLE}RSeq: 5\r\n`, body: describe(AUDIO) });
  const prack = await b.peer.expect('PRACK');
  t.match(prack.headers.rack, /^5 \d+ INVITE$/);
  b.peer.reply(prack, 200);
  t.equal((await alerting)[0], true, 'and its early media is heard');
});

t.test('RFC 3311 5.2: UPDATE before the answer moves early media, in calls to and from us', async (t) => {
  const b = await bench(t);
  const { leg, ids } = await incoming(b);
  await leg.openEarlyMedia();
  const progress = await b.peer.response(183);
  const theirs = { callId: ids.callId, fromTag: ids.fromTag, toTag: tagOf(progress.headers.to!) };
  b.peer.request(b.to, 'UPDATE', { ...theirs, cseq: 2, body: describe(['m=audio 4446 RTP/AVP 8'], 2) });
  const answer = await b.peer.response(200);
  t.match(answer, { headers: { cseq: '2 UPDATE', contact: /^<sip:/ }, body: /m=audio \d+ RTP\/AVP 8\r\n/ });
  await until(() => b.media.last(leg.endpoint)?.remotePort === 4446);
  await leg.answer();
  t.equal((await b.peer.response(200)).body, answer.body, 'the 200 says what stands now');

  const out = await outgoing(b);
  b.peer.reply(out.invite, 183, { tag: 'peer', body: describe(AUDIO) });
  await next(out.leg, 'alerting');
  b.peer.request(b.to, 'UPDATE', { ...out.ids, cseq: 1, body: describe(['m=audio 4448 RTP/AVP 0'], 2) });
  t.match((await b.peer.response(200)).body, /m=audio \d+ RTP\/AVP 0\r\n/);
  await until(() => b.media.last(out.leg.endpoint)?.remotePort === 4448);
  b.peer.request(b.to, 'UPDATE', { ...out.ids, cseq: 2, body: describe(['m=audio 4448 RTP/AVP 18'], 3) });
  t.equal((await b.peer.next((m) => m.headers.cseq === '2 UPDATE')).status, 488);
  b.peer.request(b.to, 'UPDATE', { ...out.ids, cseq: 3 });
  t.equal((await b.peer.next((m) => m.headers.cseq === '3 UPDATE')).status, 200);
});

t.test('RFC 3311 5.2: before our answer to the INVITE an offer by UPDATE has to wait', async (t) => {
  const b = await bench(t);
  const { leg, ids } = await incoming(b);
  leg.alert();
  const ringing = await b.peer.response(180);
  const theirs = { callId: ids.callId, fromTag: ids.fromTag, toTag: tagOf(ringing.headers.to!) };
  b.peer.request(b.to, 'UPDATE', { ...theirs, cseq: 2, body: describe(AUDIO, 2) });
  t.match(await b.peer.next((m) => m.headers.cseq === '2 UPDATE'), {
    status: 500,
    headers: { 'retry-after': /^\d+$/ },
  });
});

t.test(
  'RFC 3960 3.1: 180 without a description is ringing to be made here, with one it is heard',
  async (t) => {
    const b = await bench(t);
    const plain = await outgoing(b);
    let alerting = next(plain.leg, 'alerting');
    b.peer.reply(plain.invite, 180);
    t.equal((await alerting)[0], false);
    alerting = next(plain.leg, 'alerting');
    b.peer.reply(plain.invite, 183, { body: describe(AUDIO) });
    t.equal((await alerting)[0], true, 'and what comes later counts');
  },
);

t.test('RFC 5009 8: P-Early-Media says whether what comes is meant to be heard', async (t) => {
  const b = await bench(t);
  for (const [value, heard] of [
    ['sendrecv', true],
    ['sendonly, gated', true],
    ['inactive', false],
    ['recvonly', false],
  ] as const) {
    const { leg, invite } = await outgoing(b);
    const alerting = next(leg, 'alerting');
    b.peer.reply(invite, 183, { extra: `P-Early-Media: ${value}\r\n`, body: describe(AUDIO) });
    t.equal((await alerting)[0], heard, value);
    t.equal(b.media.last(leg.endpoint)?.remotePort, 4000, 'the path is ready in any case');
  }
  const asked = await incoming(b, { extra: 'P-Early-Media: supported\r\n' });
  await asked.leg.openEarlyMedia();
  t.equal((await b.peer.response(183)).headers['p-early-media'], 'sendrecv');
  const silent = await incoming(b);
  await silent.leg.openEarlyMedia();
  t.equal((await b.peer.response(183)).headers['p-early-media'], undefined);
});

t.test('RFC 3261 13.3.1: an INVITE that expires unanswered is refused with 487', async (t) => {
  const b = await bench(t);
  const { leg } = await incoming(b, { extra: 'Expires: 1\r\n' });
  const released = next(leg, 'released');
  leg.alert();
  t.equal((await b.peer.response(180)).status, 180);
  t.match(await b.peer.response(487), { headers: { reason: /Q\.850;cause=102/ } });
  t.match((await released)[0], { sip: 487, by: 'remote' });
});
