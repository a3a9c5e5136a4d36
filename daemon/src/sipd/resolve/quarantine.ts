import { hostPort } from '../message/uri.ts';
import type { Target } from '../transport/flow.ts';

/** How long a target that failed is tried last: the life of a transaction (RFC 3263 4.3). */
const QUARANTINE_MS = 32_000;
const MAX_ENTRIES = 1000;

/** Remembers targets that did not answer, so that the next call does not wait for them again. */
export class Quarantine {
  readonly #until = new Map<string, number>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A target failed: by transport, by timeout, or with 503 for `ms` (Retry-After). */
  add(target: Target, ms = QUARANTINE_MS): void {
    if (this.#until.size >= MAX_ENTRIES) this.#until.delete(this.#until.keys().next().value as string);
    this.#until.set(keyOf(target), this.#now() + ms);
  }

  /** The targets with those in quarantine moved to the end: better a doubtful one than none. */
  order(targets: readonly Target[]): readonly Target[] {
    if (this.#until.size === 0 || targets.length < 2) return targets;
    const now = this.#now();
    const bad = targets.filter((t) => (this.#until.get(keyOf(t)) ?? 0) > now);
    return bad.length === 0 ? targets : [...targets.filter((t) => !bad.includes(t)), ...bad];
  }
}

function keyOf(t: Target): string {
  return `${t.proto}/${hostPort(t.host, t.port)}`;
}
