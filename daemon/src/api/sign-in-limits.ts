import { AttemptLimiter, type AttemptLimits, loginLimits } from './attempt-limiter.ts';

/** Over all names that one source tries, so that many names are no way around the limit of one. */
const allNames: AttemptLimits = { ...loginLimits, freePerSource: 12, freeGlobal: 60 };

/** Names remembered; the one silent longest is forgotten. Trying so many takes more than a day under the limit above. */
const mostNames = 200;

/**
 * Wrong passwords: counted for each name, whether or not it is anybody's, so that a lock-out tells nothing and nobody
 * is locked out by attempts at others; and for each source over all names. A sign-in wipes the slate of its own name only:
 * whoever has an account gets no free guesses at another by it.
 */
export class SignInLimits {
  readonly #all = new AttemptLimiter(allNames);
  #names = new Map<string, AttemptLimiter>();

  /** Takes an attempt; returns 0 if it may go on, else how long to wait, ms. */
  begin(name: string, address: string, now: number): number {
    const limiter = this.#names.get(name) ?? new AttemptLimiter();
    this.#names.delete(name);
    this.#names.set(name, limiter);
    if (this.#names.size > mostNames) {
      const [oldest] = this.#names.keys();
      if (oldest !== undefined) this.#names.delete(oldest);
    }
    return limiter.begin(address, now) || this.#all.begin(address, now);
  }

  /** Sources that have to wait, each until the latest moment, clock ms. Names are not told: one may be a password. */
  waiting(now: number): { source: string; until: number }[] {
    const until = new Map<string, number>();
    for (const limiter of [this.#all, ...this.#names.values()])
      for (const one of limiter.waiting(now))
        until.set(one.source, Math.max(one.until, until.get(one.source) ?? 0));
    return [...until].map(([source, at]) => ({ source, until: at }));
  }

  /** Forgets what a source has done at any name. False: nothing was known of it. */
  lift(source: string): boolean {
    return [this.#all, ...this.#names.values()].filter((limiter) => limiter.lift(source)).length > 0;
  }

  succeeded(name: string, address: string): void {
    this.#names.get(name)?.succeeded(address);
    this.#all.takeBack(address);
  }
}
