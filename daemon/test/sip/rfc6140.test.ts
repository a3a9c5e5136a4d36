import t from 'tap';
import { Operator } from '../../../scripts/lib/operator.ts';
import { headerOf, registered, ScriptedServer } from '../peers/scripted.ts';
import { makeLeg, next, ready, sipAddress, startEngine, startGateway, trunkConfig } from './kit.ts';

const account = { mode: 'register' as const, user: 'pbx1', password: '', bulkNumbers: true };

t.test('RFC 6140 5.1, 5.2: one registration for all numbers', async (t) => {
  const server = await ScriptedServer.start(t, (request) =>
    request.method === 'REGISTER' ? registered(request) : { status: 486 },
  );
  const engine = await startEngine(t);
  const trunk = trunkConfig({ ...account, server: `127.0.0.1:${server.port}` });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'registered');
  const [register] = server.of('REGISTER');
  t.equal(headerOf(register, 'Contact'), `<sip:${sipAddress(engine)};bnc>`, 'no user part, and bnc');
  t.equal(headerOf(register, 'Require'), 'gin');
  t.equal(headerOf(register, 'Proxy-Require'), 'gin');
  t.match(headerOf(register, 'Supported'), /\bpath\b/);
  t.match(headerOf(register, 'To'), /<sip:pbx1@127\.0\.0\.1>/);

  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'released');
  t.match(headerOf(server.of('INVITE')[0], 'Contact'), /<sip:pbx1@/, 'a call has a Contact of its own');
});

t.test('RFC 6140 5.2: a registrar that does not know it says 420, and so does the page', async (t) => {
  const server = await ScriptedServer.start(t, () => ({ status: 420, headers: [['Unsupported', 'gin']] }));
  const engine = await startEngine(t);
  const trunk = trunkConfig({ ...account, server: `127.0.0.1:${server.port}` });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'refused');
  t.match(gateway.trunks()[0]?.trouble, {
    said: { ru: /не умеет регистрировать все номера сразу \(420/, en: /cannot register all numbers at once/ },
    cure: { ru: /Выключите/, en: /off/ },
  });
});

t.test('RFC 6140 7: calls to any of the numbers come in, each under its own', async (t) => {
  const server = await ScriptedServer.start(t, (request) => registered(request));
  const engine = await startEngine(t);
  const trunk = trunkConfig({ ...account, server: `127.0.0.1:${server.port}` });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'registered');
  const caller = await Operator.start({});
  t.teardown(() => caller.close());
  for (const number of ['+74951112200', '+74951112299']) {
    const arrived = next(gateway, 'incoming');
    await caller.call({ to: sipAddress(engine), number });
    const [leg, call] = await arrived;
    t.match(call, { trunkId: 'acme', calledNumber: number });
    leg.release({ q850: 17, text: '', by: 'local' });
  }
});

t.test(
  'numbers of a trunk: of two static trunks at one address, the one whose number was called',
  async (t) => {
    const engine = await startEngine(t);
    const caller = await Operator.start({});
    t.teardown(() => caller.close());
    const trunks = ['first', 'second'].map((id) => trunkConfig({ id, server: `127.0.0.1:${caller.port}` }));
    const numbers = [
      { number: '+74951110001', trunk: 'first' },
      { number: '8 (495) 111-00-02', trunk: 'second' },
    ];
    const { gateway } = await startGateway(t, engine, trunks, { numbers });
    for (const [number, trunkId] of [
      ['+74951110002', 'second'],
      ['+74951110001', 'first'],
      ['84951110002', 'second'],
      ['+74951119999', 'first'],
    ] as const) {
      const arrived = next(gateway, 'incoming');
      await caller.call({ to: sipAddress(engine), number });
      const [leg, call] = await arrived;
      t.match(call, { trunkId, calledNumber: number });
      leg.release({ q850: 17, text: '', by: 'local' });
    }
  },
);
