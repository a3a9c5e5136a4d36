import { ECHO_BLOCK } from '../../../daemon/src/media/dsp/echo/kernel.ts';
import { PCMA } from '../../../daemon/src/media/dsp/g711.ts';
import { clip16, rmsOf } from '../../../daemon/src/media/dsp/level.ts';
import { randomOf } from './random.ts';
import { speak } from './speech.ts';
import type { Language } from './texts.ts';

/** A line's echo path: a hybrid that spreads over 8 ms, behind a flat delay. */
export interface Hybrid {
  /** Flat delay, ms: what of a long tail comes before the echo. */
  readonly delayMs: number;
  /** Echo return loss, dB. */
  readonly erlDb: number;
  readonly seed: number;
}

const SPREAD = 64;
/** The line's noise is the same in each call. */
const NOISE_SEED = 77;

/** Impulse response of a hybrid. */
export function responseOf({ delayMs, erlDb, seed }: Hybrid): Float64Array {
  const random = randomOf(seed);
  const delay = Math.round(delayMs * 8);
  const taps = new Float64Array(delay + SPREAD);
  let energy = 0;
  for (let k = 0; k < SPREAD; k++) {
    taps[delay + k] = (random() - 0.5) * Math.exp(-k / 12);
    energy += taps[delay + k]! ** 2;
  }
  const scale = 10 ** (-erlDb / 20) / Math.sqrt(energy);
  return taps.map((v) => v * scale);
}

/** What a path sends back of `far`. */
export function echoOf(far: Int16Array, hybrid: Hybrid): Float64Array {
  const path = responseOf(hybrid);
  const out = new Float64Array(far.length);
  for (let k = Math.round(hybrid.delayMs * 8); k < path.length; k++) {
    const tap = path[k]!;
    for (let i = k; i < far.length; i++) out[i] = out[i]! + tap * far[i - k]!;
  }
  return out;
}

/** Speech of `seconds` at an active level: the mean over the 20 ms that are within 30 dB of the loudest. */
export async function speechAt(
  language: Language,
  dbm0: number,
  seconds: number,
  seed: number,
): Promise<Int16Array> {
  const variant = ['m3', 'f2', 'm7', 'f5'][seed % 4]!;
  const clip = await speak({ language, variant, speed: 160 + 7 * (seed % 5), pitch: 45, seed }, 12);
  const powers: number[] = [];
  for (let i = 0; i + 160 <= clip.length; i += 160) powers.push(meanSquare(clip, i, i + 160));
  const least = Math.max(...powers) / 1000;
  const active = powers.filter((p) => p > least);
  const gain = rmsOf(dbm0) / Math.sqrt(active.reduce((a, b) => a + b, 0) / active.length);
  return Int16Array.from({ length: seconds * 8000 }, (_, i) => clip16(gain * clip[i % clip.length]!));
}

/** White Gaussian noise. */
export function noiseAt(dbm0: number, samples: number, seed: number): Float64Array {
  const random = randomOf(seed);
  const rms = rmsOf(dbm0);
  return Float64Array.from({ length: samples }, () => {
    const u = Math.sqrt(-2 * Math.log(random() + 1e-12));
    return rms * u * Math.cos(2 * Math.PI * random());
  });
}

/** Mean square of a stretch of samples. */
export function meanSquare(x: ArrayLike<number>, from = 0, to = x.length): number {
  let sum = 0;
  for (let i = from; i < to; i++) sum += x[i]! * x[i]!;
  return sum / Math.max(1, to - from);
}

/** Through A-law and back. */
export function throughAlaw(x: ArrayLike<number>): Int16Array {
  const out = Int16Array.from(x, clip16);
  const bytes = new Uint8Array(out.length);
  PCMA.encode(out, bytes);
  PCMA.decode(bytes, out);
  return out;
}

/** What takes the echo out of one block in place. */
export type Cancel = (reference: Int16Array, frame: Int16Array) => void;

/** A call through a canceller. */
export interface EchoCall {
  /** What is left. */
  readonly out: Int16Array;
  readonly near: ArrayLike<number>;
  readonly noise: Float64Array;
  /**
   * Echo return loss enhancement over a stretch, dB: the echo against what is left when the near
   * end's speech and the line's noise are taken away from the output.
   */
  erle(fromS: number, toS: number): number;
}

export interface EchoCallOptions {
  far: Int16Array;
  /** The echo; {@link echoOf}. */
  echo: Float64Array;
  near?: ArrayLike<number>;
  noiseDbm0?: number;
  /** The link carries A-law: what is received is quantised by it. */
  alaw?: boolean;
}

/** Puts a call through a canceller, block by block. */
export function throughCanceller(cancel: Cancel, options: EchoCallOptions): EchoCall {
  const { far, echo, near = new Float64Array(far.length), noiseDbm0 = -65, alaw = false } = options;
  const noise = noiseAt(noiseDbm0, far.length, NOISE_SEED);
  const out = Int16Array.from(echo, (v, i) => clip16(v + near[i]! + noise[i]!));
  if (alaw) out.set(throughAlaw(out));
  for (let i = 0; i + ECHO_BLOCK <= far.length; i += ECHO_BLOCK)
    cancel(far.subarray(i, i + ECHO_BLOCK), out.subarray(i, i + ECHO_BLOCK));
  return {
    out,
    near,
    noise,
    erle: (fromS, toS) => {
      const [from, to] = [fromS * 8000, toS * 8000];
      let left = 0;
      for (let i = from; i < to; i++) left += (out[i]! - near[i]! - noise[i]!) ** 2;
      return 10 * Math.log10((meanSquare(echo, from, to) * (to - from)) / Math.max(left, 1));
    },
  };
}

/**
 * The most that any canceller can take away behind A-law, dB: the echo against the noise that coding adds to all that is
 * received. No filter knows that noise beforehand; where the near end is loud it is loud too (some 35 dB below it).
 */
export function codingBound(options: EchoCallOptions, fromS: number, toS: number): number {
  const { far, echo, near = new Float64Array(far.length), noiseDbm0 = -65 } = options;
  const noise = noiseAt(noiseDbm0, far.length, NOISE_SEED);
  const received = Float64Array.from(echo, (v, i) => v + near[i]! + noise[i]!);
  const coded = throughAlaw(received);
  const added = coded.reduce<number>(
    (sum, v, i) => (i >= fromS * 8000 && i < toS * 8000 ? sum + (v - received[i]!) ** 2 : sum),
    0,
  );
  return 10 * Math.log10((meanSquare(echo, fromS * 8000, toS * 8000) * (toS - fromS) * 8000) / added);
}

/** Hybrids that a tail must hold: at its beginning, in its midst and near its end, losses of 6 to 12 dB. */
export function hybridsFor(tailMs: number): Hybrid[] {
  return [
    { delayMs: 0, erlDb: 6, seed: 3 },
    { delayMs: Math.round(tailMs / 2) - 4, erlDb: 9, seed: 5 },
    { delayMs: tailMs - 9, erlDb: 6, seed: 7 },
  ];
}
