/** Samples that a kernel takes at a time: one frame of the card, 10 ms. */
export const ECHO_BLOCK = 80;

/** Taps that share one variance: 4 ms, the grain at which an echo's place in the tail is found. */
export const SEGMENT = 32;

/** Order of the whitening filter: formants, not pitch; four sines at most fit it wholly. */
export const ORDER = 8;

/** Reference that the whitening filter is fitted to, samples (80 ms): longer than the longest tail. */
export const WINDOW = 640;

/** Weight of each sample of the window (Hann), so that its ends make no noise beside a tone. */
export const HANN: Float64Array = Float64Array.from(
  { length: WINDOW },
  (_, i) => Math.sin((Math.PI * (i + 0.5)) / WINDOW) ** 2,
);

/** Part of the reference's power added to it as white noise, so that the fit of a tone stays finite: -40 dB. */
export const WHITE_PART = 1e-4;

/** And an absolute part, mean square in 16-bit units: well under the quantising noise of A-law. */
export const WHITE_FLOOR = 100;

/**
 * Where the line is noisy that part is its noise, as much louder as a hybrid's loss of 9 dB makes it at the reference:
 * frequencies in which the echo lies under the noise teach nothing, and are not lifted out of it.
 */
export const NOISE_SEEN = 8;
/** And no more than this: about -24 dBm0, so that noise as loud as speech still leaves something to learn from. */
export const LOUDEST_FLOOR = 1e6;

/** Variance of the whole echo path before anything is known: an echo 6 dB below what is sent. */
export const PRIOR = 0.25;

/**
 * How much of the certainty that theory gives to each sample is believed. Theory takes the whitened
 * reference for white noise; speech is less than that, and a filter too sure of itself stops learning.
 */
export const BELIEF = 0.25;

/** An error larger than this, in expected deviations, is cut: the first samples of near-end speech. */
export const OUTLIER = 2;

/** Samples after which the near end's power is reckoned anew. */
export const NEAR_STEP = 8;
/** The part of the error's power that is always taken for the near end's. */
export const NEAR_PART = 0.3;
/** Smoothing of the near end's power: about 10 ms. */
export const NEAR_KEPT = 0.9;

/** Growth of the uncertainty in each block, as part of the path's own power: lines drift. */
export const DRIFT = 1e-6;

/**
 * Nothing is learnt where the predictor takes more than this factor off the block's power, 27 dB:
 * one or two sines, which fit any path, and would bend it wherever they have no power. Speech stays
 * below 24 dB.
 */
export const TONAL = 500;

/** The path's estimate tells something of its shape once its power is this part of the uncertainty. */
export const SHAPED = 0.1;
/**
 * A segment is no less certain than this part of its own power, or of its neighbours', and of the
 * whole path's: most of a long tail is silence before the echo, and needs no learning.
 */
export const SEGMENT_SHARE = 0.5;
export const PATH_SHARE = 0.03;
/**
 * How fast a segment comes down to that, per block; what it loses goes to those that hold the echo, by their power and up
 * to the same bound: the uncertainty of the whole was right, only spread over the tail, where the echo is in one place.
 */
export const SHARE_STEP = 0.8;
/**
 * A segment that holds no more than it is uncertain by, and beside no stronger one, has learnt noise: this part of it is
 * forgotten with each block. Most of a tail is silence, and noise or double talk would fill it by and by.
 */
export const FADE = 0.02;

/**
 * What a kernel does with a block beyond cancelling: `idle` nothing, as there is no echo in it;
 * `measure` says how much of one is expected to be left; `learn` learns too, unless the reference is tonal.
 */
export type BlockWork = 'idle' | 'measure' | 'learn';

/** What a block has shown; sums over its 80 samples in 16-bit units squared. */
export interface BlockFigures {
  /** Of the reference. */
  reference: number;
  /** Of what was received. */
  received: number;
  /** Of what is left of it. */
  residual: number;
  /** Of the echo as estimated. */
  estimate: number;
  /** Of what is left, whitened; in a block that was learnt from. */
  whiteResidual: number;
  /** What of that is expected to be echo not learnt yet; in a block that was measured. */
  whiteExpected: number;
  /** Of the second filter's error, whitened; in a block that was learnt from, in a trial. */
  whiteTrial: number;
  /** Power of the reference over what the predictor leaves of it, in a block that was measured; tones are above {@link TONAL}. */
  predictability: number;
}

/** Figures of a kernel that has seen no block. */
export const noFigures = (): BlockFigures => ({
  reference: 0,
  received: 0,
  residual: 0,
  estimate: 0,
  whiteResidual: 0,
  whiteExpected: 0,
  whiteTrial: 0,
  predictability: 1,
});

/**
 * The arithmetic of an echo canceller: one adaptive filter of `taps` coefficients makes the output,
 * and a second one can be tried beside it. What to do when is decided above, so that the kernel in
 * plain TypeScript and the one in WASM do the same work, block by block.
 *
 * The filter learns from whitened signals: the reference goes through a linear predictor's error
 * filter fitted anew to each block, and what is received through the same one. A Kalman filter with
 * one variance for each segment of the tail gives the step: as much as of the error can still be echo.
 */
export interface EchoKernel {
  readonly taps: number;
  readonly figures: Readonly<BlockFigures>;
  /**
   * Takes in one block (80 samples from `from` on) and writes it without its echo; `out` may be
   * `received`. In a trial only the second filter learns. `noise`: the line's own, mean square; 0 where it is not known.
   */
  block(
    reference: Int16Array,
    received: Int16Array,
    out: Int16Array,
    from: number,
    work: BlockWork,
    noise?: number,
  ): void;
  /** The second filter begins as a copy that is sure of nothing. */
  beginTrial(): void;
  /** Ends the trial; `accept`: its filter is the one from now on. */
  endTrial(accept: boolean): void;
  /** Forgets the path, not the reference. */
  forget(): void;
  /** As new. */
  reset(): void;
  /** Power gain of the path as learnt: the sum of the squared coefficients. */
  pathGain(): number;
  /** Gives back what it works in; it is not used again. */
  close(): void;
}
