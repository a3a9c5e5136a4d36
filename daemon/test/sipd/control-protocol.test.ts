import { createRequire } from 'node:module';
import t from 'tap';
import { Authority } from '../peers/authority.ts';
import { control } from './control.ts';
import { type Any, at, client, QUICK, SECRET, sdp, startEngine, until, within } from './kit.ts';
import { udpPeer } from './peer.ts';

async function engineFor(t: Any, config = {}) {
  const engine = await startEngine({ timers: QUICK, ...config });
  t.teardown(() => engine.close());
  return engine;
}

const invite = (to: string): string =>
  `INVITE sip:1@${to} SIP/2.0\r\nFrom: sip:box@localhost\r\nContent-Type: application/sdp\r\n\r\n${sdp()}`;

t.test('nothing is heard before authenticate; a wrong secret is told and closed', async (t) => {
  const engine = await engineFor(t);
  const early = await control(t, engine, false);
  t.same((await early.reply(early.send('route|invite'))).slice(0, 2), ['NO', 'not authenticated']);
  await until(() => early.closed, 1000, 'closed');
  const wrong = await control(t, engine, false);
  t.same(await wrong.reply(wrong.send('authenticate|nope|')), ['NO', 'incorrect secret']);
  await until(() => wrong.closed, 1000, 'closed');
  const right = await control(t, engine, false);
  const [ok, hostports, version, bound] = await right.reply(right.send(`authenticate|${SECRET}|a,b`));
  t.equal(ok, 'OK');
  t.equal(hostports, `udp/${at(engine)},tcp/${at(engine, 'tcp')}`);
  t.equal(bound, hostports);
  t.match(version, /^v\d+\.\d+\.\d+$/);
  t.same(await right.reply(right.send('ping')), ['OK', 'pong']);
  t.same(await right.reply(right.send('dance')), ['NO', 'Unknown message type']);
  await until(() => right.closed, 1000, 'closed');
});

t.test('frames may be split and joined anywhere; nonsense closes', async (t) => {
  const engine = await engineFor(t);
  const c = await control(t, engine);
  const one = 'aaaaaaaa|ping';
  const two = 'bbbbbbbb|ping';
  const bytes = `${one.length}#${one}${two.length}#${two}`;
  for (const b of bytes) {
    c.socket.write(b);
    await new Promise(setImmediate);
  }
  await c.reply('aaaaaaaa');
  await c.reply('bbbbbbbb');
  c.socket.write('123456#');
  await until(() => c.closed, 1000, 'closed');
});

t.test('the echo of a request comes before its responses; tokens stand where srf reads them', async (t) => {
  const engine = await engineFor(t);
  const c = await control(t, engine);
  const peer = await udpPeer(t);
  const id = c.send('sip||', invite(peer.address));
  const seen = await peer.expect('INVITE');
  peer.reply(seen, 100);
  peer.reply(seen, 180, { tag: 'p1' });
  const echo = await c.next((f) => f.words[2] === id);
  const ringing = await c.next((f) => f.words[1] === 'sip');
  t.ok(c.frames.indexOf(echo) < c.frames.indexOf(ringing));
  const txn = echo.words[10]!;
  t.same(echo.words.slice(3, 9), [
    'OK',
    'application',
    String(seen.text.length),
    'udp',
    ...at(engine).split(':'),
  ]);
  t.match(echo.words[9], /^\d\d:\d\d:\d\d\.\d{6}$/);
  t.equal(echo.sip, seen.text, 'the echo is what was sent');
  t.same(echo.words.slice(11), ['Msg sent:', '']);
  t.match(seen.headers.from, new RegExp(`^<sip:box@${at(engine)}>;tag=`), '@localhost replaced');
  const dialog = `${seen.headers['call-id']};from-tag=${/tag=(\w+)/.exec(seen.headers.from!)![1]}`;
  t.equal(ringing.words[2], 'network');
  t.same(ringing.words.slice(4, 7), ['udp', '127.0.0.1', String(peer.port)]);
  t.same(ringing.words.slice(8, 10), [txn, dialog]);
  t.match(ringing.sip, /^SIP\/2\.0 180 /);
  t.notOk(
    c.frames.some((f) => f.sip.startsWith('SIP/2.0 100')),
    '100 is not passed on',
  );
});

