import { DialToneFinder } from './dial-tone-finder.ts';
import { BLOCK, WINDOW } from './dtmf-bank.ts';
import { DTMF_COLUMNS, DTMF_ROWS } from './dtmf-generator.ts';
import { Notch } from './notch.ts';

const NOTCH_WIDTH_HZ = 120;
/**
 * What the notches take out is forgiven only as far as it has been there for 60 ms without a break, as dial tone is: else
 * speech near the notch would count as purer than it is. It is looked at in windows of 20 ms, in which the beats of two
 * tones 90 Hz apart nearly even out; the factor is what is left of those.
 */
const STEADY_BLOCKS = 12;
const STEADY_RIPPLE = 1.5;
/** A notch that is off by less is left where it is, Hz: it takes out 35 dB at this distance. */
const NEAR_ENOUGH = 1;

/**
 * Takes the dial tone out of what digits are looked for in, and knows how much of it was no dial tone. It begins where the
 * country has its dial tone, and goes where the line's is found.
 */
export class DialToneFilter {
  /** Part of the energy of each tone of a key that is taken out though it is no dial tone. */
  readonly rowLoss = new Float64Array(DTMF_ROWS.length);
  readonly columnLoss = new Float64Array(DTMF_COLUMNS.length);
  readonly #finder = new DialToneFinder();
  #frequencies: readonly number[];
  /** What was found last: twice the same, or a key that has just begun would shift the notch. */
  #found: readonly number[] = [];
  #notches: readonly Notch[];
  readonly #before = new Float64Array(BLOCK);
  /** Energy that was taken out of each of the last blocks. */
  readonly #removed = new Float64Array(STEADY_BLOCKS);
  #at = 0;

  /** `frequencies`: none, and nothing is ever taken out. */
  constructor(frequencies: readonly number[]) {
    this.#frequencies = frequencies;
    this.#notches = frequencies.map((f) => new Notch(f, NOTCH_WIDTH_HZ));
    this.#reckonLosses();
  }

  /** Filters a block in place. */
  process(x: Float64Array): void {
    if (this.#notches.length === 0) return;
    const found = this.#finder.take(x);
    if (found) this.#tune(found);
    this.#before.set(x);
    for (const notch of this.#notches) notch.process(x, BLOCK);
    let removed = 0;
    for (let j = 0; j < BLOCK; j++) removed += (this.#before[j]! - x[j]!) ** 2;
    this.#removed[this.#at] = removed;
    this.#at = (this.#at + 1) % STEADY_BLOCKS;
  }

  /** Energy taken out of the last window beyond a steady tone and `own`, the digit's own part (mean square). */
  unsteady(own: number): number {
    if (this.#notches.length === 0) return 0;
    let steady = Infinity;
    for (let back = 0; back <= STEADY_BLOCKS - WINDOW; back++) steady = Math.min(steady, this.#window(back));
    return Math.max(0, this.#window(0) - steady * STEADY_RIPPLE - own * BLOCK * WINDOW);
  }

  reset(): void {
    this.#removed.fill(0);
    this.#found = [];
    this.#finder.reset();
    for (const notch of this.#notches) notch.reset();
  }

  /** Energy taken out of a window that ended `back` blocks ago. */
  #window(back: number): number {
    let sum = 0;
    for (let b = 1; b <= WINDOW; b++)
      sum += this.#removed[(this.#at + 2 * STEADY_BLOCKS - back - b) % STEADY_BLOCKS]!;
    return sum;
  }

  #tune(found: readonly number[]): void {
    const before = this.#found;
    this.#found = found;
    if (same(found, this.#frequencies) || !same(found, before)) return;
    this.#frequencies = found;
    // The notches there are go on with what they remember, so that they ring as little as can be.
    this.#notches = found.map((f, i) => {
      const notch = this.#notches[i];
      if (!notch) return new Notch(f, NOTCH_WIDTH_HZ);
      notch.tune(f);
      return notch;
    });
    this.#reckonLosses();
  }

  #reckonLosses(): void {
    DTMF_ROWS.forEach((f, i) => {
      this.rowLoss[i] = this.#takenFrom(f);
    });
    DTMF_COLUMNS.forEach((f, i) => {
      this.columnLoss[i] = this.#takenFrom(f);
    });
  }

  /** Part of the energy of a sine of `frequency` Hz that is taken out though it lies beside the notches. */
  #takenFrom(frequency: number): number {
    let re = 1;
    let im = 0;
    for (const notch of this.#notches) {
      const h = notch.response(frequency);
      [re, im] = [re * h.re - im * h.im, re * h.im + im * h.re];
    }
    return (1 - re) ** 2 + im ** 2;
  }
}

const same = (some: readonly number[], others: readonly number[]): boolean =>
  some.length === others.length && some.every((f) => others.some((o) => Math.abs(o - f) < NEAR_ENOUGH));
