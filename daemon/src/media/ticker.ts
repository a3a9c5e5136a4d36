import type { Clock, Timer } from '../base/clock.ts';
import { FRAME_MS } from './line-audio.ts';

/** Ticks missed beyond this many are given up instead of being made up for in one go. */
const MAX_CATCH_UP = 5;

/**
 * A tick each 10 ms that keeps to the clock's own grid: a late timer is followed by a shorter wait
 * (or by two ticks at once), so that over an hour exactly 360,000 ticks are made.
 */
export class Ticker {
  readonly #clock: Clock;
  readonly #tick: (now: number, lateMs: number) => void;
  #timer: Timer | undefined;
  #due = 0;
  readonly #fire = (): void => this.#run();

  /** @param tick called with the time, and by how much the oldest tick due is late, ms. */
  constructor(clock: Clock, tick: (now: number, lateMs: number) => void) {
    this.#clock = clock;
    this.#tick = tick;
  }

  get running(): boolean {
    return this.#timer !== undefined;
  }

  start(): void {
    if (this.#timer) return;
    this.#due = this.#clock.now() + FRAME_MS;
    this.#timer = this.#clock.after(FRAME_MS, this.#fire);
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #run(): void {
    const now = this.#clock.now();
    const lateMs = Math.max(0, now - this.#due);
    // Node's timers may fire up to 1 ms early (whole milliseconds); that counts as due.
    let behind = Math.floor((now + 1 - this.#due) / FRAME_MS) + 1;
    if (behind > MAX_CATCH_UP) {
      this.#due += (behind - 1) * FRAME_MS;
      behind = 1;
    }
    for (let i = 0; i < behind && this.#timer; i++) {
      this.#due += FRAME_MS;
      this.#tick(now, lateMs);
    }
    if (this.#timer) this.#timer = this.#clock.after(Math.max(0, this.#due - this.#clock.now()), this.#fire);
  }
}
