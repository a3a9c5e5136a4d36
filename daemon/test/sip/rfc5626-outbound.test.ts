import t from 'tap';
import type { Message } from '../../../scripts/lib/operator/message.ts';
import { Operator } from '../../../scripts/lib/operator.ts';
import { Emitter } from '../../src/base/emitter.ts';
import type { TrunkConfig } from '../../src/config/schema.ts';
import type { NetworkEvent, SipGateway } from '../../src/sip/index.ts';
import { flowPause, flowTimes } from '../../src/sip/outbound.ts';
import { headerOf, type Reply, registered, ScriptedServer } from '../peers/scripted.ts';
import {
  makeLeg,
  next,
  quickTimes,
  ready,
  resolverOf,
  sipAddress,
  startEngine,
  startGateway,
  trunkConfig,
  until,
} from './kit.ts';

const account = { mode: 'register' as const, user: 'office', server: 'operator.example' };
const instance = 'urn:uuid:f81d4fae-7dec-41d0-a765-00a0c91e6bf6';

const times = {
  ...quickTimes,
  registration: (seconds: number) => ({
    ...quickTimes.registration(seconds),
    flow: { allFailedMs: 40, othersUpMs: 80, maxMs: 400 },
  }),
};

type Test = Parameters<typeof ScriptedServer.start>[0];

/** 200 of a registrar that has outbound, and does it where it is asked for. */
const outbound = (request: Message): Reply =>
  registered(request, [
    ['Supported', 'path, outbound'],
    ...(regId(request) ? ([['Require', 'outbound']] as [string, string][]) : []),
  ]);

/** `reg-id` of a REGISTER, '' if it has none. */
const regId = (request: Message | undefined): string =>
  /;reg-id=(\d+)/.exec(headerOf(request, 'Contact'))?.[1] ?? '';

/** Edges of an operator by name service, the first preferred; every request is answered by `answer`. */
async function operator(
  t: Test,
  edges: number,
  answer: (request: Message, edge: number) => Reply | undefined,
  change: Partial<TrunkConfig> = {},
) {
  const servers: ScriptedServer[] = [];
  for (let i = 0; i < edges; i++)
    servers.push(await ScriptedServer.start(t, (request) => answer(request, i), `127.0.0.${51 + i}`));
  const resolver = resolverOf({
    services: async () =>
      servers.map(({ port }, i) => ({ name: `edge${i}.example`, port, priority: i, weight: 0 })),
    addresses: async (name) => servers.flatMap(({ host }, i) => (name === `edge${i}.example` ? [host] : [])),
  });
  const engine = await startEngine(t);
  const network = new Emitter<{ network: [event: NetworkEvent] }>();
  const trunk = trunkConfig({ ...account, transport: 'udp', ...change });
  const { gateway } = await startGateway(t, engine, [trunk], { resolver, network, instance, times });
  const failed = ({ host, port }: ScriptedServer) =>
    network.emit('network', { kind: 'flow-failed', protocol: 'udp', host, port, reason: 'test' });
  return { servers, engine, gateway, failed };
}

const flows = (gateway: SipGateway) =>
  (gateway.trunks()[0]?.flows ?? []).map(({ regId, live }) => `${regId} ${live ? 'up' : 'down'}`);

/** Answers REGISTER as `register` says and everything else with 486. */
const busy =
  (register: (request: Message, edge: number) => Reply | undefined) =>
  (request: Message, edge: number): Reply | undefined =>
    request.method === 'REGISTER' ? register(request, edge) : { status: 486 };

async function call(gateway: SipGateway): Promise<void> {
  const leg = await makeLeg(gateway);
  const over = next(leg, 'released');
  leg.start();
  await over;
}

