/** Scanners against a whole engine: recognised, banned, dropped unread; trunk and office never. */
import { connect } from 'node:net';
import t from 'tap';
import { start } from '../../src/sipd/engine.ts';
import type { Ban } from '../../src/sipd/guard/ban-list.ts';
import type { GuardSettings } from '../../src/sipd/guard/settings.ts';
import { type Control, control } from './control.ts';
import { type Any, at, QUICK, SECRET, until } from './kit.ts';
import { type Peer, udpPeer } from './peer.ts';

const TRUNK = '127.0.0.9';
const SCANNER = '127.0.0.66';

/** An engine to which all of loopback is the Internet, but for one trunk; and a client that answers. */
async function office(
  t: Any,
  guard: GuardSettings = {},
  answer: (sip: string) => string | undefined = () => '404 Not Found',
) {
  const kept: { keep: Ban[]; begun: Ban | undefined }[] = [];
  const engine = await start(
    {
      listen: [
        { transport: 'udp', host: '127.0.0.1', port: 0 },
        { transport: 'tcp', host: '127.0.0.1', port: 0 },
      ],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
      timers: QUICK,
      guard: { lan: [], trunks: [TRUNK], ...guard },
    },
    { onBans: (keep, begun) => kept.push({ keep, begun }) },
  );
  t.teardown(() => engine.close());
  const app: Control = await control(t, engine);
  for (const verb of ['invite', 'options', 'register']) await app.reply(app.send(`route|${verb}`));
  const seen: string[] = [];
  const timer = setInterval(() => {
    for (const f of app.frames.splice(0)) {
      if (f.words[1] !== 'sip' || f.sip.startsWith('SIP/')) continue;
      seen.push(f.sip);
      const words = answer(f.sip);
      if (words && f.words[8]) app.send(`sip|${f.words[8]}|`, `SIP/2.0 ${words}\r\n\r\n`);
    }
  }, 2);
  t.teardown(() => clearInterval(timer));
  const bans = (): string[] => engine.stats().guard.bans.map((b) => `${b.source} ${b.reason}`);
  return { engine, app, seen, kept, bans, to: at(engine) };
}

/** Resolves once the peer has been answered, so that what it sent before has been judged. */
async function asks(peer: Peer, to: string, method = 'OPTIONS', options: Any = {}): Promise<number> {
  peer.request(to, method, options);
  return (await peer.response()).status;
}

t.test('friendly-scanner is banned by its first packet and never answered', async (t) => {
  const box = await office(t);
  const scanner = await udpPeer(t, SCANNER);
  const trunk = await udpPeer(t, TRUNK);
  scanner.request(box.to, 'OPTIONS', { extra: 'User-Agent: friendly-scanner\r\n' });
  await until(() => box.bans().length > 0, 2000, 'ban');
  t.same(box.bans(), [`${SCANNER} scanner`]);
  await until(() => box.kept.length > 0, 2000, 'told');
  t.match(box.kept, [{ begun: { source: SCANNER, proven: false, times: 1 }, keep: [] }]);
  scanner.request(box.to, 'INVITE', {});
  scanner.send(box.to, 'garbage');
  await until(() => box.engine.stats().guard.bans[0]?.dropped === 2, 2000, 'dropped packets counted');
  // The same from the trunk is served: its address cannot be banned by who forges it.
  t.equal(await asks(trunk, box.to, 'OPTIONS', { extra: 'User-Agent: friendly-scanner\r\n' }), 404);
  t.equal(scanner.seen.length, 0, 'not a byte to the scanner');
  t.equal(box.seen.length, 1, 'the application saw the trunk only');
  t.equal(box.engine.lift(SCANNER), true);
  t.equal(box.engine.lift(SCANNER), false);
  t.equal(await asks(scanner, box.to), 404, 'served again after the ban was lifted');
});

t.test('who dials number after number is banned, on a connection for real', async (t) => {
  const box = await office(t);
  const socket = connect({
    host: '127.0.0.1',
    port: Number(at(box.engine, 'tcp').split(':')[1]),
    localAddress: SCANNER,
  });
  t.teardown(() => socket.destroy());
  socket.on('error', () => {});
  socket.resume();
  const closed = new Promise((resolve) => socket.once('close', resolve));
  for (let i = 0; i < 12; i++)
    socket.write(
      `OPTIONS sip:8810972${i}@x SIP/2.0\r\nVia: SIP/2.0/TCP ${SCANNER};branch=z9hG4bK${i}\r\nFrom: <sip:a@b>;tag=1\r\n` +
        `To: <sip:x@y>\r\nCall-ID: c${i}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`,
    );
  await closed;
  t.same(box.bans(), [`${SCANNER} dialing`]);
  await until(() => box.kept.length > 0, 2000, 'told');
  t.match(box.kept[0], { begun: { proven: true }, keep: [{ source: SCANNER }] });
  const again = connect({
    host: '127.0.0.1',
    port: Number(at(box.engine, 'tcp').split(':')[1]),
    localAddress: SCANNER,
  });
  again.on('error', () => {});
  again.resume();
  await new Promise((resolve) => again.once('close', resolve));
  t.pass('its next connection is closed at once');
});

