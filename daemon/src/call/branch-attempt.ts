import { type Attempt, AttemptBase } from './attempt.ts';
import type { Leg, ReleaseCause } from './leg.ts';

/**
 * An attempt that goes on according to how it failed: on busy here, on no answer there, when
 * unreachable elsewhere (call forwarding).
 */
export class BranchAttempt extends AttemptBase {
  readonly #next: (failed: ReleaseCause) => Attempt | undefined;
  #current: Attempt;

  /** @param next the attempt to go on with after `failed`; undefined: nothing, the attempt fails so. */
  constructor(first: Attempt, next: (failed: ReleaseCause) => Attempt | undefined) {
    super();
    this.#current = first;
    this.#next = next;
  }

  start(): void {
    this.#run(this.#current, true);
  }

  #run(part: Attempt, mayBranch: boolean): void {
    this.#current = part;
    this.relay(part);
    part.on('answered', (leg: Leg) => this.answer(leg));
    part.on('failed', (failed) => {
      if (this.over) return;
      const next = mayBranch ? this.#next(failed) : undefined;
      if (next) this.#run(next, false);
      else this.fail(failed);
    });
    part.start();
  }

  protected stop(released: ReleaseCause): void {
    this.#current.cancel(released);
  }
}
