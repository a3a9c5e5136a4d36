import type { Clock, Timer } from '../base/clock.ts';
import { type Attempt, AttemptBase, ForkAttempt } from './attempt.ts';
import type { ReleaseCause } from './leg.ts';

/** An attempt that begins a while after the others, or when it is told to. */
export class DelayedAttempt extends AttemptBase {
  readonly #part: Attempt;
  readonly #clock: Clock;
  readonly #ms: number;
  #timer: Timer | undefined;
  #state: 'idle' | 'due' | 'waiting' | 'begun' = 'idle';

  constructor(part: Attempt, clock: Clock, ms: number) {
    super();
    this.#part = part;
    this.#clock = clock;
    this.#ms = ms;
  }

  start(): void {
    const due = this.#state === 'due' || this.#ms === 0;
    this.#state = 'waiting';
    if (due) this.now();
    else this.#timer = this.#clock.after(this.#ms, () => this.now());
  }

  /** There is nothing left to wait for. */
  now(): void {
    if (this.#state === 'idle') this.#state = 'due';
    if (this.#state !== 'waiting' || this.over) return;
    this.#state = 'begun';
    this.#timer?.cancel();
    this.relay(this.#part);
    this.#part.on('answered', (leg) => this.answer(leg));
    this.#part.on('failed', (failed) => this.fail(failed));
    this.#part.start();
  }

  protected stop(released: ReleaseCause): void {
    this.#timer?.cancel();
    if (this.#state === 'begun') this.#part.cancel(released);
  }
}

/** `first` all at once, and `later` beside them `ms` later, or as soon as all of them have failed. */
export function staggered(first: readonly Attempt[], later: Attempt, clock: Clock, ms: number): Attempt {
  const delayed = new DelayedAttempt(later, clock, ms);
  const together = new ForkAttempt(first);
  together.on('failed', () => delayed.now());
  return new ForkAttempt([together, delayed]);
}
