/** What a transition leads to. A missing `state` means: stay. */
export interface Step<S, F> {
  state?: S;
  effects?: readonly F[];
}

/** A pure transition: nothing but its arguments decides what it returns. */
export type Transition<S, E, F> = (state: S, event: E, now: number) => Step<S, F>;

/**
 * The thin shell around a pure transition: holds the state and hands the effects on in order. An
 * event raised while an effect is being carried out waits until that transition is finished, so a
 * machine never runs inside itself.
 */
export class Machine<S, E, F> {
  #state: S;
  #queue: E[] = [];
  #busy = false;
  readonly #transition: Transition<S, E, F>;
  readonly #effect: (effect: F) => void;
  readonly #now: () => number;

  constructor(initial: S, transition: Transition<S, E, F>, effect: (effect: F) => void, now: () => number) {
    this.#state = initial;
    this.#transition = transition;
    this.#effect = effect;
    this.#now = now;
  }

  get state(): S {
    return this.#state;
  }

  send(event: E): void {
    this.#queue.push(event);
    if (this.#busy) return;
    this.#busy = true;
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) {
        const step = this.#transition(this.#state, next, this.#now());
        if (step.state !== undefined) this.#state = step.state;
        for (const effect of step.effects ?? []) this.#effect(effect);
      }
    } finally {
      this.#busy = false;
    }
  }
}
