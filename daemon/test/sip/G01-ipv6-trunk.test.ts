import t from 'tap';
import { Operator } from '../../../scripts/lib/operator.ts';
import { systemClock } from '../../src/base/clock.ts';
import { trunkResolver } from '../../src/main/trunk-resolver.ts';
import { systemDns } from '../../src/sipd/resolve/dns.ts';
import { FakeDns } from '../peers/dns.ts';
import { makeLeg, next, ready, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const normal = { q850: 16, text: '', by: 'local' as const };
const account = { mode: 'register' as const, user: 'office', password: 'secret' };

async function operator(t: { teardown(fn: () => unknown): void }, host: string): Promise<Operator> {
  const far = await Operator.start({
    host,
    accounts: { office: 'secret' },
    usual: { status: 200, ringMs: 10 },
  });
  t.teardown(() => far.close());
  return far;
}

t.test('an IPv6 trunk: registration, calls both ways, addresses in brackets, SDP with IP6', async (t) => {
  const far = await operator(t, '::1');
  const engine = await startEngine(t, {
    listen: [
      { transport: 'udp', host: '127.0.0.1', port: 0 },
      { transport: 'udp', host: '::1', port: 0 },
    ],
  });
  const own = engine.sip[1]!.port;
  const trunk = trunkConfig({ ...account, server: `[::1]:${far.port}` });
  const { gateway, media } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'registered');
  t.match(far.registrations(), [{ user: 'office', contact: `sip:office@[::1]:${own}` }]);
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
  const [invite] = engine.trace('INVITE sip:');
  t.match(invite?.text, new RegExp(`^INVITE sip:\\+78121234567@\\[::1\\]:${far.port} SIP/2.0`));
  t.match(invite?.text, new RegExp(`\r\nVia: SIP/2.0/UDP \\[::1\\]:${own};branch=`));
  t.match(invite?.text, new RegExp(`\r\nContact: <sip:office@\\[::1\\]:${own}>`));
  t.match(invite?.text, /\r\nc=IN IP6 ::1\r\n/);
  t.match(invite?.text, /\r\no=\S+ \d+ \d+ IN IP6 ::1\r\n/);
  t.match(media.set.at(-1)?.parameters, { remoteAddress: '::1' });
  leg.release(normal);
  await until(() => far.calls().every((call) => call.state === 'ended'));
  const incoming = next(gateway, 'incoming');
  void far.call({ to: 'office', number: '+74951112233', caller: '+79161234567' });
  const [called, call] = await incoming;
  t.equal(call.sourceAddress, '::1');
  await called.answer();
  await until(() => far.calls().some((c) => c.direction === 'to-box' && c.state === 'answered'));
  called.release(normal);
  await until(() => far.calls().every((c) => c.state === 'ended'));
});

t.test(
  'a name with both families: IPv4 first, IPv6 where that is dead; alone where we have no IPv4',
  async (t) => {
    const far = await operator(t, '::1');
    const dns = await FakeDns.start(t, [
      { name: 'op.test', type: 'A', data: '127.0.0.1' },
      { name: 'op.test', type: 'AAAA', data: '::1' },
    ]);
    const server = `op.test:${far.port}`;
    for (const v4 of [true, false]) {
      const engine = await startEngine(t, {
        timers: { T1: 5, T2: 20, T4: 20 },
        listen: [
          ...(v4 ? [{ transport: 'udp' as const, host: '127.0.0.1', port: 0 }] : []),
          { transport: 'udp', host: '::1', port: 0 },
        ],
      });
      const clock = systemClock({ unref: true });
      const resolver = trunkResolver(clock, () => ({ v4, v6: true }), systemDns([dns.address]));
      const { gateway } = await startGateway(t, engine, [trunkConfig({ ...account, server })], { resolver });
      await ready(gateway, 'registered');
      t.same(
        gateway.trunks()[0]?.targets.map((target) => target.address),
        v4 ? ['127.0.0.1', '::1'] : ['::1'],
      );
      await gateway.close();
    }
  },
);
