import type { Clock, Timer } from '../base/clock.ts';

/** RFC 4028 4: no interval is shorter, s; the engine takes a shorter one for this, too. */
const LEAST = 90;

/** RFC 4028 10 has a session refreshed at half its interval; the engine does, and has no password. We are first. */
const SHARE = 0.45;

/**
 * Refreshes the session of a call that we made, where it is for us to do (RFC 4028 7.4): a server that asks for a
 * password gets one so. The engine's own refresh at half the interval stays for what this could not do.
 */
export class SessionRefresh {
  readonly #clock: Clock;
  readonly #refresh: () => void;
  #interval = 0;
  #timer: Timer | undefined;

  constructor(clock: Clock, refresh: () => void) {
    this.#clock = clock;
    this.#refresh = refresh;
  }

  /** A 2xx to our INVITE or UPDATE, with its Session-Expires (RFC 4028 7.2: without a refresher it is us). */
  answered(value: string | undefined): void {
    const interval = intervalOf(value);
    // Silence of a peer that had a timer ends its part in it, and not ours.
    if (interval === undefined) this.#set(this.#interval);
    else this.#set(refresherOf(value) === 'uas' ? 0 : interval);
  }

  /** An INVITE or UPDATE of the peer's that we have accepted (RFC 4028 9, table 2); one that is silent changes nothing. */
  accepted(value: string | undefined, supports: boolean): void {
    const interval = intervalOf(value);
    if (interval !== undefined) this.#set(!supports || refresherOf(value) === 'uas' ? interval : 0);
    else if (this.#timer) this.#set(this.#interval);
  }

  stop(): void {
    this.#set(0);
  }

  #set(interval: number): void {
    this.#timer?.cancel();
    this.#interval = interval;
    this.#timer =
      interval > 0 ? this.#clock.after(interval * SHARE * 1000, () => this.#refresh()) : undefined;
  }
}

function intervalOf(value: string | undefined): number | undefined {
  const seconds = Number.parseInt(value ?? '', 10);
  // Node takes a delay over 2**31 - 1 ms for none.
  return seconds > 0 ? Math.min(Math.max(seconds, LEAST), 2_000_000) : undefined;
}

const refresherOf = (value: string | undefined): string | undefined =>
  /;\s*refresher\s*=\s*(\w+)/i.exec(value ?? '')?.[1]?.toLowerCase();
