import type { FskStandard } from './fsk.ts';
import { SAMPLE_RATE, sineAmplitude } from './level.ts';

/** One period of a sine; 2048 points put the error below 16 bits' own. */
const TABLE_BITS = 11;
const TABLE = Float64Array.from({ length: 1 << TABLE_BITS }, (_, i) =>
  Math.sin((2 * Math.PI * i) / (1 << TABLE_BITS)),
);
/** Phases are 32-bit integers, so that they wrap by themselves. */
const PHASE_SHIFT = 32 - TABLE_BITS;

/** What goes before the bytes of a message. */
export interface FskPreamble {
  /** Alternating bits, 0 first ("channel seizure"). */
  readonly seizureBits: number;
  /** Continuous mark. */
  readonly markBits: number;
  /** Continuous mark between two bytes (0-10). */
  readonly stuffBits?: number;
}

/**
 * Plays bytes as asynchronous FSK, phase-continuous: start bit 0, eight bits with the least
 * significant first, stop bit 1 (EN 300 659-1 6.1, GR-30-CORE 2.4).
 */
export class FskModulator {
  readonly #amplitude: number;
  readonly #markStep: number;
  readonly #spaceStep: number;
  readonly #baud: number;
  #bits: Uint8Array = new Uint8Array(0);
  #bit = 0;
  #clock = 0;
  #phase = 0;

  /** `levelDbm0`: -13.5 dBm +-1.5 is what EN 300 659-1 asks for at the line. */
  constructor(standard: FskStandard, levelDbm0 = -13.5) {
    this.#amplitude = sineAmplitude(levelDbm0);
    this.#baud = standard.baud;
    this.#markStep = Math.round((standard.mark / SAMPLE_RATE) * 2 ** 32) | 0;
    this.#spaceStep = Math.round((standard.space / SAMPLE_RATE) * 2 ** 32) | 0;
  }

  /** Starts a message in place of any before it. */
  start(bytes: Uint8Array, preamble: FskPreamble): void {
    const stuff = preamble.stuffBits ?? 0;
    // The trailing mark lets the receiver see the last stop bit whole.
    const bits = new Uint8Array(
      preamble.seizureBits + preamble.markBits + bytes.length * (10 + stuff) + 4,
    ).fill(1);
    let n = 0;
    for (; n < preamble.seizureBits; n++) bits[n] = n & 1;
    n += preamble.markBits;
    for (const byte of bytes) {
      bits[n++] = 0;
      for (let k = 0; k < 8; k++) bits[n++] = (byte >> k) & 1;
      n += 1 + stuff;
    }
    this.#bits = bits;
    this.#bit = 0;
    this.#clock = 0;
  }

  stop(): void {
    this.#bit = this.#bits.length;
  }

  get active(): boolean {
    return this.#bit < this.#bits.length;
  }

  /** Fills `out` (`count` samples), with silence after the end. Returns how many samples were signal. */
  process(out: Int16Array, count = out.length): number {
    let done = 0;
    while (done < count && this.#bit < this.#bits.length) {
      this.#phase = (this.#phase + (this.#bits[this.#bit] ? this.#markStep : this.#spaceStep)) | 0;
      out[done++] = Math.round(this.#amplitude * TABLE[this.#phase >>> PHASE_SHIFT]!);
      this.#clock += this.#baud;
      if (this.#clock >= SAMPLE_RATE) {
        this.#clock -= SAMPLE_RATE;
        this.#bit++;
      }
    }
    out.fill(0, done, count);
    return done;
  }
}
