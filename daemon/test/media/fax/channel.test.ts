import t from 'tap';
import type { FaxProgress, T38Parameters } from '../../../src/media/api.ts';
import { FaxChannel } from '../../../src/media/fax/channel.ts';
import type { FaxGateway, GatewayMaker, GatewaySink } from '../../../src/media/fax/gateway.ts';
import {
  type FaxThreadHandlers,
  type FromFax,
  RemoteGateways,
  serveGateways,
  type ToFax,
} from '../../../src/media/fax/remote.ts';
import { readUdptl, UdptlSender } from '../../../src/media/fax/udptl.ts';
import { DEFAULT_LATCH_TIMING } from '../../../src/media/session/latch.ts';

const peer: T38Parameters = {
  remoteAddress: '198.51.100.7',
  remotePort: 4000,
  maxBitRate: 14_400,
  maxBuffer: 2000,
  maxDatagram: 400,
  redundancy: 3,
};

/** A gateway that says back what it hears, and remembers. */
class Parrot implements GatewayMaker {
  sink: GatewaySink | undefined;
  readonly received: number[] = [];
  pushed = 0;
  closed = 0;
  silent = false;

  warm(): void {}

  open(_terms: unknown, sink: GatewaySink): FaxGateway {
    this.sink = sink;
    return {
      push: (frame) => {
        this.pushed++;
        if (!this.silent) sink.audio(Int16Array.from(frame));
      },
      receive: (_packet, sequence) => void this.received.push(sequence),
      close: () => void this.closed++,
    };
  }
}

function setUp() {
  const sent: { data: Buffer; to: string }[] = [];
  const gateways = new Parrot();
  const told: FaxProgress[] = [];
  const channel = new FaxChannel(
    {
      socket: () => ({
        bind: async () => {},
        port: 20_000,
        connect: () => {},
        disconnect: () => {},
        connected: false,
        send: (data, port, address) => void sent.push({ data: Buffer.from(data), to: `${address}:${port}` }),
        close: () => {},
      }),
      gateways,
      latch: DEFAULT_LATCH_TIMING,
      onProgress: (progress) => told.push(progress),
    },
    peer,
    0,
  );
  return { channel, sent, gateways, told };
}

const frame = (value: number): Int16Array => new Int16Array(80).fill(value);

t.test('begins with a packet that says nothing, so that a NAT on the way opens', async (t) => {
  const { sent } = setUp();
  t.equal(sent.length, 1);
  t.match(readUdptl(sent[0]!.data), { sequence: 0, secondaries: [] });
  t.equal(sent[0]!.to, '198.51.100.7:4000');
});

t.test(
  'audio of the gateway is played 150 ms late, and without a gap though it comes in bursts',
  async (t) => {
    const { channel, gateways } = setUp();
    const out = new Int16Array(80);
    const heard: number[] = [];
    let held: Int16Array[] = [];
    gateways.silent = true;
    for (let n = 1; n <= 200; n++) {
      channel.push(frame(n), n * 10);
      held.push(frame(n));
      // The other thread answers in bursts of 100 ms.
      if (n % 10 === 0) {
        for (const one of held) gateways.sink?.audio(one);
        held = [];
      }
      channel.pull(out);
      heard.push(out[0]!);
    }
    const first = heard.findIndex((value) => value > 0);
    t.ok(first >= 14 && first <= 20, `${first * 10} ms`);
    for (let n = first; n < heard.length; n++)
      if (heard[n] !== n - first + 1) t.fail(`frame ${n} is ${heard[n]}`);
    t.equal(gateways.pushed, 200);
  },
);

t.test('what nothing follows is sent again after a while, what something follows is not', async (t) => {
  const { channel, sent, gateways } = setUp();
  channel.push(frame(0), 10);
  const before = sent.length;
  gateways.sink?.ifp(Uint8Array.of(0x06), 3);
  for (let now = 20; now <= 400; now += 10) channel.push(frame(0), now);
  t.equal(sent.length - before, 3, 'three in all');
  t.same(sent.at(-1)?.data, sent.at(-3)?.data, 'the same datagram');
  const again = sent.length;
  gateways.sink?.ifp(Uint8Array.of(0x06), 3);
  gateways.sink?.ifp(Uint8Array.of(0x00), 1);
  for (let now = 410; now <= 800; now += 10) channel.push(frame(0), now);
  t.equal(sent.length - again, 2, 'the second repeats the first');
  t.match(readUdptl(sent.at(-1)!.data)?.secondaries[0], Uint8Array.of(0x06));
  for (let now = 810; now <= 16_000; now += 10) channel.push(frame(0), now);
  t.equal(sent.length - again, 3, 'once in 15 s, so that the NAT stays open');
});

