import { clip16, SAMPLES_PER_MS } from './level.ts';

/** Takes the echo of what is sent to a line out of what comes from it. */
export interface EchoCanceller {
  /**
   * One frame. `reference`: what went to the line, aligned to `received` by the card's sample index
   * (ruling 22); `out`: `received` without the echo, and may be the same array. `adapt` false: cancel,
   * but learn nothing from this frame.
   */
  process(
    reference: Int16Array,
    received: Int16Array,
    out: Int16Array,
    count?: number,
    adapt?: boolean,
  ): void;
  /** Echo return loss enhancement over about the last 100 ms, dB; 0 while the far end is silent. */
  readonly erleDb: number;
  /** Forgets the line: a new call. */
  reset(): void;
}

/** Statistics and decisions every 10 ms. */
const BLOCK = 80;
/** Smoothing of the statistics: about 30 ms. */
const SMOOTH = 0.35;
/** Largest step of the main filter, and the fixed step of the shadow. */
const MAIN_STEP = 0.7;
const SHADOW_STEP = 0.5;
/** Keeps the normalisation finite in silence, per tap. */
const REGULARISATION = 1000;
/** No adaptation unless the reference is above about -60 dBm0 (mean square, 16-bit units). */
const MIN_REFERENCE = 500;
/** Blocks quieter than about -63 dBm0 say nothing about the filters. */
const QUIET_BLOCK = BLOCK * 30 * 30;
/** The shadow must be better by 5 dB for 120 ms to take over, the main by 4 dB for 200 ms to be copied back. */
const SHADOW_WINS = 0.3;
const SHADOW_BLOCKS = 12;
const MAIN_WINS = 0.4;
const MAIN_BLOCKS = 20;
const MIN_MISADJUSTMENT = 1e-4;

/**
 * Two adaptive filters on the same reference. The main one makes the output; its step follows how
 * much of the residual can still be echo, so that near-end speech (double talk) does not shake it
 * out of place. The shadow always adapts fast and takes over when the line itself has changed.
 */
export class TwoPathCanceller implements EchoCanceller {
  readonly #taps: number;
  readonly #main: Float64Array;
  readonly #shadow: Float64Array;
  /** The reference, newest first, twice over, so that the newest `taps` always lie in one piece. */
  readonly #history: Float64Array;
  #position = 0;
  #energy = 0;
  #step = MAIN_STEP;
  /** Estimate of what part of the echo is still uncancelled, as power. */
  #misadjustment = 1;
  #mainError = 0;
  #shadowError = 0;
  #received = 0;
  #echo = 0;
  #reference = 0;
  #shadowBetter = 0;
  #mainBetter = 0;
  #erleIn = 0;
  #erleOut = 0;

  /** `tailMs`: the longest echo path to cancel; 16 ms suits a port whose reference is aligned. */
  constructor(tailMs = 16) {
    // A multiple of four, for the unrolled loops.
    this.#taps = Math.max(16, Math.ceil((tailMs * SAMPLES_PER_MS) / 4) * 4);
    this.#main = new Float64Array(this.#taps);
    this.#shadow = new Float64Array(this.#taps);
    this.#history = new Float64Array(2 * this.#taps);
  }

