/** Samples in one frame of card audio: 10 ms at 8 kHz. */
export const FRAME_SAMPLES = 80;

/** Length of a frame in ms. */
export const FRAME_MS = 10;

/**
 * Audio of the line card's ports as the engine needs it. The card link provides it (adapted in
 * `worker/`); tests give a double. `at` is always the card's sample clock, 8000 per second, of a
 * frame's first sample.
 */
export interface LineAudio {
  /**
   * Calls `fn` with every frame of 80 linear samples that comes from a port whose audio is on. The
   * array is valid during the call only. Returns a function that stops it.
   */
  onFrame(fn: (port: number, at: number, samples: Int16Array) => void): () => void;
  /**
   * Sends 80 samples toward a port, to sound at card time `at`; they are copied before the call
   * returns. With the link down they are dropped.
   */
  write(port: number, at: number, samples: Int16Array): void;
  /**
   * Samples from the start of a received frame to the start of the frame that answers it: what the
   * link takes both ways and the card's playout buffer. A frame received at `t` is answered with one
   * for `t + lead`, and the echo canceller takes that very index for its reference (ruling 22).
   */
  readonly lead: number;
  /**
   * As what samples go over the link; linear where nothing is said. What the card plays of A-law is what it was coded to,
   * and that is what comes back as echo.
   */
  readonly coding?: 'linear' | 'alaw';
}
