/** RFC 3262: reliable provisional responses, from both sides. */
import t from 'tap';
import { bench, dialogOf, incoming, inDialog, outgoing, request, respond, response, tagOf } from './bench.ts';
import { sdp, until } from './kit.ts';

const RELIABLE = 'Require: 100rel\r\n';
const SUPPORTED = 'Supported: 100rel\r\n';

t.test('RFC 3262 3: RSeq counts up by one, and each waits for the PRACK of the one before', async (t) => {
  const b = await bench(t);
  const { invite, callId, fromTag } = await incoming(b, SUPPORTED);
  respond(b.app, invite, 180, RELIABLE);
  respond(b.app, invite, 183, RELIABLE, sdp(5000));
  const first = await b.peer.response();
  t.match(first, { status: 180, headers: { require: '100rel', contact: /^<sip:/, to: /;tag=/ } });
  const rseq = Number(first.headers.rseq);
  t.ok(rseq >= 1 && rseq < 2 ** 31);
  b.clock.advance(500);
  t.equal((await b.peer.response()).status, 180, 'the second is not sent yet');
  const ids = { callId, fromTag, toTag: tagOf(first.headers.to!) };
  b.peer.request(b.to, 'PRACK', { ...ids, cseq: 2, extra: `RAck: ${rseq} 1 INVITE\r\n` });
  const second = await b.peer.response(183);
  t.equal(Number(second.headers.rseq), rseq + 1);
});

t.test(
  'RFC 3262 3: repeated at T1, doubling without a cap, until 64*T1; then refused with 5xx',
  async (t) => {
    const b = await bench(t);
    const { invite } = await incoming(b, SUPPORTED);
    respond(b.app, invite, 183, RELIABLE);
    await b.peer.response(183);
    let sent = 1;
    for (const gap of [500, 1000, 2000, 4000, 8000, 16_000]) {
      b.clock.advance(gap - 1);
      t.equal(b.engine.trace('SIP/2.0 183').length, sent, `not before ${gap} ms`);
      b.clock.advance(1);
      t.equal(b.engine.trace('SIP/2.0 183').length, ++sent, `after ${gap} ms`);
    }
    b.clock.advance(500);
    t.equal((await b.peer.response(504)).headers.cseq, '1 INVITE');
    t.equal(b.engine.stats().dialogs, 0);
  },
);

t.test('RFC 3262 3: no 2xx while a session description waits for its PRACK', async (t) => {
  const b = await bench(t);
  const { invite, callId, fromTag } = await incoming(b, SUPPORTED);
  respond(b.app, invite, 183, RELIABLE, sdp(5000));
  const progress = await b.peer.response(183);
  const ok = respond(b.app, invite, 200, '', sdp(5000));
  t.equal(
    (await b.app.reply(respond(b.app, invite, 200, '', sdp(5000))))[0],
    'NOK',
    'one answer can wait, not two',
  );
  const ids = { callId, fromTag, toTag: tagOf(progress.headers.to!) };
  b.peer.request(b.to, 'PRACK', {
    ...ids,
    cseq: 2,
    extra: `RAck: ${progress.headers.rseq} 1 INVITE\r\n`,
  });
  const prack = await request(b.app, 'PRACK');
  t.equal(b.peer.seen.filter((m) => m.status === 200).length, 0);
  respond(b.app, prack, 200);
  t.equal((await b.peer.response(200)).headers.cseq, '2 PRACK');
  t.equal((await b.peer.response(200)).headers.cseq, '1 INVITE');
  t.equal((await b.app.reply(ok))[0], 'OK');
});

