import { createSocket, type Socket } from 'node:dgram';
import t from 'tap';
import { Operator } from '../../../scripts/lib/operator.ts';
import { FakeClock, systemClock } from '../../src/base/clock.ts';
import { startSip } from '../../src/sip/index.ts';
import { Targets } from '../../src/sip/targets.ts';
import { freeTcpPort, freeUdpPort } from '../peers/process.ts';
import { expectRequest, respond, respondInDialog, sippSdp, startSipp } from '../peers/sipp.ts';
import {
  makeLeg,
  next,
  quickTimes,
  ready,
  resolverOf,
  SilentMedia,
  startEngine,
  startGateway,
  trunkConfig,
  until,
} from './kit.ts';

const account = { mode: 'register' as const, user: 'office', password: 'secret', registerSeconds: 60 };
const normal = { q850: 16, text: '', by: 'local' as const };

async function operator(
  t: { teardown(fn: () => unknown): void },
  options: Parameters<typeof Operator.start>[0] = {},
): Promise<Operator> {
  const made = await Operator.start({ usual: { status: 200, ringMs: 10 }, ...options });
  t.teardown(() => made.close());
  return made;
}

t.test(
  'RFC 3263: a port means addresses only, else SRV by priority and weight; the last known addresses outlive DNS',
  async (t) => {
    const clock = new FakeClock();
    let broken = false;
    const answers = {
      addresses: async (host: string) => {
        if (broken) throw new Error('SERVFAIL');
        return host === 'b.example' ? ['192.0.2.2'] : ['192.0.2.1'];
      },
      services: async (name: string) => {
        if (broken) throw new Error('SERVFAIL');
        if (name !== '_sip._udp.operator.example') return [];
        return [
          { name: 'a.example', port: 5070, priority: 20, weight: 0 },
          { name: 'b.example', port: 5080, priority: 10, weight: 0 },
        ];
      },
    };
    const resolver = resolverOf(answers, clock);
    const [udp, tcp] = [{ transport: 'udp' as const }, { transport: 'tcp' as const }];
    const name = 'operator.example';
    t.same(await resolver.locate(name, undefined, 'udp'), [
      { address: '192.0.2.2', port: 5080, ...udp },
      { address: '192.0.2.1', port: 5070, ...udp },
    ]);
    t.same(await resolver.locate(name, 5090, 'udp'), [{ address: '192.0.2.1', port: 5090, ...udp }]);
    t.same(await resolver.locate(name, undefined, 'tcp'), [{ address: '192.0.2.1', port: 5060, ...tcp }]);
    t.same((await resolver.locate(name, undefined, 'auto'))[0]?.transport, 'udp', 'what DNS has records for');

    let changes = 0;
    const targets = new Targets('operator.example', 'udp', resolver, clock, () => void changes++);
    const settle = () => new Promise((resolve) => setImmediate(resolve));
    await settle();
    t.equal(changes, 1);
    t.equal(targets.current?.address, '192.0.2.2');
    targets.failed({ address: '192.0.2.2', port: 5080, ...udp });
    t.equal(targets.current?.address, '192.0.2.1', 'C05: the second target is tried');
    targets.failed({ address: '192.0.2.1', port: 5070, ...udp });
    t.equal(targets.current?.address, '192.0.2.2', 'with all of them failed, the preferred one');
    targets.worked({ address: '192.0.2.1', port: 5070, ...udp });
    t.equal(targets.current?.address, '192.0.2.1');
    clock.advance(33_000);
    t.equal(targets.current?.address, '192.0.2.2', 'and back when its time is over');
    broken = true;
    clock.advance(300_000);
    await settle();
    t.ok(targets.includes('192.0.2.2') && targets.includes('::ffff:192.0.2.1'));
    targets.close();
    t.equal(clock.pending, 0);
  },
);

