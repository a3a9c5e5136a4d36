import type { ToneContext } from '../api.ts';
import { type CadenceEvent, CadenceMatcher, OTHER, QUIET } from './cadence-matcher.ts';
import { rmsOf, SAMPLE_RATE } from './level.ts';
import type { DetectProfile, DetectSet } from './profile.ts';
import { type ToneMeasure, ToneMeter } from './tone-meter.ts';

/** A call-progress tone heard, with what was measured of it. */
export type ToneEvent = CadenceEvent;

export interface ToneDetectorOptions {
  /** The line's own tone frequency as learnt, Hz: single tones then count within 20 Hz of it. */
  readonly learntHz?: number;
}

const BLOCK = 40;
const BLOCK_MS = 5;
/** Blocks looked at: 20 ms for a single frequency, 40 ms to part two that are 40 Hz apart. */
const SINGLE = 4;
const DOUBLE = 8;
/** Part of the energy that the tone must hold; the rest is noise. Speech seldom gives as much to one frequency. */
const SINGLE_SHARE = 0.75;
const DOUBLE_SHARE = 0.55;
/** How alike successive blocks of one sine are in phase; noise through the same filter is not. */
const COHERENCE = 0.9;
/** A window that the tone fills only in part has one pair of blocks less to compare. */
const EDGE_ALLOWANCE = 0.6;
/** Two frequencies of one tone come at about the same level: at most 7 dB apart. */
const BALANCE = 5;
/** A label must last this many blocks before it counts: 15 ms, and 60 ms for "something else", which every edge looks like. */
const SETTLE = 3;
const SETTLE_OTHER = 12;
/** Sound this far below the tone that was heard counts as its pause: 12 dB. */
const PAUSE_RATIO = 1 / 16;
const LEARNT_RANGE_HZ = 20;
/** One window may find the frequency so far beyond the range, Hz: 15 dB over noise it is 2 off; the whole tone may not. */
const WINDOW_SLACK_HZ = 6;

/**
 * Recognises call-progress tones by frequency and cadence. Every 5 ms it takes the complex
 * amplitude of each frequency of the profile; the turn of phase from block to block gives a single
 * tone's true frequency anywhere within the profile's range, so a drifted exchange is followed.
 */
export class ToneDetector {
  readonly #sets: readonly DetectSet[];
  readonly #ranges: readonly (readonly [number, number] | undefined)[];
  readonly #frequencies: readonly number[];
  /** Index of each set's frequencies into the bank. */
  readonly #members: readonly (readonly number[])[];
  readonly #minPower: number;
  readonly #matcher: CadenceMatcher;
  readonly #cos: Float64Array;
  readonly #sin: Float64Array;
  readonly #re: Float64Array;
  readonly #im: Float64Array;
  readonly #turnRe: Float64Array;
  readonly #turnIm: Float64Array;
  readonly #energy = new Float64Array(DOUBLE);
  readonly #block = new Float64Array(BLOCK);
  #filled = 0;
  #slot = 0;
  #blocks = 0;
  #label = QUIET;
  #pending = QUIET;
  #pendingBlocks = 0;
  /** When the label in force was last not seen any more, ms; -1 while it is seen. */
  #awaySince = -1;
  /** Of the window classified last: its power, the part of it in the tone, the tone's offset. */
  #power = 0;
  #share = 0;
  #offsetHz = 0;
  #lastOffset = 0;
  /** Power of the tone last heard. */
  #heardPower = 0;
  /** Of the tone under way, and of what may become one. */
  readonly #meters: readonly ToneMeter[];