t.test('automatic: nothing is sent to an operator that does not speak of outbound', async (t) => {
  const { servers, gateway } = await operator(
    t,
    2,
    busy((request) => registered(request)),
  );
  await ready(gateway, 'registered');
  await call(gateway);
  const [server, second] = servers;
  t.equal(server!.of('REGISTER').length, 1);
  const [register] = server!.of('REGISTER');
  t.equal(headerOf(register, 'Supported'), 'path');
  t.notMatch(headerOf(register, 'Contact'), /reg-id|instance/);
  t.notMatch(headerOf(server!.of('INVITE')[0], 'Contact'), /;ob\b/);
  t.notMatch(headerOf(server!.of('INVITE')[0], 'Supported'), /outbound/);
  t.same(second!.requests, []);
  t.same(flows(gateway), []);
});

t.test('off: not even where it is offered', async (t) => {
  const { servers, gateway } = await operator(t, 2, busy(outbound), { outbound: 'off' });
  await ready(gateway, 'registered');
  await call(gateway);
  t.equal(servers[0]!.of('REGISTER').length, 1);
  t.equal(regId(servers[0]!.of('REGISTER')[0]), '');
});

t.test('RFC 5626 4.2.1: automatic: a registrar that has it gets a flow to each of its servers', async (t) => {
  const { servers, gateway } = await operator(t, 2, busy(outbound));
  await until(() => flows(gateway).join() === '1 up,2 up');
  const [one, two] = servers;
  const sent = one!.of('REGISTER');
  t.same(sent.map(regId), ['', '', '1'], 'plain, taken back, and with a number');
  t.equal(headerOf(sent[1], 'Expires'), '0', 'the plain binding does not stay beside the flow');
  const [other] = two!.of('REGISTER');
  t.equal(regId(other), '2');
  for (const request of [sent[2], other]) {
    t.match(headerOf(request, 'Contact'), `;+sip.instance="<${instance}>"`);
    t.equal(headerOf(request, 'Contact').split(',').length, 1);
    t.equal(headerOf(request, 'Supported'), 'path, outbound');
    t.match(headerOf(request, 'Via'), /;keep\b/, 'RFC 6223: may be kept alive');
  }
  t.not(headerOf(sent[2], 'Call-ID'), headerOf(other, 'Call-ID'));

  await call(gateway);
  t.match(headerOf(one!.of('INVITE')[0], 'Contact'), /;ob>/, 'RFC 5626 4.3: the call stays on its flow');
  t.match(headerOf(one!.of('INVITE')[0], 'Supported'), /\boutbound\b/);
  t.notMatch(headerOf(sent[2], 'Contact'), /;ob\b/);
});

t.test('automatic: a registrar that demands it (421)', async (t) => {
  const { gateway, servers } = await operator(
    t,
    1,
    busy((request) =>
      regId(request) ? outbound(request) : { status: 421, headers: [['Require', 'outbound']] },
    ),
  );
  await ready(gateway, 'registered');
  t.same(servers[0]!.of('REGISTER').map(regId), ['', '1']);
});

t.test('on: the first REGISTER asks; a registrar that has never heard of it gets one binding', async (t) => {
  const { servers, gateway } = await operator(
    t,
    2,
    busy((request) => registered(request)),
    {
      outbound: 'on',
    },
  );
  await ready(gateway, 'registered');
  await call(gateway);
  t.same(servers[0]!.of('REGISTER').map(regId), ['1']);
  t.same(servers[1]!.requests, []);
  t.notMatch(headerOf(servers[0]!.of('INVITE')[0], 'Contact'), /;ob\b/);
});

t.test('RFC 5626 11.6: after 439 a registration without outbound, at once and for good', async (t) => {
  for (const mode of ['on', 'auto'] as const) {
    const { servers, gateway } = await operator(
      t,
      2,
      busy((request) => (regId(request) ? { status: 439 } : outbound(request))),
      { outbound: mode },
    );
    await ready(gateway, 'registered');
    const sent = servers[0]!.of('REGISTER').map((r) => `${regId(r)}/${headerOf(r, 'Expires')}`);
    t.same(sent, mode === 'on' ? ['1/600', '/600'] : ['/600', '/0', '1/600', '/600']);
    t.same(flows(gateway), []);
    await gateway.close();
  }
});

