import type { FskStandard } from './fsk.ts';
import { FskBits } from './fsk-bits.ts';
import { rmsOf, SAMPLE_RATE } from './level.ts';

/** Filtered samples that are kept: about four bytes at 1200 baud, a power of two. */
const RING = 512;
const MASK = RING - 1;
/** Bits of a byte on the wire: start, eight, stop. */
const BITS = 10;
/** Bits before the start bit and behind the stop bit that help to decide those between. */
const AROUND = 2;
/** Timing is searched so far to either side of where a start is looked for, in whole samples and then finer. */
const SEARCH = 3;
const SEARCH_LOCKED = 1;
const FINEST = 0.25;
/** How far one byte moves the clock, and the speed, that are expected of the next. */
const FOLLOW_PHASE = 0.5;
const FOLLOW_SPEED = 0.15;
/** V.23 allows 1200 +-0.01 % at the sender; recorded and resampled lines are worse. */
const MAX_SPEED_ERROR = 0.02;
/** Part of the energy that must be in the two tones, for a byte out of a pause and for one that is due. */
const MIN_PURITY = 0.7;
const MIN_DUE_PURITY = 0.55;
/** A byte with less of the energy of those before it is what comes behind a message: noise. */
const MIN_DUE_ENERGY = 0.35;
/** Mark between two bytes is no pause yet: EN 300 659-1 allows ten bits of it. */
const STUFFED = 12;
/** How far one byte moves the energy that is expected. */
const FOLLOW_ENERGY = 0.1;
/** A start bit out of a pause must be surer than one that is due. */
const MIN_START = 0.35;
/** A byte is due where the last one ended: it is only doubted if its start bit is surely mark. */
const MAX_DUE_START = 0.25;
/** Band-pass: telephone hum below and hiss above the two tones are kept from the correlators, Hz. */
const BAND = [750, 2750] as const;
const FILTER_TAPS = 41;
const HALF = FILTER_TAPS >> 1;

/** What a receiver hands up, byte by byte. */
export interface FskSink {
  /**
   * @param byte as received
   * @param sure how sure each of its bits is, least significant first: near 0 a guess, 1 and more sure. Valid during the call only.
   * @param first it follows a pause, not another byte.
   */
  byte(byte: number, sure: Float64Array, first: boolean): void;
  /** No byte follows the last one within its time. */
  pause(): void;
}

/**
 * Receiver for {@link FskStandard}. A start edge out of a pause fixes the first byte roughly; then the
 * instants are taken at which its ten bits are clearest together, and its end tells where the next is
 * due. Bits are decided five at a time, with the phase that runs on from bit to bit: that is some 3 dB
 * better than one bit at a time where the tones are nearer than the speed (V.23: 800 Hz at 1200 baud).
 */
export class FskDemodulator {
  readonly #sink: FskSink;
  readonly #bits: FskBits;
  readonly #samplesPerBit: number;
  readonly #minEnergy: number;
  readonly #filter = bandPass(0);
  readonly #quarter = bandPass(Math.PI / 2);
  readonly #raw = new Float64Array(FILTER_TAPS * 2);
  #rawAt = 0;
  /** The line behind the band-pass, and the same turned by a quarter. */
  readonly #x = new Float64Array(RING);
  readonly #y = new Float64Array(RING);
  #power = 0;
  readonly #sure = new Float64Array(8);
  /** Filtered samples so far, and the place up to which starts have been looked for. */
  #now = 0;
  #at = 0;
  #before = 0;
  /** Where the next byte is due; undefined: nothing is known of one. */
  #due: number | undefined;
  #speed = 1;
  /** Where a pause begins if no byte comes before; and whether there is one. */
  #pauseAt = Number.POSITIVE_INFINITY;
  #paused = true;
  /** Energy of a byte of this run, and how well the last ones fit the standard. */
  #energy = 0;
  #fit = 0;

  /** `minLevelDbm0`: terminals work down to about -40 dBm (EN 300 659-1 annex). */
  constructor(standard: FskStandard, sink: FskSink, minLevelDbm0 = -45) {
    this.#sink = sink;
    this.#samplesPerBit = SAMPLE_RATE / standard.baud;
    this.#bits = new FskBits(standard, this.#x, this.#y, MASK);
    this.#minEnergy = rmsOf(minLevelDbm0) ** 2;
  }

  /** How well the last bytes fit this standard's frequencies: 1 wholly, less the more they are another's, or noise. */
  get fit(): number {
    return this.#fit;
  }

