import type { Timeline } from './timeline.ts';

/** Windows of an exchange's loop detector, ms. */
const SEIZE_MS = 20;
const PULSE_MIN = 20;
const PULSE_MAX = 110;
const FLASH_MIN = 50;
const INTER_DIGIT = 250;
const RELEASE_MS = 900;

export interface LoopEvents {
  seized(): void;
  released(): void;
  pulseDigit(digit: string): void;
  flash(ms: number): void;
}

/** What an exchange sees on a subscriber's loop: seizing, pulses, flash, release. One call of `tick` each ms. */
export class LoopWatch {
  #seized = false;
  #closedFor = 0;
  #openFor = 0;
  #pulses = 0;
  /** Without pulses every break from FLASH_MIN on is a flash. */
  countsPulses = true;
  readonly #events: LoopEvents;
  readonly #time: Timeline;

  constructor(time: Timeline, events: LoopEvents) {
    this.#time = time;
    this.#events = events;
  }

  get seized(): boolean {
    return this.#seized;
  }

  /** Office time of the last change, ms. */
  get since(): number {
    return this.#time.ms - Math.max(this.#closedFor, this.#openFor);
  }

  tick(closed: boolean): void {
    if (closed) this.#closed();
    else this.#open();
  }

  #closed(): void {
    const opened = this.#openFor;
    this.#openFor = 0;
    this.#closedFor++;
    if (!this.#seized) {
      if (this.#closedFor === SEIZE_MS) {
        this.#seized = true;
        this.#events.seized();
      }
      return;
    }
    if (!this.countsPulses && opened >= FLASH_MIN) this.#events.flash(opened);
    else if (opened >= PULSE_MIN && opened <= PULSE_MAX) this.#pulses++;
    else if (opened > PULSE_MAX) this.#events.flash(opened);
    if (this.#pulses > 0 && this.#closedFor === INTER_DIGIT) {
      const pulses = this.#pulses;
      this.#pulses = 0;
      if (pulses <= 10) this.#events.pulseDigit(String(pulses % 10));
    }
  }

  #open(): void {
    this.#openFor++;
    this.#closedFor = 0;
    if (!this.#seized || this.#openFor !== RELEASE_MS) return;
    this.#seized = false;
    this.#pulses = 0;
    this.#events.released();
  }
}
