import { clip16 } from '../level.ts';
import {
  BELIEF,
  type BlockWork,
  DRIFT,
  ECHO_BLOCK,
  type EchoKernel,
  FADE,
  HANN,
  LOUDEST_FLOOR,
  NEAR_KEPT,
  NEAR_PART,
  NEAR_STEP,
  NOISE_SEEN,
  noFigures,
  ORDER,
  OUTLIER,
  PATH_SHARE,
  PRIOR,
  SEGMENT,
  SEGMENT_SHARE,
  SHAPED,
  SHARE_STEP,
  TONAL,
  WHITE_FLOOR,
  WHITE_PART,
  WINDOW,
} from './kernel.ts';
import { durbin } from './predictor.ts';

/** A filter and how sure it is of each segment (variance of one tap). */
interface Filter {
  weights: Float64Array;
  variance: Float64Array;
  /** Power of what is not echo in the whitened error, per sample. */
  near: number;
}

/**
 * The kernel in plain TypeScript and double precision: what the WASM kernel is checked against, and
 * what works where WASM SIMD cannot be had.
 */
export class ScalarKernel implements EchoKernel {
  readonly taps: number;
  readonly figures = noFigures();
  readonly #segments: number;
  #main: Filter;
  #second: Filter;
  #trying = false;
  /** The reference, oldest first; its last 80 samples are the block's. */
  readonly #reference: Float64Array;
  /** What was received: the block and `ORDER` samples before it. */
  readonly #received = new Float64Array(ORDER + ECHO_BLOCK);
  /** Main filter's error over the same samples. */
  readonly #error = new Float64Array(ORDER + ECHO_BLOCK);
  /** The whitened reference of the tail and the block, and its energy up to each sample. */
  readonly #white: Float64Array;
  readonly #energy: Float64Array;
  readonly #predictor = new Float64Array(ORDER);
  readonly #correlation = new Float64Array(ORDER + 1);
  readonly #scratch = new Float64Array(ORDER);
  readonly #windowed = new Float64Array(WINDOW);
  readonly #gained: Float64Array;
  readonly #power: Float64Array;
  #unsettled = 0;

  /** `taps`: a multiple of {@link SEGMENT}, up to 512. */
  constructor(taps: number) {
    this.taps = taps;
    this.#segments = taps / SEGMENT;
    this.#reference = new Float64Array(Math.max(taps + 2 * ORDER, WINDOW + ORDER) + ECHO_BLOCK);
    this.#white = new Float64Array(taps + ECHO_BLOCK - 1);
    this.#energy = new Float64Array(taps + ECHO_BLOCK);
    this.#gained = new Float64Array(this.#segments);
    this.#power = new Float64Array(this.#segments);
    this.#main = this.#filter();
    this.#second = this.#filter();
    this.forget();
  }

