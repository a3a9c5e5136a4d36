/** The largest figure of an indication (hw/protocol/indications.json, measured). */
const LARGEST = 6553.5;

/** A line test under way: runs for its time, then its figures are told and it is over. */
export class PairTest {
  #left = 0;

  get running(): boolean {
    return this.#left > 0;
  }

  begin(ms: number): void {
    this.#left = ms;
  }

  /** Ends it at the next tick: what could be measured is told. */
  hurry(): void {
    this.#left = Math.min(this.#left, 1);
  }

  stop(): void {
    this.#left = 0;
  }

  /** One millisecond; true when its time is over. */
  tick(): boolean {
    return this.#left > 0 && --this.#left === 0;
  }
}

/** A figure as it can be told. */
export const figure = (value: number): number => Math.round(Math.min(LARGEST, Math.max(0, value)) * 10) / 10;
