import { sineAmplitude } from '../../../daemon/src/media/dsp/level.ts';
import { Dice } from './random.ts';

/** A call-progress tone as an exchange sends it, old ones included. */
export interface ExchangeTone {
  readonly frequencyHz: number;
  readonly levelDbm0: number;
  /** On and off, ms; empty: continuous. */
  readonly cadence: readonly number[];
  /** How much each on and off may differ from the cadence, as a part of it: worn interrupters. */
  readonly jitter?: number;
  /** Second and third harmonic, dB under the tone. */
  readonly harmonicsDb?: number;
  /** Where in the cadence it is caught, ms: nobody waits for its beginning. */
  readonly fromMs?: number;
  /** Time in which it swells and dies, ms. */
  readonly edgeMs?: number;
  /** Drift within the signal, Hz a second. */
  readonly driftHz?: number;
}

/** `ms` of a tone. */
export function exchangeTone(tone: ExchangeTone, ms: number, seed = 1): Float64Array {
  const {
    frequencyHz,
    levelDbm0,
    cadence,
    jitter = 0,
    harmonicsDb,
    fromMs = 0,
    edgeMs = 0,
    driftHz = 0,
  } = tone;
  const dice = new Dice(seed);
  const out = new Float64Array(Math.round(ms * 8));
  const amplitude = sineAmplitude(levelDbm0);
  const harmonic = harmonicsDb === undefined ? 0 : 10 ** (-harmonicsDb / 20);
  const edge = Math.max(1, edgeMs * 8);
  let phase = dice.between(0, 2 * Math.PI);
  let step = 0;
  const lengthOf = (k: number): number =>
    cadence.length === 0
      ? Infinity
      : Math.max(1, cadence[k % cadence.length]! * (1 + dice.between(-jitter, jitter)) * 8);
  let left = lengthOf(0);
  for (let skip = fromMs * 8; skip > 0; ) {
    const by = Math.min(skip, left);
    skip -= by;
    left -= by;
    if (left <= 0) left = lengthOf(++step);
  }
  let gain = step % 2 === 0 && fromMs > 0 ? 1 : 0;
  for (let i = 0; i < out.length; i++) {
    const on = step % 2 === 0;
    gain = on ? Math.min(1, gain + 1 / edge) : Math.max(0, gain - 1 / edge);
    phase += (2 * Math.PI * (frequencyHz + (driftHz * i) / 8000)) / 8000;
    let v = Math.sin(phase);
    if (harmonic > 0) v += harmonic * (Math.sin(2 * phase + 1) + Math.sin(3 * phase + 2));
    out[i] = gain * amplitude * v;
    if (--left <= 0) left = lengthOf(++step);
  }
  return out;
}

/** Adds `what` to `to` from `fromMs` on; in place. */
export function mix(to: Float64Array, what: ArrayLike<number>, fromMs = 0, gain = 1): Float64Array {
  const from = Math.round(fromMs * 8);
  for (let i = 0; i < what.length && from + i < to.length; i++)
    to[from + i] = to[from + i]! + gain * what[i]!;
  return to;
}
