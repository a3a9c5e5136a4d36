import t from 'tap';
import { Operator } from '../../../scripts/lib/operator.ts';
import { Emitter } from '../../src/base/emitter.ts';
import { type NetworkEvent, trunkTimes } from '../../src/sip/index.ts';
import { Nat } from '../peers/nat.ts';
import { makeLeg, next, ready, sipAddress, startEngine, startGateway, trunkConfig, until } from './kit.ts';

const account = { mode: 'register' as const, user: 'office', password: 'secret', optionsSeconds: 30 };
const normal = { q850: 16, text: '', by: 'local' as const };

async function operator(t: { teardown(fn: () => unknown): void }): Promise<Operator> {
  const far = await Operator.start({ accounts: { office: 'secret' }, usual: { status: 200, ringMs: 10 } });
  t.teardown(() => far.close());
  return far;
}

/** A call out and a call in, both answered. */
async function callsWork(far: Operator, gateway: Awaited<ReturnType<typeof startGateway>>['gateway']) {
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
  leg.release(normal);
  const arrived = next(gateway, 'incoming');
  const id = await far.call({ to: 'office', number: '+74951112233' });
  const [incoming] = await arrived;
  await incoming.answer();
  await until(() => far.calls().find((call) => call.id === id)?.state === 'answered');
  incoming.release(normal);
}

t.test(
  'V05: the router gets another address: the operator has the new one, and not the old, and calls go on',
  async (t) => {
    const far = await operator(t);
    const engine = await startEngine(t);
    const nat = await Nat.start(t, far, '127.0.0.21');
    const trunk = trunkConfig({ ...account, server: `127.0.0.1:${nat.port}` });
    const { gateway } = await startGateway(t, engine, [trunk]);
    gateway.on('incoming', () => {});
    const seen: string[] = [];
    gateway.on('addressChanged', (change) => void seen.push(`${change.cause} ${change.seenAt?.host}`));

    const contact = (): string =>
      far
        .registrations()
        .map((r) => r.contact)
        .join();
    const at = (place: { host: string; port: number }): string => `<sip:office@${place.host}:${place.port}>`;
    await until(() => contact() === at(nat.place));
    t.match(gateway.trunks()[0], { state: 'registered', publicAddress: `127.0.0.21:${nat.place.port}` });
    await callsWork(far, gateway);

    const old = nat.place;
    await nat.move('127.0.0.22');
    await until(() => contact() === at(nat.place));
    t.match(gateway.trunks()[0], { publicAddress: `127.0.0.22:${nat.place.port}` });
    t.ok(seen.includes('nat 127.0.0.22'), 'whoever listens is told');
    const last = nat.passed.filter((p) => p.direction === 'out' && p.text.startsWith('REGISTER')).at(-1)!;
    t.match(last.text, `${at(nat.place)}, ${at(old)};expires=0`, 'the old binding goes in the same request');
    await callsWork(far, gateway);
    t.ok(
      trunkTimes.keepOpenMs * 1.05 + trunkTimes.optionsAnswerMs < 30_000,
      'with the real times it is noticed within 30 s: the check through a router, its jitter, and an answer that is lost',
    );
  },
);

t.test('V05: a server that ignores OPTIONS is registered with often enough to notice', async (t) => {
  const far = await operator(t);
  const engine = await startEngine(t);
  const nat = await Nat.start(t, far, '127.0.0.23');
  const trunk = trunkConfig({ ...account, server: `127.0.0.1:${nat.port}`, optionsSeconds: 0 });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await until(() => far.registrations()[0]?.contact.includes('127.0.0.23'));
  await nat.move('127.0.0.24');
  await until(
    () => far.registrations().length === 1 && far.registrations()[0]!.contact.includes('127.0.0.24'),
  );
  t.equal(gateway.trunks()[0]?.state, 'registered');
  t.equal(far.counts.OPTIONS ?? 0, 0);
});

t.test('V05: the machine gets another address: old binding out, new one in, and calls go on', async (t) => {
  const far = await operator(t);
  let addresses = ['127.0.0.1', '127.0.0.31', '127.0.0.32'];
  const network = new Emitter<{ network: [event: NetworkEvent] }>();
  const listen = ['127.0.0.31', '127.0.0.32'].map((host) => ({ transport: 'udp' as const, host, port: 0 }));
  const engine = await startEngine(
    t,
    { listen },
    {
      interfaces: () => addresses.map((host) => ({ host, prefix: 32 })),
      onNetwork: (event) => network.emit('network', event),
    },
  );
  const own = (): string => addresses.find((host) => host !== '127.0.0.1')!;
  const trunk = trunkConfig({ ...account, server: `127.0.0.1:${far.port}` });
  const { gateway, media } = await startGateway(t, engine, [trunk], { network, routed: async () => own() });
  gateway.on('incoming', () => {});
  await until(() => far.registrations()[0]?.contact.includes('@127.0.0.31:'));
  await callsWork(far, gateway);
  const before = far.counts.REGISTER;

  addresses = ['127.0.0.1', '127.0.0.32'];
  await until(() => far.registrations()[0]?.contact.includes('@127.0.0.32:'), 8000);
  t.equal(far.registrations().length, 1, 'the binding of the old address is taken back');
  t.ok(far.counts.REGISTER! > before!);
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
  t.ok(media.bound.includes('127.0.0.32'), 'speech is bound to the new address');
  leg.release(normal);
  await callsWork(far, gateway);
  await ready(gateway, 'registered');
});

t.test('a public address that is set is what the operator sees, and where speech is asked to', async (t) => {
  const far = await operator(t);
  const engine = await startEngine(t);
  const nat = await Nat.start(t, far, '127.0.0.25');
  const trunk = trunkConfig({
    ...account,
    server: `127.0.0.1:${nat.port}`,
    publicAddress: '203.0.113.77',
    sdpAddress: 'public',
  });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'registered');
  const port = Number(sipAddress(engine).split(':')[1]);
  t.equal(far.registrations()[0]?.contact, `<sip:office@203.0.113.77:${port}>`);
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
  const invite = nat.passed.find((p) => p.text.startsWith('INVITE'))!.text;
  t.match(invite, /\r\nc=IN IP4 203\.0\.113\.77\r\n/);
  t.match(invite, new RegExp(`\\r\\nContact: <sip:office@203\\.0\\.113\\.77:${port}>`));
  leg.release(normal);
});

t.test('a public address that is set later takes the place of the old binding', async (t) => {
  const far = await operator(t);
  const engine = await startEngine(t);
  const trunk = trunkConfig({ ...account, server: `127.0.0.1:${far.port}` });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'registered');
  gateway.apply({ trunks: [{ ...trunk, publicAddress: '203.0.113.78' }] });
  await until(() => {
    const [only, ...others] = far.registrations();
    return others.length === 0 && only?.contact.includes('@203.0.113.78:');
  });
  await ready(gateway, 'registered');
});
