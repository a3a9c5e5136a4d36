/** Repeatable random numbers, 0 to 1 (mulberry32: 32 bits of state, good enough for sounds). */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let z = Math.imul(state ^ (state >>> 15), state | 1);
    z ^= z + Math.imul(z ^ (z >>> 7), z | 61);
    return ((z ^ (z >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Choices from one stream of random numbers. */
export class Dice {
  readonly next: () => number;

  constructor(seed: number) {
    this.next = randomOf(seed);
  }

  /** From `least` to just under `largest`. */
  between(least: number, largest: number): number {
    return least + this.next() * (largest - least);
  }

  /** A whole number from 0 to `count` - 1. */
  below(count: number): number {
    return Math.floor(this.next() * count);
  }

  pick<T>(from: readonly T[]): T {
    return from[this.below(from.length)]!;
  }

  /** True in this part of all cases. */
  chance(part: number): boolean {
    return this.next() < part;
  }
}
