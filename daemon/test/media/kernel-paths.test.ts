import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import type { RtpParameters } from '../../src/media/api.ts';
import { MediaEngine } from '../../src/media/engine.ts';
import { KernelPaths } from '../../src/media/relay/kernel-paths.ts';
import type { Flow, FlowCount, RelayTable } from '../../src/media/relay/relay-table.ts';
import { russia, terms } from './support/engine.ts';
import { MemorySockets } from './support/memory-sockets.ts';

/** The kernel's table as a list, whose counters the test moves. */
class Table implements RelayTable {
  flows: Flow[] = [];
  count: FlowCount = { arrived: 0, left: 0 };
  /** Counters of single flows, by where they come from. */
  readonly counted = new Map<number, FlowCount>();
  refuses = false;
  closed = false;

  add(flows: readonly Flow[]): boolean {
    if (this.refuses) return false;
    this.flows.push(...flows);
    return true;
  }

  remove(flows: readonly Flow[]): void {
    this.flows = this.flows.filter((flow) => !flows.includes(flow));
  }

  counts(flows: readonly Flow[]): FlowCount[] {
    return flows.map(({ from }) => ({ ...(this.counted.get(from.port) ?? this.count) }));
  }

  close(): void {
    this.closed = true;
  }
}

const PEERS = [7000, 7002] as const;

interface Bench {
  clock: FakeClock;
  sockets: MemorySockets;
  media: MediaEngine;
  table: Table;
  paths: KernelPaths;
  blocked: () => boolean;
  endpoints: string[];
  ports: number[];
  /** Both peers send for so long, one packet each 20 ms, to user space. */
  talk(ms: number): void;
  /** The kernel relays for so long. */
  pass(ms: number): void;
}

async function call(
  changes: readonly Partial<RtpParameters>[] = [{}, {}],
  address = '192.0.2.1',
): Promise<Bench> {
  const clock = new FakeClock();
  const sockets = new MemorySockets();
  const media = new MediaEngine({
    clock,
    profile: russia,
    options: { rtpPorts: { min: 20000, max: 20999 } },
    sockets: sockets.factory,
  });
  const table = new Table();
  let blocked = false;
  const paths = new KernelPaths({
    table,
    now: () => clock.now(),
    poll: () => {},
    own: (one) => one === '192.0.2.99',
    onBlocked: () => {
      blocked = true;
    },
  });
  media.useKernel(paths);
  const endpoints: string[] = [];
  const ports: number[] = [];
  for (const [i, peer] of PEERS.entries()) {
    const { endpoint, port } = await media.openRtp(address);
    endpoints.push(endpoint);
    ports.push(port);
    await media.setRtp(endpoint, terms(peer, changes[i]));
  }
  await media.connect(endpoints[0]!, endpoints[1]!);
  let sequence = 0;
  const talk = (ms: number): void => {
    for (let at = 0; at < ms; at += 20) {
      for (const [i, peer] of PEERS.entries()) {
        const packet = Buffer.alloc(172, 0xd5);
        packet[0] = 0x80;
        packet[1] = 8;
        packet.writeUInt16BE(sequence & 0xffff, 2);
        packet.writeUInt32BE((sequence * 160) >>> 0, 4);
        packet.writeUInt32BE(peer, 8);
        sockets.deliver(ports[i]!, packet, peer);
      }
      sequence++;
      clock.advance(20);
    }
  };
  const pass = (ms: number): void => {
    for (let at = 0; at < ms; at += 20) {
      sequence++;
      table.count = { arrived: table.count.arrived + 1, left: table.count.left + 1 };
      clock.advance(20);
    }
  };
  return { clock, sockets, media, table, paths, blocked: () => blocked, endpoints, ports, talk, pass };
}

t.test('goes to the kernel once it has been fit for half a second', async (t) => {
  const { table, talk, ports, endpoints, media, pass, sockets } = await call();
  talk(400);
  t.same(table.flows, [], 'not yet');
  talk(400);
  const [a, b] = [
    { address: '192.0.2.1', port: ports[0]! },
    { address: '192.0.2.1', port: ports[1]! },
  ];
  const [from, to] = PEERS.map((port) => ({ address: '127.0.0.1', port }));
  t.same(table.flows, [
    { from, at: a, as: b, to },
    { from: to, at: b, as: a, to: from },
  ]);
  const sent = sockets.sent.length;
  const before = await media.statistics(endpoints[0]!);
  pass(6000);
  t.equal(sockets.sent.length, sent, 'from the sockets nothing goes out meanwhile');
  const figures = await media.statistics(endpoints[0]!);
  t.equal(figures!.packetsReceived - before!.packetsReceived, 300, 'what passed is counted');
  t.equal(figures!.packetsSent - before!.packetsSent, 300);
  await media.close();
  t.ok(table.closed);
  t.same(table.flows, []);
});

