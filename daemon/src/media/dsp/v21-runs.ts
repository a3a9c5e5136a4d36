import { SAMPLE_RATE } from './level.ts';

/** Channels of V.21 by their centre: mark lies 100 Hz below, space 100 Hz above. */
export const V21_CHANNEL_1_HZ = 1080;
export const V21_CHANNEL_2_HZ = 1750;
/** One bit at 300 bit/s. */
export const V21_BIT = SAMPLE_RATE / 300;
/** One bit, as long as the correlator sums. */
const WINDOW = 27;
/** Samples in which any multiple of 10 Hz makes whole turns. */
const PERIOD = 800;
const RING = 64;
const RING_MASK = RING - 1;
/** Samples between two looks at the frequency. */
const STEP = 2;
/** Distance over which the turn of phase is taken: 1 ms, well within half a turn of 100 Hz. */
const TURN = 4;
/** Part of the power that must be in the band; a clean signal has a third by this measure, speech seldom a tenth. */
const MIN_PURITY = 0.16;
/** Mean square of the weakest signal that is looked at: about -43 dBm0, as weak as T.30 terminals must hear. */
const MIN_POWER = (32768 * 10 ** (-46 / 20)) ** 2 / 2;

/** What comes out of {@link V21Runs}. */
export interface V21Sink {
  /** Mark or space has lasted for so many samples, and the other begins. */
  run(mark: boolean, samples: number): void;
  /** There is no such signal, or it has ended. */
  lost(): void;
}

/**
 * Tells how long mark and space last in a channel of V.21: the signal is mixed down from the channel's centre and summed
 * over a bit, and the turn of its phase tells which it is. Cheap enough to run on every call of a line.
 */
export class V21Runs {
  readonly #sink: V21Sink;
  readonly #cosine: Float64Array;
  readonly #sine: Float64Array;
  readonly #i = new Float64Array(RING);
  readonly #q = new Float64Array(RING);
  readonly #sumI = new Float64Array(8);
  readonly #sumQ = new Float64Array(8);
  #at = 0;
  #phase = 0;
  #accI = 0;
  #accQ = 0;
  #mark = false;
  #run = 0;

  /** `centreHz`: a multiple of 10. */
  constructor(centreHz: number, sink: V21Sink) {
    this.#sink = sink;
    const turn = (2 * Math.PI * centreHz) / SAMPLE_RATE;
    this.#cosine = Float64Array.from({ length: PERIOD }, (_, n) => Math.cos(turn * n));
    this.#sine = Float64Array.from({ length: PERIOD }, (_, n) => Math.sin(turn * n));
  }

  process(pcm: Int16Array, count = pcm.length): void {
    let power = 0;
    for (let n = 0; n < count; n++) power += pcm[n]! * pcm[n]!;
    power /= Math.max(1, count);
    const quiet = power < MIN_POWER;
    if (quiet) this.#lose();
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
      this.#look(turn < 0);
    }
    if (looks > 0 && inBand / looks / (WINDOW * WINDOW) < MIN_PURITY * power) this.#lose();
  }

  reset(): void {
    this.#i.fill(0);
    this.#q.fill(0);
    this.#accI = this.#accQ = 0;
    this.#run = 0;
  }

  #mix(sample: number): void {
    const at = this.#at & RING_MASK;
    const old = (this.#at - WINDOW) & RING_MASK;
    const i = sample * this.#cosine[this.#phase]!;
    const q = -sample * this.#sine[this.#phase]!;
    // Sums of products that are added and taken away again drift by rounding: far below a sample in hours.
    this.#accI += i - this.#i[old]!;
    this.#accQ += q - this.#q[old]!;
    this.#i[at] = i;
    this.#q[at] = q;
    this.#phase = (this.#phase + 1) % this.#cosine.length;
    this.#at = (this.#at + 1) >>> 0;
  }

  #look(mark: boolean): void {
    this.#run += STEP;
    if (mark === this.#mark) return;
    const run = this.#run;
    this.#run = 0;
    this.#mark = mark;
    this.#sink.run(!mark, run);
  }

  #lose(): void {
    this.#run = 0;
    this.#sink.lost();
  }
}
