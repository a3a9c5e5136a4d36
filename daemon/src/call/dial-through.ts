import type { Clock, Timer } from '../base/clock.ts';
import { type Attempt, AttemptBase } from './attempt.ts';
import { cause, localCause } from './cause.ts';
import type { Leg, ReleaseCause } from './leg.ts';

/** What to key into an operator's access number once it has answered. */
export interface DialThrough {
  /** Pause between the answer and the first digit, ms. */
  waitMs: number;
  /** PIN, separators and destination; ',' is a pause of 1 s. Holds a secret: never logged. */
  digits: string;
}

/**
 * Toward an operator with an access number of its own (main job 4): the leg's answer is only the
 * operator's; the attempt has answered when the digits are out, and the caller hears the rest.
 */
export class DialThroughAttempt extends AttemptBase {
  readonly #part: Attempt;
  readonly #clock: Clock;
  readonly #through: DialThrough;
  #leg: Leg | undefined;
  #timer: Timer | undefined;

  constructor(part: Attempt, clock: Clock, through: DialThrough) {
    super();
    this.#part = part;
    this.#clock = clock;
    this.#through = through;
  }

  start(): void {
    this.#part.on('started', (leg, note) => this.emit('started', leg, note));
    this.#part.on('alerting', (leg) => this.#ringing(leg));
    this.#part.on('failed', (failed) => this.fail(failed));
    this.#part.on('answered', (leg) => {
      this.#leg = leg;
      this.#ringing(leg);
      leg.once('released', (released) => {
        this.#timer?.cancel();
        this.fail(released);
      });
      this.#timer = this.#clock.after(this.#through.waitMs, () => void this.#key(leg));
    });
    this.#part.start();
  }

  /** The caller waits with ringback: neither the operator's prompts nor our digits are for its ear. */
  #ringing(leg: Leg): void {
    if (!this.over) this.emit('alerting', leg, false);
  }

  async #key(leg: Leg): Promise<void> {
    try {
      await leg.sendDigits(this.#through.digits);
    } catch {
      leg.release(localCause(cause.temporary, 'digits could not be sent to the access number'));
      return;
    }
    this.answer(leg);
  }

  protected stop(released: ReleaseCause): void {
    this.#timer?.cancel();
    this.#leg?.release(released);
    this.#part.cancel(released);
  }
}
