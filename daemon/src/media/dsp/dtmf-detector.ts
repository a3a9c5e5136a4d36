import { DialToneFilter } from './dial-tone-filter.ts';
import { BLOCK, DtmfBank, WINDOW } from './dtmf-bank.ts';
import { DTMF_COLUMNS, DTMF_KEYS, DTMF_ROWS } from './dtmf-generator.ts';
import { rmsOf, SAMPLE_RATE } from './level.ts';
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
  /** How much louder the high group may be, dB (4 must pass, and an echo 10 dB down turns 0 into 5.7). */
  readonly maxForwardTwistDb?: number;
  /** How much louder the low group may be, dB (8 must pass). */
  readonly maxReverseTwistDb?: number;
  /**
   * Largest frequency error, as a fraction (0.015 must pass, 0.035 must not). Harmonics of one voice fall on pairs
   * at 0.0185 (4:3), 0.02 (5:3) and 0.0215 (2:1) and more: what lies below the first keeps them out.
   */
  readonly maxFrequencyError?: number;
  /**
   * Tones to take out first, Hz: the dial tone that the digits are dialled over, as the country has it. A line that has
   * it elsewhere between 330 and 485 Hz is followed. None: nothing is taken out.
   */
  readonly notchHz?: readonly number[];
}

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
/**
 * How far the errors may lie apart (each may be 1.5 % its own way): a note and its octave on a pair are 4 % apart, 3.4 %
 * within a vibrato. A sender whose clock is off is off by the same on both.
 */
const MAX_APART = 0.033;
/** Limits of one window are as much wider: its estimates are bent by the other tone. */
const WINDOW_ERROR = 1.7;
const WINDOW_TWIST = 1.4;
/** The piece of audio that decides, inside the digit for certain: 25 ms, which end 4 ms ago. Samples. */
const PIECE = 200;
const PIECE_TAIL = 32;
/** Blocks kept for it. */
const KEPT = Math.ceil((PIECE + PIECE_TAIL) / BLOCK);
/** After a piece that was none, so many windows until the next one is looked at. */
const RETRY_HITS = 3;
/** So many pieces that were none, and it is no suspect any more. */
const FAILURES_TO_CLEAR = 2;
/** How far into a window a digit has begun when the first window hits, and ended after the last. */
const EDGE_SAMPLES = 20;

const ratio = (db: number): number => 10 ** (db / 10);

/**
 * DTMF receiver after ITU-T Q.24, in two steps. Every 5 ms the last 20 ms are looked at for a likely digit; when
 * four such windows agree, two sines are fitted to the 25 ms inside them, and the limits of frequency, twist and
 * noise are those of the fit.
 */
export class DtmfDetector {
  readonly #onEvent: (event: DtmfEvent) => void;
  readonly #minPower: number;
  readonly #maxForward: number;
  readonly #maxReverse: number;
  readonly #maxError: number;
  readonly #filter: DialToneFilter;
  readonly #bank = new DtmfBank();
  readonly #block = new Float64Array(BLOCK);
  readonly #energy = new Float64Array(WINDOW);
  #slot = 0;
  /** Frequency errors of the last window, and their sums over the windows that agree, as fractions. */
  #rowError = 0;
  #columnError = 0;
  #rowErrors = 0;
  #columnErrors = 0;
  /** What the filter took out of the last window beyond a steady tone. */
  #unsteady = 0;
  #filled = 0;
  #samples = 0;
  #candidate = -1;
  #hits = 0;
  /** The last samples, notched; and the piece of them that decides. */
  readonly #kept = new Float64Array(KEPT * BLOCK);
  #keptAt = 0;
  readonly #piece = new Float64Array(PIECE);
  #nextTry = 0;
  #failures = 0;
  #misses = 0;
  #firstHitSample = 0;
  #lastHitSample = 0;
  #current = -1;
  #startSample = 0;