t.test('RFC 3262 3: a refusal does not wait; nor a CANCEL, and what was held is refused', async (t) => {
  const b = await bench(t);
  const first = await incoming(b, SUPPORTED);
  respond(b.app, first.invite, 183, RELIABLE, sdp(5000));
  await b.peer.response(183);
  const held = respond(b.app, first.invite, 200, '', sdp(5000));
  respond(b.app, first.invite, 486);
  t.equal((await b.peer.response()).status, 486);
  t.equal((await b.app.reply(held))[0], 'NOK');

  const ids = { callId: 'cancelled', fromTag: 'f', branch: 'z9hG4bKheld' };
  b.peer.request(b.to, 'INVITE', { ...ids, extra: SUPPORTED, body: sdp() });
  const invite = await request(b.app, 'INVITE');
  respond(b.app, invite, 183, RELIABLE, sdp(5000));
  await b.peer.response(183);
  const late = respond(b.app, invite, 200, '', sdp(5000));
  b.peer.request(b.to, 'CANCEL', ids);
  t.equal((await b.peer.response(200)).headers.cseq, '1 CANCEL');
  t.equal((await b.peer.response(487)).headers['call-id'], 'cancelled');
  t.equal((await b.app.reply(late))[0], 'NOK');
  await until(() => b.engine.stats().dialogs === 0, 1000, 'no dialog');
});

t.test('RFC 3262 3: a 2xx may overtake what holds no description; its PRACK is still taken', async (t) => {
  const b = await bench(t);
  const { invite, callId, fromTag } = await incoming(b, SUPPORTED);
  respond(b.app, invite, 180, RELIABLE);
  const ringing = await b.peer.response(180);
  respond(b.app, invite, 200, '', sdp(5000));
  const ok = await b.peer.response(200);
  const ids = { callId, fromTag, toTag: tagOf(ok.headers.to!) };
  const sent = b.engine.trace('SIP/2.0 180').length;
  b.peer.request(b.to, 'PRACK', { ...ids, cseq: 2, extra: `RAck: ${ringing.headers.rseq} 1 INVITE\r\n` });
  respond(b.app, await request(b.app, 'PRACK'), 200);
  await b.peer.next((m) => m.status === 200 && m.headers.cseq === '2 PRACK');
  b.clock.advance(10_000);
  t.equal(b.engine.trace('SIP/2.0 180').length, sent, 'not repeated after the final response');
});

t.test('RFC 3262 3: a PRACK that fits nothing is 481, and so is one that comes twice', async (t) => {
  const b = await bench(t);
  const { invite, callId, fromTag } = await incoming(b, SUPPORTED);
  respond(b.app, invite, 183, RELIABLE);
  const progress = await b.peer.response(183);
  const ids = { callId, fromTag, toTag: tagOf(progress.headers.to!) };
  const rseq = Number(progress.headers.rseq);
  const racks = [`${rseq + 1} 1 INVITE`, `${rseq} 2 INVITE`, `${rseq} 1 OPTIONS`, 'nonsense', ''];
  for (const [i, rack] of racks.entries()) {
    b.peer.request(b.to, 'PRACK', { ...ids, cseq: 2 + i, extra: rack === '' ? '' : `RAck: ${rack}\r\n` });
    t.equal((await b.peer.next((m) => m.headers.cseq === `${2 + i} PRACK`)).status, 481, rack);
  }
  b.peer.request(b.to, 'PRACK', { ...ids, cseq: 10, extra: `RAck: ${rseq} 1 INVITE\r\n` });
  respond(b.app, await request(b.app, 'PRACK'), 200);
  t.equal((await b.peer.next((m) => m.headers.cseq === '10 PRACK')).status, 200);
  b.peer.request(b.to, 'PRACK', { ...ids, cseq: 11, extra: `RAck: ${rseq} 1 INVITE\r\n` });
  t.equal((await b.peer.next((m) => m.headers.cseq === '11 PRACK')).status, 481);
});

t.test('RFC 3262 3: a caller that requires it gets every provisional response reliably', async (t) => {
  const b = await bench(t);
  const { invite } = await incoming(b, RELIABLE);
  respond(b.app, invite, 180);
  t.match(await b.peer.response(180), { headers: { require: '100rel', rseq: /^\d+$/ } });
  const plain = await incoming(b);
  respond(b.app, plain.invite, 180);
  const unreliable = await b.peer.response(180);
  t.equal(unreliable.headers.rseq, undefined);
  t.match(
    await b.app.reply(respond(b.app, plain.invite, 183, RELIABLE)),
    ['NOK', 'Remote endpoint does not support 100rel'],
    'and one that does not support it never',
  );
});