t.test('C05: with the first SRV target dead, registration and calls go to the second', async (t) => {
  const far = await operator(t);
  const dead = await freeUdpPort();
  const engine = await startEngine(t, { timers: { T1: 5, T2: 20, T4: 20 } });
  const resolver = resolverOf({
    addresses: async () => ['127.0.0.1'],
    services: async () => [
      { name: 'a.operator.example', port: dead, priority: 10, weight: 0 },
      { name: 'b.operator.example', port: far.port, priority: 20, weight: 0 },
    ],
  });
  const trunk = trunkConfig({ ...account, server: 'operator.example' });
  const { gateway } = await startGateway(t, engine, [trunk], { resolver });
  await ready(gateway, 'registered');
  t.match(far.registrations(), [{ user: 'office' }]);
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
  t.equal(far.calls().length, 1);
});

t.test('an outbound proxy carries everything, while the operator is named as configured', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    scenario: [expectRequest('INVITE'), respond('486 Busy Here'), expectRequest('ACK')].join('\n'),
  });
  const resolver = resolverOf({
    addresses: async () => {
      throw new Error('ENOTFOUND');
    },
    services: async () => [],
  });
  const trunk = trunkConfig({
    server: 'operator.example',
    outboundProxy: `127.0.0.1:${sipp.port}`,
    user: 'office',
  });
  const { gateway } = await startGateway(t, engine, [trunk], { resolver });
  const leg = await makeLeg(gateway);
  leg.start();
  await sipp.done();
  const invite = (await sipp.messages()).find((m) => m.startLine.startsWith('INVITE'));
  t.equal(invite?.startLine, 'INVITE sip:+78121234567@operator.example SIP/2.0');
  t.match(invite?.header('From'), /<sip:office@operator\.example>/);
});

t.test('OPTIONS: a silent static peer goes down, stays down for one answer, and comes back', async (t) => {
  const far = await operator(t);
  const engine = await startEngine(t);
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ server: `127.0.0.1:${far.port}`, optionsSeconds: 10 }),
  ]);
  await until(() => gateway.trunks()[0]?.lastExchange?.request === 'OPTIONS');
  t.match(gateway.trunks()[0], { state: 'up', lastExchange: { status: 200 } });
  far.silent = true;
  await ready(gateway, 'down');
  t.match(gateway.trunks()[0]?.lastExchange, { status: 408, said: { ru: 'Сервер оператора не отвечает' } });
  t.match(gateway.call({ trunkId: 'acme', number: '+78121234567', caller: {} }), {
    q850: 27,
    text: 'trunk acme is down',
  });
  far.silent = false;
  await ready(gateway, 'up');
});

t.test('a registrar that ignores OPTIONS is not taken for dead', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    calls: 9,
    scenario: [
      '  <recv request="OPTIONS" optional="true" next="1"/>',
      expectRequest('REGISTER'),
      respond('200 OK', { headers: 'Expires: 600' }),
      '  <label id="1"/>',
      '  <pause milliseconds="1"/>',
    ].join('\n'),
  });
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ ...account, server: `127.0.0.1:${sipp.port}`, optionsSeconds: 5 }),
  ]);
  const seen: string[] = [];
  gateway.on(
    'trunkChanged',
    (status) =>
      void (
        status.lastExchange &&
        seen.push(`${status.lastExchange.request} ${status.lastExchange.status} ${status.state}`)
      ),
  );
  await until(() => seen.filter((line) => line.startsWith('OPTIONS 408')).length >= 3);
  t.ok(
    seen.filter((line) => line.startsWith('OPTIONS 408')).every((line) => line.endsWith('registered')),
    seen.join(', '),
  );
});

t.test('without a health check, refusals of calls do not close a trunk for good', async (t) => {
  const far = await operator(t, { usual: { status: 503, ringMs: 0 } });
  const engine = await startEngine(t);
  const { gateway } = await startGateway(t, engine, [trunkConfig({ server: `127.0.0.1:${far.port}` })]);
  for (let i = 0; i < 3; i++) {
    const leg = await makeLeg(gateway);
    const released = next(leg, 'released');
    leg.start();
    t.match((await released)[0], { sip: 503 });
  }
  t.equal(gateway.trunks()[0]?.state, 'up');
  far.usual = { status: 200, ringMs: 0 };
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
});

