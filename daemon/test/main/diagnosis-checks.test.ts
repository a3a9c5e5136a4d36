import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import t from 'tap';
import type { TraceView } from '../../src/api/contract.ts';
import { systemClock } from '../../src/base/clock.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import { DiagnosisDesk, type DiagnosisParts } from '../../src/main/diagnosis/desk.ts';
import { clockSeen, gather } from '../../src/main/diagnosis/gather.ts';
import { askTime } from '../../src/main/diagnosis/sntp.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
import type { TrunkStatus } from '../../src/sip/index.ts';

const clock = systemClock({ unref: true });

const trunkOf = (server: string, transport = 'udp'): object => ({
  ...{ id: 'acme', name: 'Acme', server, transport, mode: 'register', user: 'office', password: 'p' },
});

const config = (trunk: object): Config => configSchema.parse({ version: 1, trunks: [trunk] });

const status: TrunkStatus = { trunkId: 'acme', state: 'registered', since: 0, targets: [], calls: 0 };

function parts(t: { testdir(): string }, trunk: object, over: Partial<DiagnosisParts> = {}): DiagnosisParts {
  const settings = config(trunk);
  return {
    ...{ clock, data: t.testdir(), config: () => settings, trunks: () => [status] },
    traces: { call: async () => undefined, peer: async () => undefined },
    ...{ records: () => [], alarms: { list: () => [] }, pinLocks: () => 0, timeServers: () => [] },
    resolver: () => ({
      locate: async (host, port) => [{ address: host, port: port ?? 5060, transport: 'udp' }],
    }),
    ...over,
  };
}

/** Answers OPTIONS: its Via as `via` says. */
async function answering(
  t: { teardown(fn: () => unknown): void },
  via: (sent: string) => string = (sent) => sent,
  held: Promise<void> = Promise.resolve(),
): Promise<{ socket: Socket; port: number }> {
  let closed = false;
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', async (data, from) => {
    await held;
    const sent = /^Via: (.*)$/m.exec(data.toString())?.[1]?.trim() ?? '';
    const lines = [
      'SIP/2.0 200 OK',
      `Via: ${via(sent)}`,
      'CSeq: 1 OPTIONS',
      `Date: ${new Date().toUTCString()}`,
    ];
    if (!closed) socket.send(`${lines.join('\r\n')}\r\nContent-Length: 0\r\n\r\n`, from.port, from.address);
  });
  t.teardown(() => {
    closed = true;
    socket.close();
  });
  return { socket, port: socket.address().port };
}

t.test('a check asks servers, tells its progress, and finds nothing where all is well', async (t) => {
  let answer = (): void => {};
  const held = new Promise<void>((resolve) => (answer = resolve));
  const { port } = await answering(t, undefined, held);
  const desk = new DiagnosisDesk(parts(t, trunkOf(`127.0.0.1:${port}`), { patienceMs: 30_000 }));
  t.notOk((await desk.view()).run);
  t.ok(desk.run());
  t.notOk(desk.run(), 'one at a time');
  const { run } = await desk.view();
  t.equal(run?.state, 'running');
  t.same(
    run?.steps.map(({ id }) => id),
    ['names', 'servers', 'time'],
  );
  answer();
  await desk.idle();
  const done = await desk.view();
  t.match(done.run, { state: 'done', steps: [{ state: 'done' }, { state: 'done' }, { state: 'done' }] });
  t.same(done.findings, []);
});

t.test('a router that changes what passes is caught by what comes back', async (t) => {
  const { port } = await answering(t, (sent) => sent.replace(/127\.0\.0\.1:\d+/, '203.0.113.9:1024'));
  const desk = new DiagnosisDesk(parts(t, trunkOf(`127.0.0.1:${port}`), { patienceMs: 30_000 }));
  desk.run();
  await desk.idle();
  t.match((await desk.view()).findings, [
    { code: 'sip/alg', about: 'trunk:acme', technical: /came back as 203\.0\.113\.9:1024/ },
  ]);
});

t.test('a server that answers over TCP only', async (t) => {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const via = /^Via: (.*)$/m.exec(data.toString())?.[1]?.trim();
      socket.write(`SIP/2.0 405 No\r\nVia: ${via}\r\nCSeq: 1 OPTIONS\r\nContent-Length: 0\r\n\r\n`);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.teardown(() => server.close());
  const { port } = server.address() as AddressInfo;
  const desk = new DiagnosisDesk(parts(t, trunkOf(`127.0.0.1:${port}`)));
  desk.run();
  await desk.idle();
  t.match((await desk.view()).findings, [
    { code: 'sip/udp-closed', severity: 'critical', technical: /405 over TCP/ },
  ]);
});

t.test('names that are not found, and a step that fails, end the check all the same', async (t) => {
  const missing = parts(t, trunkOf('sip.acme.example'), {
    resolver: () => ({
      locate: async () => {
        throw Object.assign(new Error('no'), { code: 'ENOTFOUND' });
      },
    }),
  });
  const desk = new DiagnosisDesk(missing);
  desk.run();
  await desk.idle();
  t.match((await desk.view()).findings, [{ code: 'dns/no-name', technical: /ENOTFOUND/ }]);
  const broken = new DiagnosisDesk({
    ...missing,
    resolver: () => {
      throw new Error('no resolver');
    },
  });
  broken.run();
  await broken.idle();
  t.match((await broken.view()).run, { state: 'done', steps: [{ state: 'failed' }, { state: 'done' }, {}] });
});

