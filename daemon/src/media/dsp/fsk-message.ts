/** The longest message: type, length, 255 bytes, checksum. */
const MAX_MESSAGE = 258;
/** Bytes kept of one run: a message and the seizure before it. */
const MAX_RUN = MAX_MESSAGE + 64;
/** Bits less sure than this may be turned to make a checksum right. */
const DOUBTFUL = 0.6;
/** So many of the least sure bits are tried, at most this many at once. */
const TRIED = 10;
const MAX_TURNED = 3;
/** The best way to turn bits must be this much cheaper than the second best, or it is a guess. */
const CLEARLY = 1.6;
/** The sum of sureness that may be turned. */
const MAX_COST = 0.9;

/** Whether bytes are a whole message: type, length, body and checksum that make sense together. */
export type IsMessage = (bytes: Uint8Array) => boolean;

/** The sum of a message's bytes and its checksum is a multiple of 256 (EN 300 659-3). */
export function checksumHolds(bytes: Uint8Array): boolean {
  let sum = 0;
  for (const byte of bytes) sum += byte;
  return (sum & 0xff) === 0;
}

/**
 * Finds messages in the bytes of a demodulator. Seizure reads as 0x55 and noise as anything, so every
 * byte that may begin a message is kept in view until the checksum decides. When the bytes of a run end
 * and none did, the few bits that were hardly decided are turned: if there is one clear way to a
 * whole message, it is taken.
 */
export class FskMessageFinder {
  readonly #isMessage: IsMessage;
  readonly #types: readonly number[];
  readonly #bytes = new Uint8Array(MAX_RUN);
  readonly #sure = new Float32Array(MAX_RUN * 8);
  #count = 0;

  /** @param types of the messages looked for */
  constructor(types: readonly number[], isMessage: IsMessage) {
    this.#types = types;
    this.#isMessage = isMessage;
  }

  /** Takes one byte with the sureness of its bits; returns the message that it completed, if any. */
  push(byte: number, sure: Float64Array): Uint8Array | undefined {
    if (this.#count === MAX_RUN) this.#drop(1);
    this.#bytes[this.#count] = byte;
    for (let k = 0; k < 8; k++) this.#sure[this.#count * 8 + k] = sure[k]!;
    this.#count++;
    for (let at = 0; at + 2 < this.#count; at++) {
      if (!this.#types.includes(this.#bytes[at]!)) continue;
      if (this.#count - at !== this.#bytes[at + 1]! + 3) continue;
      const whole = this.#bytes.slice(at, this.#count);
      if (!checksumHolds(whole) || !this.#isMessage(whole)) continue;
      this.reset();
      return whole;
    }
    return undefined;
  }

  /** The run has ended; returns a message that is in it but for a few doubtful bits. */
  end(): Uint8Array | undefined {
    const found = this.#mended();
    this.reset();
    return found;
  }

  reset(): void {
    this.#count = 0;
  }

  #drop(n: number): void {
    this.#bytes.copyWithin(0, n);
    this.#sure.copyWithin(0, n * 8);
    this.#count -= n;
  }

  #mended(): Uint8Array | undefined {
    // The run may go on for a byte or two of echo or noise, or begin with some.
    for (let extra = 0; extra <= 2; extra++) {
      for (let from = 0; from <= 2 && from + 4 <= this.#count - extra; from++) {
        const found = this.#mend(from, this.#count - extra);
        if (found) return found;
      }
    }
    return undefined;
  }

  #mend(from: number, to: number): Uint8Array | undefined {
    const bytes = this.#bytes.slice(from, to);
    const doubtful: { bit: number; cost: number }[] = [];
    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const cost = this.#sure[from * 8 + bit]!;
      if (cost < DOUBTFUL) doubtful.push({ bit, cost });
    }
    doubtful.sort((a, b) => a.cost - b.cost);
    doubtful.length = Math.min(doubtful.length, TRIED);
    let best: Uint8Array | undefined;
    let bestCost = MAX_COST;
    let second = Number.POSITIVE_INFINITY;
    const attempt = (index: number, turned: number, cost: number): void => {
      if (turned > 0 && cost < second && this.#whole(bytes)) {
        if (cost < bestCost) {
          second = bestCost === MAX_COST ? second : bestCost;
          bestCost = cost;
          best = bytes.slice();
        } else second = cost;
      }
      if (turned === MAX_TURNED) return;
      for (let i = index; i < doubtful.length; i++) {
        const { bit, cost: one } = doubtful[i]!;
        bytes[bit >> 3]! ^= 1 << (bit & 7);
        attempt(i + 1, turned + 1, cost + one);
        bytes[bit >> 3]! ^= 1 << (bit & 7);
      }
    };
    attempt(0, 0, 0);
    return best && second >= bestCost * CLEARLY ? best : undefined;
  }

  #whole(bytes: Uint8Array): boolean {
    return (
      this.#types.includes(bytes[0]!) &&
      bytes[1]! + 3 === bytes.length &&
      checksumHolds(bytes) &&
      this.#isMessage(bytes)
    );
  }
}
