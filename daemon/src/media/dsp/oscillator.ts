import { SAMPLE_RATE } from './level.ts';

/**
 * A sine by rotating a phasor: four multiplications a sample, no table, and the phase runs on from
 * one call to the next.
 */
export class Oscillator {
  #re = 1;
  #im = 0;
  #stepRe = 1;
  #stepIm = 0;
  #amplitude = 0;

  /** Starts a sine of `frequency` Hz and `amplitude` (16-bit units) at phase zero. */
  start(frequency: number, amplitude: number): void {
    const w = (2 * Math.PI * frequency) / SAMPLE_RATE;
    this.#stepRe = Math.cos(w);
    this.#stepIm = Math.sin(w);
    this.#re = 1;
    this.#im = 0;
    this.#amplitude = amplitude;
  }

  /** Adds `count` samples of the sine to `out` from `at` on. */
  addTo(out: Float64Array, at: number, count: number): void {
    const stepRe = this.#stepRe;
    const stepIm = this.#stepIm;
    const amplitude = this.#amplitude;
    let re = this.#re;
    let im = this.#im;
    for (let i = at; i < at + count; i++) {
      out[i] = out[i]! + amplitude * im;
      const next = re * stepRe - im * stepIm;
      im = im * stepRe + re * stepIm;
      re = next;
    }
    // One Newton step back onto the unit circle, so that rounding never grows into a level error.
    const gain = 1.5 - 0.5 * (re * re + im * im);
    this.#re = re * gain;
    this.#im = im * gain;
  }
}
