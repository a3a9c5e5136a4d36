import { DTMF_COLUMNS, DTMF_KEYS, DTMF_ROWS } from './dtmf-generator.ts';
import { rmsOf, SAMPLE_RATE } from './level.ts';
import { Notch } from './notch.ts';
import { fitPair } from './pair-fit.ts';

/** A digit heard. `start` comes once it is certain (about 35 ms into the digit), `end` 30 ms after it has gone. */
export interface DtmfEvent {
  readonly kind: 'start' | 'end';
  /** One of `0-9 * # A-D`. */
  readonly digit: string;
  /** Sample, counted from the detector's first, at which the digit began (within about 5 ms). */
  readonly startSample: number;
  /** How long it has sounded: so far at `start`, in all at `end`. */
  readonly durationMs: number;
}

export interface DtmfDetectorOptions {
  /** Least level of each tone, dBm0. ITU-T Q.24 annex A: administrations accept down to -24..-29. */
  readonly minLevelDbm0?: number;
  /** How much louder the high group may be, dB (4 must pass). */
  readonly maxForwardTwistDb?: number;
  /** How much louder the low group may be, dB (8 must pass). */
  readonly maxReverseTwistDb?: number;
  /**
   * Largest frequency error, as a fraction (0.015 must pass, 0.035 must not). Harmonics of one voice fall on pairs
   * at 0.0185 (4:3), 0.02 (5:3) and 0.0215 (2:1) and more: what lies below the first keeps them out.
   */
  readonly maxFrequencyError?: number;
  /** Tones to take out first, Hz: the dial tone that the digits are dialled over. */
  readonly notchHz?: readonly number[];
}

const BLOCK = 40;
const WINDOW = 4;
const TONES = [...DTMF_ROWS, ...DTMF_COLUMNS];
const ROWS = DTMF_ROWS.length;
const BLOCKS_PER_SECOND = SAMPLE_RATE / BLOCK;

/** Windows (5 ms apart, 20 ms long) that must agree: 40 ms always gives four, 23 ms never does. */
const HITS_TO_START = 4;
/** Windows without the digit that end it: a drop-out of 10 ms spoils up to five of them, ITU-T Q.24 wants it bridged. */
const MISSES_TO_END = 6;
/** Misses in a row that make an unconfirmed digit start afresh: one window may be lost to noise. */
const MISSES_TO_FORGET = 2;
/**
 * Part of all energy that the two tones must hold in each window, where their frequencies are known to some hertz
 * only, and in the piece that decides: 10.6 dB over noise (Q.24 wants 15). Vowels that fall on a pair have their
 * fundamental and other harmonics beside it, a tenth of the energy or more.
 */
const MIN_TONE_SHARE = 0.8;
const CLEAR_TONE_SHARE = 0.92;
/** Limits of one window are as much wider: its estimates are bent by the other tone. */
const WINDOW_ERROR = 1.35;
const WINDOW_TWIST = 1.26;
/** The piece of audio that decides, inside the digit for certain: 25 ms, which end 4 ms ago. Samples. */
const PIECE = 200;
const PIECE_TAIL = 32;
/** Blocks kept for it. */
const KEPT = Math.ceil((PIECE + PIECE_TAIL) / BLOCK);
/** After a piece that was none, so many windows until the next one is looked at. */
const RETRY_HITS = 3;
/** How much the best tone of a group must stand above the next of its group (power). */
const GROUP_MARGIN = 2.5;
/** How far into a window a digit has begun when the first window hits, and ended after the last. */
const EDGE_SAMPLES = 20;
const NOTCH_WIDTH_HZ = 120;
/**
 * What the notches take out is forgiven only as far as it has been there for 60 ms without a break,
 * as dial tone is: else speech near the notch would count as purer than it is. The factor is the
 * ripple of a few periods in one block.
 */
const STEADY_BLOCKS = 12;
const STEADY_RIPPLE = 2;

