/**
 * Extends the card's sample clock, 8000 per second modulo 2^32 (frame.md section 2), to a number that
 * does not wrap. Values are comparable as long as the card is not reset.
 */
export class SampleClock {
  #last = 0;

  /** Begins anew with the clock of a welcome. */
  start(clock: number): void {
    this.#last = clock;
  }

  /** The latest reading, extended. */
  get latest(): number {
    return this.#last;
  }

  /** The extended value nearest to the latest one; half the range, 3 days, either way. */
  extend(clock: number): number {
    const value = this.#last + ((clock - (this.#last >>> 0)) | 0);
    if (value > this.#last) this.#last = value;
    return value;
  }
}
