import { DTMF_COLUMNS, DTMF_KEYS, DTMF_ROWS } from './dtmf-generator.ts';
import { rmsOf, SAMPLE_RATE, SAMPLES_PER_MS } from './level.ts';

/** Two of these are looked at together, 20 ms. */
const HOP = 10 * SAMPLES_PER_MS;
const FREQUENCIES = [...DTMF_ROWS, ...DTMF_COLUMNS];
/** The strongest of its group stands so far above the others (power), and both have this part of all energy. */
const MIN_ABOVE = 6;
const MIN_PART = 0.45;
/** One group may be so much stronger than the other (power): 10 dB. */
const MAX_TWIST = 10;
/** Looks that must agree for a digit, and looks without it that end one. */
const ON = 3;
const OFF = 2;

/**
 * Reads digits that a machine sends into a silent line: caller ID by DTMF before and between rings. Nobody
 * speaks there, so it can be far bolder in noise than the receiver of keys, which must leave speech alone;
 * what makes a message of them is start and end code.
 */
export class DtmfMessageReader {
  readonly #onDigit: (digit: string) => void;
  readonly #minEnergy: number;
  readonly #cos = new Float64Array(FREQUENCIES.length * HOP);
  readonly #sin = new Float64Array(FREQUENCIES.length * HOP);
  readonly #turn = FREQUENCIES.map((f) => (2 * Math.PI * f * HOP) / SAMPLE_RATE);
  /** Sums of this hop and of the last: re and im of each frequency. */
  #sums = new Float64Array(FREQUENCIES.length * 2);
  #last = new Float64Array(FREQUENCIES.length * 2);
  readonly #power = new Float64Array(FREQUENCIES.length);
  #energy = 0;
  #lastEnergy = 0;
  #count = 0;
  #candidate = '';
  #looks = 0;
  #digit = '';
  #misses = 0;

  constructor(onDigit: (digit: string) => void, minLevelDbm0 = -42) {
    this.#onDigit = onDigit;
    this.#minEnergy = 2 * HOP * rmsOf(minLevelDbm0) ** 2;
    FREQUENCIES.forEach((f, k) => {
      for (let n = 0; n < HOP; n++) {
        this.#cos[k * HOP + n] = Math.cos((2 * Math.PI * f * n) / SAMPLE_RATE);
        this.#sin[k * HOP + n] = Math.sin((2 * Math.PI * f * n) / SAMPLE_RATE);
      }
    });
  }

  /** Whether a digit sounds now. */
  get sounding(): boolean {
    return this.#digit !== '';
  }

  process(pcm: Int16Array, count = pcm.length): void {
    for (let i = 0; i < count; i++) {
      const v = pcm[i]!;
      this.#energy += v * v;
      for (let k = 0; k < FREQUENCIES.length; k++) {
        this.#sums[2 * k]! += v * this.#cos[k * HOP + this.#count]!;
        this.#sums[2 * k + 1]! -= v * this.#sin[k * HOP + this.#count]!;
      }
      if (++this.#count === HOP) this.#look();
    }
  }

  reset(): void {
    this.#sums.fill(0);
    this.#last.fill(0);
    this.#energy = 0;
    this.#lastEnergy = 0;
    this.#count = 0;
    this.#candidate = '';
    this.#digit = '';
  }

  #look(): void {
    const seen = this.#seen();
    [this.#last, this.#sums] = [this.#sums, this.#last];
    this.#sums.fill(0);
    this.#lastEnergy = this.#energy;
    this.#energy = 0;
    this.#count = 0;
    this.#looks = seen !== '' && seen === this.#candidate ? this.#looks + 1 : 1;
    this.#candidate = seen;
    if (this.#digit !== '') {
      this.#misses = seen === this.#digit ? 0 : this.#misses + 1;
      if (this.#misses >= OFF) this.#digit = '';
    }
    if (this.#digit !== '' || seen === '' || this.#looks < ON) return;
    this.#digit = seen;
    this.#misses = 0;
    this.#onDigit(seen);
  }

  /** The digit of the last 20 ms; '' if there is none. */
  #seen(): string {
    const energy = this.#energy + this.#lastEnergy;
    if (energy < this.#minEnergy) return '';
    for (let k = 0; k < FREQUENCIES.length; k++) {
      // The later half begins with the phase that its start has.
      const [re, im] = [this.#sums[2 * k]!, this.#sums[2 * k + 1]!];
      const [cos, sin] = [Math.cos(this.#turn[k]!), Math.sin(this.#turn[k]!)];
      const x = this.#last[2 * k]! + re * cos + im * sin;
      const y = this.#last[2 * k + 1]! + im * cos - re * sin;
      this.#power[k] = x * x + y * y;
    }
    const row = this.#strongest(0);
    const column = this.#strongest(4);
    if (row < 0 || column < 0) return '';
    const [low, high] = [this.#power[row]!, this.#power[column]!];
    if (low > MAX_TWIST * high || high > MAX_TWIST * low) return '';
    if (low + high < MIN_PART * energy * HOP) return '';
    return DTMF_KEYS[row * 4 + column - 4]!;
  }

  /** The frequency of a group that stands out; -1 if none does. */
  #strongest(from: number): number {
    let best = from;
    for (let k = from + 1; k < from + 4; k++) if (this.#power[k]! > this.#power[best]!) best = k;
    for (let k = from; k < from + 4; k++) {
      if (k !== best && this.#power[best]! < MIN_ABOVE * this.#power[k]!) return -1;
    }
    return best;
  }
}
