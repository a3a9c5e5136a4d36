import { SAMPLE_RATE } from './level.ts';

/**
 * A second-order notch: takes one frequency out (with `widthHz` between its -3 dB points) and
 * leaves the rest nearly as it was.
 */
export class Notch {
  #cos = 0;
  #gain = 1;
  readonly #radius: number;
  #x1 = 0;
  #x2 = 0;
  #y1 = 0;
  #y2 = 0;

  constructor(frequency: number, widthHz: number) {
    this.#radius = 1 - (Math.PI * widthHz) / SAMPLE_RATE;
    this.tune(frequency);
  }

  /** Takes another frequency out from now on. */
  tune(frequency: number): void {
    this.#cos = 2 * Math.cos((2 * Math.PI * frequency) / SAMPLE_RATE);
    // Unity at half the sampling rate: what is well above the notch, as DTMF is, keeps its level.
    const r = this.#radius;
    this.#gain = (1 + r * this.#cos + r * r) / (2 + this.#cos);
  }

  /** Its complex gain at `frequency` Hz. */
  response(frequency: number): { re: number; im: number } {
    const w = (2 * Math.PI * frequency) / SAMPLE_RATE;
    const c = this.#cos;
    const r = this.#radius;
    const nRe = 1 - c * Math.cos(w) + Math.cos(2 * w);
    const nIm = c * Math.sin(w) - Math.sin(2 * w);
    const dRe = 1 - r * c * Math.cos(w) + r * r * Math.cos(2 * w);
    const dIm = r * c * Math.sin(w) - r * r * Math.sin(2 * w);
    const size = (dRe * dRe + dIm * dIm) / this.#gain;
    return { re: (nRe * dRe + nIm * dIm) / size, im: (nIm * dRe - nRe * dIm) / size };
  }

  /** Filters `count` values of `x` in place. */
  process(x: Float64Array, count: number): void {
    const c = this.#cos;
    const r = this.#radius;
    const g = this.#gain;
    let x1 = this.#x1;
    let x2 = this.#x2;
    let y1 = this.#y1;
    let y2 = this.#y2;
    for (let i = 0; i < count; i++) {
      const v = x[i]!;
      const y = g * (v - c * x1 + x2) + r * c * y1 - r * r * y2;
      x2 = x1;
      x1 = v;
      y2 = y1;
      y1 = y;
      x[i] = y;
    }
    this.#x1 = x1;
    this.#x2 = x2;
    this.#y1 = y1;
    this.#y2 = y2;
  }

  reset(): void {
    this.#x1 = this.#x2 = this.#y1 = this.#y2 = 0;
  }
}