t.test('a change of settings drops no call and re-registers only what must be', async (t) => {
  const far = await operator(t, { accounts: { office: 'secret', other: 'secret' } });
  const engine = await startEngine(t);
  const trunk = trunkConfig({ ...account, server: `127.0.0.1:${far.port}` });
  const { gateway } = await startGateway(t, engine, [trunk]);
  await ready(gateway, 'registered');
  const registers = far.counts.REGISTER;
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
  gateway.apply({ trunks: [{ ...trunk, maxCalls: 2, name: 'Renamed', numberFormat: 'national-8' }] });
  t.equal(gateway.trunks()[0]?.state, 'registered');
  t.equal(far.counts.REGISTER, registers);
  const second = await makeLeg(gateway);
  second.start();
  await next(second, 'answered');
  t.equal(far.calls()[1]?.number, '88121234567', 'the new way of writing numbers holds for new calls');
  gateway.apply({ trunks: [{ ...trunk, user: 'other', maxCalls: 2 }] });
  await ready(gateway, 'registered');
  await until(
    () =>
      far
        .registrations()
        .map((r) => r.user)
        .join() === 'other',
  );
  t.same([leg.state, second.state], ['answered', 'answered']);
  t.equal(gateway.trunks()[0]?.calls, 2, 'calls of the old account still count');
  t.match(gateway.call({ trunkId: 'acme', number: '+78121234567', caller: {} }), { q850: 34 });
  gateway.apply({ trunks: [] });
  await until(() => far.registrations().length === 0);
  t.same(gateway.trunks(), []);
  leg.release(normal);
  second.release(normal);
  await until(() => far.calls().every((call) => call.state === 'ended'));
});

t.test('ruling 6 and 14 on the wire: emergency identity and number, forwarded calls', async (t) => {
  const far = await operator(t);
  const engine = await startEngine(t);
  const trunk = trunkConfig({
    server: `127.0.0.1:${far.port}`,
    callerNumber: '+74951112233',
    forwardedCaller: 'original',
    emergencyNumber: '+74991120000',
  });
  const { gateway, media } = await startGateway(t, engine, [trunk], { emergencyCaller: '+74957654321' });
  const call = async (change: Parameters<typeof makeLeg>[1]) => {
    const leg = await makeLeg(gateway, change);
    leg.start();
    await next(leg, 'answered');
    const seen = far.calls().find((c) => c.callId === leg.callId);
    const lossMs = media.last(leg.endpoint)?.lossMs;
    leg.release(normal);
    return { number: seen?.number, caller: seen?.caller, lossMs };
  };
  t.same(await call({ number: '112', emergency: true, caller: { absence: 'private' } }), {
    number: '+74991120000',
    caller: '+74957654321',
    lossMs: 0,
  });
  t.same(
    await call({ number: '+79160000001', caller: { number: '+79169999999' }, divertedFrom: '+74951112233' }),
    { number: '+79160000001', caller: '+79169999999', lossMs: undefined },
  );
  gateway.apply({ trunks: [{ ...trunk, emergencyShortCodes: true }], emergencyCaller: '+74957654321' });
  t.equal((await call({ number: '112', emergency: true })).number, '112');
});

t.test('over TCP: registration, call, both kept on one connection', async (t) => {
  const engine = await startEngine(t);
  const sipp = await startSipp(t, t.testdir(), {
    transport: 'tcp',
    scenario: [
      expectRequest('INVITE'),
      respond('180 Ringing'),
      respond('200 OK', { sdp: sippSdp() }),
      expectRequest('ACK'),
      expectRequest('BYE'),
      respondInDialog('200 OK'),
    ].join('\n'),
  });
  const { gateway } = await startGateway(t, engine, [
    trunkConfig({ server: `127.0.0.1:${sipp.port}`, transport: 'tcp', user: 'office' }),
  ]);
  const leg = await makeLeg(gateway);
  leg.start();
  await next(leg, 'answered');
  leg.release(normal);
  await sipp.done();
  const invite = (await sipp.messages()).find((m) => m.startLine.startsWith('INVITE'));
  t.match(invite?.header('Via'), /^SIP\/2\.0\/TCP /);
  t.match(invite?.header('Contact'), /;transport=tcp>/);
});

