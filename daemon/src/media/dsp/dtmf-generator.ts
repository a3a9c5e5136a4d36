import { CodedError } from '../../base/error.ts';
import { clip16, SAMPLES_PER_MS, sineAmplitude } from './level.ts';
import { Oscillator } from './oscillator.ts';

/** ITU-T Q.23: the low group, Hz. */
export const DTMF_ROWS = [697, 770, 852, 941] as const;
/** ITU-T Q.23: the high group, Hz. */
export const DTMF_COLUMNS = [1209, 1336, 1477, 1633] as const;
/** The sixteen keys, row by row. */
export const DTMF_KEYS = '123A456B789C*0#D';

/** How digits are sent. */
export interface DtmfTiming {
  /** Length of a digit, ms. */
  readonly onMs: number;
  /** Pause after a digit, ms. */
  readonly offMs: number;
  /** Level of the low group, dBm0. */
  readonly levelDbm0: number;
  /** High group minus low group, dB (ITU-T Q.23 recommends the high group a little louder). */
  readonly twistDb: number;
  /** Length of the pause that a comma stands for, ms. */
  readonly commaMs: number;
}

/** 80/80 ms (analog-line practice in Russia), -9 and -7 dBm0, comma of one second. */
export const DEFAULT_DTMF_TIMING: DtmfTiming = {
  onMs: 80,
  offMs: 80,
  levelDbm0: -9,
  twistDb: 2,
  commaMs: 1000,
};

/** Plays strings of DTMF digits: `0-9 * # A-D`, and `,` for a pause. */
export class DtmfGenerator {
  readonly #timing: DtmfTiming;
  readonly #low = new Oscillator();
  readonly #high = new Oscillator();
  #queue = '';
  #next = 0;
  #onLeft = 0;
  #offLeft = 0;
  #sum = new Float64Array(240);

  constructor(timing: Partial<DtmfTiming> = {}) {
    this.#timing = { ...DEFAULT_DTMF_TIMING, ...timing };
  }

  /**
   * Adds digits after those still to be played; letters may be small.
   * @throws CodedError `media/dtmf-digit` (which does not repeat the digits: they may be a PIN)
   */
  enqueue(digits: string): void {
    const wanted = digits.toUpperCase();
    for (let i = 0; i < wanted.length; i++) {
      if (wanted[i] !== ',' && !DTMF_KEYS.includes(wanted[i]!)) {
        throw new CodedError(
          'media/dtmf-digit',
          `character ${i + 1} of ${wanted.length} is not one of 0-9 * # A-D ,`,
        );
      }
    }
    this.#queue = this.#queue.slice(this.#next) + wanted;
    this.#next = 0;
  }

  /** Drops what has not been played, the digit under way included. */
  clear(): void {
    this.#queue = '';
    this.#next = 0;
    this.#onLeft = 0;
    this.#offLeft = 0;
  }

  /** Whether a digit or a pause is under way or waiting. */
  get active(): boolean {
    return this.#onLeft > 0 || this.#offLeft > 0 || this.#next < this.#queue.length;
  }

  /** Whether a tone (not a pause) is under way. */
  get sounding(): boolean {
    return this.#onLeft > 0;
  }

  /**
   * Fills `out` (`count` samples), with silence after the last digit's pause.
   * Returns how many samples belonged to digits and their pauses.
   */
  process(out: Int16Array, count = out.length): number {
    if (this.#sum.length < count) this.#sum = new Float64Array(count);
    const sum = this.#sum;
    sum.fill(0, 0, count);
    let done = 0;
    while (done < count) {
      if (this.#onLeft > 0) {
        const n = Math.min(count - done, this.#onLeft);
        this.#low.addTo(sum, done, n);
        this.#high.addTo(sum, done, n);
        this.#onLeft -= n;
        done += n;
      } else if (this.#offLeft > 0) {
        const n = Math.min(count - done, this.#offLeft);
        this.#offLeft -= n;
        done += n;
      } else if (this.#next < this.#queue.length) {
        this.#begin(this.#queue[this.#next++]!);
      } else {
        break;
      }
    }
    for (let i = 0; i < count; i++) out[i] = clip16(sum[i]!);
    return done;
  }

  #begin(key: string): void {
    const { onMs, offMs, levelDbm0, twistDb, commaMs } = this.#timing;
    if (key === ',') {
      this.#offLeft = Math.round(commaMs * SAMPLES_PER_MS);
      return;
    }
    const index = DTMF_KEYS.indexOf(key);
    this.#low.start(DTMF_ROWS[index >> 2]!, sineAmplitude(levelDbm0));
    this.#high.start(DTMF_COLUMNS[index & 3]!, sineAmplitude(levelDbm0 + twistDb));
    this.#onLeft = Math.round(onMs * SAMPLES_PER_MS);
    this.#offLeft = Math.round(offMs * SAMPLES_PER_MS);
  }
}
