import { PCMA } from '../../../daemon/src/media/dsp/g711.ts';
import { rmsOf, sineAmplitude } from '../../../daemon/src/media/dsp/level.ts';
import { Dice } from './random.ts';

/** What a line adds to a signal on its way. */
export interface LineOptions {
  /** White noise, dBm0. */
  readonly noiseDbm0?: number;
  /** Hum of 50 Hz with its harmonics, dBm0. */
  readonly humDbm0?: number;
  /** Clicks a second. */
  readonly clicks?: number;
  /** Through A-law and back. */
  readonly law?: boolean;
}

/** A line: gives what comes out of it for what went in, any length at a time. */
export class Line {
  readonly #options: LineOptions;
  readonly #dice: Dice;
  #at = 0;
  #spare = Number.NaN;
  #click = 0;
  #law = new Uint8Array(0);

  constructor(options: LineOptions, seed: number) {
    this.#options = options;
    this.#dice = new Dice(seed);
  }

  pass(signal: Float64Array): Int16Array {
    const { noiseDbm0, humDbm0, clicks = 0, law = false } = this.#options;
    const noise = noiseDbm0 === undefined ? 0 : rmsOf(noiseDbm0);
    const hum = humDbm0 === undefined ? 0 : sineAmplitude(humDbm0);
    const out = new Int16Array(signal.length);
    for (let i = 0; i < signal.length; i++) {
      let v = signal[i]!;
      if (noise > 0) v += noise * this.#gauss();
      if (hum > 0) v += hum * this.#hum(this.#at);
      if (clicks > 0) {
        if (this.#dice.next() < clicks / 8000) this.#click = this.#dice.between(-12_000, 12_000);
        v += this.#click;
        this.#click *= -0.7;
      }
      this.#at++;
      out[i] = Math.max(-32768, Math.min(32767, Math.round(v)));
    }
    if (law) {
      if (this.#law.length < out.length) this.#law = new Uint8Array(out.length);
      PCMA.encode(out, this.#law);
      PCMA.decode(this.#law, out);
    }
    return out;
  }

  #hum(at: number): number {
    const w = (2 * Math.PI * 50 * at) / 8000;
    return 0.8 * Math.sin(w) + 0.4 * Math.sin(3 * w + 1) + 0.25 * Math.sin(5 * w + 2);
  }

  #gauss(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare;
      this.#spare = Number.NaN;
      return spare;
    }
    const r = Math.sqrt(-2 * Math.log(this.#dice.next() + 1e-12));
    const phase = 2 * Math.PI * this.#dice.next();
    this.#spare = r * Math.sin(phase);
    return r * Math.cos(phase);
  }
}

/** Puts a signal to a level, measured over all of it, dBm0; in place. */
export function toLevel(signal: Float64Array, dbm0: number): Float64Array {
  let energy = 0;
  for (const v of signal) energy += v * v;
  const rms = Math.sqrt(energy / Math.max(1, signal.length));
  const gain = rms > 0 ? rmsOf(dbm0) / rms : 0;
  for (let i = 0; i < signal.length; i++) signal[i] = signal[i]! * gain;
  return signal;
}
