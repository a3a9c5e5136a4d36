/** An engine that cannot keep up: who is refused, how, and who never is. */
import t from 'tap';
import { start } from '../../src/sipd/engine.ts';
import { Guard } from '../../src/sipd/guard/guard.ts';
import { LenienceCounter } from '../../src/sipd/message/limits.ts';
import { parseText } from '../../src/sipd/message/parse.ts';
import type { Flow } from '../../src/sipd/transport/flow.ts';
import { control } from './control.ts';
import { type Any, at, QUICK, SECRET, sdp, until } from './kit.ts';
import { type Peer, udpPeer } from './peer.ts';

const TRUNK = '127.0.0.9';
const PHONE = '127.0.0.20';

/** An engine whose load is what the test says, and an application that answers all with 200. */
async function pressed(t: Any, limits: Any = {}) {
  const feel = { utilization: 0, lagMs: 0 };
  const engine = await start(
    {
      listen: [{ transport: 'udp', host: '127.0.0.1', port: 0 }],
      control: { host: '127.0.0.1', port: 0, secret: SECRET },
      timers: QUICK,
      guard: { trunks: [TRUNK], lan: [`${PHONE}/32`], emergency: ['112'], bans: false },
      limits,
    },
    { load: () => feel },
  );
  t.teardown(() => engine.close());
  const app = await control(t, engine);
  for (const verb of ['invite', 'options', 'info']) await app.reply(app.send(`route|${verb}`));
  const timer = setInterval(() => {
    for (const f of app.frames.splice(0))
      if (
        f.words[1] === 'sip' &&
        f.words[8] &&
        !/^(SIP|ACK|CANCEL)/.test(f.sip) &&
        !f.sip.includes('Call-ID: mute')
      )
        app.send(
          `sip|${f.words[8]}|`,
          `SIP/2.0 200 OK\r\n${f.sip.startsWith('INVITE') ? `Content-Type: application/sdp\r\n\r\n${sdp()}` : '\r\n'}`,
        );
  }, 2);
  t.teardown(() => clearInterval(timer));
  return { engine, feel, to: at(engine) };
}

const ask = async (peer: Peer, to: string, method: string, o: Any = {}): Promise<Any> => {
  const callId = `c${Math.random()}`;
  peer.request(to, method, { callId, fromTag: 'f', ...(method === 'INVITE' ? { body: sdp() } : {}), ...o });
  const id = o.callId ?? callId;
  return peer.next(
    (m) =>
      m.headers['call-id'] === id &&
      m.status >= 200 &&
      (o.cseq === undefined || m.headers.cseq === `${o.cseq} ${method}`),
  );
};

t.test('saturated: strangers and small talk get 503 with Retry-After; dialogs and 112 do not', async (t) => {
  const { engine, feel, to } = await pressed(t);
  const [trunk, phone, stranger] = await Promise.all([
    udpPeer(t, TRUNK),
    udpPeer(t, PHONE),
    udpPeer(t, '127.0.0.66'),
  ]);
  const ok = await ask(trunk, to, 'INVITE', { callId: 'up' });
  const toTag = /tag=([^;\s]+)/.exec(ok.headers.to)![1]!;
  trunk.request(to, 'ACK', { callId: 'up', fromTag: 'f', toTag });
  t.equal((await ask(stranger, to, 'OPTIONS')).status, 200, 'calm: even a stranger is asked about');

  feel.utilization = 1;
  const storm = setInterval(() => {
    for (let i = 0; i < 4; i++) trunk.request(to, 'OPTIONS', { callId: `storm${i}` });
  }, 20);
  t.teardown(() => clearInterval(storm));
  await until(() => engine.stats().guard.level === 'saturated', 5000, 'saturated');

  for (const [who, method] of [
    [stranger, 'INVITE'],
    [stranger, 'OPTIONS'],
    [phone, 'OPTIONS'],
    [trunk, 'OPTIONS'],
  ] as const) {
    const answer = await ask(who, to, method);
    t.equal(answer.status, 503, `${who.address} ${method}`);
    t.match(answer.headers['retry-after'], /^\d+$/);
  }
  t.equal(
    (await ask(phone, to, 'INVITE', { uri: `sip:112@${to}` })).status,
    200,
    'an emergency call from inside',
  );
  t.equal(
    (await ask(stranger, to, 'INVITE', { uri: `sip:112@${to}` })).status,
    503,
    'for outsiders there is no 112 (ruling 3)',
  );
  t.equal((await ask(trunk, to, 'INFO', { callId: 'up', toTag, cseq: 2 })).status, 200, 'within a dialog');
  t.equal((await ask(trunk, to, 'BYE', { callId: 'up', toTag, cseq: 3 })).status, 200);
  let taken = 0;
  let told = 0;
  for (let i = 0; i < 30; i++) {
    const answer = await ask(trunk, to, 'INVITE');
    if (answer.status === 200) taken++;
    else if (answer.status === 503 && answer.headers['retry-after']) told++;
  }
  const branch = 'z9hG4bKheeds;oc;oc-algo="loss"';
  const answer = await ask(trunk, to, 'OPTIONS', { branch });
  t.match(answer.headers.via, /;oc=[1-9]\d?;oc-algo="loss";oc-validity=500;oc-seq=\d+\.\d+$/, 'RFC 7339 5');
  t.equal(taken + told, 30, `${taken} calls of the trunk taken, ${told} told when to come back`);

  clearInterval(storm);
  feel.utilization = 0;
  await until(() => engine.stats().guard.level === 'calm', 6000, 'calm again');
  t.equal((await ask(phone, to, 'OPTIONS')).status, 200);
});

