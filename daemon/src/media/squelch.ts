import { FRAME_SAMPLES } from './line-audio.ts';

/** Samples over which sound goes and comes back: a dip in speech without a click. */
const RAMP = 16;

/**
 * Keeps DTMF out of audio that goes to where digits travel as events (C03). Audio waits for one frame: within 26 ms of
 * a key's beginning the detector suspects it, so at most 16 ms of it have left by then, which no receiver takes for a
 * digit (ITU-T Q.24: under 23 ms is none). Waiting until a key is certain would leave nothing, and cost 40 ms of delay
 * in every call. Speech is suspected for single frames about once or twice a minute, and dips for as long.
 */
export class Squelch {
  readonly #held = new Int16Array(FRAME_SAMPLES);
  #muted = false;

  /** Puts `frame` in and replaces it by the one before. `suspect`: a key sounds at the end of `frame`, or seems to. */
  process(frame: Int16Array, suspect: boolean): void {
    const held = this.#held;
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      const v = held[i]!;
      held[i] = frame[i]!;
      frame[i] = v;
    }
    if (suspect) {
      if (this.#muted) frame.fill(0);
      else this.#fade(frame, RAMP, -1);
    } else if (this.#muted) this.#fade(frame, 0, 1);
    this.#muted = suspect;
  }

  /** Forgets the audio held. */
  reset(): void {
    this.#held.fill(0);
    this.#muted = false;
  }

  /** Out (`step` -1) from the first sample on and silent behind, or in (1). */
  #fade(frame: Int16Array, from: number, step: number): void {
    for (let i = 0, part = from; i < RAMP; i++, part += step)
      frame[i] = Math.trunc((frame[i]! * part) / RAMP);
    if (step < 0) frame.fill(0, RAMP);
  }
}
