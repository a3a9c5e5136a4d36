import { BLOCK, WINDOW } from './dtmf-bank.ts';
import { Notch } from './notch.ts';

const NOTCH_WIDTH_HZ = 120;
/**
 * What the notches take out is forgiven only as far as it has been there for 60 ms without a break,
 * as dial tone is: else speech near the notch would count as purer than it is. The factor is the
 * ripple of a few periods in one block.
 */
const STEADY_BLOCKS = 12;
const STEADY_RIPPLE = 2;

/** Takes the dial tone out of what digits are looked for in, and knows how much of it was no dial tone. */
export class DialToneFilter {
  readonly #notches: readonly Notch[];
  readonly #before = new Float64Array(BLOCK);
  /** Energy that was taken out of each of the last blocks. */
  readonly #removed = new Float64Array(STEADY_BLOCKS);
  #at = 0;

  constructor(frequencies: readonly number[]) {
    this.#notches = frequencies.map((f) => new Notch(f, NOTCH_WIDTH_HZ));
  }

  /** Filters a block in place. */
  process(x: Float64Array): void {
    if (this.#notches.length === 0) return;
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
    for (let b = 0; b < STEADY_BLOCKS; b++) steady = Math.min(steady, this.#removed[b]!);
    let unsteady = 0;
    for (let b = 1; b <= WINDOW; b++) {
      const removed = this.#removed[(this.#at + STEADY_BLOCKS - b) % STEADY_BLOCKS]!;
      unsteady += Math.max(0, removed - steady * STEADY_RIPPLE - own * BLOCK);
    }
    return unsteady;
  }

  /** Part of the energy of a sine of `frequency` Hz that is taken out though it lies beside the notches. */
  takenFrom(frequency: number): number {
    let re = 1;
    let im = 0;
    for (const notch of this.#notches) {
      const h = notch.response(frequency);
      [re, im] = [re * h.re - im * h.im, re * h.im + im * h.re];
    }
    return (1 - re) ** 2 + im ** 2;
  }

  reset(): void {
    this.#removed.fill(0);
    for (const notch of this.#notches) notch.reset();
  }
}