  constructor(onEvent: (event: DtmfEvent) => void, options: DtmfDetectorOptions = {}) {
    this.#onEvent = onEvent;
    this.#minPower = rmsOf(options.minLevelDbm0 ?? -32) ** 2;
    this.#maxForward = ratio(options.maxForwardTwistDb ?? 6);
    this.#maxReverse = ratio(options.maxReverseTwistDb ?? 9.5);
    this.#maxError = options.maxFrequencyError ?? 0.0182;
    this.#filter = new DialToneFilter(options.notchHz ?? []);
  }

  /** The digit that sounds now, or undefined. */
  get digit(): string | undefined {
    return this.#current < 0 ? undefined : DTMF_KEYS[this.#current];
  }

  /**
   * Whether the last 20 ms look like a digit, certain or not. A leg whose digits travel as events
   * mutes each frame for which this holds after {@link process}: what has leaked before is shorter
   * than any receiver takes for a digit. What was looked at twice and found to be none is not suspect
   * any more, so that a chord is not silenced for as long as it sounds.
   */
  get suspect(): boolean {
    return this.#current >= 0 || (this.#hits > 0 && this.#failures < FAILURES_TO_CLEAR);
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
        this.#take();
        this.#decide(this.#match());
      }
    }
  }

  /** Forgets everything heard, without events; sample counting goes on. */
  reset(): void {
    this.#energy.fill(0);
    this.#bank.reset();
    this.#filter.reset();
    this.#filled = 0;
    this.#candidate = -1;
    this.#current = -1;
    this.#hits = 0;
    this.#misses = 0;
  }

  /** Takes the block just filled. */
  #take(): void {
    const x = this.#block;
    this.#filter.process(x);
    let energy = 0;
    for (let j = 0; j < BLOCK; j++) energy += x[j]! * x[j]!;
    this.#energy[this.#slot] = energy;
    this.#slot = (this.#slot + 1) % WINDOW;
    this.#kept.set(x, this.#keptAt * BLOCK);
    this.#keptAt = (this.#keptAt + 1) % KEPT;
    this.#bank.take(x);
  }

  /** The digit of the last window as an index into the keys, or -1. */
  #match(): number {
    const bank = this.#bank;
    const energy = this.#energy[0]! + this.#energy[1]! + this.#energy[2]! + this.#energy[3]!;
    if (energy < this.#minPower * BLOCK * WINDOW) return -1;
    const row = bank.strongest(false);
    const column = bank.strongest(true);
    if (row < 0 || column < 0) return -1;
    const low = bank.power(false, row, this.#maxError * WINDOW_ERROR);
    this.#rowError = bank.error;
    const high = bank.power(true, column, this.#maxError * WINDOW_ERROR);
    this.#columnError = bank.error;
    if (low < this.#minPower || high < this.#minPower) return -1;
    if (high > low * this.#maxForward * WINDOW_TWIST || low > high * this.#maxReverse * WINDOW_TWIST)
      return -1;
    const { rowLoss, columnLoss } = this.#filter;
    this.#unsteady = this.#filter.unsteady(low * rowLoss[row]! + high * columnLoss[column]!);
    if ((low + high) * BLOCK * WINDOW < (energy + this.#unsteady) * MIN_TONE_SHARE) return -1;
    return row * 4 + column;
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
      this.#failures = 0;
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
    const rowError = fit.low / row - 1;
    const columnError = fit.high / column - 1;
    const apart = Math.abs(columnError - rowError);
    if (Math.max(Math.abs(rowError), Math.abs(columnError)) > this.#maxError || apart > MAX_APART) {
      // A key does not come nearer to its frequency while it is held; a note with vibrato does.
      this.#nextTry = Infinity;
      this.#failures = FAILURES_TO_CLEAR;
      return false;
    }
    const certain =
      highPower <= lowPower * this.#maxForward &&
      lowPower <= highPower * this.#maxReverse &&
      lowPower + highPower >= (lowPower + highPower + rest) * CLEAR_TONE_SHARE;
    if (certain) return true;
    this.#nextTry = this.#hits + RETRY_HITS;
    this.#failures++;
    return false;
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
