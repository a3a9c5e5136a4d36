import { SAMPLES_PER_MS } from './level.ts';
import { VoiceDetector } from './voice-detector.ts';

/** A key, or a click of the line, is heard for less than that with the 250 ms that count behind each sound. */
const SOUND_MS = 600;

/**
 * Tells once when nothing but the line's own noise has come for a given time, and again only after
 * there was sound in between. A tone without end is the line's noise after some seconds, too.
 */
export class SilenceWatch {
  readonly #samples: number;
  readonly #onSilence: () => void;
  readonly #voice = new VoiceDetector();
  #quiet = 0;
  #told = false;
  #sounded = 0;

  /** `ms`: for how long, above 0. */
  constructor(ms: number, onSilence: () => void) {
    this.#samples = ms * SAMPLES_PER_MS;
    this.#onSilence = onSilence;
  }

  /** Whether there was any sound to speak of: longer than a click and what hangs on to it. */
  get sounded(): boolean {
    return this.#sounded >= SOUND_MS * SAMPLES_PER_MS;
  }

  process(frame: Int16Array): void {
    this.#voice.process(frame);
    if (this.#voice.active) {
      this.#quiet = 0;
      this.#told = false;
      this.#sounded += frame.length;
      return;
    }
    this.#quiet += frame.length;
    if (this.#told || this.#quiet < this.#samples) return;
    this.#told = true;
    this.#onSilence();
  }
}