t.test('automatic: a registrar that stumbles over it after all is served as before', async (t) => {
  const { gateway, servers } = await operator(
    t,
    1,
    busy((request) => (regId(request) ? { status: 400 } : outbound(request))),
  );
  await ready(gateway, 'registered');
  t.same(servers[0]!.of('REGISTER').map(regId), ['', '', '1', '']);
});

t.test(
  'RFC 5626 4.4, 4.5: one server dies: the other carries on, and the first is back by itself',
  async (t) => {
    let dead = false;
    const { servers, gateway, failed, engine } = await operator(
      t,
      2,
      (request, edge) => {
        if (dead && edge === 0) return undefined;
        return busy(outbound)(request, edge);
      },
      { outbound: 'on' },
    );
    const [one, two] = servers;
    await until(() => flows(gateway).join() === '1 up,2 up');
    const states: string[] = [];
    gateway.on('trunkChanged', ({ state }) => void (states.at(-1) !== state && states.push(state)));
    const before = one!.of('REGISTER').length;
    const others = two!.of('REGISTER').length;
    dead = true;
    failed(one!);
    await until(() => one!.of('REGISTER').length > before);
    await call(gateway);
    t.equal(two!.of('INVITE').length, 1, 'the call went by the flow that lives');
    t.equal(one!.of('INVITE').length, 0);
    t.equal(two!.of('REGISTER').length, others, 'the other flow was left alone');

    // Calls to us come by either.
    const caller = await Operator.start({ host: '127.0.0.52' });
    t.teardown(() => caller.close());
    const arrived = next(gateway, 'incoming');
    await caller.call({ to: sipAddress(engine), number: 'office' });
    const [incoming, from] = await arrived;
    t.equal(from.trunkId, 'acme');
    incoming.release({ q850: 17, text: '', by: 'local' });

    dead = false;
    await until(() => flows(gateway).join() === '1 up,2 up', 15_000);
    t.same(
      states.filter((state) => state !== 'registered'),
      [],
      'the trunk was registered all the time',
    );
  },
);

t.test('RFC 5626 11.5: 430 to a call: the next flow', async (t) => {
  const { servers, gateway } = await operator(
    t,
    2,
    (request, edge) =>
      request.method === 'REGISTER' ? outbound(request) : { status: edge === 0 ? 430 : 486 },
    { outbound: 'on' },
  );
  await until(() => flows(gateway).length === 2);
  const leg = await makeLeg(gateway);
  const over = next(leg, 'released');
  leg.start();
  t.match((await over)[0], { sip: 486 });
  t.equal(servers[0]!.of('INVITE').length, 1);
  t.equal(servers[1]!.of('INVITE').length, 1);
});

t.test('a stop takes back every binding', async (t) => {
  const { servers, gateway } = await operator(t, 3, busy(outbound), { outbound: 'on' });
  await until(() => flows(gateway).join() === '1 up,2 up,3 up');
  await gateway.close();
  for (const [i, server] of servers.entries()) {
    const last = server.of('REGISTER').at(-1);
    t.equal(headerOf(last, 'Expires'), '0');
    t.equal(regId(last), String(i + 1));
  }
});

t.test('RFC 5626 4.5: pauses between attempts at a flow', async (t) => {
  const minutes = (failures: number, othersUp: boolean): [number, number] => [
    flowPause(failures, othersUp, flowTimes, 0) / 60_000,
    flowPause(failures, othersUp, flowTimes, 1) / 60_000,
  ];
  // The table of the RFC's appendix A, in minutes, but for the first line: a flow that broke is tried at once.
  t.same(minutes(1, false), [0.5, 1]);
  t.same(minutes(2, false), [1, 2]);
  t.same(minutes(3, false), [2, 4]);
  t.same(minutes(4, false), [4, 8]);
  t.same(minutes(5, false), [8, 16]);
  t.same(minutes(6, false), [15, 30]);
  t.same(minutes(40, false), [15, 30]);
  t.same(minutes(1, true), [1.5, 3]);
  t.same(minutes(2, true), [3, 6]);
  t.same(minutes(3, true), [6, 12]);
  t.same(minutes(4, true), [12, 24]);
  t.same(minutes(5, true), [15, 30]);
});
