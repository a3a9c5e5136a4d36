/** Keeps the last seconds of what was heard, and hands blocks to whoever listens. */
export class Recorder {
  #ring: Int16Array;
  #written = 0;
  #taps = new Set<(block: Int16Array) => void>();

  /** @param seconds how much is kept */
  constructor(seconds = 20) {
    this.#ring = new Int16Array(seconds * 8000);
  }

  /** Samples heard since the start. */
  get position(): number {
    return this.#written;
  }

  push(block: Int16Array): void {
    const at = this.#written % this.#ring.length;
    const first = Math.min(block.length, this.#ring.length - at);
    this.#ring.set(block.subarray(0, first), at);
    if (first < block.length) this.#ring.set(block.subarray(first), 0);
    this.#written += block.length;
    for (const tap of this.#taps) tap(block);
  }

  /** The last `ms`, at most what is kept. */
  last(ms: number): Int16Array {
    return this.since(this.#written - Math.round(ms * 8));
  }

  /** Everything from that position on, as far as it is kept. */
  since(position: number): Int16Array {
    const from = Math.max(0, position, this.#written - this.#ring.length);
    const out = new Int16Array(Math.max(0, this.#written - from));
    for (let i = 0; i < out.length; i++) out[i] = this.#ring[(from + i) % this.#ring.length]!;
    return out;
  }

  /** Collects the next `ms` of sound. */
  next(ms: number): Promise<Int16Array> {
    const wanted = Math.round(ms * 8);
    const from = this.#written;
    return new Promise((resolve) => {
      const off = this.tap(() => {
        if (this.#written - from < wanted) return;
        off();
        resolve(this.since(from).subarray(0, wanted));
      });
    });
  }

  /** Calls `fn` with every block from now on; the block is reused, so copy what is kept. */
  tap(fn: (block: Int16Array) => void): () => void {
    this.#taps.add(fn);
    return () => void this.#taps.delete(fn);
  }
}
