import t from 'tap';
import { TwoPathCanceller } from '../../../src/media/dsp/echo-canceller.ts';
import { levelDbm0 } from '../../../src/media/dsp/level.ts';
import { randomOf, Signal } from './signal.ts';

/** A dispersive hybrid: 6 dB return loss, an echo that starts after `delay` samples and dies out within 8 ms. */
function hybrid(delay: number, seed = 3): Float64Array {
  const random = randomOf(seed);
  const taps = new Float64Array(delay + 64);
  let energy = 0;
  for (let k = 0; k < 64; k++) {
    taps[delay + k] = (random() - 0.5) * Math.exp(-k / 12);
    energy += taps[delay + k]! ** 2;
  }
  const scale = 0.5 / Math.sqrt(energy);
  return taps.map((v) => v * scale);
}

function echoOf(far: Int16Array, path: Float64Array): Float64Array {
  const out = new Float64Array(far.length);
  for (let i = 0; i < far.length; i++) {
    let v = 0;
    for (let k = 0; k < path.length && k <= i; k++) v += path[k]! * far[i - k]!;
    out[i] = v;
  }
  return out;
}

/** Noise with syllables: bursts of a speech-like spectrum, as the composite source signal of ITU-T P.501 alternates. */
function farSpeech(ms: number, dbm0: number, seed: number): Int16Array {
  const pcm = new Signal(ms, seed).noise(dbm0 + 6).samples;
  let low = 0;
  for (let i = 0; i < pcm.length; i++) {
    low += 0.4 * (pcm[i]! - low);
    const syllable = Math.sin((2 * Math.PI * i) / 2000) > -0.3 ? 1 : 0.05;
    pcm[i] = low * syllable;
  }
  return Int16Array.from(pcm, (v) => Math.round(v));
}

interface Run {
  out: Int16Array;
  /** ERLE in dB of a stretch, ms: what came in against what was left, less the near end. */
  erle(fromMs: number, toMs: number): number;
}

function run(
  far: Int16Array,
  echo: Float64Array,
  near: Float64Array | undefined,
  canceller = new TwoPathCanceller(16),
): Run {
  const received = new Int16Array(far.length);
  const noise = new Signal(far.length / 8, 77).noise(-65).samples;
  for (let i = 0; i < far.length; i++) received[i] = Math.round(echo[i]! + noise[i]! + (near ? near[i]! : 0));
  const out = new Int16Array(far.length);
  for (let i = 0; i < far.length; i += 80) {
    canceller.process(far.subarray(i, i + 80), received.subarray(i, i + 80), out.subarray(i, i + 80));
  }
  const left = Int16Array.from(out, (v, i) => v - Math.round(near ? near[i]! : 0));
  const before = Int16Array.from(echo, (v) => Math.round(v));
  return {
    out,
    erle: (from, to) => levelDbm0(before, from * 8, to * 8) - levelDbm0(left, from * 8, to * 8),
  };
}

t.test(
  'the echo of noise and of speech-like sound goes down by more than 25 dB within a second',
  async (t) => {
    for (const delay of [0, 24, 60]) {
      const path = hybrid(delay);
      for (const [name, far] of [
        ['noise', new Signal(4000, 5).noise(-16).pcm()],
        ['speech-like', farSpeech(4000, -16, 6)],
      ] as const) {
        const { erle } = run(far, echoOf(far, path), undefined);
        t.ok(
          erle(500, 1000) > 20,
          `${name}, ${delay / 8} ms: ${erle(500, 1000).toFixed(1)} dB in the first second`,
        );
        t.ok(erle(1000, 4000) > 30, `${name}, ${delay / 8} ms: ${erle(1000, 4000).toFixed(1)} dB after it`);
      }
    }
  },
);

t.test('double talk neither spoils the near end nor the filter', async (t) => {
  const far = farSpeech(9000, -16, 6);
  const near = Float64Array.from(farSpeech(9000, -16, 9), (v, i) => (i > 3000 * 8 && i < 6000 * 8 ? v : 0));
  const { erle } = run(far, echoOf(far, hybrid(16)), near);
  t.ok(erle(2000, 3000) > 28, `before ${erle(2000, 3000).toFixed(1)}`);
  t.ok(erle(3100, 6000) > 6, `during ${erle(3100, 6000).toFixed(1)}`);
  t.ok(erle(7000, 9000) > 25, `after ${erle(7000, 9000).toFixed(1)}`);
});

t.test('a changed line is learnt again', async (t) => {
  const far = farSpeech(8000, -16, 6);
  const first = echoOf(far, hybrid(16, 3));
  const second = echoOf(far, hybrid(40, 8));
  const echo = Float64Array.from(first, (v, i) => (i < 4000 * 8 ? v : second[i]!));
  const { erle } = run(far, echo, undefined);
  t.ok(erle(2000, 4000) > 28);
  t.ok(erle(6000, 8000) > 25, `${erle(6000, 8000).toFixed(1)} dB after the change`);
});

t.test('a tone in the call leaves the filter in place', async (t) => {
  const far = farSpeech(7000, -16, 6);
  const tone = new Signal(7000, 2).sine(425, -10, 3000, 2000).pcm();
  for (let i = 3000 * 8; i < 5000 * 8; i++) far[i] = tone[i]!;
  const { erle } = run(far, echoOf(far, hybrid(16)), undefined);
  t.ok(erle(3500, 5000) > 30, `on the tone ${erle(3500, 5000).toFixed(1)}`);
  t.ok(erle(5050, 7000) > 22, `right after it ${erle(5050, 7000).toFixed(1)}`);
});

t.test('without an echo the near end passes untouched', async (t) => {
  const near = new Signal(2000, 4).sine(1000, -10).samples;
  const silence = new Int16Array(16_000);
  const { out } = run(silence, new Float64Array(16_000), near);
  t.ok(Math.abs(levelDbm0(out, 8000) + 10) < 0.1);
  const far = farSpeech(2000, -20, 3);
  const both = run(far, new Float64Array(16_000), near);
  t.ok(Math.abs(levelDbm0(both.out, 8000) + 10) < 0.5, 'also while the far end speaks');
});

t.test('the same array may be input and output, and figures start over after a reset', async (t) => {
  const far = new Signal(1000, 5).noise(-16).pcm();
  const echo = Int16Array.from(echoOf(far, hybrid(8)), (v) => Math.round(v));
  const canceller = new TwoPathCanceller(16);
  const out = new Int16Array(8000);
  canceller.process(far, echo, out);
  t.ok(canceller.erleDb > 20, `${canceller.erleDb}`);
  canceller.reset();
  t.equal(canceller.erleDb, 0);
  canceller.process(far, echo, echo);
  t.same(echo, out);
});
