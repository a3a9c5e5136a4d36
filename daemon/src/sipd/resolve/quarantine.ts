import { hostPort } from '../message/uri.ts';
import type { Target } from '../transport/flow.ts';

/** How long a target that failed is tried last: the life of a transaction (RFC 3263 4.3). */
const QUARANTINE_MS = 32_000;
/** The longest that repeated failures make of it. */
const LONGEST_MS = 600_000;
const MAX_ENTRIES = 1000;

/** What is known of a target that failed. */
export interface TargetTrouble {
  /** `proto/host:port`. */
  target: string;
  /** Failures in a row. */
  failures: number;
  /** Ms until it is tried again; 0: the next request tries it. */
  restsMs: number;
}

/**
 * Remembers targets that did not answer, so that the next call does not wait for them again. When its time is
 * over, one request at a time tries such a target in its old place while all others keep to those that work: a
 * preferred target that is back gets its traffic back, and one that is not costs one caller a wait, and the next
 * one only after twice the time (C05: fail-back with hysteresis).
 */
export class Quarantine {
  readonly #known = new Map<string, { until: number; failures: number; trialUntil: number }>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A target failed: by transport, by timeout, or with 503 for `ms` (Retry-After). */
  add(target: Target, ms?: number): void {
    const key = keyOf(target);
    const before = this.#known.get(key);
    if (!before && this.#known.size >= MAX_ENTRIES)
      this.#known.delete(this.#known.keys().next().value as string);
    const now = this.#now();
    // Requests that were on their way together fail together: that counts once.
    const failures = before && before.until > now ? before.failures : (before?.failures ?? 0) + 1;
    const rests = ms ?? Math.min(LONGEST_MS, QUARANTINE_MS * 2 ** Math.min(failures - 1, 10));
    this.#known.set(key, { until: now + rests, failures, trialUntil: 0 });
  }

  /** A target answered. */
  worked(target: Target): void {
    if (this.#known.size > 0) this.#known.delete(keyOf(target));
  }

  /** The targets with those in quarantine moved to the end: better a doubtful one than none. */
  order(targets: readonly Target[]): readonly Target[] {
    if (this.#known.size === 0 || targets.length < 2) return targets;
    const now = this.#now();
    const bad: Target[] = [];
    const good: Target[] = [];
    for (const target of targets) {
      const known = this.#known.get(keyOf(target));
      if (!known) good.push(target);
      else if (known.until > now || known.trialUntil > now) bad.push(target);
      else {
        // Only what will be tried first is put to the test by this request.
        if (good.length === 0) known.trialUntil = now + QUARANTINE_MS;
        good.push(target);
      }
    }
    return bad.length === 0 ? targets : [...good, ...bad];
  }

  /** Every target in trouble. */
  get troubled(): TargetTrouble[] {
    const now = this.#now();
    return [...this.#known].map(([target, { until, failures }]) => ({
      target,
      failures,
      restsMs: Math.max(0, Math.round(until - now)),
    }));
  }
}

function keyOf(t: Target): string {
  return `${t.proto}/${hostPort(t.host, t.port)}`;
}
