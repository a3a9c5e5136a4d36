import { levelDbm0, toneLevelDbm0 } from './dsp/level.ts';
import { FRAME_SAMPLES } from './line-audio.ts';

/** Frames of one measurement: 200 ms. */
const FRAMES = 20;

/** Measures how loud one frequency is, and everything together, five times a second. */
export class LevelWatch {
  readonly frequencyHz: number;
  readonly #told: (toneDbm0: number, totalDbm0: number) => void;
  readonly #heard = new Int16Array(FRAMES * FRAME_SAMPLES);
  #frames = 0;

  constructor(frequencyHz: number, told: (toneDbm0: number, totalDbm0: number) => void) {
    this.frequencyHz = frequencyHz;
    this.#told = told;
  }

  process(frame: Int16Array): void {
    this.#heard.set(frame, this.#frames * FRAME_SAMPLES);
    if (++this.#frames < FRAMES) return;
    this.#frames = 0;
    this.#told(toneLevelDbm0(this.#heard, this.frequencyHz), levelDbm0(this.#heard));
  }
}
