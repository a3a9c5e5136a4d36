/**
 * RFC 3665: the basic call flows, each by its section, as the messages that pass between an application's
 * engine and a peer. What a section shows of a proxy is shown with the engine as that proxy.
 */
import t from 'tap';
import {
  answered,
  type Bench,
  bench,
  connected,
  incoming,
  inDialog,
  outgoing,
  request,
  respond,
  response,
  tagOf,
} from './bench.ts';
import { sdp, until } from './kit.ts';
import { type Peer, type Seen, udpPeer } from './peer.ts';

/** What passed at the engine, `>` out and `<` in, without what is repeated. */
const ladder = (b: Bench): string[] =>
  b.engine
    .trace()
    .map((e) => `${e.direction === 'out' ? '>' : '<'}${e.text.split(' ').slice(0, 2).join(' ')}`)
    .map((line) => (line.includes('SIP/2.0 ') ? line.replace('SIP/2.0 ', '') : line.split(' ')[0]!));

/** The engine passes a request of the caller on to `callee`, staying in the dialog. */
async function passOn(b: Bench, method: string, callee: Peer): Promise<Seen> {
  const frame = await request(b.app, method);
  b.app.send(
    `proxy|${frame.words[8]}|remainInDialog|||serial|||sip:bob@${callee.address}`,
    `${method} sip:bob@${callee.address} SIP/2.0\r\n\r\n`,
  );
  return callee.expect(method);
}

t.test('RFC 3665 2.1: registration with a challenge', async (t) => {
  const b = await bench(t);
  for (const [cseq, authorized] of [
    [1, false],
    [2, true],
  ] as const) {
    b.peer.request(b.to, 'REGISTER', {
      callId: 'reg',
      cseq,
      extra: authorized ? 'Authorization: Digest username="bob"\r\n' : '',
    });
    const frame = await request(b.app, 'REGISTER');
    if (authorized) respond(b.app, frame, 200, 'Contact: <sip:bob@x>;expires=7200\r\n');
    else respond(b.app, frame, 401, 'WWW-Authenticate: Digest realm="x", nonce="1"\r\n');
    await b.peer.response(authorized ? 200 : 401);
  }
  t.same(ladder(b), ['<REGISTER', '>401', '<REGISTER', '>200']);
});

t.test('RFC 3665 2.2 to 2.5: a list of contacts, its cancellation, and a refusal', async (t) => {
  const b = await bench(t);
  b.peer.request(b.to, 'REGISTER', { callId: 'list' });
  respond(
    b.app,
    await request(b.app, 'REGISTER'),
    200,
    'Contact: <sip:a@x>;expires=60, <sip:b@y>;expires=60\r\n',
  );
  t.match((await b.peer.response(200)).headers.contact, /a@x.*b@y/);
  b.peer.request(b.to, 'REGISTER', { callId: 'list', cseq: 2, contact: '*', extra: 'Expires: 0\r\n' });
  const all = await request(b.app, 'REGISTER');
  t.match(all.sip, /Contact: \*\r\n/);
  respond(b.app, all, 200);
  t.equal((await b.peer.response(200)).headers.contact, undefined);
  b.peer.request(b.to, 'REGISTER', { callId: 'list', cseq: 3 });
  respond(b.app, await request(b.app, 'REGISTER'), 403);
  t.equal((await b.peer.response()).status, 403);
});

t.test('RFC 3665 3.1: a session, set up and ended', async (t) => {
  const b = await bench(t);
  const { invite, callId, fromTag } = await incoming(b);
  respond(b.app, invite, 180);
  respond(b.app, invite, 200, '', sdp(5000));
  const ids = { callId, fromTag, toTag: tagOf((await b.peer.response(200)).headers.to!) };
  b.peer.request(b.to, 'ACK', { ...ids, cseq: 1 });
  const ack = await request(b.app, 'ACK');
  inDialog(b.app, ack.words[9]!, 'BYE');
  b.peer.reply(await b.peer.expect('BYE'), 200);
  await response(b.app, 200);
  t.same(ladder(b), ['<INVITE', '>100', '>180', '>200', '<ACK', '>BYE', '<200']);
});

t.test('RFC 3665 3.2: a session through a proxy that records its route', async (t) => {
  const b = await bench(t);
  const bob = await udpPeer(t);
  b.peer.request(b.to, 'INVITE', { callId: 'through', fromTag: 'a', body: sdp() });
  const passed = await passOn(b, 'INVITE', bob);
  t.match(passed.headers, { 'record-route': new RegExp(`<sip:${b.to};lr>`), 'max-forwards': '69' });
  t.equal(passed.headers.via!.split(',').length, 2);
  const rr = `Record-Route: ${passed.headers['record-route']}\r\n`;
  bob.reply(passed, 180, { tag: 'bob', extra: rr });
  bob.reply(passed, 200, { tag: 'bob', extra: rr, body: sdp(5000) });
  const ok = await b.peer.response(200);
  t.equal(ok.headers.via!.split(',').length, 1, 'one Via less on the way back');
  const route = `Route: ${ok.headers['record-route']}\r\n`;
  const inside = { callId: 'through', fromTag: 'a', toTag: 'bob', uri: `sip:peer@${bob.address}` };
  b.peer.request(b.to, 'ACK', { ...inside, cseq: 1, extra: route });
  t.equal((await bob.expect('ACK')).headers.route, undefined, 'the route that named the proxy is taken off');
  b.peer.request(b.to, 'BYE', { ...inside, cseq: 2, extra: route });
  bob.reply(await bob.expect('BYE'), 200);
  t.equal((await b.peer.next((m) => m.headers.cseq === '2 BYE')).status, 200);
});

