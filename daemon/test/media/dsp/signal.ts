import { rmsOf, SAMPLE_RATE, sineAmplitude } from '../../../src/media/dsp/level.ts';

/** Repeatable random numbers (a 32-bit linear congruential generator), 0 to 1. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** A signal being put together, in floating point until it is taken. */
export class Signal {
  readonly samples: Float64Array;
  readonly #random: () => number;

  constructor(ms: number, seed = 1) {
    this.samples = new Float64Array(Math.round((ms * SAMPLE_RATE) / 1000));
    this.#random = randomOf(seed);
  }

  /** Adds a sine from `fromMs` on for `ms`. */
  sine(frequency: number, dbm0: number, fromMs = 0, ms = Infinity): this {
    const a = sineAmplitude(dbm0);
    const phase = this.#random() * 2 * Math.PI;
    const from = Math.round(fromMs * 8);
    const to = Math.min(this.samples.length, Math.round((fromMs + ms) * 8));
    for (let i = from; i < to; i++) {
      this.samples[i]! += a * Math.sin((2 * Math.PI * frequency * (i - from)) / SAMPLE_RATE + phase);
    }
    return this;
  }

  /** Adds white Gaussian noise over the whole length. */
  noise(dbm0: number): this {
    const rms = rmsOf(dbm0);
    for (let i = 0; i < this.samples.length; i++) {
      const u = Math.sqrt(-2 * Math.log(this.#random() + 1e-12));
      this.samples[i]! += rms * u * Math.cos(2 * Math.PI * this.#random());
    }
    return this;
  }

  /** Takes out the signal (not what is added later) from `fromMs` on for `ms`. */
  gap(fromMs: number, ms: number): this {
    this.samples.fill(0, Math.round(fromMs * 8), Math.round((fromMs + ms) * 8));
    return this;
  }

  pcm(): Int16Array {
    return Int16Array.from(this.samples, (v) => Math.max(-32768, Math.min(32767, Math.round(v))));
  }
}

/** Hands `pcm` over in frames, as the media worker does. */
export function inFrames(pcm: Int16Array, take: (frame: Int16Array) => void, frame = 80): void {
  for (let i = 0; i < pcm.length; i += frame) take(pcm.subarray(i, i + frame));
}
