import type { Clock } from '../base/clock.ts';
import type { LineCard } from '../line/card.ts';

/** Whether the link to the card stands, since when, and why not. Made before the card's worker runs. */
export class CardState {
  up = false;
  /** Wall-clock ms. */
  since: number;
  /** Why it is down; undefined while it is up or was never up. */
  reason: string | undefined;
  readonly #clock: Clock;
  readonly #card: LineCard;

  constructor(card: LineCard, clock: Clock) {
    this.#card = card;
    this.#clock = clock;
    this.since = clock.wall();
    card.on('up', () => this.#turned(true, undefined));
    card.on('down', (reason) => this.#turned(false, reason));
  }

  /** Resolves when the link stands for the first time, or after `ms`. */
  firstUp(ms: number): Promise<void> {
    if (this.up) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = this.#clock.after(ms, resolve);
      this.#card.once('up', () => {
        timer.cancel();
        resolve();
      });
    });
  }

  #turned(up: boolean, reason: string | undefined): void {
    this.up = up;
    this.reason = reason;
    this.since = this.#clock.wall();
  }
}
