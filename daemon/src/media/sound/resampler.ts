/** What the box plays and records, Hz. */
const RATE = 8000;
/** Half the length of the filter, in samples of the lower of the two rates. */
const HALF = 32;
/** Middle of the slope, as a part of half the lower rate: what is below 3.4 kHz stays, what is above 4 kHz is gone. */
const CUT = 0.93;
/** Shape of the Kaiser window: what would fold back is 70 dB down. */
const BETA = 7;
/** The most different places between two samples for which taps are kept. */
const MOST_PHASES = 512;

/** Brings sound to 8 kHz piece by piece, in a constant amount of memory. */
export class Resampler {
  /** Samples of the source from one of ours to the next, as a fraction. */
  readonly #step: number;
  readonly #perStep: number;
  readonly #half: number;
  readonly #taps: Float32Array[];
  /** What is still needed of the source; the first of it is sample `#first`. */
  #held: Float32Array;
  #first: number;
  /** Ours, counted from the beginning. */
  #next = 0;

  /** @param rate of the source, Hz, a whole number */
  constructor(rate: number) {
    const common = divisor(rate, RATE);
    this.#step = rate / common;
    this.#perStep = RATE / common;
    const lower = Math.min(rate, RATE);
    this.#half = rate === RATE ? 0 : Math.ceil((HALF * rate) / lower);
    const phases = Math.min(this.#perStep, MOST_PHASES);
    this.#taps =
      rate === RATE
        ? []
        : Array.from({ length: phases + 1 }, (_, k) => tapsAt(k / phases, this.#half, rate / lower));
    this.#held = new Float32Array(this.#half);
    this.#first = -this.#half;
  }

  /** @returns as much at 8 kHz as can be told by now */
  push(samples: Float32Array): Float32Array {
    if (this.#half === 0) return samples;
    const held = new Float32Array(this.#held.length + samples.length);
    held.set(this.#held);
    held.set(samples, this.#held.length);
    // The last that has all of its neighbours.
    const end = this.#first + held.length - this.#half;
    const count = Math.max(0, Math.ceil((end * this.#perStep) / this.#step) - this.#next);
    const out = new Float32Array(count);
    const half = this.#half;
    const phases = this.#taps.length - 1;
    for (let i = 0; i < count; i++) {
      const place = this.#next * this.#step;
      const whole = Math.floor(place / this.#perStep);
      const part = (place - whole * this.#perStep) / this.#perStep;
      const taps = this.#taps[Math.round(part * phases)]!;
      const from = whole - half - this.#first;
      let sum = 0;
      for (let k = 0; k < taps.length; k++) sum += taps[k]! * (held[from + k] ?? 0);
      out[i] = sum;
      this.#next++;
    }
    const keep = Math.floor((this.#next * this.#step) / this.#perStep) - half;
    this.#held = held.slice(Math.max(0, keep - this.#first));
    this.#first = Math.max(this.#first, keep);
    return out;
  }

  /** @returns the rest, once there is no more of the source */
  end(): Float32Array {
    return this.#half === 0 ? new Float32Array(0) : this.push(new Float32Array(this.#half));
  }
}

function divisor(a: number, b: number): number {
  return b === 0 ? a : divisor(b, a % b);
}

/** The filter for a place `part` of the way from one sample of the source to the next. */
function tapsAt(part: number, half: number, stretch: number): Float32Array {
  const taps = Float64Array.from({ length: 2 * half + 1 }, (_, k) => {
    const x = (k - half - part) / stretch;
    const angle = Math.PI * CUT * x;
    const edge = (k - half - part) / (half + 1);
    const window = Math.abs(edge) >= 1 ? 0 : bessel(BETA * Math.sqrt(1 - edge * edge));
    return (angle === 0 ? 1 : Math.sin(angle) / angle) * window;
  });
  const sum = taps.reduce((a, b) => a + b, 0);
  return Float32Array.from(taps, (tap) => tap / sum);
}

/** The modified Bessel function of order 0. */
function bessel(x: number): number {
  let sum = 1;
  let term = 1;
  for (let k = 1; term > sum * 1e-9; k++) {
    term *= (x / (2 * k)) ** 2;
    sum += term;
  }
  return sum;
}
