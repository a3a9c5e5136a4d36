import type { Clock, Timer } from '../../base/clock.ts';
import type { TimerName, TxEffect, TxEvent, TxMachine, TxState } from './timing.ts';

/**
 * The shell around a pure machine: holds its state and its timers, and carries out what it asks.
 * An event raised while an effect is carried out waits its turn.
 */
export abstract class Transaction {
  #state: TxState;
  #queue: TxEvent[] | undefined;
  #busy = false;
  #timers: { name: TimerName; timer: Timer }[] = [];
  readonly #machine: TxMachine;
  readonly #clock: Clock;

  protected constructor(machine: TxMachine, initial: TxState, clock: Clock) {
    this.#machine = machine;
    this.#state = initial;
    this.#clock = clock;
  }

  /** The state's name in the RFC, lower case. */
  get at(): TxState['at'] {
    return this.#state.at;
  }

  get ended(): boolean {
    return this.#state.at === 'terminated';
  }

  /** Ends at once, without telling anyone. */
  drop(): void {
    this.#state = { at: 'terminated', interval: 0 };
    this.#stopTimers();
    this.finished();
  }

  protected input(event: TxEvent): void {
    if (this.#busy) {
      (this.#queue ??= []).push(event);
      return;
    }
    this.#busy = true;
    try {
      let next: TxEvent | undefined = event;
      while (next !== undefined) {
        const step = this.#machine(this.#state, next);
        if (step.state) this.#state = step.state;
        if (step.effects) for (const effect of step.effects) this.#carryOut(effect);
        next = this.#queue?.shift();
      }
    } finally {
      this.#busy = false;
    }
  }

  protected abstract carryOut(effect: 'send' | 'ack' | 'pass' | 'timeout' | 'failed'): void;

  /** Called once, when nothing more will happen. */
  protected abstract finished(): void;

  #carryOut(effect: TxEffect): void {
    if (typeof effect === 'string') {
      if (effect !== 'end') this.carryOut(effect);
      else {
        this.#stopTimers();
        this.finished();
      }
    } else if ('set' in effect) {
      const name = effect.set;
      this.#clear(name);
      const timer = this.#clock.after(effect.ms, () => {
        this.#timers = this.#timers.filter((t) => t.name !== name);
        this.input({ kind: 'timer', timer: name });
      });
      this.#timers.push({ name, timer });
    } else this.#clear(effect.clear);
  }

  #clear(name: TimerName): void {
    const at = this.#timers.findIndex((t) => t.name === name);
    if (at < 0) return;
    this.#timers[at]!.timer.cancel();
    this.#timers.splice(at, 1);
  }

  #stopTimers(): void {
    for (const { timer } of this.#timers) timer.cancel();
    this.#timers = [];
  }
}