  process(pcm: Int16Array, count = pcm.length): void {
    for (let i = 0; i < count; i++) {
      this.#filterIn(pcm[i]!);
      this.#now++;
      if (this.#due === undefined) this.#scan();
      else if (this.#now > this.#due + this.#room(SEARCH_LOCKED)) this.#expected(this.#due);
    }
  }

  reset(): void {
    this.#raw.fill(0);
    this.#x.fill(0);
    this.#y.fill(0);
    this.#power = 0;
    this.#due = undefined;
    this.#speed = 1;
    this.#at = this.#now;
    this.#before = 0;
  }

  /** Samples from a start on that must be there before its byte can be read. */
  #room(search: number): number {
    return (BITS + AROUND) * this.#samplesPerBit * (1 + MAX_SPEED_ERROR) + search + 2;
  }

  /** Filters one sample into the rings. */
  #filterIn(sample: number): void {
    const raw = this.#raw;
    raw[this.#rawAt] = sample;
    raw[this.#rawAt + FILTER_TAPS] = sample;
    this.#rawAt = this.#rawAt + 1 === FILTER_TAPS ? 0 : this.#rawAt + 1;
    const from = this.#rawAt;
    const last = from + FILTER_TAPS - 1;
    let re = raw[from + HALF]! * this.#filter[HALF]!;
    let im = 0;
    for (let k = 0; k < HALF; k++) {
      const older = raw[from + k]!;
      const newer = raw[last - k]!;
      re += (older + newer) * this.#filter[k]!;
      im += (older - newer) * this.#quarter[k]!;
    }
    this.#x[this.#now & MASK] = re;
    this.#y[this.#now & MASK] = im;
    this.#power += ((re * re + im * im) / 2 - this.#power) / 64;
  }

  /** Looks for a turn from mark to space, and for a byte behind it. */
  #scan(): void {
    const room = this.#room(SEARCH) + this.#samplesPerBit;
    while (this.#due === undefined && this.#at + room < this.#now) {
      const at = this.#at++;
      if (at > this.#pauseAt) this.#pause();
      if (this.#power < this.#minEnergy) {
        this.#before = 0;
        continue;
      }
      const soft = this.#bits.balance(at);
      const before = this.#before;
      this.#before = soft;
      if (!(before > 0 && soft <= 0)) continue;
      // The window that is half mark and half space begins half a bit before the start bit.
      this.#first(at - 1 + before / (before - soft) + this.#samplesPerBit / 2);
    }
  }

  /** A byte may begin out of a pause. */
  #first(edge: number): void {
    const bits = this.#bits;
    bits.speed = 1;
    // Cheap tests first: noise has hundreds of such edges a second.
    if (bits.balance(edge - this.#samplesPerBit) <= 0 || bits.balance(edge) >= 0) return;
    if (bits.purity(edge, BITS) < MIN_PURITY) return;
    bits.load(edge);
    if (bits.sureness(0) > 0 || bits.sureness(BITS - 1) <= 0) return;
    const start = this.#bestTiming(edge, SEARCH, 0);
    bits.load(start);
    if (bits.balance(start - this.#samplesPerBit) <= 0) return;
    if (bits.sureness(0) > -MIN_START || bits.sureness(BITS - 1) <= 0) return;
    this.#speed = 1;
    this.#energy = bits.energy(start, BITS);
    this.#fit = bits.fit(bits.likelihood(start), this.#energy);
    this.#take(start);
  }

  /** The last byte's end says that one is due at `due`. */
  #expected(due: number): void {
    const bits = this.#bits;
    bits.speed = this.#speed;
    const start = this.#bestTiming(due, SEARCH_LOCKED, 0.02);
    bits.load(start);
    const energy = bits.energy(start, BITS);
    const alive = energy >= MIN_DUE_ENERGY * this.#energy && bits.purity(start, BITS) >= MIN_DUE_PURITY;
    if (alive && bits.sureness(0) <= MAX_DUE_START) {
      const error = start - due;
      const limit = MAX_SPEED_ERROR;
      this.#speed += (FOLLOW_SPEED * error) / (BITS * this.#samplesPerBit);
      this.#speed = Math.max(1 - limit, Math.min(1 + limit, this.#speed));
      this.#energy += FOLLOW_ENERGY * (energy - this.#energy);
      this.#fit += FOLLOW_ENERGY * (bits.fit(bits.likelihood(start), energy) - this.#fit);
      this.#take(due + FOLLOW_PHASE * error);
      return;
    }
    this.#due = undefined;
    this.#at = Math.floor(due - this.#samplesPerBit);
    this.#before = 0;
    if (alive) this.#pauseAt = due + STUFFED * this.#samplesPerBit;
    else this.#pause();
  }

  #pause(): void {
    this.#pauseAt = Number.POSITIVE_INFINITY;
    this.#paused = true;
    this.#sink.pause();
  }

  #take(start: number): void {
    const bits = this.#bits;
    let byte = 0;
    for (let k = 0; k < 8; k++) {
      const soft = bits.sureness(k + 1);
      if (soft > 0) byte |= 1 << k;
      this.#sure[k] = Math.abs(soft);
    }
    const first = this.#paused;
    this.#due = start + BITS * this.#samplesPerBit * this.#speed;
    this.#pauseAt = Number.POSITIVE_INFINITY;
    this.#paused = false;
    this.#sink.byte(byte, this.#sure, first);
  }

  /** The start near `from` for which all ten bits are clearest; `pull` holds it there against small gains. */
  #bestTiming(from: number, search: number, pull: number): number {
    let best = 0;
    let bestSum = Number.NEGATIVE_INFINITY;
    const look = (shift: number): void => {
      const sum = this.#bits.likelihood(from + shift) * (1 - pull * shift * shift);
      if (sum <= bestSum) return;
      bestSum = sum;
      best = shift;
    };
    for (let shift = -search; shift <= search; shift++) look(shift);
    for (let step = 0.5; step >= FINEST; step /= 2) {
      const middle = best;
      look(middle - step);
      look(middle + step);
    }
    return from + best;
  }
}

/**
 * Linear-phase band-pass by a Hamming window, its output turned by `angle` (0 or a quarter). Symmetrical
 * or, turned, antisymmetrical, so that the first half is enough.
 */
function bandPass(angle: number): Float64Array {
  const taps = new Float64Array(FILTER_TAPS);
  const low = BAND[0] / SAMPLE_RATE;
  const high = BAND[1] / SAMPLE_RATE;
  for (let k = 0; k < FILTER_TAPS; k++) {
    const n = k - HALF;
    const edge = (f: number): number => Math.sin(2 * Math.PI * f * n + angle) - Math.sin(angle);
    const ideal = n === 0 ? 2 * (high - low) * Math.cos(angle) : (edge(high) - edge(low)) / (Math.PI * n);
    taps[k] = ideal * (0.54 - 0.46 * Math.cos((2 * Math.PI * k) / (FILTER_TAPS - 1)));
  }
  return taps;
}
