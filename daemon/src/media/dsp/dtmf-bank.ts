import { DTMF_COLUMNS, DTMF_ROWS } from './dtmf-generator.ts';
import { SAMPLE_RATE } from './level.ts';

/** Samples of a block, 5 ms; and blocks of a window, 20 ms. */
export const BLOCK = 40;
export const WINDOW = 4;

const TONES = [...DTMF_ROWS, ...DTMF_COLUMNS];
const T = TONES.length;
const BLOCKS_PER_SECOND = SAMPLE_RATE / BLOCK;
/** How much the best tone of a group must stand above the next of its group (power). */
const GROUP_MARGIN = 2.5;

/** What depends on the eight tones alone, and is the same for every detector: 3200 sines are not worked out for each call. */
const STEP_COS = new Float64Array(T);
const STEP_SIN = new Float64Array(T);
const COEFFICIENT = new Float64Array(T);
/** Phase of each tone at the start of each of the 200 blocks of a second, after which all repeat. */
const PHASE_RE = new Float64Array(T * BLOCKS_PER_SECOND);
const PHASE_IM = new Float64Array(T * BLOCKS_PER_SECOND);
TONES.forEach((f, k) => {
  const w = (2 * Math.PI * f) / SAMPLE_RATE;
  STEP_COS[k] = Math.cos(w);
  STEP_SIN[k] = Math.sin(w);
  COEFFICIENT[k] = 2 * Math.cos(w);
  for (let b = 0; b < BLOCKS_PER_SECOND; b++) {
    PHASE_RE[b * T + k] = Math.cos(w * BLOCK * b);
    PHASE_IM[b * T + k] = -Math.sin(w * BLOCK * b);
  }
});

/**
 * The eight tones of DTMF in the last 20 ms. Every 5 ms it takes the complex amplitude of each; four of those
 * in a row make a window. The turn of phase between the window's halves gives each tone's frequency to a few
 * hertz, much finer than the window's own 50 Hz, and the level is corrected for the error.
 */
export class DtmfBank {
  readonly #re = new Float64Array(T * WINDOW);
  readonly #im = new Float64Array(T * WINDOW);
  readonly #power = new Float64Array(T);
  #blockOfSecond = 0;
  #slot = 0;
  /** Frequency error of the tone measured last, as a fraction. */
  error = 0;

  /** Takes the next block. */
  take(x: Float64Array): void {
    const base = this.#slot * T;
    const phase = this.#blockOfSecond * T;
    for (let k = 0; k < T; k += 2) {
      // Two Goertzel recursions side by side: the additions of one fill the waits of the other.
      const ca = COEFFICIENT[k]!;
      const cb = COEFFICIENT[k + 1]!;
      let a1 = 0;
      let a2 = 0;
      let b1 = 0;
      let b2 = 0;
      for (let j = 0; j < BLOCK; j++) {
        const v = x[j]!;
        const a = ca * a1 - a2 + v;
        a2 = a1;
        a1 = a;
        const b = cb * b1 - b2 + v;
        b2 = b1;
        b1 = b;
      }
      this.#store(base + k, phase + k, a1 - a2 * STEP_COS[k]!, a2 * STEP_SIN[k]!);
      this.#store(base + k + 1, phase + k + 1, b1 - b2 * STEP_COS[k + 1]!, b2 * STEP_SIN[k + 1]!);
    }
    this.#slot = (this.#slot + 1) % WINDOW;
    this.#blockOfSecond = (this.#blockOfSecond + 1) % BLOCKS_PER_SECOND;
  }

  /** Keeps an amplitude turned to the common time origin, so that blocks add up coherently. */
  #store(at: number, phase: number, re: number, im: number): void {
    const c = PHASE_RE[phase]!;
    const s = PHASE_IM[phase]!;
    this.#re[at] = re * c - im * s;
    this.#im[at] = re * s + im * c;
  }

  /** Which tone of the low (or high) group stands clear of the others, 0 to 3; or -1. */
  strongest(high: boolean): number {
    const from = high ? DTMF_ROWS.length : 0;
    let best = -1;
    let first = 0;
    let second = 0;
    for (let k = from; k < from + 4; k++) {
      const re = this.#re[k]! + this.#re[T + k]! + this.#re[2 * T + k]! + this.#re[3 * T + k]!;
      const im = this.#im[k]! + this.#im[T + k]! + this.#im[2 * T + k]! + this.#im[3 * T + k]!;
      const p = re * re + im * im;
      this.#power[k] = p;
      if (p > first) {
        second = first;
        first = p;
        best = k;
      } else if (p > second) {
        second = p;
      }
    }
    return second * GROUP_MARGIN > first ? -1 : best - from;
  }

  /**
   * Mean square in the window of a tone of the low (or high) group, after {@link strongest}; 0 if its frequency
   * is off by more than `maxError` (a fraction). Leaves {@link error}.
   */
  power(high: boolean, index: number, maxError: number): number {
    const k = high ? DTMF_ROWS.length + index : index;
    const b0 = this.#slot * T + k;
    const b1 = ((this.#slot + 1) % WINDOW) * T + k;
    const b2 = ((this.#slot + 2) % WINDOW) * T + k;
    const b3 = ((this.#slot + 3) % WINDOW) * T + k;
    const re = this.#re;
    const im = this.#im;
    // Two overlapping parts of 15 ms, weighted 1-2-1, their middles 5 ms apart.
    const aRe = re[b0]! + 2 * re[b1]! + re[b2]!;
    const aIm = im[b0]! + 2 * im[b1]! + im[b2]!;
    const bRe = re[b1]! + 2 * re[b2]! + re[b3]!;
    const bIm = im[b1]! + 2 * im[b2]! + im[b3]!;
    const turn = Math.atan2(bIm * aRe - bRe * aIm, bRe * aRe + bIm * aIm);
    const errorHz = (turn * BLOCKS_PER_SECOND) / (2 * Math.PI);
    this.error = errorHz / TONES[k]!;
    if (Math.abs(this.error) > maxError) return 0;
    // A window of length L sees a tone f off its centre weaker by sin(pi f L) / (pi f L).
    const z = (Math.PI * errorHz * BLOCK * WINDOW) / SAMPLE_RATE;
    const loss = Math.abs(z) < 1e-3 ? 1 : Math.sin(z) / z;
    const n = BLOCK * WINDOW;
    return (2 * this.#power[k]!) / (loss * loss * n * n);
  }

  reset(): void {
    this.#re.fill(0);
    this.#im.fill(0);
  }
}