const ratio = (db: number): number => 10 ** (db / 10);

/** What depends on the eight tones alone, and is the same for every detector: 3200 sines are not worked out for each call. */
const STEP_COS = new Float64Array(TONES.length);
const STEP_SIN = new Float64Array(TONES.length);
const COEFFICIENT = new Float64Array(TONES.length);
/** Phase of each tone at the start of each of the 200 blocks of a second, after which all repeat. */
const PHASE_RE = new Float64Array(TONES.length * BLOCKS_PER_SECOND);
const PHASE_IM = new Float64Array(TONES.length * BLOCKS_PER_SECOND);
TONES.forEach((f, k) => {
  const w = (2 * Math.PI * f) / SAMPLE_RATE;
  STEP_COS[k] = Math.cos(w);
  STEP_SIN[k] = Math.sin(w);
  COEFFICIENT[k] = 2 * Math.cos(w);
  for (let b = 0; b < BLOCKS_PER_SECOND; b++) {
    PHASE_RE[b * TONES.length + k] = Math.cos(w * BLOCK * b);
    PHASE_IM[b * TONES.length + k] = -Math.sin(w * BLOCK * b);
  }
});

/**
 * DTMF receiver after ITU-T Q.24. Every 5 ms it takes the complex amplitude of the eight tones;
 * four of those in a row make a 20 ms window. The turn of phase between the window's halves gives
 * each tone's frequency to a few hertz, much finer than the window's own 50 Hz, so that 1.5 % off
 * passes, 3.5 % does not, and the level can be corrected for the error before the comparisons.
 */
export class DtmfDetector {
  readonly #onEvent: (event: DtmfEvent) => void;
  readonly #minPower: number;
  readonly #maxForward: number;
  readonly #maxReverse: number;
  readonly #maxError: number;
  readonly #notches: Notch[];
  readonly #block = new Float64Array(BLOCK);
  readonly #before = new Float64Array(BLOCK);
  /** Part of each tone's energy that the notches take out, though it lies beside them. */
  readonly #skirts: Float64Array;
  readonly #re = new Float64Array(TONES.length * WINDOW);
  readonly #im = new Float64Array(TONES.length * WINDOW);
  readonly #energy = new Float64Array(WINDOW);
  /** Energy that the notches took out of each of the last blocks. */
  readonly #removed = new Float64Array(STEADY_BLOCKS);
  #removedAt = 0;
  readonly #power = new Float64Array(TONES.length);
  /** Frequency error of the tone measured last, and the sums over the windows that agree, as fractions. */
  #error = 0;
  #rowError = 0;
  #columnError = 0;
  #rowErrors = 0;
  #columnErrors = 0;
  /** What the notches took out of the last window beyond a steady tone. */
  #unsteady = 0;
  #filled = 0;
  #blockOfSecond = 0;
  #slot = 0;
  #samples = 0;
  #candidate = -1;
  #hits = 0;
  /** The last samples, notched; and the piece of them that decides. */
  readonly #kept = new Float64Array(KEPT * BLOCK);
  #keptAt = 0;
  readonly #piece = new Float64Array(PIECE);
  #nextTry = 0;
  #misses = 0;
  #firstHitSample = 0;
  #lastHitSample = 0;
  #current = -1;
  #startSample = 0;

  constructor(onEvent: (event: DtmfEvent) => void, options: DtmfDetectorOptions = {}) {
    this.#onEvent = onEvent;
    this.#minPower = rmsOf(options.minLevelDbm0 ?? -32) ** 2;
    this.#maxForward = ratio(options.maxForwardTwistDb ?? 5);
    this.#maxReverse = ratio(options.maxReverseTwistDb ?? 9);
    this.#maxError = options.maxFrequencyError ?? 0.0182;
    this.#notches = (options.notchHz ?? []).map((f) => new Notch(f, NOTCH_WIDTH_HZ));
    this.#skirts = Float64Array.from(TONES, (f) => takenOut(this.#notches, f));
  }