t.test('RFC 3665 3.6: an ACK with the answer', async (t) => {
  const b = await bench(t);
  const { invite } = await outgoing(b, '', '');
  t.equal(invite.body, '');
  b.peer.reply(invite, 200, { body: sdp(5000) });
  inDialog(b.app, (await response(b.app, 200)).words[9]!, 'ACK', '', sdp(4000));
  t.equal((await b.peer.expect('ACK')).body, sdp(4000));
});

t.test('RFC 3665 3.7: a re-INVITE that changes the address of one side', async (t) => {
  const b = await bench(t);
  const { ids, dialog } = await connected(b);
  const moved = await udpPeer(t);
  b.peer.request(b.to, 'INVITE', {
    ...ids,
    cseq: 1,
    contact: `<sip:peer@${moved.address}>`,
    body: sdp(5002),
  });
  respond(b.app, await request(b.app, 'INVITE'), 200, '', sdp(4000));
  await b.peer.response(200);
  b.peer.request(b.to, 'ACK', { ...ids, cseq: 1 });
  await request(b.app, 'ACK');
  inDialog(b.app, dialog, 'BYE');
  t.match((await moved.expect('BYE')).text, new RegExp(`^BYE sip:peer@${moved.address}`));
});

t.test('RFC 3665 3.8: no answer: the caller gives up', async (t) => {
  const b = await bench(t);
  const { invite, txn } = await outgoing(b);
  b.peer.reply(invite, 180);
  await response(b.app, 180);
  b.app.send(`sip|${txn}|`, 'CANCEL sip:x SIP/2.0\r\n\r\n');
  b.peer.reply(await b.peer.expect('CANCEL'), 200);
  b.peer.reply(invite, 487);
  await response(b.app, 487);
  await b.peer.expect('ACK');
  t.same(ladder(b), ['>INVITE', '<180', '>CANCEL', '<200', '<487', '>ACK']);
});

t.test('RFC 3665 3.9, 3.11: busy, temporarily unavailable, and a called that does not answer', async (t) => {
  for (const status of [486, 408, 480]) {
    const b = await bench(t);
    const { invite } = await incoming(b);
    respond(b.app, invite, 180);
    respond(b.app, invite, status);
    const refused = await b.peer.response(status);
    b.peer.request(b.to, 'ACK', {
      callId: refused.headers['call-id']!,
      fromTag: tagOf(refused.headers.from!),
      toTag: tagOf(refused.headers.to!),
      branch: /branch=([^;,]+)/.exec(refused.headers.via!)![1]!,
    });
    await until(() => b.engine.trace('ACK sip:').length === 1, 1000, 'ACK');
    b.clock.advance(2000);
    t.same(ladder(b), ['<INVITE', '>100', '>180', `>${status}`, '<ACK'], 'the ACK ends the repetition');
  }
});

t.test('RFC 3665 3.10: a peer that never answers is given up after 64*T1', async (t) => {
  const b = await bench(t);
  await outgoing(b);
  b.clock.advance(32_000);
  t.match((await response(b.app, 408)).sip, /CSeq: \d+ INVITE/);
  t.same(
    ladder(b),
    Array.from({ length: 7 }, () => '>INVITE'),
  );
});

t.test('RFC 3665 3.4: the next proxy is tried when one is out of order', async (t) => {
  const b = await bench(t);
  const [first, second] = [await udpPeer(t), await udpPeer(t)];
  b.peer.request(b.to, 'INVITE', { body: sdp() });
  const frame = await request(b.app, 'INVITE');
  b.app.send(
    `proxy|${frame.words[8]}||||serial|||sip:1@${first.address}|sip:2@${second.address}`,
    `INVITE sip:1@${first.address} SIP/2.0\r\n\r\n`,
  );
  first.reply(await first.expect('INVITE'), 503);
  await first.expect('ACK');
  second.reply(await second.expect('INVITE'), 200, { body: sdp(5000) });
  t.equal((await b.peer.response()).status, 200);
});

t.test('RFC 3665 3.1: INFO and OPTIONS within the session pass as well', async (t) => {
  const b = await bench(t);
  const { ids } = await answered(b);
  for (const [i, method] of ['INFO', 'OPTIONS', 'MESSAGE'].entries()) {
    b.peer.request(b.to, method, { ...ids, cseq: 2 + i });
    respond(b.app, await request(b.app, method), 200);
    t.equal((await b.peer.next((m) => m.headers.cseq === `${2 + i} ${method}`)).status, 200);
  }
});