t.test(
  'RFC 3262 4: a response that comes again is not passed on again; one out of order not at all',
  async (t) => {
    const b = await bench(t);
    const { invite, cseq } = await outgoing(b, SUPPORTED);
    const reliable = (rseq: number): string =>
      b.peer.reply(invite, 183, { tag: 'one', extra: `${RELIABLE}RSeq: ${rseq}\r\n` });
    reliable(50);
    const frame = await response(b.app, 183);
    inDialog(b.app, dialogOf(frame), 'PRACK', `RAck: 50 ${cseq} INVITE\r\n`);
    const prack = await b.peer.expect('PRACK');
    t.match(prack.headers, { rack: `50 ${cseq} INVITE`, cseq: `${cseq + 1} PRACK`, to: /tag=one/ });
    b.peer.reply(prack, 200);
    reliable(50);
    reliable(52);
    reliable(51);
    t.match((await response(b.app, 183)).sip, /RSeq: 51\r\n/);
    reliable(52);
    t.match((await response(b.app, 183)).sip, /RSeq: 52\r\n/, 'repeated in its turn, it is taken');
    t.match(b.engine.stats().counts, { 'reliable.repeated': 1, 'reliable.disordered': 1 });
  },
);

t.test('RFC 3262 4: forks count each for itself, even from the same number', async (t) => {
  const b = await bench(t);
  const { invite, cseq } = await outgoing(b, SUPPORTED);
  for (const tag of ['one', 'two']) b.peer.reply(invite, 183, { tag, extra: `${RELIABLE}RSeq: 1\r\n` });
  const dialog = dialogOf(await response(b.app, 183));
  await response(b.app, 183);
  // One that is not reliable hides nothing.
  b.peer.reply(invite, 180, { tag: 'one' });
  await response(b.app, 180);
  const seen: string[] = [];
  for (let i = 0; i < 2; i++) {
    inDialog(b.app, dialog, 'PRACK', `RAck: 1 ${cseq} INVITE\r\n`);
    const prack = await b.peer.expect('PRACK');
    seen.push(tagOf(prack.headers.to!));
    b.peer.reply(prack, 200);
  }
  t.same(seen, ['one', 'two']);
});

t.test(
  'RFC 3262 5: without an offer in the INVITE it stands in the first reliable response, the answer in PRACK',
  async (t) => {
    const b = await bench(t);
    const { invite, callId, fromTag } = await incoming(b, SUPPORTED, '');
    respond(b.app, invite, 183, RELIABLE, sdp(5000));
    const progress = await b.peer.response(183);
    t.equal(progress.body, sdp(5000));
    const ids = { callId, fromTag, toTag: tagOf(progress.headers.to!) };
    b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 2, body: sdp(4100) });
    t.equal((await b.peer.next((m) => m.headers.cseq === '2 UPDATE')).status, 491, 'our offer stands open');
    b.peer.request(b.to, 'PRACK', {
      ...ids,
      cseq: 3,
      extra: `RAck: ${progress.headers.rseq} 1 INVITE\r\n`,
      body: sdp(4000),
    });
    const prack = await request(b.app, 'PRACK');
    t.ok(prack.sip.endsWith(sdp(4000)));
    respond(b.app, prack, 200);
    b.peer.request(b.to, 'UPDATE', { ...ids, cseq: 4, body: sdp(4100) });
    respond(b.app, await request(b.app, 'UPDATE'), 200, '', sdp(5000));
    t.equal((await b.peer.next((m) => m.headers.cseq === '4 UPDATE')).status, 200, 'it has its answer');
    const other = await outgoing(b, SUPPORTED, '');
    b.peer.reply(other.invite, 183, { extra: `${RELIABLE}RSeq: 9\r\n`, body: sdp(6000) });
    const offer = await response(b.app, 183);
    t.ok(offer.sip.endsWith(sdp(6000)));
    inDialog(b.app, dialogOf(offer), 'PRACK', `RAck: 9 ${other.cseq} INVITE\r\n`, sdp(4002));
    t.equal((await b.peer.expect('PRACK')).body, sdp(4002));
  },
);
