import t from 'tap';
import { levelDbm0, toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { engine, toward } from './support/engine.ts';
import { LineDouble, silence } from './support/line-double.ts';
import { RtpPeer, sine } from './support/rtp-peer.ts';

/** A network between a peer and the box: what it does with each packet. */
type Network = (packet: Buffer, send: (packet: Buffer) => void, n: number) => void;

const networks: Record<string, { network: Network; lost: number }> = {
  'every tenth packet is lost': {
    network: (p, send, n) => {
      if (n % 10 !== 9) send(p);
    },
    lost: 0.1,
  },
  'every fourth packet overtakes the one before it': {
    network: (() => {
      let held: Buffer | undefined;
      return (p, send, n) => {
        if (n % 4 === 2) {
          held = p;
          return;
        }
        send(p);
        if (held) send(held);
        held = undefined;
      };
    })(),
    lost: 0,
  },
  'every packet comes twice': {
    network: (p, send) => {
      send(p);
      send(p);
    },
    lost: 0,
  },
  'delay varies by 30 ms': {
    network: (p, send, n) => void setTimeout(() => send(p), (n * 7919) % 30),
    lost: 0,
  },
};

for (const [name, { network, lost }] of Object.entries(networks)) {
  t.test(name, async (t) => {
    const line = new LineDouble();
    t.teardown(() => line.stop());
    const media = engine(t, {}, line);
    const peer = await new RtpPeer().open();
    t.teardown(() => peer.close());
    const rtp = await media.openRtp('127.0.0.1');
    peer.remotePort = rtp.port;
    await media.setRtp(rtp.endpoint, toward(peer));
    await media.connect('line:1', rtp.endpoint);
    line.run(new Map([[1, silence]]));
    let n = 0;
    peer.talk(sine(1000, -10), 20, (p) => network(p, (q) => peer.raw(q), n++));
    await peer.more(110);
    const heard = line.heard(1, 60);
    const level = toneLevelDbm0(heard, 1000);
    t.ok(Math.abs(level + 10) < 1.5, `the tone is at ${level.toFixed(1)} dBm0`);
    let quietest = 0;
    for (let at = 0; at + 160 <= heard.length; at += 80)
      quietest = Math.min(quietest, levelDbm0(heard, at, at + 160));
    t.ok(quietest > -20, `no gap is heard: the quietest 20 ms are at ${quietest.toFixed(1)} dBm0`);
    const figures = await media.statistics(rtp.endpoint);
    const total = figures!.packetsReceived + figures!.packetsLost;
    t.ok(
      Math.abs(figures!.packetsLost / total - lost) < 0.03,
      `${figures!.packetsLost} of ${total} packets lost`,
    );
  });
}

t.test('losses and order pass through a relayed session as they are', async (t) => {
  const media = engine(t);
  const a = await new RtpPeer().open();
  const b = await new RtpPeer().open();
  for (const p of [a, b]) t.teardown(() => p.close());
  const ea = await media.openRtp('127.0.0.1');
  const eb = await media.openRtp('127.0.0.1');
  a.remotePort = ea.port;
  b.remotePort = eb.port;
  await media.setRtp(ea.endpoint, toward(a));
  await media.setRtp(eb.endpoint, toward(b));
  await media.connect(ea.endpoint, eb.endpoint);
  a.raw(a.packet(8, Buffer.alloc(160, 0xd5)));
  await b.until(() => b.seen.length >= 2);
  const first = a.sequence;
  const base = a.timestamp;
  const from = b.seen.length;
  for (const k of [0, 1, 3, 2, 2, 6]) {
    a.raw(a.packet(8, Buffer.alloc(160, k), { sequence: first + k, timestamp: base + 160 * (k + 1) }));
  }
  await b.until(() => b.seen.length >= from + 6);
  const seen = b.seen.slice(from, from + 6);
  const at = (i: number): [number, number] => [
    (seen[i]!.sequence - seen[0]!.sequence) & 0xffff,
    (seen[i]!.timestamp - seen[0]!.timestamp) | 0,
  ];
  t.same(
    seen.map((_, i) => at(i)),
    [
      [0, 0],
      [1, 160],
      [3, 480],
      [2, 320],
      [2, 320],
      [6, 960],
    ],
  );
});
