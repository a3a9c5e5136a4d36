import { SAMPLE_RATE } from './level.ts';

/** V.21 channel 2, in which T.30 speaks (T.30 5.1): mark is 1650 Hz, space 1850 Hz. */
const CENTRE_HZ = 1750;
const BAUD = 300;
const SAMPLES_PER_BIT = SAMPLE_RATE / BAUD;
/** One bit, as long as the correlator sums. */
const WINDOW = 27;
/** The mixer's sine repeats after so many samples: 1750 / 8000 is 7 / 32. */
const PERIOD = 32;
/** Samples between two looks at the frequency. */
const STEP = 2;
/** Distance over which the turn of phase is taken: 1 ms, well within half a turn of 100 Hz. */
const TURN = 4;
/** Part of the power that must be in the band; a clean signal has a third by this measure, speech seldom a tenth. */
const MIN_PURITY = 0.16;
/** Mean square of the weakest signal that is looked at: about -43 dBm0, as weak as T.30 terminals must hear. */
const MIN_POWER = (32768 * 10 ** (-46 / 20)) ** 2 / 2;
/** Length of the six ones of a flag, and of the zeros between them (one or two), samples. */
const ONES = [5.4 * SAMPLES_PER_BIT, 6.6 * SAMPLES_PER_BIT] as const;
const ZEROS = [0.5 * SAMPLES_PER_BIT, 2.6 * SAMPLES_PER_BIT] as const;
/** Flags in a row that make a fax: 160 ms of the second that a preamble lasts (T.30 5.3.1). */
const FLAGS = 6;

const cosine = Float64Array.from({ length: PERIOD }, (_, i) =>
  Math.cos((2 * Math.PI * CENTRE_HZ * i) / SAMPLE_RATE),
);
const sine = Float64Array.from({ length: PERIOD }, (_, i) =>
  Math.sin((2 * Math.PI * CENTRE_HZ * i) / SAMPLE_RATE),
);

/**
 * Hears the HDLC flags with which a fax begins whatever it says by V.21 (T.30 5.3): 01111110 again and again at
 * 300 bit/s. A called fax sends them for a second before its DIS; nothing else on a telephone line does. The signal is
 * mixed down from 1750 Hz, summed over a bit, and the turn of its phase tells mark from space; a flag is six marks long.
 */
export class V21FlagDetector {
  readonly #onFlags: () => void;
  readonly #i = new Float64Array(64);
  readonly #q = new Float64Array(64);
  readonly #sumI = new Float64Array(8);
  readonly #sumQ = new Float64Array(8);
  #at = 0;
  #phase = 0;
  #accI = 0;
  #accQ = 0;
  #mark = false;
  #run = 0;
  #flags = 0;
  #told = false;

  /** `onFlags` is called once for each preamble. */
  constructor(onFlags: () => void) {
    this.#onFlags = onFlags;
  }

  /** Listens to the next samples. */
  process(pcm: Int16Array, count = pcm.length): void {
    let power = 0;
    for (let n = 0; n < count; n++) power += pcm[n]! * pcm[n]!;
    power /= Math.max(1, count);
    const quiet = power < MIN_POWER;
    if (quiet) this.#forget();
    let inBand = 0;
    let looks = 0;
    for (let n = 0; n < count; n++) {
      this.#mix(pcm[n]!);
      if (quiet || this.#at % STEP !== 0) continue;
      const k = (this.#at / STEP) & 7;
      this.#sumI[k] = this.#accI;
      this.#sumQ[k] = this.#accQ;
      inBand += this.#accI * this.#accI + this.#accQ * this.#accQ;
      looks++;
      const before = (k - TURN / STEP + 8) & 7;
      // Falling phase: below the centre, a mark.
      const turn = this.#accQ * this.#sumI[before]! - this.#accI * this.#sumQ[before]!;
      this.#bit(turn < 0);
    }
    // A sine of power P that is in the window's middle gives P / 2 here.
    if (looks > 0 && inBand / looks / (WINDOW * WINDOW) < MIN_PURITY * power) this.#forget();
  }

  reset(): void {
    this.#i.fill(0);
    this.#q.fill(0);
    this.#accI = this.#accQ = 0;
    this.#forget();
  }

  #mix(sample: number): void {
    const at = this.#at & 63;
    const old = (this.#at - WINDOW) & 63;
    const i = sample * cosine[this.#phase]!;
    const q = -sample * sine[this.#phase]!;
    // Sums of products that are added and taken away again drift by rounding: far below a sample in hours.
    this.#accI += i - this.#i[old]!;
    this.#accQ += q - this.#q[old]!;
    this.#i[at] = i;
    this.#q[at] = q;
    this.#phase = (this.#phase + 1) % PERIOD;
    this.#at = (this.#at + 1) >>> 0;
  }

  #bit(mark: boolean): void {
    this.#run += STEP;
    if (mark === this.#mark) return;
    const run = this.#run;
    this.#run = 0;
    this.#mark = mark;
    const [least, most] = mark ? ZEROS : ONES;
    if (run < least || run > most) {
      // Data follow the flags: what comes after them is another preamble.
      this.#flags = 0;
      return;
    }
    if (mark) return;
    this.#flags++;
    if (this.#flags >= FLAGS && !this.#told) {
      this.#told = true;
      this.#onFlags();
    }
  }

  #forget(): void {
    this.#flags = 0;
    this.#run = 0;
    this.#told = false;
  }
}
