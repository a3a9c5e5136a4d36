/** Kamailio as an operator's registrar and proxy: our trunk registers by digest and has calls both ways. */
import t from 'tap';
import type { Leg } from '../../src/call/leg.ts';
import type { TrunkConfig } from '../../src/config/schema.ts';
import { startKamailio } from '../peers/kamailio.ts';
import { makeLeg, next, ready, sipAddress, startEngine, startGateway, trunkConfig } from './kit.ts';

const normal = { q850: 16, text: '', by: 'local' as const };
const number = '+74951110000';

/** The office registers at Kamailio; every number that nobody registered is at `far`. */
async function network(t: Parameters<typeof startEngine>[0], change: Partial<TrunkConfig>) {
  const transport = change.transport === 'tcp' ? 'tcp' : 'udp';
  const [engine, farEngine] = await Promise.all([startEngine(t), startEngine(t)]);
  const kamailio = await startKamailio(t, {
    password: 'right',
    elsewhere: sipAddress(farEngine, transport),
    elsewhereTransport: transport,
  });
  const server = `${kamailio.host}:${kamailio.port}`;
  const account = { mode: 'register' as const, user: number, password: 'right', registerSeconds: 60 };
  const office = await startGateway(t, engine, [trunkConfig({ ...account, server, ...change })]);
  const far = await startGateway(t, farEngine, [trunkConfig({ server, transport })]);
  return { kamailio, engine, farEngine, office, far };
}

/** Both ends hold and resume in turn, as the other sees it. */
async function holdAndResume(t: { pass(what: string): void }, one: Leg, other: Leg) {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const)
    for (const on of [true, false]) {
      const seen = next(to, 'held', (held) => held === on);
      await from.hold(on);
      await seen;
      t.pass(on ? 'held' : 'resumed');
    }
}

for (const transport of ['udp', 'tcp'] as const)
  t.test(`over ${transport}: registered, called, calling, held, ended by either side`, async (t) => {
    const { office, far, engine, farEngine } = await network(t, { transport });
    await ready(office.gateway, 'registered');

    // To us: Kamailio looks up where we are.
    const arrived = next(office.gateway, 'incoming');
    const calling = await makeLeg(far.gateway, { number });
    const answered = next(calling, 'answered');
    calling.start();
    const [incoming] = await arrived;
    incoming.alert();
    await incoming.answer();
    await answered;
    await holdAndResume(t, calling, incoming);
    const gone = next(incoming, 'released');
    calling.release(normal);
    t.match((await gone)[0], { q850: 16, by: 'remote' });

    // From us: Kamailio asks who we are.
    const reached = next(far.gateway, 'incoming');
    const outgoing = await makeLeg(office.gateway);
    const connected = next(outgoing, 'answered');
    outgoing.start();
    const [called] = await reached;
    await called.answer();
    await connected;
    await holdAndResume(t, outgoing, called);
    const ended = next(outgoing, 'released');
    called.release(normal);
    t.match((await ended)[0], { q850: 16, by: 'remote' });
    const sent = engine.trace('Proxy-Authorization').map((entry) => entry.text.split(' ')[0]);
    t.ok(sent.includes('INVITE'), 'the INVITE showed the password');
    for (const side of [engine, farEngine]) t.notOk(side.stats().counts['ack.timeout']);
  });

t.test('a caller who gives up is passed on, and so is a busy called party', async (t) => {
  const { office, far } = await network(t, {});
  await ready(office.gateway, 'registered');
  const reached = next(far.gateway, 'incoming');
  const given = await makeLeg(office.gateway);
  const alerting = next(given, 'alerting');
  given.start();
  const [called] = await reached;
  called.alert();
  await alerting;
  const gone = next(called, 'released');
  given.release(normal);
  t.match((await gone)[0], { by: 'remote' });

  const again = next(far.gateway, 'incoming');
  const refused = await makeLeg(office.gateway);
  const over = next(refused, 'released');
  refused.start();
  const [busy] = await again;
  busy.release({ q850: 17, text: '', by: 'local' });
  t.match((await over)[0], { sip: 486, q850: 17 });
});

t.test('a wrong password is refused, and the trunk says so', async (t) => {
  const { office } = await network(t, { password: 'wrong' });
  await ready(office.gateway, 'refused');
  t.match(office.gateway.trunks()[0]?.lastExchange, { request: 'REGISTER', status: 401 });
});

t.test('with the registration taken back nobody reaches us any more', async (t) => {
  const engine = await startEngine(t);
  const farEngine = await startEngine(t);
  const kamailio = await startKamailio(t, { password: 'right' });
  const server = `${kamailio.host}:${kamailio.port}`;
  const account = { mode: 'register' as const, user: number, password: 'right', registerSeconds: 60 };
  const office = await startGateway(t, engine, [trunkConfig({ ...account, server })]);
  const far = await startGateway(t, farEngine, [trunkConfig({ server })]);
  await ready(office.gateway, 'registered');
  const arrived = next(office.gateway, 'incoming');
  const first = await makeLeg(far.gateway, { number });
  first.start();
  const [leg] = await arrived;
  const over = next(leg, 'released');
  first.release(normal);
  await over;
  await office.gateway.close();
  const second = await makeLeg(far.gateway, { number });
  const refused = next(second, 'released');
  second.start();
  t.match((await refused)[0], { sip: 404 });
});
