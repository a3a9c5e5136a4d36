import type { Clock, Timer } from '../base/clock.ts';
import type { Leg } from '../call/leg.ts';

/** Keyed ahead of any question; what is keyed during a conversation must not pile up. */
const longestQueue = 64;

/**
 * The digits of one caller, in order, none lost: a PBX sends access number, PIN and destination in one
 * burst, faster than any dialog asks for them.
 */
export class DigitSource {
  readonly #clock: Clock;
  #queue: string[] = [];
  #waiting: ((key: string | undefined) => void) | undefined;
  #timer: Timer | undefined;
  #closed = false;
  #last: number | undefined;
  #off: () => void = () => {};
  #deaf = false;
  readonly #ahead = new Set<() => void>();

  /** `ahead`: what the caller dialed in one go with the number that led here. */
  constructor(leg: Leg, clock: Clock, ahead = '') {
    this.#clock = clock;
    this.#queue = [...ahead.replace(/[^\d*#]/g, '')].slice(0, longestQueue);
    if (this.#queue.length > 0) this.#last = clock.now();
    this.follow(leg);
  }

  /** From now on the digits are those of `leg`. */
  follow(leg: Leg): void {
    this.#off();
    const offs = [leg.on('digit', (key) => this.#push(key)), leg.once('released', () => this.close())];
    this.#off = () => {
      for (const off of offs) off();
    };
  }

  /** While true, keys are somebody else's, and are not noted. */
  set deaf(deaf: boolean) {
    this.#deaf = deaf;
  }

  /** Clock time at which the last digit came; post-dial delay is counted from there. */
  get lastAt(): number | undefined {
    return this.#last;
  }

  get closed(): boolean {
    return this.#closed;
  }

  #push(key: string): void {
    if (this.#deaf) return;
    this.#last = this.#clock.now();
    const waiting = this.#waiting;
    if (waiting) this.#settle(key);
    else if (this.#queue.length < longestQueue) this.#queue.push(key);
    if (!waiting) for (const heard of [...this.#ahead]) heard();
  }

  /** Calls `heard` at each key that nobody waits for. @returns the end of it. */
  onAhead(heard: () => void): () => void {
    this.#ahead.add(heard);
    return () => void this.#ahead.delete(heard);
  }

  #settle(key: string | undefined): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    this.#timer?.cancel();
    waiting?.(key);
  }

  /** The next key; undefined when `ms` have passed without one or the caller is gone. One reader at a time. */
  next(ms: number): Promise<string | undefined> {
    const key = this.#queue.shift();
    if (key !== undefined || this.#closed) return Promise.resolve(key);
    return new Promise((resolve) => {
      this.#waiting = resolve;
      this.#timer = this.#clock.after(ms, () => this.#settle(undefined));
    });
  }

  /** Whether digits were keyed ahead and wait to be read. */
  get pending(): boolean {
    return this.#queue.length > 0;
  }

  /** Forgets what was keyed ahead. */
  flush(): void {
    this.#queue = [];
  }

  /** Lets a waiting reader go with undefined, as if its time were over. */
  interrupt(): void {
    this.#settle(undefined);
  }

  close(): void {
    this.#closed = true;
    this.#off();
    this.#settle(undefined);
  }
}
