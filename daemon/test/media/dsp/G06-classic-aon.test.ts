import t from 'tap';
import {
  AON_REQUEST_HZ,
  type AonCaller,
  AonReader,
  AonRequestDetector,
  AonSender,
  aonSigns,
} from '../../../src/media/dsp/aon.ts';
import { PCMA } from '../../../src/media/dsp/g711.ts';
import { toneLevelDbm0 } from '../../../src/media/dsp/level.ts';
import { inFrames, randomOf, Signal } from './signal.ts';

t.test('the signs of a packet: start, category, units first, repeats', async (t) => {
  t.equal(aonSigns({ number: '2345678', category: '1' }), 'S18765432');
  t.equal(aonSigns({ number: '88121112233', category: '1' }), 'S13R2R1R1', 'seven digits');
  t.equal(aonSigns({ number: '101', category: '0' }), 'S01010R0R', 'filled up');
  t.throws(() => aonSigns({ number: '1', category: '10' }), { code: 'media/caller-id' });
});

t.test('two of six frequencies for 40 ms each, without a pause', async (t) => {
  const pcm = new Int16Array(9 * 320 + 80);
  t.equal(new AonSender({ number: '2345678', category: '1' }, 1).process(pcm), 9 * 320);
  const pairs = [
    [1100, 1700],
    [700, 900],
    [900, 1500],
    [700, 1500],
    [1100, 1300],
  ];
  pairs.forEach(([low, high], i) => {
    for (const f of [700, 900, 1100, 1300, 1500, 1700]) {
      const level = toneLevelDbm0(pcm, f, i * 320, (i + 1) * 320);
      t.equal(level > -12, f === low || f === high, `sign ${i + 1}: ${f} Hz at ${level.toFixed(1)}`);
    }
  });
});

t.test(
  'read whole wherever the packet is begun, over noise, weak, off its speed, through A-law',
  async (t) => {
    for (const [gain, snr, speed] of [
      [1, 30, 1],
      [0.1, 20, 1],
      [1, 15, 1.01],
      [1, 15, 0.99],
      [0.5, 9, 1],
    ] as const) {
      for (let n = 0; n < 12; n++) {
        const random = randomOf(n + 1);
        const caller = { number: String(1e6 + Math.floor(random() * 8e6)), category: String(n % 10) };
        const from = Math.floor(random() * 9 * 320);
        t.same(
          read(line(caller, { gain, snr, speed, from, seed: n + 1 })),
          [caller],
          `${gain} ${snr} dB ${speed}`,
        );
      }
    }
  },
);

t.test('one whole copy has to do, half of one does not', async (t) => {
  const caller = { number: '2345678', category: '1' };
  // A copy is known to be whole by the start sign of the next.
  t.same(read(line(caller, { gain: 1, snr: 25, speed: 1, from: 0, seed: 1 }, 10.2)), [caller]);
  t.same(read(line(caller, { gain: 1, snr: 25, speed: 1, from: 0, seed: 1 }, 8.5)), []);
});

t.test('copies that differ make no number; noise, tones and keys neither', async (t) => {
  const a = line({ number: '2345678', category: '1' }, { gain: 1, snr: 30, speed: 1, from: 0, seed: 1 }, 9);
  const b = line({ number: '2345679', category: '1' }, { gain: 1, snr: 30, speed: 1, from: 0, seed: 1 }, 9);
  t.ok(read(Int16Array.from([...a, ...b])).length <= 1);
  t.same(read(new Signal(6000, 2).noise(-15).pcm()), []);
  t.same(read(new Signal(3000, 2).sine(425, -10).noise(-40).pcm()), []);
});

t.test('the request of a telephone: 100 ms of 500 Hz, 495 to 505', async (t) => {
  for (const f of [AON_REQUEST_HZ, 495, 505])
    for (const ms of [90, 100, 150, 200]) t.equal(requests(tone(f, ms)), 1, `${f} Hz, ${ms} ms`);
  t.equal(requests(tone(500, 40)), 0, 'too short');
  t.equal(requests(tone(500, 900)), 0, 'a tone that stays');
  t.equal(requests(tone(425, 100)), 0, 'ringback');
  t.equal(requests(new Signal(800, 3).noise(-15).pcm()), 0);
  t.equal(requests(new Signal(600, 3).sine(500, -10, 200, 100).sine(700, -8, 200, 100).pcm()), 0, 'speech');
});

function tone(f: number, ms: number): Int16Array {
  return new Signal(ms + 400, 3).sine(f, -8, 203, ms).noise(-45).pcm();
}

function requests(pcm: Int16Array): number {
  let n = 0;
  const detector = new AonRequestDetector(() => n++);
  inFrames(pcm, (frame) => detector.process(frame));
  return n;
}

interface Way {
  gain: number;
  snr: number;
  speed: number;
  from: number;
  seed: number;
}

/** Some packets from one place in them on; `signs` of sound. */
function line(caller: AonCaller, way: Way, signs = 29): Int16Array {
  const sent = new Int16Array(9 * 320 * 6);
  new AonSender(caller, 6).process(sent);
  const level = -7 + 20 * Math.log10(way.gain);
  const signal = new Signal(signs * 40 + 800, way.seed).noise(level - way.snr);
  for (let i = 0; i < signs * 320; i++) {
    const at = way.from + i * way.speed;
    const n = Math.floor(at);
    const v = sent[n]! + (sent[n + 1]! - sent[n]!) * (at - n);
    signal.samples[600 + way.seed * 11 + i]! += v * way.gain;
  }
  const pcm = signal.pcm();
  const law = new Uint8Array(pcm.length);
  PCMA.encode(pcm, law);
  PCMA.decode(law, pcm);
  return pcm;
}

function read(pcm: Int16Array): AonCaller[] {
  const callers: AonCaller[] = [];
  const reader = new AonReader((caller) => callers.push(caller));
  inFrames(pcm, (frame) => reader.process(frame));
  inFrames(new Int16Array(8000), (frame) => reader.process(frame));
  return callers;
}
