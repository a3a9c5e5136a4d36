import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { levelDbm0, toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { MediaEngine } from '../../src/media/engine.ts';
import { engine, russia, steadyLevel, toward } from './support/engine.ts';
import { LineDouble, silence } from './support/line-double.ts';
import { MemorySockets } from './support/memory-sockets.ts';
import { RtpPeer, sine } from './support/rtp-peer.ts';

/**
 * A network between a peer and the box: when each packet arrives, in ms after it was sent; none: lost.
 * Time is the test's own, so that nothing but the network is late.
 */
const networks: Record<string, { delays: (n: number) => number[]; lost: number }> = {
  'every tenth packet is lost': { delays: (n) => (n % 10 === 9 ? [] : [5]), lost: 0.1 },
  'every fourth packet is overtaken by the next': { delays: (n) => (n % 4 === 2 ? [26] : [5]), lost: 0 },
  'every packet comes twice': { delays: () => [5, 7], lost: 0 },
  'delay varies by 30 ms': { delays: (n) => [5 + ((n * 7919) % 30)], lost: 0 },
  'all at once: two lost in a row, disorder, doubles, varying delay': {
    delays: (n) => (n % 25 < 2 ? [] : [5 + ((n * 7919) % 25), 30]),
    // RFC 3550 A.3: what comes twice counts against what was lost.
    lost: 0,
  },
};

for (const [name, { delays, lost }] of Object.entries(networks)) {
  t.test(name, async (t) => {
    const clock = new FakeClock();
    const sockets = new MemorySockets();
    const line = new LineDouble();
    const media = new MediaEngine({ clock, profile: russia, line, sockets: sockets.factory });
    const peer = new RtpPeer();
    const rtp = await media.openRtp('127.0.0.1');
    await media.setRtp(rtp.endpoint, { ...toward(peer), remotePort: 4000 });
    await media.connect('line:1', rtp.endpoint);
    const signal = sine(1000, -10);
    for (let ms = 0; ms < 6000; ms += 10) {
      if (ms % 20 === 0) {
        const n = ms / 20;
        const packet = peer.audio(signal, 20, n * 160);
        for (const delay of delays(n)) clock.after(delay, () => sockets.deliver(rtp.port, packet, 4000));
      }
      clock.advance(10);
      line.frame(new Map([[1, silence]]));
    }
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
      Math.abs(figures!.packetsLost / total - lost) < 0.02,
      `${figures!.packetsLost} of ${total} packets lost`,
    );
    await media.close();
    clock.advance(100);
    t.equal(clock.pending, 0, 'no timer is left');
  });
}

t.test('over real UDP through a proxy that loses, doubles and reorders', async (t) => {
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
  let held: Buffer | undefined;
  peer.talk(sine(1000, -10), 20, (p) => {
    const k = n++ % 20;
    if (k === 7) return;
    if (k === 12) {
      held = p;
      return;
    }
    peer.raw(p);
    if (k === 3) peer.raw(p);
    if (held) peer.raw(held);
    held = undefined;
  });
  await peer.more(110);
  const level = steadyLevel(line.heard(1, 60), 1000);
  t.ok(Math.abs(level + 10) < 0.7, `the tone is at ${level.toFixed(1)} dBm0`);
  const figures = await media.statistics(rtp.endpoint);
  t.ok(figures!.packetsReceived > 90);
});

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
