import type { Clock, Timer } from '../base/clock.ts';
import type { Step } from '../base/machine.ts';
import { Machine } from '../base/machine.ts';

/**
 * What a digit string is to whoever asked for it. `complete`: the whole, nothing longer can be meant.
 * `maybe-more`: the whole, unless another digit follows. `partial`: the beginning of something.
 */
export type DigitMatch = 'complete' | 'partial' | 'maybe-more' | 'impossible';

/** How digits are collected; times in ms. */
export interface CollectorOptions {
  /** From the start to the first digit; 0: no limit. */
  firstDigitMs: number;
  /** Between digits while more are needed; 0: no limit. */
  interDigitMs: number;
  /** After a digit when the string may already be the whole (`maybe-more`). */
  matchMs: number;
  /** From the start to the end; 0: no limit. */
  totalMs: number;
  match: (digits: string) => DigitMatch;
  /** Ends after exactly so many digits, whatever `match` says (PINs of fixed length, ruling 9). */
  fixedLength?: number;
  /** Whether `#` ends the string: always, only where `match` has no use for it, or never. */
  hashEnds: 'always' | 'unless-matched' | 'never';
  /** Whether `*` throws away what was keyed so far. */
  starClears: boolean;
}

/** How a collection ended. */
export type CollectorResult =
  | { outcome: 'complete'; digits: string; by: 'match' | 'length' | 'hash' | 'timeout' }
  /** Time ran out, or `#` came, before the digits were a whole. */
  | { outcome: 'incomplete'; digits: string; by: 'first-digit' | 'inter-digit' | 'total' | 'hash' }
  | { outcome: 'impossible'; digits: string };

export interface CollectorState {
  readonly digits: string;
  readonly result: CollectorResult | undefined;
}

export type CollectorEvent =
  | { type: 'start' }
  | { type: 'key'; key: string }
  | { type: 'timer'; name: CollectorTimer };

export type CollectorTimer = 'digit' | 'total';

export type CollectorEffect =
  | { type: 'timer'; name: CollectorTimer; ms: number }
  | { type: 'cancel'; name: CollectorTimer }
  | { type: 'finish'; result: CollectorResult };

export const initialCollectorState: CollectorState = { digits: '', result: undefined };

/** The pure collector: keys and timers in, one result out; after it nothing counts any more. */
export function collectorTransition(options: CollectorOptions) {
  type CollectorStep = Step<CollectorState, CollectorEffect>;

  const wait = (ms: number): CollectorEffect[] =>
    ms > 0 ? [{ type: 'timer', name: 'digit', ms }] : [{ type: 'cancel', name: 'digit' }];

  const finish = (result: CollectorResult): CollectorStep => ({
    state: { digits: result.digits, result },
    effects: [
      { type: 'cancel', name: 'digit' },
      { type: 'cancel', name: 'total' },
      { type: 'finish', result },
    ],
  });

  const isWhole = (digits: string): boolean => {
    const match = options.match(digits);
    return match === 'complete' || match === 'maybe-more';
  };

  function key(state: CollectorState, pressed: string): CollectorStep {
    const digits = state.digits + pressed;
    const ends =
      options.hashEnds === 'always' ||
      (options.hashEnds === 'unless-matched' && options.match(digits) === 'impossible');
    if (pressed === '#' && ends) {
      return isWhole(state.digits)
        ? finish({ outcome: 'complete', digits: state.digits, by: 'hash' })
        : finish({ outcome: 'incomplete', digits: state.digits, by: 'hash' });
    }
    if (pressed === '*' && options.starClears) {
      return { state: { ...state, digits: '' }, effects: wait(options.firstDigitMs) };
    }
    if (digits.length === options.fixedLength) return finish({ outcome: 'complete', digits, by: 'length' });
    switch (options.match(digits)) {
      case 'complete':
        return finish({ outcome: 'complete', digits, by: 'match' });
      case 'impossible':
        return finish({ outcome: 'impossible', digits });
      case 'maybe-more':
        return { state: { ...state, digits }, effects: wait(options.matchMs) };
      case 'partial':
        return { state: { ...state, digits }, effects: wait(options.interDigitMs) };
    }
  }

  return (state: CollectorState, event: CollectorEvent): CollectorStep => {
    if (state.result) return {};
    switch (event.type) {
      case 'start': {
        const effects = wait(options.firstDigitMs);
        if (options.totalMs > 0) effects.push({ type: 'timer', name: 'total', ms: options.totalMs });
        return { effects };
      }
      case 'key':
        return key(state, event.key);
      case 'timer': {
        const { digits } = state;
        if (digits && isWhole(digits)) return finish({ outcome: 'complete', digits, by: 'timeout' });
        const by = event.name === 'total' ? 'total' : digits ? 'inter-digit' : 'first-digit';
        return finish({ outcome: 'incomplete', digits, by });
      }
    }
  };
}

/** The shell: collects on a clock and calls `done` once. */
export class DigitCollector {
  readonly #machine: Machine<CollectorState, CollectorEvent, CollectorEffect>;
  readonly #timers = new Map<CollectorTimer, Timer>();
  readonly #clock: Clock;
  readonly #done: (result: CollectorResult) => void;
  #stopped = false;

  /** Begins at once: the first-digit time runs from here. */
  constructor(clock: Clock, options: CollectorOptions, done: (result: CollectorResult) => void) {
    this.#clock = clock;
    this.#done = done;
    this.#machine = new Machine(
      initialCollectorState,
      collectorTransition(options),
      (effect) => this.#run(effect),
      () => clock.now(),
    );
    this.#machine.send({ type: 'start' });
  }

  /** What was keyed so far. */
  get digits(): string {
    return this.#machine.state.digits;
  }

  /** Takes a key; returns false if the collection is over and the key belongs to whoever comes next. */
  feed(key: string): boolean {
    if (this.#stopped || this.#machine.state.result) return false;
    this.#machine.send({ type: 'key', key });
    return true;
  }

  /** Ends without a result. */
  stop(): void {
    this.#stopped = true;
    for (const timer of this.#timers.values()) timer.cancel();
    this.#timers.clear();
  }

  #run(effect: CollectorEffect): void {
    switch (effect.type) {
      case 'timer':
        this.#timers.get(effect.name)?.cancel();
        this.#timers.set(
          effect.name,
          this.#clock.after(effect.ms, () => this.#machine.send({ type: 'timer', name: effect.name })),
        );
        return;
      case 'cancel':
        this.#timers.get(effect.name)?.cancel();
        return;
      case 'finish':
        if (!this.#stopped) this.#done(effect.result);
        return;
    }
  }
}
