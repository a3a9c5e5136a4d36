import { Sight, seenAt } from './sight.ts';
import type { SrfResponse } from './srf-types.ts';
import type { Target } from './targets.ts';

/** An address and port of ours. */
export interface Place {
  host: string;
  port: number;
}

/** Where an operator sees us: what a router makes of our address, and when that becomes another. */
export class Outside {
  readonly #sight = new Sight();
  readonly #now: () => number;
  /** Pause between two changes that are followed, ms: a router that shows us elsewhere with every packet cannot be. */
  readonly #pauseMs: number;
  #place: Place | undefined;
  #changedAt = Number.NEGATIVE_INFINITY;

  constructor(now: () => number, pauseMs: number) {
    this.#now = now;
    this.#pauseMs = pauseMs;
  }

  /** Where a router shows us; undefined if none stands between, or nothing is known. */
  get place(): Place | undefined {
    return this.#place;
  }

  /** Our own address is another, so that what was seen is of the past. */
  forget(): void {
    this.#place = undefined;
    this.#changedAt = Number.NEGATIVE_INFINITY;
  }

  /**
   * Takes a response in. `moved`: the same server saw us elsewhere before. `place`: our Contact must be
   * another from now on.
   */
  note(target: Target, response: SrfResponse): { moved: Place | undefined; place: boolean } {
    const moved = this.#sight.note(target, response);
    const seen = seenAt(response);
    if (!seen) return { moved, place: false };
    const next = seen.elsewhere ? { host: seen.host, port: seen.port } : undefined;
    const same = next?.host === this.#place?.host && next?.port === this.#place?.port;
    const now = this.#now();
    if (same || now - this.#changedAt < this.#pauseMs) return { moved, place: false };
    this.#changedAt = now;
    this.#place = next;
    return { moved, place: true };
  }
}