t.test('CANCEL waits for a provisional response; ACK of a refusal is the engine’s', async (t) => {
  const engine = await engineFor(t);
  const c = await control(t, engine);
  const peer = await udpPeer(t);
  const id = c.send('sip||', invite(peer.address));
  const seen = await peer.expect('INVITE');
  const txn = (await c.next((f) => f.words[2] === id)).words[10]!;
  const cancelId = c.send(
    `sip|${txn}|`,
    `CANCEL sip:1@${peer.address} SIP/2.0\r\nReason: SIP;cause=200;text="elsewhere"\r\n\r\n`,
  );
  const echo = await c.next((f) => f.words[2] === cancelId);
  t.equal(echo.words[3], 'OK');
  t.not(echo.words[10], txn);
  t.equal(peer.count('CANCEL'), 0, 'nothing to cancel before a response');
  peer.reply(seen, 180);
  const cancel = await peer.expect('CANCEL');
  t.equal(cancel.headers.via, seen.headers.via, 'same branch');
  t.equal(cancel.headers.cseq, seen.headers.cseq!.replace('INVITE', 'CANCEL'));
  t.equal(cancel.headers.reason, 'SIP;cause=200;text="elsewhere"');
  peer.reply(cancel, 200);
  peer.reply(seen, 487);
  const refused = await c.next((f) => f.sip.startsWith('SIP/2.0 487'));
  const ack = await peer.expect('ACK');
  t.equal(ack.headers.via, seen.headers.via);
  const ackId = c.send(`sip||${refused.words[9]}`, `ACK sip:1@${peer.address} SIP/2.0\r\n\r\n`);
  t.match((await c.reply(ackId))[1], /automatically generated/);
  t.equal(peer.count('ACK'), 1);
  t.notOk(c.closed, 'the client stays connected');
});

t.test('a request that is answered twice: the second is refused with the known words', async (t) => {
  const engine = await engineFor(t);
  const c = await control(t, engine);
  await c.reply(c.send('route|options'));
  const peer = await udpPeer(t);
  peer.request(at(engine), 'OPTIONS');
  const got = await c.next((f) => f.words[1] === 'sip');
  t.same(got.words.slice(9), ['', '127.0.0.1', at(engine).split(':')[1], '']);
  const ok = await c.reply(c.send(`sip|${got.words[8]}|`, 'SIP/2.0 200 OK\r\n\r\n'));
  t.same(ok.slice(7), [got.words[8], '', '', 'Msg sent:', ''].slice(0, 5));
  t.same(await c.reply(c.send(`sip|${got.words[8]}|`, 'SIP/2.0 404 Not Found\r\n\r\n')), [
    'NOK',
    'Response not sent due to unknown transaction',
  ]);
  t.same(await c.reply(c.send('sip||', 'SIP/2.0 200 OK\r\n\r\n')), ['NOK', 'transaction id missing']);
});

t.test('cdr frames tell of attempt, start and stop to whoever routes them', async (t) => {
  const engine = await engineFor(t);
  const [watcher, other] = [await control(t, engine), await control(t, engine)];
  for (const c of [watcher, other])
    for (const kind of ['attempt', 'start', 'stop']) await c.reply(c.send(`route|cdr:${kind}`));
  const srf = await client(engine);
  t.teardown(() => srf.disconnect());
  const peer = await udpPeer(t);
  const call = srf.createUAC(`sip:1@${peer.address}`, { localSdp: sdp() });
  const seen = await peer.expect('INVITE');
  peer.reply(seen, 200, { body: sdp(5000) });
  const dialog = await within(call, 3000, 'answer');
  const ended = dialog.destroy();
  peer.reply(await peer.expect('BYE'), 200);
  await ended;
  for (const c of [watcher, other]) {
    const attempt = await c.next((f) => f.words[1] === 'cdr:attempt');
    t.equal(attempt.words[2], 'application');
    t.match(attempt.sip, /^INVITE /);
    t.same((await c.next((f) => f.words[1] === 'cdr:start')).words.slice(4), ['uac']);
    t.same((await c.next((f) => f.words[1] === 'cdr:stop')).words.slice(4), ['normal-release']);
  }
});

