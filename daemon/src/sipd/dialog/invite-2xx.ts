import type { Clock, Timer } from '../../base/clock.ts';
import type { Timing } from '../transaction/timing.ts';

/**
 * Repeats a 2xx to INVITE until its ACK comes (RFC 3261 13.3.1.4): after T1, doubling up to T2, on
 * every transport because the path may change to UDP on its way; gives up after 64*T1. Also
 * repeats a reliable provisional response until its PRACK (RFC 3262 3), whose intervals are not
 * capped.
 */
export class Repeater {
  #timer: Timer | undefined;
  #limit: Timer | undefined;
  readonly #clock: Clock;

  constructor(
    clock: Clock,
    timing: Timing,
    options: { capped: boolean; send: () => void; gaveUp: () => void },
  ) {
    this.#clock = clock;
    const cap = options.capped ? timing.T2 : Number.POSITIVE_INFINITY;
    let interval = timing.T1;
    const again = (): void => {
      options.send();
      interval = Math.min(interval * 2, cap);
      this.#timer = this.#clock.after(interval, again);
    };
    this.#timer = clock.after(interval, again);
    this.#limit = clock.after(timing.give, () => {
      this.stop();
      options.gaveUp();
    });
  }

  /** Ends the repetition; stopping twice does nothing. */
  stop(): void {
    this.#timer?.cancel();
    this.#limit?.cancel();
    this.#timer = undefined;
    this.#limit = undefined;
  }

  get running(): boolean {
    return this.#limit !== undefined;
  }
}
