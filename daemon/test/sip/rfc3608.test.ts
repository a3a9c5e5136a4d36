import t from 'tap';
import type { Message } from '../../../scripts/lib/operator/message.ts';
import { Operator } from '../../../scripts/lib/operator.ts';
import { Emitter } from '../../src/base/emitter.ts';
import type { NetworkEvent } from '../../src/sip/index.ts';
import { headerOf, registered, ScriptedServer } from '../peers/scripted.ts';
import { makeLeg, next, ready, sipAddress, startEngine, startGateway, trunkConfig } from './kit.ts';

const account = { mode: 'register' as const, user: 'office', numberFormat: 'e164' as const };

/** A registrar that gives these headers with its 200, and is busy to calls. */
const registrar = (
  t: Parameters<typeof ScriptedServer.start>[0],
  headers: () => [string, string][],
  host?: string,
) =>
  ScriptedServer.start(
    t,
    (request: Message) => (request.method === 'REGISTER' ? registered(request, headers()) : { status: 486 }),
    host,
  );

t.test('RFC 3608 6.1: calls take the Service-Route, in its order, and go to its first entry', async (t) => {
  const proxy = await ScriptedServer.start(t, () => ({ status: 486 }), '127.0.0.41');
  const first = `<sip:${proxy.host}:${proxy.port};lr>`;
  const second = '<sip:scscf.operator.example;lr>';
  const server = await registrar(t, () => [
    ['Service-Route', first],
    ['Service-Route', second],
  ]);
  const engine = await startEngine(t);
  const trunk = trunkConfig({ ...account, server: `127.0.0.1:${server.port}` });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'registered');
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'released');
  const [invite] = proxy.of('INVITE');
  t.same(invite?.headers.get('route')?.join(', '), `${first}, ${second}`);
  t.equal(invite?.uri, `sip:78121234567@127.0.0.1:${server.port}`, 'the Request-URI stays the called');
  t.same(server.of('INVITE'), []);
  t.equal(gateway.trunks()[0]?.state, 'registered', 'a busy called is no fault of the road');

  const arrived = next(gateway, 'incoming');
  const caller = await Operator.start({ host: '127.0.0.41' });
  t.teardown(() => caller.close());
  await caller.call({ to: sipAddress(engine), number: '74951112233' });
  const [incoming] = await arrived;
  incoming.release({ q850: 17, text: '', by: 'local' });
});

t.test('RFC 3608 6.1: where an outbound proxy is set, calls stay with it', async (t) => {
  const server = await registrar(t, () => [['Service-Route', '<sip:192.0.2.77;lr>']]);
  const engine = await startEngine(t);
  const trunk = trunkConfig({
    ...account,
    server: 'operator.example',
    outboundProxy: `127.0.0.1:${server.port}`,
  });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'registered');
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'released');
  t.equal(headerOf(server.of('INVITE')[0], 'Route'), '<sip:192.0.2.77;lr>');
});

t.test('RFC 3608 6.1: a later registration without one takes it back', async (t) => {
  let headers: [string, string][] = [['Service-Route', '<sip:192.0.2.77;lr>']];
  const server = await registrar(t, () => headers);
  const engine = await startEngine(t);
  const outboundProxy = `127.0.0.1:${server.port}`;
  const trunk = trunkConfig({ ...account, server: 'operator.example', outboundProxy });
  const network = new Emitter<{ network: [event: NetworkEvent] }>();
  const { gateway } = await startGateway(t, engine, [trunk], { network });
  await ready(gateway, 'registered');
  headers = [];
  const renewed = next(gateway, 'trunkChanged', (status) => status.state === 'registered');
  network.emit('network', {
    kind: 'flow-failed',
    protocol: 'udp',
    host: '127.0.0.1',
    port: 0,
    reason: 'test',
  });
  await renewed;
  t.equal(server.of('REGISTER').length, 2);
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'released');
  t.equal(headerOf(server.of('INVITE')[0], 'Route'), '');
});

t.test('RFC 3327 4: Path is understood, and left to the proxies', async (t) => {
  const server = await registrar(t, () => [['Path', '<sip:edge.operator.example;lr>']]);
  const engine = await startEngine(t);
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ ...account, server: `127.0.0.1:${server.port}` }),
  ]);
  await ready(gateway, 'registered');
  const [register] = server.of('REGISTER');
  t.match(headerOf(register, 'Supported'), /\bpath\b/);
  t.equal(headerOf(register, 'Path'), '');
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'released');
  t.equal(headerOf(server.of('INVITE')[0], 'Route'), '', 'Path is of the way toward us, not from us');
});

t.test(
  'RFC 7315 4.1: P-Associated-URI: the default identity is shown, and calls to any of them are ours',
  async (t) => {
    const server = await registrar(t, () => [
      ['P-Associated-URI', '<sip:74951110000@operator.example>, <tel:+74951110001>'],
    ]);
    const other = await registrar(t, () => []);
    const engine = await startEngine(t);
    const { gateway } = await startGateway(t, engine, [
      trunkConfig({ ...account, id: 'first', user: 'u1', server: `127.0.0.1:${other.port}` }),
      trunkConfig({ ...account, server: `127.0.0.1:${server.port}` }),
    ]);
    await ready(gateway, 'registered');
    await ready(gateway, 'registered', 'first');
    const leg = await makeLeg(gateway);
    leg.start();
    await next(leg, 'released');
    const [invite] = server.of('INVITE');
    t.match(headerOf(invite, 'From'), /<sip:74951110000@127\.0\.0\.1>/);
    t.equal(headerOf(invite, 'P-Asserted-Identity'), '<sip:74951110000@127.0.0.1>');

    const caller = await Operator.start({});
    t.teardown(() => caller.close());
    const arrived = next(gateway, 'incoming');
    await caller.call({ to: sipAddress(engine), number: '+74951110001' });
    const [incoming, call] = await arrived;
    t.equal(call.trunkId, 'acme', 'of two accounts at one address, the one that has the number');
    incoming.release({ q850: 17, text: '', by: 'local' });
  },
);
