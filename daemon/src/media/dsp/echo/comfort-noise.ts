import { clip16, rmsOf } from '../level.ts';
import { ECHO_BLOCK } from './kernel.ts';
import { durbin } from './predictor.ts';

/** Coefficients of the noise's spectrum: a hum or a hiss, not a melody. */
const ORDER = 8;
/** Smoothing of power over blocks. */
const SMOOTH = 0.3;
/** The least power of the last five seconds is the noise's: nobody speaks for so long without a pause. */
const WINDOWS = 5;
const WINDOW_BLOCKS = 100;
/** Louder than this it is no noise of a line but a tone or a fault, and not to be made more of: -40 dBm0. */
const LOUDEST = rmsOf(-40) ** 2;
/** The least of so many smoothed blocks lies by this factor under the mean of steady noise. */
const LEAST_TO_MEAN = 1.25;
/** A block is noise and nothing else up to this part above its level, and teaches the spectrum. */
const NOISE_ONLY = 2;
/** Smoothing of the spectrum per such block. */
const SPECTRUM = 0.08;

/** Learns the level and the rough spectrum of the noise on a line, and makes more of it. */
export class ComfortNoise {
  readonly #correlation = new Float64Array(ORDER + 1);
  readonly #block = new Float64Array(ORDER + 1);
  readonly #predictor = new Float64Array(ORDER);
  readonly #scratch = new Float64Array(ORDER);
  readonly #past = new Float64Array(ORDER);
  #smooth = -1;
  /** The least of each window, the present one first; infinite: not reached yet. */
  readonly #least = new Float64Array(WINDOWS).fill(Number.POSITIVE_INFINITY);
  #blocks = 0;
  #gain = 0;
  #stale = true;
  #random = 1;

  /** Mean square of the noise; 0: not known yet, as while nothing but dial tone has been heard. */
  get power(): number {
    let least = Number.POSITIVE_INFINITY;
    for (let i = 0; i < WINDOWS; i++) if (this.#least[i]! < least) least = this.#least[i]!;
    return least <= LOUDEST ? least * LEAST_TO_MEAN : 0;
  }

  /** Learns from a block that has no echo in it worth the name; `power`: its mean square. */
  learn(frame: Int16Array, power: number): void {
    this.#smooth = this.#smooth < 0 ? power : this.#smooth + SMOOTH * (power - this.#smooth);
    if (this.#blocks++ === WINDOW_BLOCKS) {
      this.#least.copyWithin(1, 0);
      this.#least[0] = this.#smooth;
      this.#blocks = 1;
    } else if (this.#smooth < this.#least[0]!) this.#least[0] = this.#smooth;
    if (power > NOISE_ONLY * this.power) return;
    const r = this.#block;
    for (let lag = 0; lag <= ORDER; lag++) {
      let sum = 0;
      for (let i = lag; i < ECHO_BLOCK; i++) sum += frame[i]! * frame[i - lag]!;
      r[lag] = sum / Math.max(1, ECHO_BLOCK * power);
    }
    for (let lag = 0; lag <= ORDER; lag++)
      this.#correlation[lag]! += SPECTRUM * (r[lag]! - this.#correlation[lag]!);
    this.#stale = true;
  }

  /** Makes a block of noise of the level and the spectrum learnt; white and of `unknown` mean square before. */
  make(out: Float64Array, unknown: number): void {
    if (this.#stale) this.#fit();
    const a = this.#predictor;
    const past = this.#past;
    const gain = this.#gain * Math.sqrt(3 * (this.power || unknown));
    for (let i = 0; i < ECHO_BLOCK; i++) {
      this.#random = (Math.imul(this.#random, 1664525) + 1013904223) >>> 0;
      let v = gain * (this.#random / 2 ** 31 - 1);
      for (let k = 0; k < ORDER; k++) v += a[k]! * past[k]!;
      past.copyWithin(1, 0);
      past[0] = v;
      out[i] = clip16(v);
    }
  }

  reset(): void {
    this.#correlation.fill(0);
    this.#past.fill(0);
    this.#smooth = -1;
    this.#least.fill(Number.POSITIVE_INFINITY);
    this.#blocks = 0;
    this.#stale = true;
  }

  #fit(): void {
    const r = this.#block;
    r.set(this.#correlation);
    // A floor 30 dB down: a spectrum without holes cannot ring.
    r[0] = r[0]! * 1.001 + 1e-9;
    const left = durbin(r, this.#predictor, this.#scratch);
    this.#gain = Math.sqrt(left / r[0]!);
    this.#stale = false;
  }
}
