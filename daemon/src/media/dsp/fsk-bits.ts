import type { FskStandard } from './fsk.ts';
import { SAMPLE_RATE } from './level.ts';

/** Places between two samples at which a bit may begin. */
const PHASES = 16;
/** Samples that a window of one bit at 1200 baud can touch. */
const TAPS = 8;
/** Bits of a byte on the wire, and around it, that decide together. */
const BITS = 10;
const AROUND = 2;
const ALL = BITS + 2 * AROUND;
const WINDOW = 2 * AROUND + 1;

/** Where the bit before the start bit is among the correlations; and which of them are known. */
const MARK_BEFORE = AROUND - 1;
const KNOWN: readonly (0 | 1 | undefined)[] = Array.from({ length: ALL }, (_, index) =>
  index === AROUND ? 0 : index === AROUND + BITS - 1 ? 1 : undefined,
);

/**
 * What a stretch of filtered line says of bits: correlations over exactly one bit from any instant,
 * and from them decisions over five bits whose phase runs on.
 */
export class FskBits {
  /** Length of a bit against its nominal length. */
  speed = 1;
  readonly #x: Float64Array;
  readonly #y: Float64Array;
  readonly #mask: number;
  readonly #period: number;
  /** Taps of mark (cos, sin) and space (cos, sin) for each phase. */
  readonly #taps: Float64Array[] = [];
  /** Phase behind so many bits with so many marks among them: cos, sin. */
  readonly #turns = new Float64Array(WINDOW * (WINDOW + 1) * 2);
  readonly #ways = {
    re: new Float64Array(1 << WINDOW),
    im: new Float64Array(1 << WINDOW),
    marks: new Uint8Array(1 << WINDOW),
    middle: new Uint8Array(1 << WINDOW),
  };
  /** Correlations of the loaded byte: re and im of mark and space for each bit. */
  readonly #c = new Float64Array(ALL * 4);
  #best0 = 0;
  #best1 = 0;

  /**
   * @param x ring of samples
   * @param y the same, turned by a quarter: without negative frequencies the windows need no whole periods
   * @param mask their length less one
   */
  constructor(standard: FskStandard, x: Float64Array, y: Float64Array, mask: number) {
    this.#x = x;
    this.#y = y;
    this.#mask = mask;
    this.#period = SAMPLE_RATE / standard.baud;
    for (let p = 0; p < PHASES; p++) this.#taps.push(this.#phaseTaps(standard, p / PHASES));
    const turn = (f: number): number => (2 * Math.PI * f) / standard.baud;
    for (let bits = 0; bits < WINDOW; bits++) {
      for (let marks = 0; marks <= bits; marks++) {
        const angle = marks * turn(standard.mark) + (bits - marks) * turn(standard.space);
        this.#turns[(bits * (WINDOW + 1) + marks) * 2] = Math.cos(angle);
        this.#turns[(bits * (WINDOW + 1) + marks) * 2 + 1] = Math.sin(angle);
      }
    }
  }

  /** A sample stands for half of the time to its neighbours; the window's ends cut the outermost ones. */
  #phaseTaps(standard: FskStandard, fraction: number): Float64Array {
    const taps = new Float64Array(TAPS * 4);
    const begin = fraction - 0.5;
    for (let k = 0; k < TAPS; k++) {
      const weight = Math.min(k + 0.5, begin + this.#period) - Math.max(k - 0.5, begin);
      if (weight <= 0) continue;
      [standard.mark, standard.space].forEach((f, tone) => {
        const angle = (2 * Math.PI * f * (k - begin)) / SAMPLE_RATE;
        taps[tone * 2 * TAPS + k] = weight * Math.cos(angle);
        taps[(tone * 2 + 1) * TAPS + k] = weight * Math.sin(angle);
      });
    }
    return taps;
  }

  /** Correlates the bit from `t` on with mark and space, into `out[at..at+4)`. */
  #correlate(t: number, out: Float64Array, at: number): void {
    const scaled = Math.round((t + 0.5) * PHASES);
    const first = scaled >> 4;
    const taps = this.#taps[scaled & (PHASES - 1)]!;
    let mr = 0;
    let mi = 0;
    let sr = 0;
    let si = 0;
    for (let k = 0; k < TAPS; k++) {
      const at = (first + k) & this.#mask;
      const re = this.#x[at]!;
      const im = this.#y[at]!;
      const mc = taps[k]!;
      const ms = taps[TAPS + k]!;
      const sc = taps[2 * TAPS + k]!;
      const ss = taps[3 * TAPS + k]!;
      mr += re * mc + im * ms;
      mi += im * mc - re * ms;
      sr += re * sc + im * ss;
      si += im * sc - re * ss;
    }
    out[at] = mr;
    out[at + 1] = mi;
    out[at + 2] = sr;
    out[at + 3] = si;
  }

  readonly #one = new Float64Array(4);

  /** Amplitude of mark less that of space in the bit from `t` on. */
  balance(t: number): number {
    const c = this.#one;
    this.#correlate(t, c, 0);
    return Math.sqrt(c[0]! * c[0]! + c[1]! * c[1]!) - Math.sqrt(c[2]! * c[2]! + c[3]! * c[3]!);
  }

  /** How well a byte whose start bit begins at `t` explains what was received; loads it. See {@link fit}. */
  likelihood(t: number): number {
    this.load(t);
    const c = this.#c;
    const stop = (AROUND + BITS - 1) * 4;
    return this.#window(-1) + this.#window(WINDOW - 1) + Math.hypot(c[stop]!, c[stop + 1]!);
  }

  /**
   * A {@link likelihood} against the most that a byte of this energy can have: 1 for bits of these very
   * frequencies; another standard's are away by 100 Hz, and out of phase within five bits.
   */
  fit(likelihood: number, energy: number): number {
    const amplitude = Math.sqrt((2 * energy) / (BITS * this.#period)) + 1e-9;
    return likelihood / ((2 * WINDOW + 1) * this.#period * amplitude);
  }

  /** Amplitude of the best five bits from bit `k` of the byte on. */
  #window(k: number): number {
    this.#explain(k + AROUND);
    return Math.sqrt(Math.max(this.#best0, this.#best1));
  }

  /** Energy of `bits` bits from `t` on. */
  energy(t: number, bits: number): number {
    const from = Math.round(t);
    const to = Math.round(t + bits * this.#period * this.speed);
    let sum = 0;
    for (let n = from; n < to; n++) sum += this.#x[n & this.#mask]! ** 2 + this.#y[n & this.#mask]! ** 2;
    return sum / 2;
  }

  /** Which part of the energy the stronger tone of each bit has: near 1 for a message, a third for noise. */
  purity(t: number, bits: number): number {
    const c = this.#one;
    const step = this.#period * this.speed;
    let sum = 0;
    for (let k = 0; k < bits; k++) {
      this.#correlate(t + k * step, c, 0);
      sum += Math.max(c[0]! * c[0]! + c[1]! * c[1]!, c[2]! * c[2]! + c[3]! * c[3]!);
    }
    return sum / 2 / this.#period / (this.energy(t, bits) + 1);
  }

  /** Takes up the byte whose start bit begins at `t`, for {@link sureness}. */
  load(t: number): void {
    const step = this.#period * this.speed;
    for (let k = 0; k < ALL; k++) this.#correlate(t + (k - AROUND) * step, this.#c, k * 4);
  }

  /**
   * Bit `k` of the byte loaded (0 start, 9 stop): above 0 mark, below space, 1 and more is sure. All
   * ways in which it and two neighbours on each side can follow one another are tried.
   */
  sureness(k: number): number {
    this.#explain(k);
    const m0 = Math.sqrt(this.#best0);
    const m1 = Math.sqrt(this.#best1);
    return (WINDOW * (m1 - m0)) / (Math.max(m0, m1) + 1e-9);
  }

  /**
   * Tries all ways in which the five bits from correlation `from` on can follow one another, and keeps the
   * power of the best with a space in the middle and of the best with a mark there.
   */
  #explain(from: number): void {
    const { re, im, marks, middle } = this.#ways;
    const c = this.#c;
    re[0] = 0;
    im[0] = 0;
    marks[0] = 0;
    let count = 1;
    for (let depth = 0; depth < WINDOW; depth++) {
      const index = from + depth;
      const at = index * 4;
      // Before the start bit there is always mark; start and stop bit are known too, unless they are the question.
      const known = depth === AROUND ? undefined : KNOWN[index];
      const mark = known !== 0;
      const space = known !== 1 && index !== MARK_BEFORE;
      let next = mark && space ? count * 2 : count;
      // From the last way on, so that none is overwritten before it is read.
      for (let way = count - 1; way >= 0; way--) {
        const m = marks[way]!;
        const turn = (depth * (WINDOW + 1) + m) * 2;
        const cos = this.#turns[turn]!;
        const sin = this.#turns[turn + 1]!;
        const r = re[way]!;
        const i = im[way]!;
        const mid = middle[way]!;
        if (mark) {
          next--;
          re[next] = r + c[at]! * cos + c[at + 1]! * sin;
          im[next] = i + c[at + 1]! * cos - c[at]! * sin;
          marks[next] = m + 1;
          middle[next] = depth === AROUND ? 1 : mid;
        }
        if (space) {
          next--;
          re[next] = r + c[at + 2]! * cos + c[at + 3]! * sin;
          im[next] = i + c[at + 3]! * cos - c[at + 2]! * sin;
          marks[next] = m;
          middle[next] = depth === AROUND ? 0 : mid;
        }
      }
      if (mark && space) count *= 2;
    }
    let best0 = 0;
    let best1 = 0;
    for (let way = 0; way < count; way++) {
      const power = re[way]! * re[way]! + im[way]! * im[way]!;
      if (middle[way] === 1) {
        if (power > best1) best1 = power;
      } else if (power > best0) best0 = power;
    }
    this.#best0 = best0;
    this.#best1 = best1;
  }
}
