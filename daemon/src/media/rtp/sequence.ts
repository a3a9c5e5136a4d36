/** How far 16-bit sequence number `b` is after `a`, within -32768..32767 (RFC 3550 A.1: modulo arithmetic). */
export function sequenceDelta(a: number, b: number): number {
  return ((b - a) << 16) >> 16;
}

/** How far 32-bit timestamp `b` is after `a`, within -2^31..2^31-1. */
export function timestampDelta(a: number, b: number): number {
  return (b - a) | 0;
}

/** Follows a 32-bit counter across its wraps; the result only grows out of 2^53 after 60 million wraps. */
export class TimestampExtender {
  #last = 0;
  #started = false;

  /** The unwrapped value of `timestamp`: the one nearest to the last one seen. */
  extend(timestamp: number): number {
    if (!this.#started) {
      this.#started = true;
      this.#last = timestamp >>> 0;
    } else {
      this.#last += timestampDelta(this.#last >>> 0, timestamp);
    }
    return this.#last;
  }

  reset(): void {
    this.#started = false;
  }
}
