import type { ToneCycle } from '../api.ts';
import { dbm0OfPower } from './level.ts';

/** What was measured of one "on" of a tone. */
export type ToneMeasure = Omit<ToneCycle, 'onMs' | 'offMs'> & {
  /** Whether frequency and level stood still, as those of an exchange do and those of music do not. */
  readonly steady: boolean;
  /** The same by the limits of a tone that has no cadence. */
  readonly still: boolean;
};

/** Windows (5 ms apart) left out at both ends of a tone: a window there is filled only in part. */
const EDGE = 4;
/** Fewer windows than this say nothing about steadiness. */
const ENOUGH = 5;
/**
 * Spread of the frequency (standard deviation), Hz: a tone 8 dB over noise spreads by 2, a violin's
 * vibrato of a third of a semitone by 4 and more.
 */
const MAX_SPREAD_HZ = 3.5;
/** Spread of the power as a part of it: noise at 8 dB gives 0.1, a note that dies away by 4 dB 0.26. */
const MAX_POWER_SPREAD = 0.2;
/** Mean part of the energy in the tone: 9.5 dB over noise; a square wave has 0.81, most instruments less. */
const MIN_PURITY = 0.9;
/**
 * For a tone without pauses, where no cadence speaks for it, stricter limits: a held note of an organ's flute
 * stop moves less than a violin's, but seldom as little as an exchange's tone does in seconds.
 */
const STILL_SPREAD_HZ = 1.5;
const STILL_POWER_SPREAD = 0.12;
const STILL_PURITY = 0.93;

/** Measures a tone while it sounds: its edges are left out, since windows there hold only part of it. */
export class ToneMeter {
  readonly #single: boolean;
  readonly #frequency = new Float64Array(EDGE);
  readonly #power = new Float64Array(EDGE);
  readonly #share = new Float64Array(EDGE);
  #taken = 0;
  #count = 0;
  #sumFrequency = 0;
  #sumFrequency2 = 0;
  #sumPower = 0;
  #sumPower2 = 0;
  #sumShare = 0;

  /** `single`: the tone is one frequency; a pair beats, and is judged by its cadence alone. */
  constructor(single: boolean) {
    this.#single = single;
  }

  /** One window of the tone: frequency in Hz, mean square, part of the energy in the tone. */
  take(frequencyHz: number, power: number, share: number): void {
    const at = this.#taken % EDGE;
    // The one of 20 ms ago is inside the tone for certain now, if it was not one of the first.
    if (this.#taken >= 2 * EDGE) {
      this.#count++;
      this.#sumFrequency += this.#frequency[at]!;
      this.#sumFrequency2 += this.#frequency[at]! ** 2;
      this.#sumPower += this.#power[at]!;
      this.#sumPower2 += this.#power[at]! ** 2;
      this.#sumShare += this.#share[at]!;
    }
    this.#frequency[at] = frequencyHz;
    this.#power[at] = power;
    this.#share[at] = share;
    this.#taken++;
  }

  /** Mean power so far, 0 while nothing is certain. */
  get power(): number {
    return this.#count > 0 ? this.#sumPower / this.#count : 0;
  }

  get measure(): ToneMeasure {
    const n = this.#count;
    if (n === 0) {
      const last = (this.#taken + EDGE - 1) % EDGE;
      return {
        frequencyHz: this.#frequency[last]!,
        levelDbm0: dbm0OfPower(this.#power[last]!),
        purity: Math.min(1, this.#share[last]!),
        steady: true,
        still: true,
      };
    }
    const frequency = this.#sumFrequency / n;
    const power = this.#sumPower / n;
    const spread = Math.sqrt(Math.max(0, this.#sumFrequency2 / n - frequency * frequency));
    const powerSpread = Math.sqrt(Math.max(0, this.#sumPower2 / n - power * power)) / power;
    const purity = Math.min(1, this.#sumShare / n);
    const any = !this.#single || n < ENOUGH;
    const within = (hz: number, power: number, least: number): boolean =>
      any || (spread <= hz && powerSpread <= power && purity >= least);
    return {
      frequencyHz: frequency,
      levelDbm0: dbm0OfPower(power),
      purity,
      steady: within(MAX_SPREAD_HZ, MAX_POWER_SPREAD, MIN_PURITY),
      still: within(STILL_SPREAD_HZ, STILL_POWER_SPREAD, STILL_PURITY),
    };
  }

  reset(): void {
    this.#taken = 0;
    this.#count = 0;
    this.#sumFrequency = 0;
    this.#sumFrequency2 = 0;
    this.#sumPower = 0;
    this.#sumPower2 = 0;
    this.#sumShare = 0;
  }
}