  /** The digit that sounds now, or undefined. */
  get digit(): string | undefined {
    return this.#current < 0 ? undefined : DTMF_KEYS[this.#current];
  }

  /**
   * Whether the last 20 ms look like a digit, certain or not. A leg whose digits travel as events
   * mutes each frame for which this holds after {@link process}: what has leaked before is shorter
   * than any receiver takes for a digit.
   */
  get suspect(): boolean {
    return this.#hits > 0 || this.#current >= 0;
  }

  /** Listens to `count` samples. */
  process(pcm: Int16Array, count = pcm.length): void {
    let i = 0;
    while (i < count) {
      const n = Math.min(count - i, BLOCK - this.#filled);
      for (let k = 0; k < n; k++) this.#block[this.#filled + k] = pcm[i + k]!;
      this.#filled += n;
      i += n;
      if (this.#filled === BLOCK) {
        this.#filled = 0;
        this.#samples += BLOCK;
        this.#analyse();
        this.#decide(this.#match());
      }
    }
  }

  /** Forgets everything heard, without events; sample counting goes on. */
  reset(): void {
    this.#energy.fill(0);
    this.#removed.fill(0);
    this.#re.fill(0);
    this.#im.fill(0);
    this.#filled = 0;
    this.#candidate = -1;
    this.#current = -1;
    this.#hits = 0;
    this.#misses = 0;
    for (const notch of this.#notches) notch.reset();
  }

  /** Complex amplitudes of the eight tones in the block just filled. */
  #analyse(): void {
    const x = this.#block;
    let energy = energyOf(x);
    if (this.#notches.length > 0) {
      this.#before.set(x);
      for (const notch of this.#notches) notch.process(x, BLOCK);
      energy = energyOf(x);
      let removed = 0;
      for (let j = 0; j < BLOCK; j++) removed += (this.#before[j]! - x[j]!) ** 2;
      this.#removed[this.#removedAt] = removed;
      this.#removedAt = (this.#removedAt + 1) % STEADY_BLOCKS;
    }
    this.#energy[this.#slot] = energy;
    this.#kept.set(x, this.#keptAt * BLOCK);
    this.#keptAt = (this.#keptAt + 1) % KEPT;
    const base = this.#slot * TONES.length;
    const phase = this.#blockOfSecond * TONES.length;
    for (let k = 0; k < TONES.length; k += 2) {
      // Two Goertzel recursions side by side: the additions of one fill the waits of the other.
      const ca = COEFFICIENT[k]!;
      const cb = COEFFICIENT[k + 1]!;
      let a1 = 0;
      let a2 = 0;
      let b1 = 0;
      let b2 = 0;
      for (let j = 0; j < BLOCK; j++) {
        const v = x[j]!;
        const a = ca * a1 - a2 + v;
        a2 = a1;
        a1 = a;
        const b = cb * b1 - b2 + v;
        b2 = b1;
        b1 = b;
      }
      this.#store(base + k, phase + k, a1 - a2 * STEP_COS[k]!, a2 * STEP_SIN[k]!);
      this.#store(base + k + 1, phase + k + 1, b1 - b2 * STEP_COS[k + 1]!, b2 * STEP_SIN[k + 1]!);
    }
    this.#slot = (this.#slot + 1) % WINDOW;
    this.#blockOfSecond = (this.#blockOfSecond + 1) % BLOCKS_PER_SECOND;
  }

  /** Keeps an amplitude turned to the common time origin, so that blocks add up coherently. */
  #store(at: number, phase: number, re: number, im: number): void {
    const c = PHASE_RE[phase]!;
    const s = PHASE_IM[phase]!;
    this.#re[at] = re * c - im * s;
    this.#im[at] = re * s + im * c;
  }

  /** The digit of the last window as an index into the keys, or -1. */
  #match(): number {
    const energy = this.#energy[0]! + this.#energy[1]! + this.#energy[2]! + this.#energy[3]!;
    if (energy < this.#minPower * BLOCK * WINDOW) return -1;
    const row = this.#strongest(0, ROWS);
    const column = this.#strongest(ROWS, TONES.length);
    if (row < 0 || column < 0) return -1;
    const low = this.#tonePower(row);
    this.#rowError = this.#error;
    const high = this.#tonePower(column);
    this.#columnError = this.#error;
    if (low < this.#minPower || high < this.#minPower) return -1;
    const { [row]: lowSkirt = 0, [column]: highSkirt = 0 } = this.#skirts;
    if (high > low * this.#maxForward * WINDOW_TWIST || low > high * this.#maxReverse * WINDOW_TWIST)
      return -1;
    this.#unsteady = this.#unsteadyEnergy(low * lowSkirt + high * highSkirt);
    if ((low + high) * BLOCK * WINDOW < (energy + this.#unsteady) * MIN_TONE_SHARE) return -1;
    return row * 4 + (column - ROWS);
  }

  /** What the notches took out of the window beyond a steady tone and `own`, the digit's own part (mean square). */
  #unsteadyEnergy(own: number): number {
    if (this.#notches.length === 0) return 0;
    let steady = Infinity;
    for (let b = 0; b < STEADY_BLOCKS; b++) steady = Math.min(steady, this.#removed[b]!);
    let unsteady = 0;
    for (let b = 1; b <= WINDOW; b++) {
      const removed = this.#removed[(this.#removedAt + STEADY_BLOCKS - b) % STEADY_BLOCKS]!;
      unsteady += Math.max(0, removed - steady * STEADY_RIPPLE - own * BLOCK);
    }
    return unsteady;
  }

  /** The tone of a group that stands clear of the others, or -1. */
  #strongest(from: number, to: number): number {
    const T = TONES.length;
    let best = -1;
    let first = 0;
    let second = 0;
    for (let k = from; k < to; k++) {
      const re = this.#re[k]! + this.#re[T + k]! + this.#re[2 * T + k]! + this.#re[3 * T + k]!;
      const im = this.#im[k]! + this.#im[T + k]! + this.#im[2 * T + k]! + this.#im[3 * T + k]!;
      const p = re * re + im * im;
      this.#power[k] = p;
      if (p > first) {
        second = first;
        first = p;
        best = k;
      } else if (p > second) {
        second = p;
      }
    }
    return second * GROUP_MARGIN > first ? -1 : best;
  }

  /** Mean square of tone `k` in the window, corrected for its frequency error; 0 if that is too large. */
  #tonePower(k: number): number {
    const T = TONES.length;
    const b0 = this.#slot * T + k;
    const b1 = ((this.#slot + 1) % WINDOW) * T + k;
    const b2 = ((this.#slot + 2) % WINDOW) * T + k;
    const b3 = ((this.#slot + 3) % WINDOW) * T + k;
    const re = this.#re;
    const im = this.#im;
    // Two overlapping parts of 15 ms, weighted 1-2-1, their middles 5 ms apart.
    const aRe = re[b0]! + 2 * re[b1]! + re[b2]!;
    const aIm = im[b0]! + 2 * im[b1]! + im[b2]!;
    const bRe = re[b1]! + 2 * re[b2]! + re[b3]!;
    const bIm = im[b1]! + 2 * im[b2]! + im[b3]!;
    const turn = Math.atan2(bIm * aRe - bRe * aIm, bRe * aRe + bIm * aIm);
    const errorHz = (turn * BLOCKS_PER_SECOND) / (2 * Math.PI);
    this.#error = errorHz / TONES[k]!;
    if (Math.abs(this.#error) > this.#maxError * WINDOW_ERROR) return 0;
    // A window of length L sees a tone f off its centre weaker by sin(pi f L) / (pi f L).
    const z = (Math.PI * errorHz * BLOCK * WINDOW) / SAMPLE_RATE;
    const loss = Math.abs(z) < 1e-3 ? 1 : Math.sin(z) / z;
    const n = BLOCK * WINDOW;
    return (2 * this.#power[k]!) / (loss * loss * n * n);
  }

  #decide(match: number): void {
    if (match >= 0) this.#hit(match);
    if (match >= 0 && match === this.#current) {
      this.#misses = 0;
      this.#lastHitSample = this.#samples;
      return;
    }
    if (match < 0 || this.#current >= 0) this.#misses++;
    if (match >= 0 && this.#certain()) {
      this.#end();
      this.#start(match);
    } else if (match < 0 && this.#misses >= MISSES_TO_FORGET) {
      this.#hits = 0;
      this.#candidate = -1;
    }
    if (this.#misses >= MISSES_TO_END) this.#end();
  }

  #hit(match: number): void {
    if (match !== this.#candidate) {
      this.#candidate = match;
      this.#hits = 0;
      this.#rowErrors = 0;
      this.#columnErrors = 0;
      this.#nextTry = HITS_TO_START;
      this.#firstHitSample = this.#samples;
    }
    this.#hits++;
    if (this.#current < 0) this.#misses = 0;
    this.#rowErrors += this.#rowError;
    this.#columnErrors += this.#columnError;
  }

  /** Whether enough windows have agreed, and the audio they stood on is the two tones within all limits. */
  #certain(): boolean {
    if (this.#hits < this.#nextTry) return false;
    const row = DTMF_ROWS[this.#candidate >> 2]!;
    const column = DTMF_COLUMNS[this.#candidate & 3]!;
    const oldest = this.#keptAt * BLOCK + (KEPT * BLOCK - PIECE - PIECE_TAIL);
    for (let i = 0; i < PIECE; i++) this.#piece[i] = this.#kept[(oldest + i) % (KEPT * BLOCK)]!;
    const fit = fitPair(
      this.#piece,
      row * (1 + this.#rowErrors / this.#hits),
      column * (1 + this.#columnErrors / this.#hits),
    );
    const { lowPower, highPower } = fit;
    const rest = fit.rest + this.#unsteady / (BLOCK * WINDOW);
    const certain =
      Math.abs(fit.low / row - 1) <= this.#maxError &&
      Math.abs(fit.high / column - 1) <= this.#maxError &&
      highPower <= lowPower * this.#maxForward &&
      lowPower <= highPower * this.#maxReverse &&
      lowPower + highPower >= (lowPower + highPower + rest) * CLEAR_TONE_SHARE;
    if (!certain) this.#nextTry = this.#hits + RETRY_HITS;
    return certain;
  }

  #start(match: number): void {
    this.#current = match;
    this.#misses = 0;
    this.#startSample = this.#firstHitSample - BLOCK * WINDOW + EDGE_SAMPLES;
    this.#lastHitSample = this.#samples;
    this.#emit('start', this.#samples);
  }

  #end(): void {
    if (this.#current < 0) return;
    this.#emit('end', this.#lastHitSample - EDGE_SAMPLES);
    this.#current = -1;
  }

  #emit(kind: 'start' | 'end', until: number): void {
    const durationMs = Math.round(((until - this.#startSample) * 1000) / SAMPLE_RATE);
    this.#onEvent({ kind, digit: DTMF_KEYS[this.#current]!, startSample: this.#startSample, durationMs });
  }
}

function energyOf(x: Float64Array): number {
  let energy = 0;
  for (let j = 0; j < BLOCK; j++) energy += x[j]! * x[j]!;
  return energy;
}

/** Energy of a sine of frequency `f` that the notches, one after the other, take out, as a part of it. */
function takenOut(notches: readonly Notch[], f: number): number {
  let re = 1;
  let im = 0;
  for (const notch of notches) {
    const h = notch.response(f);
    [re, im] = [re * h.re - im * h.im, re * h.im + im * h.re];
  }
  return (1 - re) ** 2 + im ** 2;
}