/** A time server that is `aheadMs` ahead. */
async function timeServer(
  t: { teardown(fn: () => unknown): void },
  aheadMs: number,
  garble = false,
): Promise<string> {
  const socket = createSocket('udp4');
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  socket.on('message', (data, from) => {
    const answer = Buffer.alloc(48);
    answer[0] = (4 << 3) | 4;
    answer[1] = 2;
    data.copy(answer, 24, 40, 48);
    if (garble) answer[30] = (answer[30] ?? 0) ^ 255;
    const now = Date.now() + aheadMs;
    for (const offset of [32, 40]) {
      answer.writeUInt32BE((Math.floor(now / 1000) + 2_208_988_800) % 2 ** 32, offset);
      answer.writeUInt32BE(Math.floor(((now % 1000) / 1000) * 2 ** 32), offset + 4);
    }
    socket.send(answer, from.port, from.address);
  });
  t.teardown(() => socket.close());
  return `127.0.0.1:${socket.address().port}`;
}

t.test('the clock is compared with time servers', async (t) => {
  const hour = 3_600_000;
  const ahead = await askTime(await timeServer(t, hour), Date.now, 30_000);
  // The way there and back is this machine's, however slow it is.
  t.ok(Math.abs(ahead - hour) < 60_000, `${ahead}`);
  await t.rejects(
    askTime(await timeServer(t, hour, true), Date.now, 100),
    'an answer to somebody else is none',
  );
  const { port } = await answering(t);
  const slow = await timeServer(t, hour);
  const desk = new DiagnosisDesk(
    parts(t, trunkOf(`127.0.0.1:${port}`), { timeServers: () => [slow, slow], patienceMs: 30_000 }),
  );
  desk.run();
  await desk.idle();
  t.match((await desk.view()).findings, [{ code: 'clock/wrong', said: { en: /slow/, ru: /отстают/ } }]);
});

t.test('the time of an operator’s answers counts while they are fresh', (t) => {
  const wall = Date.UTC(2026, 5, 1, 12);
  const dated = (at: number, date: number) => ({
    ...{ at, direction: 'in' as const, transport: 'udp', local: '', remote: '' },
    text: `SIP/2.0 200 OK\r\nDate: ${new Date(date).toUTCString()}\r\n\r\n`,
  });
  t.same(clockSeen(wall, [{ name: 'A', messages: [dated(wall - 1000, wall + 599_000)] }]).others, [
    { who: 'A', aheadMs: 600_000 },
  ]);
  t.same(clockSeen(wall, [{ name: 'A', messages: [dated(wall - 9e6, wall)] }]).others, []);
  t.end();
});

t.test('calls without speech one way are looked into, and what their messages said is told', async (t) => {
  const record: CallRecord = {
    ...{ id: 'c1', state: 'ended', direction: 'outgoing', service: 'plain', startedAt: 1000, events: [] },
    legs: [
      { id: 'a', kind: 'fxs', place: 'port:1', direction: 'incoming', startedAt: 1000 },
      {
        ...{
          id: 'b',
          kind: 'sip',
          place: 'trunk:acme',
          direction: 'outgoing',
          startedAt: 1000,
          answeredAt: 2000,
        },
        ...{ endedAt: 62_000, sipCallId: 'x', rtp: { sent: 3000, received: 0, lost: 0, jitterMs: 0 } },
      },
    ],
  };
  const said = (direction: 'in' | 'out', address: string) => ({
    ...{
      id: direction,
      at: 1,
      direction,
      transport: 'udp',
      local: '192.168.1.10:5060',
      remote: '203.0.113.7:5060',
    },
    ...{ callId: 'x', place: '', kind: 'request', method: 'INVITE', summary: '' },
    text: `INVITE sip:a SIP/2.0\r\n\r\nv=0\r\nc=IN IP4 ${address}\r\n`,
  });
  const trace: TraceView = {
    available: true,
    messages: [said('out', '192.168.1.10'), said('in', '10.0.0.9')] as TraceView['messages'],
  };
  const sources = parts(t, trunkOf('203.0.113.7'), {
    records: () => [record],
    traces: { call: async () => trace, peer: async () => undefined },
  });
  const { calls, disk } = await gather(sources);
  t.match(calls, [
    {
      ...{ callId: 'c1', place: 'trunk:acme', seconds: 60, received: 0 },
      ...{ ourMedia: '192.168.1.10', theirMedia: '10.0.0.9', peer: '203.0.113.7' },
    },
  ]);
  t.ok((disk?.totalBytes ?? 0) > 0);
  t.match((await new DiagnosisDesk(sources).view()).findings, [{ code: 'audio/they-are-not-heard' }]);
  const between = {
    ...record,
    legs: record.legs.map((leg) => ({
      ...leg,
      ...record.legs[1],
      rtp: { sent: 0, received: 0, lost: 0, jitterMs: 0 },
    })),
  };
  t.same((await gather({ ...sources, records: () => [between] })).calls, [], 'speech may go past us');
});
