import { BLOCK, withEcho } from '../office/wire.ts';

/** Samples of the past that an echo may come from: 128 ms. */
const LONGEST = 1024;
/** How an echo that does not come at once is spread: a rough half of a millisecond and its tail, power 1. */
const SPREAD = normal([0.35, 0.8, -0.45, 0.3, -0.2, 0.15, 0.1, -0.08, 0.05]);

function normal(taps: number[]): number[] {
  const power = Math.sqrt(taps.reduce((sum, v) => sum + v * v, 0));
  return taps.map((v) => v / power);
}

/** A two-wire hybrid: what it lets back of the port's own signal into what is received. */
export class Hybrid {
  /** Share of the own signal that comes back; 0: none. */
  share = 0;
  /** How much more of it comes where the pair is not ended as the line is. */
  mismatch = 1;
  /** Samples after which it comes; 0: at once and as it is. */
  delay = 0;
  readonly #past = new Int16Array(LONGEST);
  #at = 0;

  /** One block: `other` from the line, `own` toward it. */
  mix(other: Int16Array, own: Int16Array, out: Int16Array): void {
    if (this.delay === 0) {
      withEcho(other, own, this.share * this.mismatch, out);
      return;
    }
    for (let i = 0; i < BLOCK; i++) {
      this.#past[this.#at] = own[i]!;
      let sum = 0;
      for (let k = 0; k < SPREAD.length; k++)
        sum += SPREAD[k]! * this.#past[(this.#at - this.delay - k + 2 * LONGEST) % LONGEST]!;
      this.#at = (this.#at + 1) % LONGEST;
      const v = other[i]! + sum * this.share * this.mismatch;
      out[i] = v > 32767 ? 32767 : Math.max(v, -32768);
    }
  }
}