t.test('packets keep their numbers in user space, too, and the first has the marker', async (t) => {
  const { talk, sockets, ports, media } = await call();
  const before = sockets.sent.length;
  talk(100);
  const out = sockets.sent.slice(before).filter(({ from, data }) => from === ports[1] && data.length === 172);
  t.same(
    out.map(({ data }) => [data.readUInt32BE(8), data.readUInt16BE(2), data[1]! >> 7]),
    [
      [7000, 0, 1],
      [7000, 1, 0],
      [7000, 2, 0],
      [7000, 3, 0],
      [7000, 4, 0],
    ],
  );
  await media.close();
});

const needs: readonly [string, (bench: Bench) => Promise<unknown>][] = [
  ['keys that come as events', ({ media, endpoints }) => media.detect(endpoints[1]!, { dtmf: true })],
  ['voice', ({ media, endpoints }) => media.detect(endpoints[0]!, { voice: true })],
  ['another far side', ({ media, endpoints }) => media.setRtp(endpoints[0]!, terms(7004))],
  ['hold', ({ media, endpoints }) => media.setRtp(endpoints[0]!, terms(7000, { direction: 'sendonly' }))],
  ['the end of the bridge', ({ media, endpoints }) => media.disconnect(endpoints[0]!)],
  ['the end of one leg', ({ media, endpoints }) => media.closeRtp(endpoints[1]!)],
  [
    'a beep',
    async ({ media, endpoints }) =>
      void media.play(endpoints[0]!, {
        type: 'tone',
        tone: { frequencies: [1400], levelDbm0: -10, cadence: [] },
      }),
  ],
];
for (const [what, need] of needs) {
  t.test(`comes back for ${what}`, async (t) => {
    const bench = await call();
    bench.talk(1000);
    t.equal(bench.table.flows.length, 2);
    await need(bench);
    t.same(bench.table.flows, []);
    t.equal(bench.paths.count, 0);
    await bench.media.close();
  });
}

t.test('and goes again when the need has passed', async (t) => {
  const bench = await call();
  const { media, endpoints, talk, pass, table } = bench;
  talk(1000);
  pass(2000);
  await media.detect(endpoints[0]!, { dtmf: true });
  talk(1000);
  t.same(table.flows, []);
  t.equal((await media.statistics(endpoints[0]!))!.packetsLost, 0, 'what passed unseen is not lost');
  await media.detect(endpoints[0]!, {});
  talk(1000);
  t.equal(table.flows.length, 2);
  await media.close();
});

const unfit: readonly [string, readonly Partial<RtpParameters>[], string?][] = [
  ['payload types differ', [{ telephoneEventPayloadType: 96 }, {}]],
  ['codecs differ', [{ codec: 'PCMU', payloadType: 0 }, {}]],
  ['RTCP shares the port', [{ rtcpMux: true }, {}]],
  ['one side only listens', [{ direction: 'sendonly' }, {}]],
  ['the box has no address of its own there', [{}, {}], '0.0.0.0'],
  ['the peer is this machine', [{ remoteAddress: '192.0.2.99' }, {}]],
  ['the peer speaks IPv6', [{ remoteAddress: '2001:db8::1' }, {}]],
];
for (const [why, changes, address] of unfit) {
  t.test(`stays in user space when ${why}`, async (t) => {
    const { talk, table, media } = await call(changes, address);
    talk(2000);
    t.same(table.flows, []);
    await media.close();
  });
}

t.test('a side that falls silent brings the call back, so that lost media is told of', async (t) => {
  const bench = await call([{ lossMs: 3000 }, { lossMs: 3000 }]);
  const { media, table, talk, pass, clock } = bench;
  const lost: string[] = [];
  media.on('rtpLost', (endpoint) => lost.push(endpoint));
  talk(1000);
  pass(3000);
  t.equal(table.flows.length, 2);
  clock.advance(2200);
  t.same(table.flows, []);
  t.same(lost, []);
  clock.advance(2000);
  t.equal(lost.length, 2, 'here both were');
  talk(5000);
  t.same(table.flows, [], 'not up and down with every pause of a speaker');
  talk(3000);
  t.equal(table.flows.length, 2);
  await media.close();
});

t.test('packets that do not get through the forwarding end it for good', async (t) => {
  const { media, table, talk, clock, blocked } = await call();
  talk(1000);
  t.equal(table.flows.length, 2);
  table.count = { arrived: 10, left: 0 };
  clock.advance(300);
  t.same(table.flows, [], 'after a few packets');
  t.ok(blocked());
  talk(15_000);
  t.same(table.flows, []);
  await media.close();
});

t.test('a refusal of the kernel leaves the call where it is', async (t) => {
  const { media, table, talk, paths } = await call();
  table.refuses = true;
  talk(1000);
  t.equal(paths.count, 0);
  table.refuses = false;
  talk(5000);
  t.same(table.flows, []);
  talk(5500);
  t.equal(table.flows.length, 2, 'it is asked again later');
  await media.close();
});
