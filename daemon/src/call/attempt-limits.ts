import type { Clock, Timer } from '../base/clock.ts';
import { type Attempt, AttemptBase } from './attempt.ts';
import { cause, localCause } from './cause.ts';
import type { Leg, ReleaseCause } from './leg.ts';

/** Which stretch of an attempt a limit counts. */
export type LimitScope =
  /** From the start to an answer. */
  | 'answer'
  /** From the start to the first sign of alerting. */
  | 'progress';

/** Ends an attempt that takes too long, with cause 19 (no answer) or 102 (no progress). */
export class LimitedAttempt extends AttemptBase {
  readonly #part: Attempt;
  readonly #clock: Clock;
  readonly #ms: number;
  readonly #scope: LimitScope;
  #timer: Timer | undefined;

  constructor(part: Attempt, clock: Clock, ms: number, scope: LimitScope = 'answer') {
    super();
    this.#part = part;
    this.#clock = clock;
    this.#ms = ms;
    this.#scope = scope;
  }

  start(): void {
    this.relay(this.#part);
    this.#part.on('answered', (leg) => {
      this.#timer?.cancel();
      this.answer(leg);
    });
    this.#part.on('failed', (failed) => {
      this.#timer?.cancel();
      this.fail(failed);
    });
    if (this.#scope === 'progress') this.#part.on('alerting', () => this.#timer?.cancel());
    this.#part.on('hosted', () => this.#timer?.cancel());
    this.#timer = this.#clock.after(this.#ms, () => {
      const late = localCause(this.#scope === 'answer' ? cause.noAnswer : cause.timer);
      this.#part.cancel(late);
      this.fail(late);
    });
    this.#part.start();
  }

  protected stop(released: ReleaseCause): void {
    this.#timer?.cancel();
    this.#part.cancel(released);
  }
}

/** Asks an answered leg to confirm itself; resolves true when it did. Rejection counts as "no". */
export type Confirm = (leg: Leg, aborted: Promise<void>) => Promise<boolean>;

/**
 * Takes an answer only when the person confirms it ("press 1 to accept", M14), so that a voicemail
 * never swallows a call. Whoever answers without confirming is released and counts as no answer.
 */
export class ConfirmedAttempt extends AttemptBase {
  readonly #part: Attempt;
  readonly #confirm: Confirm;
  #leg: Leg | undefined;
  #abort: (() => void) | undefined;

  constructor(part: Attempt, confirm: Confirm) {
    super();
    this.#part = part;
    this.#confirm = confirm;
  }

  start(): void {
    const part = this.#part;
    part.on('started', (leg, note) => this.emit('started', leg, note));
    // Whose answer is not taken yet is not heard either: the caller hears ringback, and no voicemail's greeting.
    part.on('alerting', (leg) => {
      if (!this.over) this.emit('alerting', leg, false);
    });
    part.on('failed', (failed) => this.fail(failed));
    part.on('answered', (leg) => void this.#ask(leg));
    this.#part.start();
  }

  async #ask(leg: Leg): Promise<void> {
    this.#leg = leg;
    const aborted = new Promise<void>((resolve) => {
      this.#abort = resolve;
    });
    let gone = false;
    leg.once('released', () => {
      gone = true;
      this.#abort?.();
    });
    const accepted = await this.#confirm(leg, aborted).catch(() => false);
    if (this.over) return;
    if (accepted && !gone) {
      this.answer(leg);
      return;
    }
    leg.release(localCause(cause.normal, 'answer not confirmed'));
    this.fail(localCause(cause.noAnswer, 'answer not confirmed'));
  }

  protected stop(released: ReleaseCause): void {
    this.#abort?.();
    this.#leg?.release(released);
    this.#part.cancel(released);
  }
}
