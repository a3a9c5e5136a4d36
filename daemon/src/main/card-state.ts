import type { Clock } from '../base/clock.ts';
import type { CardIndication, LineCard, LineState } from '../line/card.ts';

/** What the card last measured at a port; each value is missing until the card has told it. */
export interface Electrical {
  volts?: number;
  milliamps?: number;
  reversed?: boolean;
}

/** Whether the link to the card stands, since when, and why not; and what the card last told of each port. Made before the card's worker runs. */
export class CardState {
  up = false;
  /** Wall-clock ms. */
  since: number;
  /** Why it is down; undefined while it is up or was never up. */
  reason: string | undefined;
  readonly #clock: Clock;
  readonly #card: LineCard;
  #electrical = new Map<number, Electrical>();
  #lines = new Map<number, LineState>();

  constructor(card: LineCard, clock: Clock) {
    this.#card = card;
    this.#clock = clock;
    this.since = clock.wall();
    card.on('up', () => this.#turned(true, undefined));
    card.on('down', (reason) => this.#turned(false, reason));
    card.on('indication', (indication) => this.#measured(indication));
  }

  electrical(port: number): Electrical | undefined {
    return this.#electrical.get(port);
  }

  /** Condition of the line on an FXO port; undefined until the card has told it. */
  line(port: number): LineState | undefined {
    return this.#lines.get(port);
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

  #measured(indication: CardIndication): void {
    const { port } = indication;
    const known = this.#electrical.get(port) ?? {};
    if (indication.type === 'line-state') {
      known.volts = indication.volts;
      this.#lines.set(port, indication.state);
    } else if (indication.type === 'loop-current') known.milliamps = indication.milliamps;
    else if (indication.type === 'polarity') known.reversed = indication.reversed;
    else return;
    this.#electrical.set(port, known);
  }

  #turned(up: boolean, reason: string | undefined): void {
    this.up = up;
    this.reason = reason;
    this.since = this.#clock.wall();
  }
}
