/** Limits of wrong attempts at one secret. Times in ms. */
export interface AttemptLimits {
  /** Wrong attempts of one source that cost nothing. */
  freePerSource: number;
  /** Wait after the first attempt beyond them; doubles with each further one. */
  firstDelay: number;
  longestDelay: number;
  /** Wrong attempts of all sources together that cost nothing. */
  freeGlobal: number;
  /** Kept short, so that one attacker on the LAN cannot keep the admin out (lock-outs by own security). */
  longestGlobalDelay: number;
  /** A source without attempts for so long is forgotten, and the global count is halved. */
  forgetAfter: number;
  /** Sources remembered at most; the one silent longest is dropped. */
  maxSources: number;
}

export const loginLimits: AttemptLimits = {
  freePerSource: 3,
  firstDelay: 1000,
  longestDelay: 15 * 60_000,
  freeGlobal: 20,
  longestGlobalDelay: 30_000,
  forgetAfter: 60 * 60_000,
  maxSources: 1000,
};

interface Count {
  failures: number;
  lastAt: number;
  openAt: number;
}

/**
 * Counts wrong attempts per source and over all sources, with doubling delays. An attempt is counted as wrong
 * when it begins and taken back when it succeeds, so that parallel attempts cannot slip past the count.
 */
export class AttemptLimiter {
  readonly #limits: AttemptLimits;
  #sources = new Map<string, Count>();
  #global: Count = { failures: 0, lastAt: 0, openAt: 0 };

  constructor(limits: AttemptLimits = loginLimits) {
    this.#limits = limits;
  }

  /** Takes an attempt; returns 0 if it may go on, else how long to wait, ms. */
  begin(address: string, now: number): number {
    this.#forget(now);
    const source = sourceOf(address);
    const count = this.#sources.get(source) ?? { failures: 0, lastAt: now, openAt: 0 };
    const wait = Math.max(count.openAt, this.#global.openAt) - now;
    if (wait > 0) return wait;
    const l = this.#limits;
    this.#fail(count, now, l.freePerSource, l.longestDelay);
    this.#fail(this.#global, now, l.freeGlobal, l.longestGlobalDelay);
    // Re-inserted, so that the map's order is that of the last attempt.
    this.#sources.delete(source);
    this.#sources.set(source, count);
    if (this.#sources.size > l.maxSources) {
      const oldest = this.#sources.keys().next().value;
      if (oldest !== undefined) this.#sources.delete(oldest);
    }
    return 0;
  }

  /** The attempt was right: the source starts anew, and the global count is as before it. */
  succeeded(address: string): void {
    this.#sources.delete(sourceOf(address));
    this.#global.failures = Math.max(0, this.#global.failures - 1);
    this.#global.openAt = 0;
  }

  /** The attempt was right, which says nothing of the others from there: only this one is taken back. */
  takeBack(address: string): void {
    const count = this.#sources.get(sourceOf(address));
    if (count) {
      count.failures = Math.max(0, count.failures - 1);
      count.openAt = 0;
    }
    this.#global.failures = Math.max(0, this.#global.failures - 1);
    this.#global.openAt = 0;
  }

  /** Sources that have to wait, and until when, clock ms. */
  waiting(now: number): { source: string; until: number }[] {
    return [...this.#sources]
      .filter(([, { openAt }]) => openAt > now)
      .map(([source, { openAt }]) => ({ source, until: openAt }));
  }

  /** Forgets what a source has done, and the wait of all for its sake. False: nothing was known of it. */
  lift(source: string): boolean {
    this.#global = { failures: 0, lastAt: 0, openAt: 0 };
    return this.#sources.delete(source);
  }

  #fail(count: Count, now: number, free: number, longest: number): void {
    count.failures++;
    count.lastAt = now;
    const beyond = count.failures - free;
    // 2^30 ms is 12 days, beyond any limit: the exponent need not grow further.
    if (beyond > 0)
      count.openAt = now + Math.min(longest, this.#limits.firstDelay * 2 ** Math.min(30, beyond - 1));
  }

  #forget(now: number): void {
    const { forgetAfter } = this.#limits;
    for (const [source, count] of this.#sources) {
      if (now - Math.max(count.lastAt, count.openAt) < forgetAfter) break;
      this.#sources.delete(source);
    }
    if (this.#global.failures > 0 && now - this.#global.lastAt >= forgetAfter) {
      this.#global = { failures: Math.floor(this.#global.failures / 2), lastAt: now, openAt: 0 };
    }
  }
}

/** One IPv4 address, or the /64 of an IPv6 one: within it a single host has as many addresses as it likes. */
export function sourceOf(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const first = head === '' ? [] : head.split(':');
  const last = tail === undefined || tail === '' ? [] : tail.split(':');
  const fill = tail === undefined ? 0 : Math.max(0, 8 - first.length - last.length);
  const groups = [...first, ...new Array<string>(fill).fill('0'), ...last];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