t.test(
  'wrong passwords: a source that repeats our nonce is proven and banned longer every time',
  async (t) => {
    const box = await office(
      t,
      {},
      () => '401 Unauthorized\r\nWWW-Authenticate: Digest realm="x", nonce="N123"',
    );
    const guesser = await udpPeer(t, SCANNER);
    const guess = (): Promise<number> =>
      asks(guesser, box.to, 'REGISTER', {
        extra:
          'Authorization: Digest username="100", realm="x", nonce="N123", uri="sip:x", response="00"\r\n',
      });
    t.equal(await asks(guesser, box.to, 'REGISTER'), 401);
    for (let i = 0; i < 6; i++) t.equal(await guess(), 401, 'unknown and wrong look alike');
    await until(() => box.bans().length > 0, 2000, 'ban');
    t.match(box.engine.stats().guard.bans, [{ source: SCANNER, reason: 'digest', proven: true }]);
  },
);

t.test('a nonce gone stale is no wrong password', async (t) => {
  const box = await office(
    t,
    {},
    () => '401 Unauthorized\r\nWWW-Authenticate: Digest realm="x", nonce="N", stale=TRUE',
  );
  const phone = await udpPeer(t, SCANNER);
  for (let i = 0; i < 15; i++)
    await asks(phone, box.to, 'REGISTER', { extra: 'Authorization: Digest username="1", nonce="O"\r\n' });
  t.same(box.bans(), []);
});

t.test('forged packets cannot get a peer banned that we have business with', async (t) => {
  let calls = 0;
  const box = await office(t, {}, () => (calls++ === 0 ? '200 OK' : '404 Not Found'));
  const phone = await udpPeer(t, SCANNER);
  const answer = await asks(phone, box.to, 'REGISTER', { extra: 'Authorization: Digest username="1"\r\n' });
  t.equal(answer, 200, 'signed in');
  // What an attacker sends who writes the telephone's address on his packets.
  for (let i = 0; i < 300; i++) phone.send(box.to, 'REGISTER garbage\r\n\r\n');
  await until(
    () =>
      (box.engine.stats().counts['guard.flood'] ?? 0) +
        (box.engine.stats().counts['sip/missing'] ?? 0) +
        (box.engine.stats().counts['sip/start-line'] ?? 0) >=
      300,
    3000,
    'all looked at',
  );
  t.same(box.bans(), []);
  t.equal(await asks(phone, box.to), 404, 'still served');
});

t.test('the office is not banned by default, and is if so set; its router never', async (t) => {
  const lan = ['127.0.0.64/30'];
  const bad = async (box: Awaited<ReturnType<typeof office>>, host: string): Promise<void> => {
    const peer = await udpPeer(t, host);
    for (let i = 0; i < 40; i++) peer.send(box.to, `OPTIONS nonsense\r\n\r\n`);
    await until(
      () => Object.values(box.engine.stats().counts).reduce((a, b) => a + b, 0) >= 40,
      2000,
      'all counted',
    );
  };
  const kind = await office(t, { lan });
  await bad(kind, SCANNER);
  t.same(kind.bans(), []);
  const strict = await office(t, { lan, banLan: true, neverBan: ['127.0.0.65'] });
  await bad(strict, '127.0.0.65');
  t.same(strict.bans(), []);
  await bad(strict, SCANNER);
  await until(() => strict.bans().length > 0, 2000, 'ban');
  t.same(strict.bans(), [`${SCANNER} malformed`]);
  strict.engine.protect({ guard: { lan: [], trunks: [SCANNER] } });
  t.same(strict.bans(), [], 'a ban ends when the source turns out to be a trunk');
});

t.test('bans are taken over at the start', async (t) => {
  const ban: Ban = {
    source: SCANNER,
    reason: 'digest',
    since: Date.now(),
    until: Date.now() + 60_000,
    proven: true,
    times: 2,
    dropped: 0,
  };
  const engine = await start({
    listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
    control: { host: '127.0.0.1', port: 0, secret: SECRET },
    guard: { lan: [] },
    bans: [ban],
  });
  t.teardown(() => engine.close());
  const scanner = await udpPeer(t, SCANNER);
  scanner.request(at(engine), 'OPTIONS');
  await until(() => engine.stats().guard.bans[0]?.dropped === 1, 2000, 'dropped');
});