t.test("only the peer's datagrams count, and no packet of RTP", async (t) => {
  const { channel, gateways } = setUp();
  channel.push(frame(0), 10);
  const sender = new UdptlSender({ redundancy: 0, maxDatagram: 400 });
  channel.datagram(sender.next(Uint8Array.of(0)), '198.51.100.7', 4000, 20);
  const rtp = Buffer.alloc(172, 0xd5);
  rtp.writeUInt16BE(0x8008, 0);
  channel.datagram(rtp, '198.51.100.7', 4000, 30);
  channel.datagram(sender.next(Uint8Array.of(2)), '203.0.113.9', 4000, 40);
  channel.datagram(sender.next(Uint8Array.of(0)), '198.51.100.7', 4000, 50);
  t.same(gateways.received, [0, 2]);
  t.match(channel.counts, { received: 2, lost: 1, rejected: 2 });
});

t.test(
  'terms that change leave the gateway and the row alone; a changed address is found anew',
  async (t) => {
    const { channel, sent, gateways } = setUp();
    channel.push(frame(0), 10);
    gateways.sink?.ifp(Uint8Array.of(2), 1);
    channel.set({ ...peer, remotePort: 4002, redundancy: 0 }, 20);
    gateways.sink?.ifp(Uint8Array.of(4), 1);
    t.equal(sent.at(-1)?.to, '198.51.100.7:4002');
    t.match(readUdptl(sent.at(-1)!.data), { sequence: 2, secondaries: [] });
    t.equal(gateways.closed, 0);
    channel.close();
    t.equal(gateways.closed, 1);
    const before = sent.length;
    gateways.sink?.ifp(Uint8Array.of(0), 3);
    channel.push(frame(0), 30);
    t.equal(sent.length, before, 'nothing leaves a channel that is closed');
  },
);

t.test('two legs on T.38 pass their packets on, each in its own row, without a gateway', async (t) => {
  const [a, b] = [setUp(), setUp()];
  a.channel.push(frame(0), 10);
  a.channel.partner = b.channel;
  b.channel.partner = a.channel;
  t.equal(a.gateways.closed, 1, 'the gateway of the first moment is given up');
  const sender = new UdptlSender({ redundancy: 3, maxDatagram: 400 });
  const row = Array.from({ length: 8 }, (_, n) => sender.next(Uint8Array.of(n)));
  for (const n of [0, 1, 2, 5, 6, 7]) a.channel.datagram(row[n]!, '198.51.100.7', 4000, 20 + n);
  const passed = b.sent.slice(1).map(({ data }) => readUdptl(data)!);
  t.same(
    passed.map(({ primary }) => primary[0]),
    [0, 1, 2, 3, 4, 5, 6, 7],
    'lost ones are repaired on the way',
  );
  t.same(
    passed.map(({ sequence }) => sequence),
    [1, 2, 3, 4, 5, 6, 7, 8],
  );
  b.channel.push(frame(0), 100);
  t.equal(b.gateways.pushed, 0);
});

t.test(
  'gateways in another thread: started by the first fax, ended when idle, and told of when lost',
  async (t) => {
    const parrot = new Parrot();
    const warned: string[] = [];
    const timers: { ms: number; fn: () => void; off: boolean }[] = [];
    let started = 0;
    let ended = 0;
    let handlers: FaxThreadHandlers | undefined;
    const remote = new RemoteGateways({
      start: (given) => {
        started++;
        handlers = given;
        const serve = serveGateways(
          (terms, sink) => parrot.open(terms, sink),
          (message: FromFax) => given.message(message),
        );
        return { post: (message: ToFax) => serve(message), end: () => void ended++ };
      },
      warn: ({ code }) => warned.push(code),
      after: (ms, fn) => {
        const timer = { ms, fn, off: false };
        timers.push(timer);
        return {
          cancel: () => {
            timer.off = true;
          },
        };
      },
    });
    t.equal(started, 0);
    remote.warm();
    const heard: Int16Array[] = [];
    const gateway = remote.open(peer, { audio: (one) => heard.push(one), ifp: () => {} });
    t.equal(started, 1);
    t.ok(timers[0]?.off, 'a fax is there: the thread stays');
    const mine = frame(7);
    gateway.push(mine);
    mine.fill(0);
    t.equal(heard[0]?.[0], 7, "the caller's memory may be used again at once");
    gateway.close();
    timers.at(-1)?.fn();
    t.equal(ended, 1);
    remote.open(peer, { audio: () => {}, ifp: () => {} });
    t.equal(started, 2);
    handlers?.ended('out of memory');
    t.same(warned, ['worker/fax-lost']);
    remote.open(peer, { audio: () => {}, ifp: () => {} }).push(frame(1));
    t.equal(started, 3, 'the next fax has a new one');
  },
);

t.test('a gateway that cannot be made is told of, and harms nobody else', async (t) => {
  const warned: string[] = [];
  const remote = new RemoteGateways({
    start: ({ message }) => {
      const serve = serveGateways(() => {
        throw new Error('no such library');
      }, message);
      return { post: serve, end: () => {} };
    },
    warn: ({ code, message }) => warned.push(`${code}: ${message}`),
    after: () => ({ cancel: () => {} }),
  });
  const gateway = remote.open(peer, { audio: () => t.fail('audio'), ifp: () => t.fail('a packet') });
  gateway.push(frame(1));
  gateway.receive(Uint8Array.of(0), 0);
  gateway.close();
  t.same(warned, ['media/no-fax: no such library']);
});