/** Stands between the box and an operator and loses, repeats and delays datagrams by turns. */
async function lossyPath(t: { teardown(fn: () => unknown): void }, farPort: number): Promise<number> {
  const near = createSocket('udp4');
  const port = await freeUdpPort();
  await new Promise<void>((resolve) => near.bind(port, '127.0.0.1', resolve));
  const far = createSocket('udp4');
  await new Promise<void>((resolve) => far.bind(0, '127.0.0.1', resolve));
  let box = 0;
  let count = 0;
  const pass = (socket: Socket, data: Buffer, to: number): void => {
    const turn = count++ % 4;
    if (turn === 0) return;
    const send = (): void => socket.send(data, to, '127.0.0.1', () => {});
    if (turn === 1) setTimeout(send, 30);
    else send();
    if (turn === 2) send();
  };
  near.on('message', (data, from) => {
    box = from.port;
    pass(far, data, farPort);
  });
  far.on('message', (data) => pass(near, data, box));
  t.teardown(() => {
    near.close();
    far.close();
  });
  return port;
}

t.test('a path that loses every fourth datagram, repeats one and delays one', async (t) => {
  const far = await operator(t, { accounts: { office: 'secret' }, challengeCalls: true });
  const engine = await startEngine(t, { timers: { T1: 100, T2: 800, T4: 1000 } });
  const path = await lossyPath(t, far.port);
  const { gateway } = await startGateway(
    t,
    engine,
    [trunkConfig({ ...account, server: `127.0.0.1:${path}` })],
    {
      // The path is a router too; what keeps its mapping open must not come between the calls.
      times: { ...quickTimes, keepOpenMs: 20_000 },
    },
  );
  await ready(gateway, 'registered');
  for (let i = 0; i < 5; i++) {
    const leg = await makeLeg(gateway);
    const released = next(leg, 'released');
    leg.start();
    await next(leg, 'answered');
    leg.release(normal);
    await released;
  }
  await until(() => far.calls().length === 5 && far.calls().every((call) => call.state === 'ended'));
  t.ok(
    far.calls().every((call) => call.endedBy === 'box' && call.status === 200),
    'five calls, each once, each ended by its BYE',
  );
});

t.test('the engine: wrong secret, nobody there', async (t) => {
  const engine = await startEngine(t);
  const base = { clock: systemClock(), media: new SilentMedia(), trunks: [] };
  await t.rejects(startSip({ ...base, engine: { ...engine.control, secret: 'wrong' } }), {
    code: 'sip/engine-refused',
  });
  const nobody = { host: '127.0.0.1', port: await freeTcpPort(), secret: 'cymru' };
  await t.rejects(startSip({ ...base, engine: nobody, connectMs: 200 }), { code: 'sip/engine-unreachable' });
});

t.test(
  'post-dial delay: the INVITE leaves in the turn of start(), and reaches the operator within ms',
  async (t) => {
    const socket = createSocket('udp4');
    t.teardown(() => socket.close());
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
    const engine = await startEngine(t);
    const { gateway } = await startGateway(t, engine, [
      trunkConfig({ server: `127.0.0.1:${socket.address().port}` }),
    ]);
    const delays: number[] = [];
    for (let i = 0; i < 30; i++) {
      const leg = await makeLeg(gateway);
      const came = new Promise<void>((resolve) => socket.once('message', () => resolve()));
      const began = performance.now();
      leg.start();
      await came;
      delays.push(performance.now() - began);
      leg.release(normal);
    }
    delays.sort((a, b) => a - b);
    t.comment(`median ${delays[15]!.toFixed(2)} ms, longest ${delays.at(-1)!.toFixed(2)} ms`);
    t.ok(delays[15]! < 10, 'ruling 32 asks for 10 ms at P99; here the median must hold on a busy machine');
  },
);
