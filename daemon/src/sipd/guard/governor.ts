/** What the machine feels at one moment. */
export interface Load {
  /** Share of the thread's time that it was at work since the last sample, 0 to 1. */
  utilization: number;
  /** How late a timer fired, ms. */
  lagMs: number;
  /** Requests handed to the application that it has not answered. */
  waiting: number;
  /** How full the fullest table is, 0 to 1. */
  filled: number;
}

/** Who asks, in the order in which they are refused. */
export type Asker =
  | 'stranger' // neither a trunk nor of the office's network
  | 'minor' // of a known source, but no call: OPTIONS, REGISTER, SUBSCRIBE
  | 'call' // a new call of a known source
  | 'emergency'; // an emergency call from inside: never refused

/** How pressed the engine is: strangers are refused when busy, calls are rationed when saturated. */
export type Level = 'calm' | 'busy' | 'saturated';

/** Where the pressure is 1: beyond these the machine no longer keeps up. */
const FULL_UTILIZATION = 0.97;
const FULL_LAG_MS = 250;
const FULL_WAITING = 1000;
const FULL_TABLE = 0.9;
const BUSY = 0.8;
const CALM = 0.7;
/** How long the pressure must have been low before the level falls, ms. */
const CALM_MS = 2000;
/** Below so many new requests a second the load is not theirs, and refusing them would not help. */
const WORTH_SHEDDING = 50;
/** Rationed calls never fall below this many a second. */
const LEAST_PER_SECOND = 10;

/**
 * Decides which new work is taken when there is too much. What is under way is never asked about: requests
 * within dialogs, responses, ACK, CANCEL. Pure: samples and times are handed in.
 *
 * When saturated, calls of known sources are rationed: the rate falls by a tenth with every saturated
 * sample and recovers with every other, so that it settles at what the machine can do.
 */
export class Governor {
  #level: Level = 'calm';
  #pressure = 0;
  #utilization = 0;
  #lag = 0;
  #easySince = 0;
  #perSecond = Number.POSITIVE_INFINITY;
  #tokens = 0;
  #refilledAt = 0;
  #arrived = 0;
  #admitted = 0;
  #demand = 0;
  #sampledAt = 0;

  get level(): Level {
    return this.#level;
  }

  /** 1 where the machine just keeps up. */
  get pressure(): number {
    return this.#pressure;
  }

  /** Calls a second that known sources are granted; infinite unless saturated. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** Percent of new calls that are refused at this rate: what a peer that listens may leave out by itself (RFC 7339 5). */
  get loss(): number {
    if (this.#perSecond >= this.#demand) return 0;
    return Math.min(100, Math.ceil(100 * (1 - this.#perSecond / this.#demand)));
  }

  /** Takes a sample; to be called every 100 to 500 ms. */
  sample(load: Load, now: number): void {
    const seconds = Math.max(0.05, (now - this.#sampledAt) / 1000);
    this.#sampledAt = now;
    this.#demand = 0.5 * this.#demand + (0.5 * this.#arrived) / seconds;
    this.#utilization = 0.6 * this.#utilization + 0.4 * load.utilization;
    this.#lag = 0.6 * this.#lag + 0.4 * load.lagMs;
    const ours = this.#demand >= WORTH_SHEDDING;
    this.#pressure = Math.max(
      ours ? this.#utilization / FULL_UTILIZATION : 0,
      ours ? this.#lag / FULL_LAG_MS : 0,
      load.waiting / FULL_WAITING,
      load.filled / FULL_TABLE,
    );
    this.#step(now, this.#admitted / seconds);
    this.#arrived = 0;
    this.#admitted = 0;
  }

  /** Whether a request that begins something is taken. */
  admit(asker: Asker, now: number): boolean {
    this.#arrived++;
    if (asker === 'emergency') return true;
    const admitted = this.#fits(asker, now);
    if (admitted) this.#admitted++;
    return admitted;
  }

  #fits(asker: Asker, now: number): boolean {
    if (this.#level === 'calm' && this.#perSecond === Number.POSITIVE_INFINITY) return true;
    if (asker === 'stranger') return this.#level === 'calm';
    if (asker === 'minor') return this.#level !== 'saturated';
    if (this.#perSecond === Number.POSITIVE_INFINITY) return true;
    // A quarter of a second's worth may come at once.
    const most = Math.max(1, this.#perSecond / 4);
    this.#tokens = Math.min(most, this.#tokens + ((now - this.#refilledAt) / 1000) * this.#perSecond);
    this.#refilledAt = now;
    if (this.#tokens < 1) return false;
    this.#tokens--;
    return true;
  }

  #step(now: number, admittedPerSecond: number): void {
    const p = this.#pressure;
    if (p >= CALM) this.#easySince = now;
    if (p >= 1) {
      if (this.#perSecond === Number.POSITIVE_INFINITY) {
        this.#perSecond = admittedPerSecond;
        this.#tokens = 1;
        this.#refilledAt = now;
      }
      this.#perSecond = Math.max(LEAST_PER_SECOND, this.#perSecond * 0.9);
      this.#level = 'saturated';
      return;
    }
    this.#perSecond = this.#perSecond * 1.05 + 1;
    const easy = now - this.#easySince >= CALM_MS;
    if (easy) {
      this.#level = 'calm';
      this.#perSecond = Number.POSITIVE_INFINITY;
    } else if (p >= BUSY && this.#level === 'calm') this.#level = 'busy';
    else if (p < BUSY && this.#level === 'saturated') this.#level = 'busy';
  }
}

/** A bucket of tokens that fills with time: `perSecond` on the long run, `burst` at once. */
export class Bucket {
  tokens: number;
  #at: number;

  constructor(burst: number, now: number) {
    this.tokens = burst;
    this.#at = now;
  }

  /** Takes one; false if there is none, and the debt is then noted down to -`burst`. */
  take(perSecond: number, burst: number, now: number): boolean {
    this.refill(perSecond, burst, now);
    if (this.tokens >= 1) {
      this.tokens--;
      return true;
    }
    this.tokens = Math.max(-burst, this.tokens - 1);
    return false;
  }

  refill(perSecond: number, burst: number, now: number): void {
    this.tokens = Math.min(burst, this.tokens + ((now - this.#at) / 1000) * perSecond);
    this.#at = now;
  }
}
