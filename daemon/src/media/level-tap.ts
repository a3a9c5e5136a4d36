import type { PortLevels } from './api.ts';
import { LevelMeter } from './dsp/level.ts';

/** How long levels are measured on after they were asked for last, ms. */
const KEEP_MS = 5000;
/** Time constant of the meters, ms: quick enough to see syllables, slow enough to be read. */
const WINDOW_MS = 250;

/** Measures how loud a port is both ways, for as long as somebody asks. */
export class LevelTap {
  readonly #from = new LevelMeter(WINDOW_MS);
  readonly #to = new LevelMeter(WINDOW_MS);
  #until = Number.NEGATIVE_INFINITY;
  #since = Number.NEGATIVE_INFINITY;
  #heardAt = Number.NEGATIVE_INFINITY;

  /** The levels now, if they have been measured; goes on measuring. */
  ask(now: number): PortLevels | undefined {
    if (now > this.#until) {
      this.#from.reset();
      this.#to.reset();
      this.#since = now;
    }
    this.#until = now + KEEP_MS;
    // On-hook a port sends nothing, and what was heard before is not now.
    if (now - this.#heardAt > WINDOW_MS || now - this.#since < WINDOW_MS) return undefined;
    return { fromDbm0: round(this.#from.dbm0), toDbm0: round(this.#to.dbm0) };
  }

  /** Whether anybody looks. */
  wanted(now: number): boolean {
    return now <= this.#until;
  }

  from(frame: Int16Array, now: number): void {
    this.#from.process(frame);
    this.#heardAt = now;
  }

  to(frame: Int16Array): void {
    this.#to.process(frame);
  }
}

const round = (dbm0: number): number => Math.round(dbm0 * 10) / 10;