  #filter(): Filter {
    return { weights: new Float64Array(this.taps), variance: new Float64Array(this.#segments), near: 0 };
  }

  reset(): void {
    this.#reference.fill(0);
    this.#received.fill(0);
    this.#error.fill(0);
    this.forget();
  }

  forget(): void {
    this.#trying = false;
    for (const filter of [this.#main, this.#second]) {
      filter.weights.fill(0);
      filter.variance.fill(PRIOR / this.taps);
      filter.near = 0;
    }
  }

  beginTrial(): void {
    this.#second.weights.set(this.#main.weights);
    this.#second.variance.fill(PRIOR / this.taps);
    this.#second.near = this.#main.near;
    this.#trying = true;
  }

  endTrial(accept: boolean): void {
    if (accept) [this.#main, this.#second] = [this.#second, this.#main];
    this.#trying = false;
  }

  close(): void {}

  pathGain(): number {
    let sum = 0;
    for (let i = 0; i < this.taps; i++) sum += this.#main.weights[i]! ** 2;
    return sum;
  }

  block(
    reference: Int16Array,
    received: Int16Array,
    out: Int16Array,
    from: number,
    work: BlockWork,
    noise = 0,
  ): void {
    this.#take(reference, received, from);
    const measuring = work !== 'idle';
    if (measuring) this.#whiten(noise);
    const { figures } = this;
    const learning = work === 'learn' && figures.predictability < TONAL;
    const filter = this.#trying ? this.#second : this.#main;
    figures.reference = figures.received = figures.residual = figures.estimate = 0;
    if (measuring) figures.whiteExpected = 0;
    if (learning) {
      figures.whiteResidual = figures.whiteTrial = 0;
      this.#gained.fill(0);
      this.#unsettled = 0;
    }
    const x = this.#reference;
    for (let i = 0; i < ECHO_BLOCK; i++) {
      const now = x.length - ECHO_BLOCK + i;
      const d = this.#received[ORDER + i]!;
      const y = dot(this.#main.weights, x, now);
      const e = d - y;
      this.#error[ORDER + i] = e;
      out[from + i] = clip16(e);
      figures.reference += x[now]! ** 2;
      figures.received += d * d;
      figures.residual += e * e;
      figures.estimate += y * y;
      if (measuring) figures.whiteExpected += this.#expected(this.#main.variance, i);
      if (learning) this.#learn(filter, i);
    }
    if (learning) this.#settle(filter);
  }

  #learn(filter: Filter, i: number): void {
    const { weights, variance } = filter;
    const { figures } = this;
    const segments = this.#segments;
    const newest = this.taps - 1 + i;
    const expected = this.#expected(variance, i);
    const power = expected + filter.near + 1;
    const e = this.#whitened(this.#received, i) - dot(weights, this.#white, newest);
    if (this.#trying) {
      figures.whiteTrial += e * e;
      figures.whiteResidual += this.#whitened(this.#error, i) ** 2;
    } else {
      figures.whiteResidual += e * e;
    }
    const limit = OUTLIER * Math.sqrt(power);
    const step = Math.max(-limit, Math.min(limit, e)) / power;
    for (let s = 0; s < segments; s++) {
      const gain = step * variance[s]!;
      for (let k = s * SEGMENT; k < (s + 1) * SEGMENT; k++) weights[k]! += gain * this.#white[newest - k]!;
      this.#gained[s]! += this.#segmentEnergy(i, s) / power;
    }
    this.#unsettled += Math.max(e * e - expected, NEAR_PART * e * e);
    if (i % NEAR_STEP !== NEAR_STEP - 1) return;
    filter.near += (1 - NEAR_KEPT) * (this.#unsettled / NEAR_STEP - filter.near);
    this.#unsettled = 0;
  }

  /** Power of the echo that is not learnt yet, in the whitened error of sample `i`. */
  #expected(variance: Float64Array, i: number): number {
    let sum = 0;
    for (let s = 0; s < this.#segments; s++) sum += variance[s]! * this.#segmentEnergy(i, s);
    return sum;
  }

  /**
   * After a block: what was learnt makes the filter surer; drift and the path's own shape bound that, and what is
   * no part of that shape fades.
   */
  #settle({ weights, variance }: Filter): void {
    const segments = this.#segments;
    const power = this.#power;
    let total = 0;
    let unsure = 0;
    for (let s = 0; s < segments; s++) {
      let sum = 0;
      for (let k = s * SEGMENT; k < (s + 1) * SEGMENT; k++) sum += weights[k]! * weights[k]!;
      power[s] = sum / SEGMENT;
      total += sum;
      variance[s]! /= 1 + (BELIEF * variance[s]! * this.#gained[s]!) / SEGMENT;
      unsure += variance[s]! * SEGMENT;
    }
    const mean = total / this.taps;
    for (let s = 0; s < segments; s++) variance[s]! += DRIFT * mean;
    if (total < SHAPED * unsure) return;
    let taken = 0;
    for (let s = 0; s < segments; s++) {
      const bound = SEGMENT_SHARE * this.#around(s) + PATH_SHARE * mean;
      const above = variance[s]! - Math.max(bound, SHARE_STEP * variance[s]!);
      if (above <= 0) continue;
      variance[s]! -= above;
      taken += above;
    }
    for (let s = 0; s < segments; s++) {
      const around = this.#around(s);
      if (around < variance[s]!)
        for (let k = s * SEGMENT; k < (s + 1) * SEGMENT; k++) weights[k]! *= 1 - FADE;
      const bound = SEGMENT_SHARE * around + PATH_SHARE * mean;
      if (variance[s]! < bound)
        variance[s] = Math.min(bound, variance[s]! + (taken * power[s]! * SEGMENT) / total);
    }
  }

  /** Power of a tap of segment `s`, or half of a neighbour's: an echo does not end where a segment does. */
  #around(s: number): number {
    const power = this.#power;
    return Math.max(power[s]!, 0.5 * (power[s - 1] ?? 0), 0.5 * (power[s + 1] ?? 0));
  }

  #take(reference: Int16Array, received: Int16Array, from: number): void {
    const x = this.#reference;
    x.copyWithin(0, ECHO_BLOCK);
    this.#received.copyWithin(0, ECHO_BLOCK);
    this.#error.copyWithin(0, ECHO_BLOCK);
    for (let i = 0; i < ECHO_BLOCK; i++) {
      x[x.length - ECHO_BLOCK + i] = reference[from + i]!;
      this.#received[ORDER + i] = received[from + i]!;
    }
  }

  /**
   * Fits the predictor to the last {@link WINDOW} samples, and whitens the tail and the block with it: as far as the
   * line's `noise` allows. How tonal the block is does not depend on that.
   */
  #whiten(noise: number): void {
    const x = this.#reference;
    const r = this.#correlation;
    const a = this.#predictor;
    const windowed = this.#windowed;
    for (let i = 0; i < WINDOW; i++) windowed[i] = x[x.length - WINDOW + i]! * HANN[i]!;
    for (let lag = 0; lag <= ORDER; lag++) {
      let sum = 0;
      for (let i = lag; i < WINDOW; i++) sum += windowed[i]! * windowed[i - lag]!;
      r[lag] = sum;
    }
    const power = r[0]! * (1 + WHITE_PART);
    r[0] = power + WINDOW * WHITE_FLOOR;
    durbin(r, a, this.#scratch);
    let plain = 0;
    let left = 0;
    for (let i = x.length - ECHO_BLOCK; i < x.length; i++) {
      plain += x[i]! ** 2;
      left += this.#unpredicted(x, i) ** 2;
    }
    const least = ECHO_BLOCK * WHITE_FLOOR;
    this.figures.predictability = (plain + least) / (left + least);
    const floor = Math.min(LOUDEST_FLOOR, NOISE_SEEN * noise);
    if (floor > WHITE_FLOOR) {
      r[0] = power + WINDOW * floor;
      durbin(r, a, this.#scratch);
    }
    const white = this.#white;
    const start = x.length - white.length;
    let sum = 0;
    for (let i = 0; i < white.length; i++) {
      const v = this.#unpredicted(x, start + i);
      white[i] = v;
      sum += v * v;
      this.#energy[i + 1] = sum;
    }
  }

  /** What the predictor leaves of sample `i` of `x`. */
  #unpredicted(x: Float64Array, i: number): number {
    const a = this.#predictor;
    let v = x[i]!;
    for (let k = 0; k < ORDER; k++) v -= a[k]! * x[i - 1 - k]!;
    return v;
  }

  /** Sample `i` of the block, whitened; `signal` has {@link ORDER} samples before the block. */
  #whitened(signal: Float64Array, i: number): number {
    return this.#unpredicted(signal, ORDER + i);
  }

  /** Energy of the whitened reference under segment `s` of the filter at sample `i`. */
  #segmentEnergy(i: number, s: number): number {
    const end = this.taps + i - s * SEGMENT;
    return this.#energy[end]! - this.#energy[end - SEGMENT]!;
  }
}

/** The filter's output at sample `now` of `x`. */
function dot(weights: Float64Array, x: Float64Array, now: number): number {
  // Two sums keep the additions from waiting for one another.
  let a = 0;
  let b = 0;
  for (let k = 0, n = now; k < weights.length; k += 2, n -= 2) {
    a += weights[k]! * x[n]!;
    b += weights[k + 1]! * x[n - 1]!;
  }
  return a + b;
}
