import { type Attempt, AttemptBase } from './attempt.ts';
import type { ReleaseCause } from './leg.ts';

/** An attempt that is made only when its turn comes: where a device is then, and not when the plan was drawn. */
export class DeferredAttempt extends AttemptBase {
  readonly #make: () => Attempt | ReleaseCause;
  #part: Attempt | undefined;

  constructor(make: () => Attempt | ReleaseCause) {
    super();
    this.#make = make;
  }

  start(): void {
    const made = this.#make();
    if (!('start' in made)) {
      this.fail(made);
      return;
    }
    this.#part = made;
    this.relay(made);
    made.on('answered', (leg) => this.answer(leg));
    made.on('failed', (failed) => this.fail(failed));
    made.start();
  }

  protected stop(released: ReleaseCause): void {
    this.#part?.cancel(released);
  }
}
