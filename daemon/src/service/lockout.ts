/** How one place stands with wrong PINs. Times are clock ms. */
interface Entry {
  failures: number;
  /** How often it was locked in a row: the lock doubles each time. */
  locks: number;
  lockedUntil: number;
  /** When the last wrong PIN came. */
  last: number;
}

/** Longest lock, ms: a day. */
const longest = 86_400_000;

/** Slips of an hour ago have nothing to do with one of now. */
const forgetFailuresMs = 3_600_000;

/** So long without a wrong PIN after a lock, and the next lock is the first again. */
const forgetLocksMs = 86_400_000;

/** An {@link Entry} as it is kept over a restart: times are wall-clock ms. */
export interface KeptLockout extends Entry {
  key: string;
}

/**
 * Counts wrong PINs per place (`port:3`, `trunk:acme`, `user:12`) and locks it, twice as long each time
 * (P02, ruling 9). A right PIN on an unlocked place forgets the past. Inside ports are keys of their
 * own, so that no stranger outside can lock the staff out.
 */
export class Lockouts {
  #entries = new Map<string, Entry>();
  /** Bounded, or a scanner with a new user number each time would fill the memory. */
  readonly #capacity = 10_000;
  /** Told of every change, for whoever keeps them. */
  changed: () => void = () => {};

  /** Whether `key` is locked at `now`. */
  locked(key: string, now: number): boolean {
    return (this.#entries.get(key)?.lockedUntil ?? 0) > now;
  }

  /** When the lock of `key` ends, in clock ms; undefined: not locked. */
  lockedUntil(key: string, now: number): number | undefined {
    const until = this.#entries.get(key)?.lockedUntil ?? 0;
    return until > now ? until : undefined;
  }

  /**
   * Counts a wrong PIN.
   * @returns for how long `key` is locked now, ms; 0: not (yet).
   */
  failed(key: string, now: number, rule: { attempts: number; lockoutMs: number }): number {
    const entry = this.#entries.get(key) ?? { failures: 0, locks: 0, lockedUntil: 0, last: now };
    if (entry.lockedUntil > now) return 0;
    if (now - entry.last > forgetFailuresMs) entry.failures = 0;
    if (now - Math.max(entry.last, entry.lockedUntil) > forgetLocksMs) entry.locks = 0;
    entry.last = now;
    entry.failures++;
    let lock = 0;
    if (entry.failures >= rule.attempts) {
      lock = Math.min(longest, rule.lockoutMs * 2 ** Math.min(20, entry.locks));
      entry.locks++;
      entry.failures = 0;
      entry.lockedUntil = now + lock;
    }
    this.#entries.delete(key);
    this.#entries.set(key, entry);
    if (this.#entries.size > this.#capacity) this.#entries.delete(this.#entries.keys().next().value!);
    this.changed();
    return lock;
  }

  /** A right PIN came. */
  succeeded(key: string): void {
    if (this.#entries.delete(key)) this.changed();
  }

  /** Takes a lock back (the admin's button). */
  unlock(key: string): boolean {
    const known = this.#entries.delete(key);
    if (known) this.changed();
    return known;
  }

  /** The newest `most`, to be kept. @param ahead wall-clock ms less clock ms */
  kept(ahead: number, most: number): KeptLockout[] {
    return [...this.#entries].slice(-most).map(([key, entry]) => ({
      ...entry,
      key,
      last: entry.last + ahead,
      lockedUntil: entry.lockedUntil === 0 ? 0 : entry.lockedUntil + ahead,
    }));
  }

  /** Takes back what was kept. Whoever set the clock of the box forward in between has not bought himself a longer lock. */
  restore(kept: readonly KeptLockout[], ahead: number, now: number): void {
    for (const { key, failures, locks, last, lockedUntil } of kept)
      this.#entries.set(key, {
        failures,
        locks,
        last: Math.min(last - ahead, now),
        lockedUntil: lockedUntil === 0 ? 0 : Math.min(lockedUntil - ahead, now + longest),
      });
  }
}
