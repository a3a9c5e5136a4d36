import { rmsOf } from '../level.ts';
import { ComfortNoise } from './comfort-noise.ts';
import { type BlockFigures, ECHO_BLOCK, TONAL } from './kernel.ts';

/** A block that is louder than what is expected of echo and noise by this factor has the near end in it: 5 dB. */
const NEAR_END = 3;
/** And so has one of which a quarter is louder than its share by this: 9 dB; speech begins within a block. */
const NEAR_QUARTER = 8;
const QUARTER = ECHO_BLOCK / 4;
/** What no linear filter takes away: the quantising noise of A-law and the card's converters, 37 dB under the echo. */
const NOT_LINEAR = 2e-4;
/** What is expected to be left of a steady tone, which is not learnt from: 20 dB under it. */
const LEFT_OF_TONE = 1e-2;
/** Blocks after the near end was heard in which everything passes: the ends of its words. */
const HANGOVER = 8;
/** Samples of the cross-fade into noise, and out of it. */
const FADE_IN = 40;
const FADE_OUT = 8;
/** Noise of a quiet line, until its own is known. */
const QUIET_LINE = rmsOf(-68) ** 2;

/**
 * The non-linear processor of ITU-T G.168: what the filter has left of an echo gives way to noise
 * like the line's own. The filter itself says how much echo it expects to leave, so speech of the
 * near end is told from it at once, however weak, and passes whole from its first sample on.
 */
export class ResidualSuppressor {
  readonly #noise = new ComfortNoise();
  readonly #made = new Float64Array(ECHO_BLOCK);
  #hangover = 0;
  #suppressing = false;

  /** Whether the last block was replaced. */
  get suppressing(): boolean {
    return this.#suppressing;
  }

  reset(): void {
    this.#noise.reset();
    this.#hangover = 0;
    this.#suppressing = false;
  }

  /**
   * One block behind the filter, in place. `figures`: the filter's; `echo`: what was sent can come
   * back in it; `allowed`: false lets all of it pass.
   */
  process(frame: Int16Array, figures: Readonly<BlockFigures>, echo: boolean, allowed: boolean): void {
    const power = figures.residual / ECHO_BLOCK;
    const left = echo ? this.#expected(figures) / ECHO_BLOCK : 0;
    // At no echo and no sound at all both are 0: that, too, is how quiet the line is.
    if (left <= 0.5 * power) this.#noise.learn(frame, power);
    const noise = this.#noise.power || QUIET_LINE;
    if (this.#near(frame, power, left + noise)) this.#hangover = HANGOVER;
    else if (this.#hangover > 0) this.#hangover--;
    const suppress = echo && allowed && this.#hangover === 0;
    if (suppress || this.#suppressing) this.#replace(frame, suppress);
    this.#suppressing = suppress;
  }

  /** Energy of the echo that the filter expects to leave in a block. */
  #expected(figures: Readonly<BlockFigures>): number {
    const { received, whiteExpected, predictability } = figures;
    if (predictability >= TONAL) return LEFT_OF_TONE * received;
    // The error of the filter is taken for white, so what it leaves has the spectrum of what was sent.
    return whiteExpected * predictability + NOT_LINEAR * received;
  }

  #near(frame: Int16Array, power: number, expected: number): boolean {
    if (power > NEAR_END * expected) return true;
    for (let from = 0; from < ECHO_BLOCK; from += QUARTER) {
      let sum = 0;
      for (let i = from; i < from + QUARTER; i++) sum += frame[i]! * frame[i]!;
      if (sum > NEAR_QUARTER * QUARTER * expected) return true;
    }
    return false;
  }

  #replace(frame: Int16Array, suppress: boolean): void {
    const noise = this.#made;
    this.#noise.make(noise, QUIET_LINE);
    for (let i = 0; i < ECHO_BLOCK; i++) {
      const share = suppress
        ? this.#suppressing
          ? 1
          : Math.min(1, i / FADE_IN)
        : Math.max(0, 1 - (i + 1) / FADE_OUT);
      frame[i] = Math.round(share * noise[i]! + (1 - share) * frame[i]!);
    }
  }
}
