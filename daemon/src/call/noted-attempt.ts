import { type Attempt, AttemptBase, type LegNote } from './attempt.ts';
import type { ReleaseCause } from './leg.ts';

/** What is known of an attempt: a step of the call's path when it begins, and something of each leg of it. */
export interface AttemptNote {
  step?: readonly [what: string, detail: string];
  /** What the makers of legs say themselves stands over it. */
  legs?: LegNote;
}

/** An attempt with a note on it for the record. */
export class NotedAttempt extends AttemptBase {
  readonly #part: Attempt;
  readonly #note: AttemptNote;

  constructor(part: Attempt, note: AttemptNote) {
    super();
    this.#part = part;
    this.#note = note;
  }

  start(): void {
    const { step, legs } = this.#note;
    if (step) this.emit('step', ...step);
    this.relay(this.#part, legs);
    this.#part.on('answered', (leg) => this.answer(leg));
    this.#part.on('failed', (failed) => this.fail(failed));
    this.#part.start();
  }

  protected stop(released: ReleaseCause): void {
    this.#part.cancel(released);
  }
}
