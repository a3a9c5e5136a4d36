import type { FskStandard } from './fsk.ts';
import { rmsOf, SAMPLE_RATE } from './level.ts';

/** History of soft bits: more than two bytes at 1200 baud, a power of two. */
const RING = 256;
const MASK = RING - 1;
/** The part of the bit that the outermost taps cover makes the window exactly one bit long. */
const TAPS = 8;
/** Timing is searched this far to either side of the start edge, in samples, in these steps. */
const SEARCH = 2;
const SEARCH_STEP = 0.25;
/** Bits of a byte on the wire: start, eight, stop. */
const BITS = 10;
/** A start bit whose soft value is weaker than this is a glitch in the mark. */
const MIN_SOFT = 0.05;
/** Smoothing of the carrier's power: about 8 ms. */
const CARRIER_SMOOTH = 1 / 64;

/**
 * Receiver for {@link FskStandard}: two one-bit correlators give a soft value for each sample
 * (1: surely mark, -1: surely space). A start edge fixes a byte roughly; then the instants at which
 * the ten bits are clearest together are taken, and only there bits are decided.
 */
export class FskDemodulator {
  readonly #onByte: (byte: number) => void;
  readonly #samplesPerBit: number;
  readonly #minPower: number;
  readonly #markCos = new Float64Array(TAPS);
  readonly #markSin = new Float64Array(TAPS);
  readonly #spaceCos = new Float64Array(TAPS);
  readonly #spaceSin = new Float64Array(TAPS);
  readonly #gain: number;
  readonly #x = new Float64Array(TAPS * 2);
  #xAt = 0;
  readonly #soft = new Float64Array(RING);
  /** Samples taken so far, and the one up to which start edges have been looked for. */
  #now = 0;
  #searched = 1;
  #carrier = 0;

  /** `minLevelDbm0`: ETSI EN 300 659-1 annex: terminals work down to about -40 dBm. */
  constructor(standard: FskStandard, onByte: (byte: number) => void, minLevelDbm0 = -45) {
    this.#onByte = onByte;
    this.#samplesPerBit = SAMPLE_RATE / standard.baud;
    this.#minPower = rmsOf(minLevelDbm0) ** 2;
    const edge = (this.#samplesPerBit - (TAPS - 2)) / 2;
    let gain = 0;
    for (let k = 0; k < TAPS; k++) {
      const weight = k === 0 || k === TAPS - 1 ? edge : 1;
      gain += weight;
      this.#markCos[k] = weight * Math.cos((2 * Math.PI * standard.mark * k) / SAMPLE_RATE);
      this.#markSin[k] = weight * Math.sin((2 * Math.PI * standard.mark * k) / SAMPLE_RATE);
      this.#spaceCos[k] = weight * Math.cos((2 * Math.PI * standard.space * k) / SAMPLE_RATE);
      this.#spaceSin[k] = weight * Math.sin((2 * Math.PI * standard.space * k) / SAMPLE_RATE);
    }
    this.#gain = 2 / (gain * gain);
  }

  /** Whether there is signal enough for bits to mean anything. */
  get carrier(): boolean {
    return this.#carrier >= this.#minPower;
  }

  process(pcm: Int16Array, count = pcm.length): void {
    for (let i = 0; i < count; i++) {
      this.#soft[this.#now & MASK] = this.#correlate(pcm[i]!);
      this.#now++;
      // A byte is looked at once all its samples, and those the timing search may touch, are there.
      while (this.#searched + BITS * this.#samplesPerBit + SEARCH + 2 < this.#now) this.#search();
    }
  }

  reset(): void {
    this.#soft.fill(0);
    this.#x.fill(0);
    this.#carrier = 0;
    this.#searched = this.#now + 1;
  }

  /** Soft value of the bit that ends with this sample. */
  #correlate(sample: number): number {
    const x = this.#x;
    x[this.#xAt] = sample;
    x[this.#xAt + TAPS] = sample;
    this.#xAt = (this.#xAt + 1) % TAPS;
    let mc = 0;
    let ms = 0;
    let sc = 0;
    let ss = 0;
    for (let k = 0, at = this.#xAt; k < TAPS; k++, at++) {
      const v = x[at]!;
      mc += v * this.#markCos[k]!;
      ms += v * this.#markSin[k]!;
      sc += v * this.#spaceCos[k]!;
      ss += v * this.#spaceSin[k]!;
    }
    const mark = mc * mc + ms * ms;
    const space = sc * sc + ss * ss;
    this.#carrier += CARRIER_SMOOTH * (Math.max(mark, space) * this.#gain - this.#carrier);
    return (mark - space) / (mark + space + 1);
  }

  /** Looks for a start edge at one place and, if there is one, for the byte after it. */
  #search(): void {
    const at = this.#searched++;
    const before = this.#soft[(at - 1) & MASK]!;
    const after = this.#soft[at & MASK]!;
    if (!(before >= 0 && after < 0) || !this.carrier) return;
    const edge = at - 1 + before / (before - after);
    const start = this.#bestTiming(edge);
    if (this.#bit(start, 0) > -MIN_SOFT || this.#bit(start, BITS - 1) <= 0) return;
    let byte = 0;
    for (let k = 0; k < 8; k++) if (this.#bit(start, k + 1) > 0) byte |= 1 << k;
    this.#onByte(byte);
    // The next start edge is not before the stop bit's later half.
    this.#searched = Math.max(this.#searched, Math.floor(start + (BITS - 0.4) * this.#samplesPerBit));
  }

  /** The start near `edge` for which all ten bits are clearest. */
  #bestTiming(edge: number): number {
    let best = edge;
    let bestSum = -1;
    for (let shift = -SEARCH; shift <= SEARCH; shift += SEARCH_STEP) {
      let sum = 0;
      for (let k = 0; k < BITS; k++) sum += Math.abs(this.#bit(edge + shift, k));
      // Start and stop bit are known: they count for or against, not as they come.
      const first = this.#bit(edge + shift, 0);
      const last = this.#bit(edge + shift, BITS - 1);
      if (first > 0) sum -= 2 * first;
      if (last < 0) sum += 2 * last;
      if (sum > bestSum) {
        bestSum = sum;
        best = edge + shift;
      }
    }
    return best;
  }

  /** Soft value in the middle of bit `k` of a byte that starts at `start`, between two samples. */
  #bit(start: number, k: number): number {
    const t = start + (k + 0.5) * this.#samplesPerBit;
    const i = Math.floor(t);
    const w = t - i;
    return this.#soft[i & MASK]! * (1 - w) + this.#soft[(i + 1) & MASK]! * w;
  }
}
