import type { Clock, Timer } from '../../base/clock.ts';

/** What is left of one exchange. */
interface Remain {
  /** The response that a repetition gets; '' for none. */
  text: string;
  /** See mergeKey; '' for a request within a dialog. */
  merge: string;
  until: number;
}

/**
 * What has to be known of transactions when everything is said: a request that is repeated within 64*T1
 * gets the same response (RFC 3261 17.2.2), or is absorbed if it is an INVITE with its 2xx acknowledged (RFC 6026
 * 7.1). A key and a text instead of a request with all that hangs on it: at 200 calls a second there are
 * thousands of them.
 */
export class Remains {
  readonly #clock: Clock;
  readonly #lifeMs: number;
  readonly #most: number;
  readonly #byKey = new Map<string, Remain>();
  readonly #merged = new Set<string>();
  #sweep: Timer | undefined;

  /** `lifeMs`: 64*T1; `most` are kept, and of more the newest. */
  constructor(clock: Clock, lifeMs: number, most: number) {
    this.#clock = clock;
    this.#lifeMs = lifeMs;
    this.#most = most;
  }

  get size(): number {
    return this.#byKey.size;
  }

  add(key: string, text: string, merge: string): void {
    this.#drop(this.#clock.now());
    if (this.#byKey.size >= this.#most) this.#dropFirst();
    const remain = { text, merge: flat(merge), until: this.#clock.now() + this.#lifeMs };
    this.#byKey.set(flat(key), remain);
    if (merge !== '') this.#merged.add(remain.merge);
    this.#sweep ??= this.#clock.after(this.#lifeMs, () => this.#swept());
  }

  /** The response to repeat to a request with this key, '' if none; undefined if it is not one of these. */
  find(key: string): string | undefined {
    return this.#byKey.get(key)?.text;
  }

  /** Whether such a request has come and been accepted. */
  hasMerged(merge: string): boolean {
    return this.#merged.has(merge);
  }

  close(): void {
    this.#sweep?.cancel();
  }

  #swept(): void {
    this.#sweep = undefined;
    this.#drop(this.#clock.now());
    const [first] = this.#byKey.values();
    if (first) this.#sweep = this.#clock.after(first.until - this.#clock.now(), () => this.#swept());
  }

  /** All live equally long, so the first are the oldest. */
  #drop(now: number): void {
    for (const { until } of this.#byKey.values()) {
      if (until > now) return;
      this.#dropFirst();
    }
  }

  #dropFirst(): void {
    for (const [key, { merge }] of this.#byKey) {
      this.#byKey.delete(key);
      this.#merged.delete(merge);
      return;
    }
  }
}

/** A copy of its own: one put together from slices of a message would keep the whole message in memory. */
function flat(text: string): string {
  return text === '' ? '' : Buffer.from(text, 'latin1').toString('latin1');
}
