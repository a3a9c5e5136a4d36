import { type CallerIdMessage, type CallerIdScheme, readFsk } from '../sound/caller-id.ts';
import { toneLevel } from '../sound/level.ts';

/** The alerting signal: both tones, for 75 to 85 ms (EN 300 659-2, GR-30-CORE). */
const TONES = [2130, 2750] as const;
const MIN_BLOCKS = 7;
const MAX_BLOCKS = 9;
/** Time for the data after the answer, in blocks of 10 ms. */
const DATA_BLOCKS = 160;

/** Told what was read; undefined: nothing that could be. */
type Found = (message: (CallerIdMessage & { scheme: CallerIdScheme }) | undefined) => void;

/**
 * The part of a telephone that shows who calls while it is in a call (type II): hears the alerting
 * signal, has the answer sent, then takes down the data.
 */
export class TypeTwo {
  #blocks = 0;
  #data: Int16Array[] | undefined;
  readonly #answer: () => void;
  readonly #found: Found;

  constructor(answer: () => void, found: Found) {
    this.#answer = answer;
    this.#found = found;
  }

  /** Takes one block of 10 ms. */
  push(block: Int16Array): void {
    if (this.#data) {
      this.#data.push(block.slice());
      if (this.#data.length < DATA_BLOCKS) return;
      const samples = new Int16Array(this.#data.length * block.length);
      this.#data.forEach((one, i) => void samples.set(one, i * block.length));
      this.#data = undefined;
      this.#found(readFsk(samples));
      return;
    }
    const alerting = TONES.every((f) => toneLevel(block, f) > -32);
    if (!alerting && this.#blocks >= MIN_BLOCKS && this.#blocks <= MAX_BLOCKS) {
      this.#data = [];
      this.#answer();
    }
    this.#blocks = alerting ? this.#blocks + 1 : 0;
  }
}
