/** Handle of a timer made by a {@link Clock}. */
export interface Timer {
  /** Stops the timer; stopping twice, or after it fired, does nothing. */
  cancel(): void;
}

/**
 * The only source of time in the daemon. Injected everywhere, so that a test of a timer
 * takes no wall time (ruling 28).
 */
export interface Clock {
  /** Monotonic milliseconds; only differences mean anything. */
  now(): number;
  /** Wall-clock time in milliseconds since the Unix epoch, for records and people. */
  wall(): number;
  /** Calls `fn` once, `ms` milliseconds from now (0 or more). */
  after(ms: number, fn: () => void): Timer;
  /** Calls `fn` every `ms` milliseconds (more than 0) until cancelled. */
  every(ms: number, fn: () => void): Timer;
}

/** The real clock of the process. Its timers keep the process alive unless `unref` is true. */
export function systemClock(options: { unref?: boolean } = {}): Clock {
  const keep = (handle: NodeJS.Timeout): NodeJS.Timeout => (options.unref ? handle.unref() : handle);
  return {
    now: () => performance.now(),
    wall: () => Date.now(),
    after(ms, fn) {
      const handle = keep(setTimeout(fn, ms));
      return { cancel: () => clearTimeout(handle) };
    },
    every(ms, fn) {
      const handle = keep(setInterval(fn, ms));
      return { cancel: () => clearInterval(handle) };
    },
  };
}

interface Pending {
  at: number;
  order: number;
  period: number | undefined;
  fn: () => void;
}

/** A clock that moves only when told; timers fire in order of time, then of creation. */
export class FakeClock implements Clock {
  #now = 0;
  #order = 0;
  #pending = new Set<Pending>();
  readonly #epoch: number;

  /** `epoch`: wall time, in ms since 1970, at which the fake clock starts. */
  constructor(epoch = Date.UTC(2026, 0, 15, 9, 0, 0)) {
    this.#epoch = epoch;
  }

  now(): number {
    return this.#now;
  }

  wall(): number {
    return this.#epoch + this.#now;
  }

  after(ms: number, fn: () => void): Timer {
    return this.#add({ at: this.#now + Math.max(0, ms), order: this.#order++, period: undefined, fn });
  }

  every(ms: number, fn: () => void): Timer {
    if (!(ms > 0)) throw new RangeError(`period must be more than 0 ms, got ${ms}`);
    return this.#add({ at: this.#now + ms, order: this.#order++, period: ms, fn });
  }

  /** Moves time on by `ms`, firing what falls due on the way, each at its own instant. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (let due = this.#next(end); due; due = this.#next(end)) {
      this.#now = due.at;
      if (due.period === undefined) this.#pending.delete(due);
      else {
        due.at += due.period;
        due.order = this.#order++;
      }
      due.fn();
    }
    this.#now = end;
  }

  /** How many timers are still to fire; a leak check for tests. */
  get pending(): number {
    return this.#pending.size;
  }

  #add(entry: Pending): Timer {
    this.#pending.add(entry);
    return { cancel: () => void this.#pending.delete(entry) };
  }

  #next(end: number): Pending | undefined {
    let best: Pending | undefined;
    for (const p of this.#pending) {
      if (p.at > end) continue;
      if (!best || p.at < best.at || (p.at === best.at && p.order < best.order)) best = p;
    }
    return best;
  }
}
