import { spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { DtmfDetector } from '../../src/media/dsp/dtmf-detector.ts';
import { DtmfGenerator } from '../../src/media/dsp/dtmf-generator.ts';
import { PCMA } from '../../src/media/dsp/g711.ts';
import { Listener } from '../../src/media/listener.ts';
import { RtpHeader } from '../../src/media/rtp/packet.ts';
import { RtpInlet } from '../../src/media/session/rtp-inlet.ts';
import { engine, russia, toward } from './support/engine.ts';
import { LineDouble, silence } from './support/line-double.ts';
import { RtpPeer } from './support/rtp-peer.ts';

const CODES = '0123456789*#ABCD';
const KEYS = '1590*#77';
const ON = 100;
const PERIOD = 260;
const EVENTS = { telephoneEventPayloadType: 101 };

/** Tones of the keys, each from the beginning of its period. */
function tones(keys: string, onMs = ON, periodMs = PERIOD): (n: number) => number {
  const generator = new DtmfGenerator({ onMs, offMs: periodMs - onMs });
  generator.enqueue(keys);
  const samples = new Int16Array(keys.length * periodMs * 8);
  generator.process(samples);
  return (n) => samples[n] ?? 0;
}

function digitsIn(samples: Int16Array): string {
  let digits = '';
  const detector = new DtmfDetector((e) => {
    if (e.kind === 'start') digits += e.digit;
  });
  detector.process(samples);
  return digits;
}

/** How a peer tells its keys: the packets of one event, and whether the tone is left in the audio. */
interface Manner {
  readonly name: string;
  readonly inBand?: boolean;
  /** Changes the list of packets of key number `i`: [ms from its beginning, duration told, end?, timestamp shift]. */
  readonly packets?: (list: EventPacket[], i: number) => EventPacket[];
}

interface EventPacket {
  readonly at: number;
  readonly samples: number;
  readonly end: boolean;
  readonly shift?: number;
}

/** An event as it should be: every 20 ms, and three ends. */
const proper = (): EventPacket[] => [
  ...[20, 40, 60, 80].map((at) => ({ at, samples: at * 8, end: false })),
  ...[100, 120, 140].map((at) => ({ at, samples: 800, end: true })),
];

const MANNERS: readonly Manner[] = [
  { name: 'by the book' },
  { name: 'tones left in the audio', inBand: true },
  { name: 'every end lost', inBand: true, packets: (list) => list.filter((p) => !p.end) },
  { name: 'only the first end comes', packets: (list) => list.slice(0, 5) },
  { name: 'the first packet lost, tones in the audio', inBand: true, packets: (list) => list.slice(1) },
  { name: 'the first two packets lost, tones in the audio', inBand: true, packets: (list) => list.slice(2) },
  { name: 'the first three packets lost', packets: (list) => list.slice(3) },
  { name: 'only ends come', packets: (list) => list.filter((p) => p.end) },
  { name: 'gaps of 40 ms', inBand: true, packets: (list) => list.filter((p, k) => p.end || k % 2 === 0) },
  { name: 'everything doubled', packets: (list) => list.flatMap((p) => [p, p]) },
  {
    name: 'ends repeated once more, 80 ms late',
    inBand: true,
    packets: (list) => [...list, { at: 220, samples: 800, end: true }],
  },
  {
    name: 'the timestamp moves on with each packet',
    packets: (list) => list.map((p) => ({ ...p, shift: p.end ? 640 : p.samples - 160 })),
  },
  { name: 'packets in disorder', inBand: true, packets: (list) => [list[1]!, list[0]!, ...list.slice(2)] },
];

// Time is the inlet's own, so that a stalled machine breaks no key in two.
t.test('a key is one key on the line and in the box, whatever mixture tells it (C03)', async (t) => {
  for (const manner of MANNERS) {
    const told: string[] = [];
    const heard: string[] = [];
    const inlet = new RtpInlet((kind, digit, ms) => {
      if (kind === 'end') told.push(`${digit} ${ms >= 20}`);
    });
    inlet.tones = true;
    const ears = new Listener(russia, {
      digit: (kind, digit) => void (kind === 'end' && heard.push(digit)),
      tone() {},
      ringbackStopped() {},
      voice() {},
      silence() {},
      callerIdBegun() {},
      callerId() {},
      aonRequest() {},
    });
    ears.set({ dtmf: true }, false);
    const line = new Int16Array((KEYS.length * PERIOD + 1000) * 8);
    const frame = new Int16Array(80);
    const coming = packetsOf(manner);
    for (let now = 0; now * 8 < line.length; now += 10) {
      while (coming[0] && coming[0].at <= now) coming.shift()!.give(inlet);
      inlet.poll(now);
      inlet.pull(frame, now);
      line.set(frame, now * 8);
      ears.process(frame, inlet.sawEvents);
    }
    t.same(
      told,
      [...KEYS].map((key) => `${key} true`),
      `${manner.name}: told once each`,
    );
    t.same(heard, [], `${manner.name}: and not heard again`);
    t.equal(digitsIn(line), KEYS, `${manner.name}: once each on the line`);
  }
});

/** What a peer of this manner sends, by the time of its coming. */
function packetsOf(manner: Manner): { at: number; give: (inlet: RtpInlet) => void }[] {
  const audio = manner.inBand ? tones(KEYS) : silence;
  const list: { at: number; give: (inlet: RtpInlet) => void }[] = [];
  for (let at = 0; at < KEYS.length * PERIOD + 800; at += 20) {
    const linear = Int16Array.from({ length: 160 }, (_, i) => audio(at * 8 + i));
    const payload = new Uint8Array(160);
    PCMA.encode(linear, payload);
    list.push({ at, give: (inlet) => inlet.pushAudio(payload, header(at * 8, 160), PCMA, at) });
  }
  for (const [i, key] of [...KEYS].entries()) {
    for (const p of manner.packets?.(proper(), i) ?? proper()) {
      const at = i * PERIOD + p.at;
      const payload = Uint8Array.of(
        CODES.indexOf(key),
        (p.end ? 128 : 0) | 10,
        p.samples >> 8,
        p.samples & 255,
      );
      const timestamp = i * PERIOD * 8 + (p.shift ?? 0);
      list.push({ at, give: (inlet) => inlet.pushEvent(payload, header(timestamp, 4), at) });
    }
  }
  return list.sort((a, b) => a.at - b.at);
}

/** A header as the parser gives it; the marker bit says nothing to the receiver of events. */
function header(timestamp: number, length: number): RtpHeader {
  return Object.assign(new RtpHeader(), {
    payloadType: length === 4 ? 101 : 8,
    timestamp,
    ssrc: 1,
    payloadLength: length,
  });
}

const multimon = spawnSync('multimon-ng', ['-h']).error === undefined;

t.test('what leaves beside the events no receiver takes for a key', async (t) => {
  const line = new LineDouble();
  t.teardown(() => line.stop());
  const media = engine(t, {}, line);
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const { endpoint, port } = await media.openRtp('127.0.0.1');
  peer.remotePort = port;
  await media.setRtp(endpoint, toward(peer, EVENTS));
  await media.detect('line:1', { dtmf: true });
  await media.connect('line:1', endpoint);
  const all = '1234567890*#ABCD';
  const sound = tones(all, 100, 180);
  const from = line.at + 1600;
  line.run(new Map([[1, (n) => sound(n - from)]]));
  await peer.until(
    () => new Set(peer.seen.filter((p) => p.payloadType === 101).map((p) => p.timestamp)).size >= all.length,
    9000,
  );
  await peer.more(10);
  const audio = peer.samples();
  t.equal(digitsIn(audio), '', 'not ours');
  // A receiver that is easily pleased: half the time, a wide tolerance, very weak tones.
  let loose = '';
  const easy = new DtmfDetector((e) => (loose += e.kind === 'start' ? e.digit : ''), {
    minLevelDbm0: -50,
    maxFrequencyError: 0.03,
    maxForwardTwistDb: 12,
    maxReverseTwistDb: 12,
  });
  easy.process(audio);
  t.equal(loose, '', 'not one that is easily pleased');
  if (!multimon) return;
  const raw = join(t.testdir(), 'leak.raw');
  const wide = join(t.testdir(), 'leak22.raw');
  writeFileSync(raw, new Uint8Array(audio.buffer, audio.byteOffset, audio.byteLength));
  const format = ['-t', 'raw', '-e', 'signed', '-b', '16', '-c', '1'];
  spawnSync('sox', [...format, '-r', '8000', raw, ...format, '-r', '22050', wide]);
  const { stdout } = spawnSync('multimon-ng', ['-q', '-a', 'DTMF', '-t', 'raw', wide], { encoding: 'utf8' });
  t.equal(stdout.trim(), '', 'nor multimon-ng');
});

t.test('where in-band was agreed on, keys pass in the audio whole, and once', async (t) => {
  const line = new LineDouble();
  t.teardown(() => line.stop());
  const media = engine(t, {}, line);
  const peer = await new RtpPeer().open();
  t.teardown(() => peer.close());
  const { endpoint, port } = await media.openRtp('127.0.0.1');
  peer.remotePort = port;
  await media.setRtp(endpoint, toward(peer));
  await media.detect('line:1', { dtmf: true });
  const told: string[] = [];
  media.on('digit', (_endpoint, digit) => told.push(digit));
  await media.connect('line:1', endpoint);
  const sound = tones(KEYS);
  const from = line.at + 1600;
  line.run(new Map([[1, (n) => sound(n - from)]]));
  await peer.more((KEYS.length * PERIOD + 500) / 20, 9000);
  t.equal(digitsIn(peer.samples()), KEYS);
  t.equal(told.join(''), KEYS);
  t.notOk(peer.seen.some((p) => p.payloadType === 101));
});
