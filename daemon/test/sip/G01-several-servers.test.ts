import { createServer } from 'node:net';
import t from 'tap';
import { patient } from '../../../hw/simulator/office/patience.ts';
import { Operator } from '../../../scripts/lib/operator.ts';
import { systemClock } from '../../src/base/clock.ts';
import { trunkResolver } from '../../src/main/trunk-resolver.ts';
import { systemDns } from '../../src/sipd/resolve/dns.ts';
import { FakeDns } from '../peers/dns.ts';
import { type Peer, udpPeer } from '../sipd/peer.ts';
import { makeLeg, next, QUICK, ready, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const normal = { q850: 16, text: '', by: 'local' as const };

/** A trunk by a name behind which stand these ports, the preferred first; its name service is a real one. */
async function behind(t: Parameters<typeof startEngine>[0], ports: number[], change = {}) {
  const dns = await FakeDns.start(t, [
    { name: 'op.test', type: 'NAPTR', data: '10 10 s SIP+D2U _sip._udp.op.test' },
    ...ports.map((port, i) => ({
      name: '_sip._udp.op.test',
      type: 'SRV' as const,
      data: `${10 * (i + 1)} 0 ${port} h.op.test`,
    })),
    { name: 'h.op.test', type: 'A', data: '127.0.0.1' },
  ]);
  const engine = await startEngine(t, { timers: QUICK });
  const clock = systemClock({ unref: true });
  const families = () => ({ v4: true, v6: false });
  const resolver = trunkResolver(clock, families, systemDns([dns.address]));
  const trunk = trunkConfig({ server: 'op.test', transport: 'auto', noAnswerMs: 1000, ...change });
  const { gateway, media } = await startGateway(t, engine, [trunk], { resolver });
  return { dns, engine, gateway, media };
}

async function operators(t: { teardown(fn: () => unknown): void }): Promise<[Operator, Operator]> {
  const start = (): Promise<Operator> =>
    Operator.start({ accounts: { office: 'secret' }, usual: { status: 200, ringMs: 10 } });
  const both = await Promise.all([start(), start()]);
  t.teardown(() => Promise.all(both.map((operator) => operator.close())));
  return both;
}

t.test(
  'RFC 3263 4.3: an INVITE that the first server is silent to goes to the second, in the same call',
  async (t) => {
    const [dead, live] = [await udpPeer(t), await udpPeer(t)];
    const { gateway } = await behind(t, [dead.port, live.port], { noAnswerMs: 4000 });
    const leg = await makeLeg(gateway);
    const began = performance.now();
    leg.start();
    const second = await live.expect('INVITE', 8000);
    t.ok(performance.now() - began < 3600, 'before the whole patience is over');
    const first = dead.seen.find((m) => m.method === 'INVITE')!;
    t.equal(second.headers['call-id'], first.headers['call-id']);
    t.not(second.headers.from, first.headers.from, 'a dialog of its own');
    live.reply(second, 200, { body: offer(second.body) });
    await next(leg, 'answered');
    await live.expect('ACK');
    // Ruling 15: the first one was only slow.
    dead.reply(first, 200, { tag: 'late', body: offer(first.body) });
    await dead.expect('ACK');
    dead.reply(await dead.expect('BYE'), 200);
    t.equal(live.count('BYE'), 0, 'the call itself goes on');
    const again = await makeLeg(gateway);
    again.start();
    const direct = await live.expect('INVITE', 300);
    t.equal(dead.count('INVITE'), 1 + repeats(dead), 'the next call does not wait for the dead one');
    live.reply(direct, 486);
    await next(again, 'released');
    leg.release(normal);
    live.reply(await live.expect('BYE'), 200);
  },
);

const offer = (theirs: string): string => theirs.replace(/m=audio \d+/, 'm=audio 4000');
const repeats = (peer: Peer): number => peer.count('INVITE') - 1;

t.test(
  'RFC 3263 4.3: 503 sends the call to the next server at once; a refusal of the called does not',
  async (t) => {
    const [busy, live] = [await udpPeer(t), await udpPeer(t)];
    const { gateway } = await behind(t, [busy.port, live.port]);
    const leg = await makeLeg(gateway);
    leg.start();
    busy.reply(await busy.expect('INVITE'), 503, { extra: 'Retry-After: 5\r\n' });
    await busy.expect('ACK');
    live.reply(await live.expect('INVITE', 500), 486);
    const [cause] = await next(leg, 'released');
    t.match(cause, { q850: 17 });
    t.equal(live.count('INVITE'), 1);
  },
);

t.test('RFC 3263 4.3: with every server silent the caller waits no longer than for one', async (t) => {
  const [one, two] = [await udpPeer(t), await udpPeer(t)];
  const { gateway } = await behind(t, [one.port, two.port]);
  const leg = await makeLeg(gateway);
  const began = performance.now();
  leg.start();
  const [cause] = await next(leg, 'released');
  const took = performance.now() - began;
  t.match(cause, { q850: 102, sip: 408 });
  t.ok(took >= 990 && took < patient(2500), `${took} ms`);
  t.ok(one.count('INVITE') >= 1 && two.count('INVITE') >= 1);
});

t.test(
  'C05: DNS dies: registration and calls go on; the first server dies: the second; back after',
  async (t) => {
    const [first, second] = await operators(t);
    const { gateway, dns } = await behind(t, [first.port, second.port], {
      mode: 'register',
      user: 'office',
      password: 'secret',
      registerSeconds: 60,
      optionsSeconds: 30,
    });
    await ready(gateway, 'registered');
    dns.mood = 'silent';
    const call = async (): Promise<void> => {
      const leg = await makeLeg(gateway);
      leg.start();
      await next(leg, 'answered');
      leg.release(normal);
    };
    await call();
    t.equal(first.calls().length, 1, 'DNS is dead, the call goes where it went');
    first.silent = true;
    await call();
    t.equal(second.calls().length, 1, 'the call after the first server died');
    await until(() => second.registrations().some((r) => r.user === 'office'), 8000);
    t.match(
      gateway.trunks()[0]?.targets.map((target) => [target.port, target.state]),
      [
        [first.port, 'silent'],
        [second.port, 'answers'],
      ],
      'each server is shown by itself',
    );
    await ready(gateway, 'registered');
    first.silent = false;
    await until(() => gateway.trunks()[0]?.targets[0]?.state === 'answers', 8000);
    await until(async () => {
      await call();
      return first.calls().length > 1;
    }, 8000);
    t.pass('calls are back at the preferred server');
  },
);

t.test(
  'ruling 16: on an automatic trunk what is too large for UDP goes by TCP, on a UDP one it does not',
  async (t) => {
    for (const transport of ['auto', 'udp'] as const) {
      const peer = await udpPeer(t);
      let overTcp = '';
      const server = createServer((socket) =>
        socket.on('data', (data) => (overTcp += data.toString('latin1'))),
      );
      await new Promise<void>((resolve) => server.listen(peer.port, '127.0.0.1', resolve));
      t.teardown(() => server.close());
      const { gateway } = await behind(t, [peer.port], { transport });
      // A name at its longest, of letters that take two bytes each, and who was called: over 1300 bytes in all.
      const caller = { number: `+7495${'1'.repeat(7)}`, name: 'Ж'.repeat(500) };
      const leg = await makeLeg(gateway, { caller });
      leg.start();
      if (transport === 'auto') {
        await until(() => overTcp.includes('INVITE'), 2000);
        t.match(overTcp, /^INVITE [^\r]*\r\nVia: SIP\/2\.0\/TCP/);
        t.equal(peer.count('INVITE'), 0);
      } else {
        const invite = await peer.expect('INVITE');
        t.ok(invite.text.length > 1300);
        t.equal(overTcp, '');
      }
      leg.release(normal);
      await gateway.close();
    }
  },
);
