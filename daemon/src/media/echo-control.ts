import type { EchoCanceller } from './dsp/echo-canceller.ts';
import { FRAME_SAMPLES } from './line-audio.ts';

/** An echo is at least this much weaker than what was sent, as a ratio of powers: 3 dB, for the worst hybrid. */
const LOUDEST_ECHO = 0.5;
/** Frames of the past that an echo may stem from: the tail and the frame's own length. */
const TAIL_FRAMES = 4;
/** How long near-end sound is taken to go on after it was last louder than any echo, frames. */
const HANGOVER_FRAMES = 8;
/** Part of a frame's power that two coefficients leave unexplained in a single sine: 25 dB below it. */
const TONE_RESIDUE = 0.003;
/** Frames in a row that make a tone; a vowel seldom stays that pure for 50 ms. */
const TONE_FRAMES = 5;
/** Mean square below which nothing is decided: about -60 dBm0. */
const QUIET = 500;

/**
 * Says when the echo canceller may learn. It must not while the near end is louder than any echo can
 * be (Geigel's rule), nor from a steady tone, which fits any line: a filter taught by one bends
 * whatever else is on the line, and takes away the same tone when the near end sounds it.
 */
export class EchoControl {
  readonly #canceller: EchoCanceller;
  readonly #sent = new Float64Array(TAIL_FRAMES);
  #next = 0;
  #hangover = 0;
  #tonal = 0;

  constructor(canceller: EchoCanceller) {
    this.#canceller = canceller;
  }

  /** Takes the echo of `reference` out of `frame`, in place. `key`: DTMF is being keyed in it. */
  process(reference: Int16Array, frame: Int16Array, key: boolean): void {
    this.#sent[this.#next] = this.#measureSent(reference);
    this.#next = (this.#next + 1) % TAIL_FRAMES;
    let loudest = 0;
    for (let i = 0; i < TAIL_FRAMES; i++) if (this.#sent[i]! > loudest) loudest = this.#sent[i]!;
    if (power(frame) > Math.max(QUIET, loudest * LOUDEST_ECHO)) this.#hangover = HANGOVER_FRAMES;
    else if (this.#hangover > 0) this.#hangover--;
    const adapt = !key && this.#hangover === 0 && this.#tonal < TONE_FRAMES;
    this.#canceller.process(reference, frame, frame, FRAME_SAMPLES, adapt);
  }

  /** Forgets the line: a new call. */
  reset(): void {
    this.#canceller.reset();
    this.#sent.fill(0);
    this.#hangover = 0;
    this.#tonal = 0;
  }

  /** Power of what was sent; and whether it goes on being one sine: x[n] = a x[n-1] + b x[n-2] then holds. */
  #measureSent(x: Int16Array): number {
    let r00 = 0;
    let r01 = 0;
    let r02 = 0;
    let r11 = 0;
    let r12 = 0;
    let r22 = 0;
    for (let n = 2; n < FRAME_SAMPLES; n++) {
      const c = x[n]!;
      const d = x[n - 1]!;
      const e = x[n - 2]!;
      r00 += c * c;
      r01 += c * d;
      r02 += c * e;
      r11 += d * d;
      r12 += d * e;
      r22 += e * e;
    }
    const mean = r00 / (FRAME_SAMPLES - 2);
    const det = r11 * r22 - r12 * r12;
    if (mean < QUIET || det <= 0) {
      this.#tonal = 0;
      return mean;
    }
    const a = (r01 * r22 - r02 * r12) / det;
    const b = (r02 * r11 - r01 * r12) / det;
    const residue = r00 - a * r01 - b * r02;
    this.#tonal = residue < TONE_RESIDUE * r00 ? this.#tonal + 1 : 0;
    return mean;
  }
}

function power(x: Int16Array): number {
  let sum = 0;
  for (let n = 0; n < FRAME_SAMPLES; n++) sum += x[n]! * x[n]!;
  return sum / FRAME_SAMPLES;
}