t.test(
  'a full table: strangers and telephones are refused, emergency calls and dialogs have room',
  async (t) => {
    const { engine, to } = await pressed(t, { serverTransactions: 20 });
    const [trunk, phone] = await Promise.all([udpPeer(t, TRUNK), udpPeer(t, PHONE)]);
    const ok = await ask(trunk, to, 'INVITE', { callId: 'up' });
    const toTag = /tag=([^;\s]+)/.exec(ok.headers.to)![1]!;
    trunk.request(to, 'ACK', { callId: 'up', fromTag: 'f', toTag });
    // Requests that the application leaves unanswered.
    for (let i = 0; i < 25; i++) phone.request(to, 'INFO', { callId: `mute${i}` });
    await phone.next((m) => m.status === 503);
    t.ok(engine.stats().serverTransactions >= 20);
    for (const who of [phone, await udpPeer(t, '127.0.0.66')]) {
      const answer = await ask(who, to, 'OPTIONS');
      t.equal(answer.status, 503);
      t.match(answer.headers['retry-after'], /^\d+$/);
    }
    t.equal((await ask(phone, to, 'INVITE', { uri: `sip:112@${to}` })).status, 200);
    t.equal((await ask(trunk, to, 'BYE', { callId: 'up', toTag, cseq: 3 })).status, 200);
    t.ok(engine.stats().serverTransactions <= 25, `${engine.stats().serverTransactions} transactions`);
  },
);

t.test('a table is full by bytes too: requests of 64 kB cannot hold gigabytes', async (t) => {
  const { engine, to } = await pressed(t, { serverBytes: 300_000 });
  const stranger = await udpPeer(t, '127.0.0.66');
  const big = `X: ${'a'.repeat(7000)}\r\n`.repeat(8);
  const statuses: number[] = [];
  for (let i = 0; i < 12; i++) {
    stranger.request(to, 'CANCEL', { callId: `b${i}`, extra: big });
    statuses.push((await stranger.next((m) => m.headers['call-id'] === `b${i}`)).status);
  }
  t.ok(
    engine.stats().serverTransactions < 6,
    `${engine.stats().serverTransactions} kept of ${statuses.join(' ')}`,
  );
});

t.test('a hundred thousand forged sources leave no more behind than the tables hold', async (t) => {
  let now = 0;
  const guard = new Guard({ now: () => now, wall: () => now, settings: { lan: [] }, count() {} });
  const text =
    'OPTIONS sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP h;branch=z9hG4bK1\r\nFrom: <sip:a@b>;tag=1\r\nTo: <sip:a@b>\r\nCall-ID: x\r\nCSeq: 1 OPTIONS\r\nUser-Agent: sipvicious\r\n\r\n';
  const bytes = Buffer.from(text);
  const parsed = parseText(text, new LenienceCounter());
  if (!parsed.ok) throw new Error('the example is no good');
  const began = process.cpuUsage();
  for (let i = 0; i < 100_000; i++) {
    now += 0.2;
    const host = `${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}.7`;
    const flow = { proto: 'udp', remote: { host, port: 5060 } } as unknown as Flow;
    if (guard.admits(flow, bytes)) guard.opening(parsed.message, flow, 0);
    guard.offence(flow, 'malformed');
    guard.acquainted(host);
  }
  const { user, system } = process.cpuUsage(began);
  t.ok(user + system < 8e6, `${((user + system) / 1e5).toFixed(0)} µs each`);
  const { sources, acquaintances, suspects, bans } = guard.sizes;
  t.ok(
    sources <= 8000 && acquaintances <= 4000 && suspects <= 4000 && bans <= 2000,
    JSON.stringify(guard.sizes),
  );
});