  get erleDb(): number {
    if (this.#erleIn <= 0 || this.#reference < QUIET_BLOCK) return 0;
    return 10 * Math.log10(this.#erleIn / Math.max(this.#erleOut, 1e-3));
  }

  reset(): void {
    this.#main.fill(0);
    this.#shadow.fill(0);
    this.#history.fill(0);
    this.#position = 0;
    this.#energy = 0;
    this.#step = MAIN_STEP;
    this.#misadjustment = 1;
    this.#mainError = this.#shadowError = this.#received = this.#echo = this.#reference = 0;
    this.#shadowBetter = this.#mainBetter = 0;
    this.#erleIn = this.#erleOut = 0;
  }

  process(
    reference: Int16Array,
    received: Int16Array,
    out: Int16Array,
    count = received.length,
    adapt = true,
  ): void {
    for (let from = 0; from < count; from += BLOCK) {
      this.#block(reference, received, out, from, Math.min(count, from + BLOCK), adapt);
    }
  }

  #block(
    reference: Int16Array,
    received: Int16Array,
    out: Int16Array,
    from: number,
    to: number,
    adapt: boolean,
  ): void {
    const taps = this.#taps;
    const main = this.#main;
    const shadow = this.#shadow;
    const history = this.#history;
    const adapting = adapt && this.#energy > MIN_REFERENCE * taps;
    let position = this.#position;
    let energy = this.#energy;
    let mainError = 0;
    let shadowError = 0;
    let input = 0;
    let echo = 0;
    let sent = 0;
    for (let i = from; i < to; i++) {
      const x = reference[i]!;
      position = (position === 0 ? taps : position) - 1;
      const oldest = history[position]!;
      history[position] = x;
      history[position + taps] = x;
      energy += x * x - oldest * oldest;
      // Two sums for each filter keep the additions from waiting for one another.
      let m0 = 0;
      let m1 = 0;
      let s0 = 0;
      let s1 = 0;
      for (let k = 0, h = position; k < taps; k += 2, h += 2) {
        const a = history[h]!;
        const b = history[h + 1]!;
        m0 += main[k]! * a;
        m1 += main[k + 1]! * b;
        s0 += shadow[k]! * a;
        s1 += shadow[k + 1]! * b;
      }
      const d = received[i]!;
      const estimate = m0 + m1;
      const e = d - estimate;
      const f = d - (s0 + s1);
      mainError += e * e;
      shadowError += f * f;
      input += d * d;
      echo += estimate * estimate;
      sent += x * x;
      if (adapting) {
        const norm = 1 / (energy + REGULARISATION * taps);
        const gm = this.#step * e * norm;
        const gs = SHADOW_STEP * f * norm;
        for (let k = 0, h = position; k < taps; k += 2, h += 2) {
          const a = history[h]!;
          const b = history[h + 1]!;
          main[k] = main[k]! + gm * a;
          main[k + 1] = main[k + 1]! + gm * b;
          shadow[k] = shadow[k]! + gs * a;
          shadow[k + 1] = shadow[k + 1]! + gs * b;
        }
      }
      out[i] = clip16(e);
    }
    this.#position = position;
    this.#energy = Math.max(0, energy);
    const scale = BLOCK / (to - from);
    this.#mainError += SMOOTH * (mainError * scale - this.#mainError);
    this.#shadowError += SMOOTH * (shadowError * scale - this.#shadowError);
    this.#received += SMOOTH * (input * scale - this.#received);
    this.#echo += SMOOTH * (echo * scale - this.#echo);
    this.#reference += SMOOTH * (sent * scale - this.#reference);
    this.#erleIn += 0.1 * (input - this.#erleIn);
    this.#erleOut += 0.1 * (mainError - this.#erleOut);
    if (adapting) this.#decide();
  }

  /** After each block: who is right, and how fast the main filter may move next. */
  #decide(): void {
    const loud = this.#received > QUIET_BLOCK;
    if (loud && this.#echo > QUIET_BLOCK) {
      // The residual can hold near-end speech; only its minima tell how good the filter is. So the
      // estimate falls quickly and rises slowly.
      const ratio = this.#mainError / this.#echo;
      if (ratio < this.#misadjustment) this.#misadjustment += 0.3 * (ratio - this.#misadjustment);
      else this.#misadjustment *= ratio < 4 * this.#misadjustment ? 1.01 : 1.002;
      this.#misadjustment = Math.min(1, Math.max(MIN_MISADJUSTMENT, this.#misadjustment));
    }
    const rescue =
      this.#shadowError < SHADOW_WINS * this.#mainError && this.#shadowError < 0.5 * this.#received;
    this.#shadowBetter = rescue && loud ? this.#shadowBetter + 1 : Math.max(0, this.#shadowBetter - 1);
    if (this.#shadowBetter >= SHADOW_BLOCKS) {
      this.#main.set(this.#shadow);
      this.#misadjustment = Math.max(0.05, Math.min(1, this.#shadowError / (this.#echo + 1)));
      this.#mainError = this.#shadowError;
      this.#shadowBetter = 0;
    }
    this.#mainBetter = this.#mainError < MAIN_WINS * this.#shadowError ? this.#mainBetter + 1 : 0;
    if (this.#mainBetter >= MAIN_BLOCKS) {
      this.#shadow.set(this.#main);
      this.#shadowError = this.#mainError;
      this.#mainBetter = 0;
    }
    if (loud && this.#mainError > 2.5 * this.#received) {
      // The filter adds instead of taking away: start over.
      this.#main.fill(0);
      this.#misadjustment = 1;
    }
    // The expected residual echo against the residual there is: 1 when all of it is echo, small in double talk.
    const expected = this.#misadjustment > 0.25 ? Math.max(this.#echo, 0.25 * this.#reference) : this.#echo;
    this.#step = Math.min(MAIN_STEP, (MAIN_STEP * this.#misadjustment * expected) / (this.#mainError + 1));
  }
}
