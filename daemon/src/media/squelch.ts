import { FRAME_SAMPLES } from './line-audio.ts';

/**
 * Frames that audio waits before it goes on. The detector is certain of a digit within 50 ms of its
 * beginning (four windows of 20 ms, 5 ms apart, and the rounding to its blocks and to frames), so a
 * look-back of 50 ms lets nothing of it out, and speech that merely resembles a digit stays whole (C03).
 */
const LOOK_BACK = 5;

/**
 * Keeps DTMF out of audio that goes to where digits travel as events: audio is held back by 50 ms,
 * and what is found to have been a digit is silenced before it leaves.
 */
export class Squelch {
  readonly #frames: Int16Array[] = Array.from({ length: LOOK_BACK }, () => new Int16Array(FRAME_SAMPLES));
  #next = 0;

  /** Puts `frame` in and replaces it by the one of 50 ms ago. `digit`: one is sounding at the end of `frame`. */
  process(frame: Int16Array, digit: boolean): void {
    const held = this.#frames[this.#next]!;
    this.#next = (this.#next + 1) % LOOK_BACK;
    if (digit) {
      for (const old of this.#frames) old.fill(0);
      frame.fill(0);
      return;
    }
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      const v = held[i]!;
      held[i] = frame[i]!;
      frame[i] = v;
    }
  }

  /** Forgets the audio held. */
  reset(): void {
    for (const frame of this.#frames) frame.fill(0);
  }
}
