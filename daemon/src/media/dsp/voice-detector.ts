import { dbm0OfPower, rmsOf, SAMPLES_PER_MS } from './level.ts';

export interface VoiceDetectorOptions {
  /** Nothing below this is speech, dBm0. */
  readonly minLevelDbm0?: number;
  /** How far above the line's noise speech must stand, dB. */
  readonly marginDb?: number;
}

/** Long enough that tones 40 Hz and more apart beat whole times: a two-tone ringback looks steady. */
const BLOCK = 50 * SAMPLES_PER_MS;
/** Speech changes by at least this from block to block, a tone does not, dB. */
const CHANGE_DB = 1.5;
/** Blocks remembered, and how many of them must be loud and changing. Cadenced tones reach three with their edges. */
const MEMORY = 10;
const NEEDED = 4;
/** The noise floor goes down at once and up by 3 dB a second. */
const RISE_PER_BLOCK = 10 ** (0.15 / 10);
/** Blocks after the last loud one that still count as activity: 250 ms, the pauses within words. */
const HANGOVER = 5;

/**
 * Tells speech from silence, noise and tones by level alone: loud against the adaptive noise floor,
 * and never steady. For answer detection on lines without polarity reversal, and for silence timers.
 */
export class VoiceDetector {
  readonly #minPower: number;
  readonly #margin: number;
  #energy = 0;
  #filled = 0;
  #floor: number;
  #previous = 0;
  #previousLoud = false;
  #history = 0;
  #quietBlocks = HANGOVER;
  #level = 0;

  constructor(options: VoiceDetectorOptions = {}) {
    this.#minPower = rmsOf(options.minLevelDbm0 ?? -42) ** 2;
    this.#margin = 10 ** ((options.marginDb ?? 9) / 10);
    this.#floor = this.#minPower / this.#margin;
  }

  /** Listens to `count` samples; returns {@link voice}. */
  process(pcm: Int16Array, count = pcm.length): boolean {
    for (let i = 0; i < count; i++) {
      const v = pcm[i]!;
      this.#energy += v * v;
      if (++this.#filled === BLOCK) this.#block();
    }
    return this.voice;
  }

  /** Whether somebody is speaking: enough loud and changing blocks in the last half second. */
  get voice(): boolean {
    let count = 0;
    for (let bits = this.#history; bits !== 0; bits &= bits - 1) count++;
    return count >= NEEDED;
  }

  /** Whether there is any sound above the noise, tones included, or was within the last 250 ms. */
  get active(): boolean {
    return this.#quietBlocks < HANGOVER;
  }

  /** Level of the last 50 ms, dBm0. */
  get levelDbm0(): number {
    return dbm0OfPower(this.#level);
  }

  /** The line's noise as learnt so far, dBm0. */
  get noiseFloorDbm0(): number {
    return dbm0OfPower(this.#floor);
  }

  reset(): void {
    this.#energy = 0;
    this.#filled = 0;
    this.#history = 0;
    this.#previousLoud = false;
    this.#quietBlocks = HANGOVER;
    this.#floor = this.#minPower / this.#margin;
  }

  #block(): void {
    const power = this.#energy / BLOCK;
    this.#energy = 0;
    this.#filled = 0;
    this.#level = power;
    const loud = power > this.#minPower && power > this.#floor * this.#margin;
    const change = Math.abs(dbm0OfPower(power) - dbm0OfPower(this.#previous));
    const speech = loud && this.#previousLoud && change >= CHANGE_DB;
    this.#history = ((this.#history << 1) | (speech ? 1 : 0)) & ((1 << MEMORY) - 1);
    this.#quietBlocks = loud ? 0 : this.#quietBlocks + 1;
    this.#previous = power;
    this.#previousLoud = loud;
    // The floor must not reach zero, from which no factor would raise it again.
    if (power < this.#floor) this.#floor = Math.max(power, 1);
    else this.#floor = Math.min(power, this.#floor * RISE_PER_BLOCK);
  }
}
