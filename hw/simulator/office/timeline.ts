/** Samples per second, and per millisecond: the simulated card's clock. */
export const RATE = 8000;
export const SAMPLES_PER_MS = 8;

interface Entry {
  at: number;
  fn: () => void;
}

/**
 * The simulated office's time, counted in the card's samples. Everything electrical is timed by it, so
 * that a busy machine makes the office late but never wrong.
 */
export class Timeline {
  #now = 0;
  #entries: Entry[] = [];

  /** Samples since the start; never wraps. */
  get now(): number {
    return this.#now;
  }

  get ms(): number {
    return this.#now / SAMPLES_PER_MS;
  }

  /** Calls `fn` once, `ms` from now; returns what takes it back. */
  after(ms: number, fn: () => void): () => void {
    const entry = { at: this.#now + Math.max(0, Math.round(ms * SAMPLES_PER_MS)), fn };
    let i = this.#entries.length;
    while (i > 0 && this.#entries[i - 1]!.at > entry.at) i--;
    this.#entries.splice(i, 0, entry);
    return () => {
      const at = this.#entries.indexOf(entry);
      if (at >= 0) this.#entries.splice(at, 1);
    };
  }

  /** Resolves `ms` from now. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve));
  }

  /** Moves time by one millisecond and runs what is due. */
  tick(): void {
    this.#now += SAMPLES_PER_MS;
    while (this.#entries.length > 0 && this.#entries[0]!.at <= this.#now) this.#entries.shift()!.fn();
  }
}