  constructor(
    profile: DetectProfile,
    onEvent: (event: ToneEvent) => void,
    options: ToneDetectorOptions = {},
  ) {
    this.#sets = profile.sets;
    const learnt = options.learntHz;
    this.#ranges = profile.sets.map((set) => {
      const { rangeHz } = set;
      if (rangeHz && learnt !== undefined && learnt >= rangeHz[0] && learnt <= rangeHz[1]) {
        return [learnt - LEARNT_RANGE_HZ, learnt + LEARNT_RANGE_HZ];
      }
      return rangeHz;
    });
    this.#frequencies = [...new Set(profile.sets.flatMap((set) => set.frequencies))];
    this.#members = profile.sets.map((set) => set.frequencies.map((f) => this.#frequencies.indexOf(f)));
    this.#minPower = rmsOf(profile.minLevelDbm0) ** 2;
    this.#meters = profile.sets.map((set) => new ToneMeter(set.frequencies.length === 1));
    this.#matcher = new CadenceMatcher(profile, onEvent, {
      measure: (label) => this.#measure(label),
      restart: (label) => this.#meters[label]!.reset(),
    });
    const n = this.#frequencies.length;
    this.#cos = new Float64Array(n);
    this.#sin = new Float64Array(n);
    this.#turnRe = new Float64Array(n);
    this.#turnIm = new Float64Array(n);
    this.#re = new Float64Array(n * DOUBLE);
    this.#im = new Float64Array(n * DOUBLE);
    this.#frequencies.forEach((f, k) => {
      const w = (2 * Math.PI * f) / SAMPLE_RATE;
      this.#cos[k] = Math.cos(w);
      this.#sin[k] = Math.sin(w);
      this.#turnRe[k] = Math.cos(w * BLOCK);
      this.#turnIm[k] = -Math.sin(w * BLOCK);
    });
  }

  /** What was measured of the tone under way; a single one whose mean lies outside its range is not steady. */
  #measure(label: number): ToneMeasure {
    const measure = this.#meters[label]!.measure;
    const { frequencies } = this.#sets[label]!;
    if (frequencies.length > 1 || inRange(this.#ranges[label], frequencies[0]!, measure.frequencyHz, 0))
      return measure;
    return { ...measure, steady: false, still: false };
  }

  /** What has happened on the line decides what a continuous tone means (rulings 11). */
  set context(context: ToneContext) {
    if (context === this.#matcher.context) return;
    this.#matcher.context = context;
    this.reset();
  }

  get context(): ToneContext {
    return this.#matcher.context;
  }

  /** Listens to `count` samples; does nothing in context `off`. */
  process(pcm: Int16Array, count = pcm.length): void {
    if (this.#matcher.context === 'off') return;
    let i = 0;
    while (i < count) {
      const n = Math.min(count - i, BLOCK - this.#filled);
      for (let k = 0; k < n; k++) this.#block[this.#filled + k] = pcm[i + k]!;
      this.#filled += n;
      i += n;
      if (this.#filled === BLOCK) {
        this.#filled = 0;
        this.#blocks++;
        this.#analyse();
        this.#settle(this.#classify());
      }
    }
  }

  /** Forgets what was heard, without events. */
  reset(): void {
    this.#energy.fill(0);
    this.#re.fill(0);
    this.#im.fill(0);
    this.#filled = 0;
    this.#label = QUIET;
    this.#pending = QUIET;
    this.#pendingBlocks = 0;
    this.#awaySince = -1;
    this.#heardPower = 0;
    for (const meter of this.#meters) meter.reset();
    this.#matcher.reset(this.#blocks * BLOCK_MS);
  }

  #analyse(): void {
    const x = this.#block;
    let energy = 0;
    for (let j = 0; j < BLOCK; j++) energy += x[j]! * x[j]!;
    this.#energy[this.#slot] = energy;
    for (let k = 0; k < this.#frequencies.length; k++) {
      const c = 2 * this.#cos[k]!;
      let s1 = 0;
      let s2 = 0;
      for (let j = 0; j < BLOCK; j++) {
        const s = c * s1 - s2 + x[j]!;
        s2 = s1;
        s1 = s;
      }
      const at = k * DOUBLE + this.#slot;
      this.#re[at] = s1 - s2 * this.#cos[k]!;
      this.#im[at] = s2 * this.#sin[k]!;
    }
    this.#slot = (this.#slot + 1) % DOUBLE;
  }

  /** What the last blocks carry: a set's index, QUIET or OTHER. Leaves the tone's power and offset. */
  #classify(): number {
    let short = 0;
    let long = 0;
    for (let b = 1; b <= DOUBLE; b++) {
      const e = this.#energy[(this.#slot + DOUBLE - b) % DOUBLE]!;
      if (b <= SINGLE) short += e;
      long += e;
    }
    let best = OTHER;
    let bestShare = 0;
    if (short >= this.#minPower * BLOCK * SINGLE) {
      for (let s = 0; s < this.#sets.length; s++) {
        const members = this.#members[s]!;
        const share = members.length === 1 ? this.#single(s, short) : this.#double(members, long);
        if (share > bestShare) {
          bestShare = share;
          best = s;
          this.#share = share;
          this.#power = (members.length === 1 ? short / SINGLE : long / DOUBLE) / BLOCK;
          this.#offsetHz = members.length === 1 ? this.#lastOffset : 0;
        }
      }
    }
    if (best !== OTHER) return best;
    const floor = Math.max(this.#minPower, this.#heardPower * PAUSE_RATIO);
    return short < floor * BLOCK * SINGLE ? QUIET : OTHER;
  }

  /** Share of the energy in the one frequency of set `s`, 0 if there is no such tone. */
  #single(s: number, energy: number): number {
    const k = this.#members[s]![0]!;
    let power = 0;
    let re = 0;
    let im = 0;
    let pastRe = 0;
    let pastIm = 0;
    for (let b = SINGLE; b >= 1; b--) {
      const at = k * DOUBLE + ((this.#slot + DOUBLE - b) % DOUBLE);
      const r = this.#re[at]!;
      const i = this.#im[at]!;
      power += r * r + i * i;
      if (b < SINGLE) {
        // This block against the one before it.
        re += r * pastRe + i * pastIm;
        im += i * pastRe - r * pastIm;
      }
      pastRe = r;
      pastIm = i;
    }
    // Take out the turn that the nominal frequency makes in a block; the rest is the offset.
    const tr = this.#turnRe[k]!;
    const ti = this.#turnIm[k]!;
    const turn = Math.atan2(im * tr + re * ti, re * tr - im * ti);
    const offset = (turn * 1000) / (2 * Math.PI * BLOCK_MS);
    const range = this.#ranges[s];
    if (!inRange(range, this.#frequencies[k]!, this.#frequencies[k]! + offset, WINDOW_SLACK_HZ)) return 0;
    if (Math.hypot(re, im) < COHERENCE * power * ((SINGLE - 1) / SINGLE) * EDGE_ALLOWANCE) return 0;
    const z = (Math.PI * offset * BLOCK_MS) / 1000;
    const loss = Math.abs(z) < 1e-3 ? 1 : Math.sin(z) / z;
    const share = (power * 2) / (BLOCK * loss * loss) / energy;
    this.#lastOffset = offset;
    return share >= SINGLE_SHARE ? share : 0;
  }

  /** Share of the energy in both frequencies of a set, 0 if they are not there together. */
  #double(members: readonly number[], energy: number): number {
    const a = this.#coherent(members[0]!);
    const b = this.#coherent(members[1]!);
    if (a > b * BALANCE || b > a * BALANCE) return 0;
    const share = ((a + b) * 2) / (BLOCK * DOUBLE) / energy;
    return share >= DOUBLE_SHARE ? share : 0;
  }

  /** Squared amplitude of a frequency over the long window. */
  #coherent(k: number): number {
    const tr = this.#turnRe[k]!;
    const ti = this.#turnIm[k]!;
    let re = 0;
    let im = 0;
    for (let b = DOUBLE; b >= 1; b--) {
      const at = k * DOUBLE + ((this.#slot + DOUBLE - b) % DOUBLE);
      // Turning the sum back once a block has the oldest turned most: the blocks then add in phase.
      const nextRe = re * tr + im * ti;
      im = im * tr - re * ti + this.#im[at]!;
      re = nextRe + this.#re[at]!;
    }
    return re * re + im * im;
  }

  /** Lets a label count once it has lasted, from when it began. */
  #settle(raw: number): void {
    const now = this.#blocks * BLOCK_MS;
    if (raw !== this.#pending) {
      // What begins anew is measured anew, unless it is the tone under way after a short flaw.
      if (raw >= 0 && raw !== this.#label) this.#meters[raw]!.reset();
      this.#pending = raw;
      this.#pendingBlocks = 0;
    }
    this.#pendingBlocks++;
    if (raw >= 0) {
      const frequency = this.#sets[raw]!.frequencies[0]! + this.#offsetHz;
      this.#meters[raw]!.take(frequency, this.#power, this.#share);
    }
    if (raw === this.#label) {
      this.#awaySince = -1;
      if (raw >= 0) this.#heardPower = this.#meters[raw]!.power || this.#power;
    } else if (this.#awaySince < 0) {
      this.#awaySince = now;
    }
    const needed = raw === OTHER ? SETTLE_OTHER : SETTLE;
    if (raw === this.#label || this.#pendingBlocks < needed) {
      this.#matcher.tick(now);
      return;
    }
    // A tone's end is where it was last seen: between it and silence lie a few blocks that look like neither.
    const ended = this.#label >= 0 && raw === QUIET;
    // A tone is seen from a block after its beginning until two after its end.
    const since = ended ? this.#awaySince - BLOCK_MS : now - (this.#pendingBlocks - 1) * BLOCK_MS;
    this.#label = raw;
    this.#awaySince = -1;
    this.#matcher.change(raw, since);
  }
}

function inRange(
  range: readonly [number, number] | undefined,
  nominal: number,
  frequency: number,
  slack: number,
): boolean {
  const [least, largest] = range ?? [nominal - LEARNT_RANGE_HZ, nominal + LEARNT_RANGE_HZ];
  return frequency >= least - slack && frequency <= largest + slack;
}