t.test('compact headers reach the client spelled out; bytes of the body stay as they were', async (t) => {
  const engine = await engineFor(t);
  const c = await control(t, engine);
  await c.reply(c.send('route|message'));
  const peer = await udpPeer(t);
  const body = 'Привет ✓';
  peer.send(
    at(engine),
    Buffer.from(
      `MESSAGE sip:a@b SIP/2.0\r\nv: SIP/2.0/UDP ${peer.address};branch=z9hG4bKcompact\r\nf: <sip:x@y>;tag=1\r\nt: <sip:a@b>\r\n` +
        `i: compact1\r\nCSeq: 1 MESSAGE\r\nx: 90\r\nr: <sip:z@y>\r\nc: text/plain\r\nl: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
    ),
  );
  const got = await c.next((f) => f.words[1] === 'sip');
  for (const name of [
    'Via',
    'From',
    'To',
    'Call-ID',
    'Session-Expires',
    'Refer-To',
    'Content-Type',
    'Content-Length',
  ])
    t.match(got.sip, new RegExp(`\\r\\n${name}: `));
  t.ok(got.sip.endsWith(`\r\n\r\n${body}`));
});

t.test('dialogs whose client is gone are taken over, or ended with BYE', async (t) => {
  const engine = await engineFor(t, { orphanGraceMs: 150 });
  const c = await control(t, engine);
  const peer = await udpPeer(t);
  const id = c.send('sip||', invite(peer.address));
  const seen = await peer.expect('INVITE');
  peer.reply(seen, 200, { body: sdp(5000) });
  const answer = await c.next((f) => f.sip.startsWith('SIP/2.0 200'));
  await c.reply(c.send(`sip||${answer.words[9]}`, `ACK sip:1@${peer.address} SIP/2.0\r\n\r\n`));
  await peer.expect('ACK');
  void id;
  c.socket.destroy();
  const bye = await peer.expect('BYE');
  t.match(bye.headers.reason, /controller lost/);
  peer.reply(bye, 200);
  await until(() => engine.stats().dialogs === 0, 1000, 'dialog gone');
});

t.test('a preloaded Route is sent and leads the way; ROUTE leads before it', async (t) => {
  const engine = await engineFor(t);
  const c = await control(t, engine);
  const [edge, forced] = [await udpPeer(t), await udpPeer(t)];
  const bye =
    `BYE sip:peer@192.0.2.9 SIP/2.0\r\nCall-ID: lost-1\r\nFrom: <sip:a@b>;tag=ours\r\nTo: <sip:c@d>;tag=theirs\r\nCSeq: 77 BYE\r\n` +
    `Route: <sip:${edge.address};lr>, <sip:192.0.2.8;lr>\r\n\r\n`;
  c.send('sip||', bye);
  const seen = await edge.expect('BYE');
  t.match(seen.headers, {
    route: `<sip:${edge.address};lr>, <sip:192.0.2.8;lr>`,
    'call-id': 'lost-1',
    from: '<sip:a@b>;tag=ours',
    to: '<sip:c@d>;tag=theirs',
    cseq: '77 BYE',
  });
  edge.reply(seen, 481);
  await c.next((f) => f.sip.startsWith('SIP/2.0 481'));
  c.send(`sip|||sip:${forced.address}`, bye.replace('77', '78'));
  forced.reply(await forced.expect('BYE'), 200);
});

t.test('the control connection can be TLS', async (t) => {
  const authority = new Authority(t.testdir());
  const issued = authority.issue({ names: 'IP:127.0.0.1' });
  const engine = await engineFor(t, {
    control: { host: '127.0.0.1', port: 0, secret: SECRET, tls: { key: issued.key, cert: issued.cert } },
  });
  const Srf: Any = createRequire(import.meta.url)('drachtio-srf');
  const srf = new Srf();
  srf.on('error', () => {});
  t.teardown(() => srf.disconnect());
  const connected = new Promise<Any>((resolve) =>
    srf.on('connect', (_: Any, hosts: string) => resolve(hosts)),
  );
  srf.connect({ ...engine.control, secret: SECRET, tls: { ca: authority.cert } });
  t.match(await within(connected, 3000, 'connect'), /^udp\//);
  const plain = await control(t, engine, false);
  plain.send(`authenticate|${SECRET}|`);
  await until(() => plain.closed, 3000, 'the end of who speaks no TLS');
  const peer = await udpPeer(t);
  const call = srf.createUAC(`sip:1@${peer.address}`, { localSdp: sdp() });
  peer.reply(await peer.expect('INVITE'), 486);
  await t.rejects(within(call, 3000, 'refusal'), { status: 486 } as Any);
  t.equal(engine.stats().sessions, 1);
});
