/** Width of a histogram bin, ms. */
const BIN_MS = 5;
const BINS = 80;
/** Part of the packets that must come in time. */
const QUANTILE = 0.97;
/** How much of the histogram one packet is: a rough time is forgotten after about eight seconds of calm. */
const LEARN = 1 / 120;
/** The fastest packet of this long, and of as long before, is taken as the network's own delay, ms. */
const BASE_WINDOW_MS = 5000;

/**
 * How much later than the fastest packets the others come. The fastest packet of the last five to
 * ten seconds is the zero point, so it follows a difference of the two clocks by itself.
 */
export class DelayEstimator {
  readonly #initialMs: number;
  readonly #share = new Float64Array(BINS);
  #baseNow = Infinity;
  #baseBefore = Infinity;
  #windowStart = 0;
  #packets = 0;
  #packetMs = 20;

  /** `initialMs`: what to call needed while few packets have come. */
  constructor(initialMs: number) {
    this.#initialMs = initialMs;
  }

  /**
   * Takes one packet: its transit (arrival minus timestamp, ms, of any origin), when it came, and
   * how much audio it holds.
   */
  add(transitMs: number, nowMs: number, packetMs: number): void {
    if (this.#packets === 0) this.#windowStart = nowMs;
    if (nowMs - this.#windowStart >= BASE_WINDOW_MS) {
      this.#windowStart = nowMs;
      this.#baseBefore = this.#baseNow;
      this.#baseNow = Infinity;
    }
    if (transitMs < this.#baseNow) this.#baseNow = transitMs;
    this.#packetMs = packetMs;
    this.#packets++;
    const bin = Math.min(BINS - 1, Math.floor(this.lagOf(transitMs) / BIN_MS));
    // The first packets weigh more, so that the histogram is whole from the start.
    const weight = Math.max(LEARN, 1 / this.#packets);
    for (let i = 0; i < BINS; i++) this.#share[i] = this.#share[i]! * (1 - weight);
    this.#share[bin] = this.#share[bin]! + weight;
  }

  /** How much later than the fastest packet a transit is, ms. */
  lagOf(transitMs: number): number {
    const base = Math.min(this.#baseNow, this.#baseBefore);
    return base === Infinity ? 0 : transitMs - base;
  }

  /** Playout delay, counted from the fastest packet's arrival, at which nearly all come in time, ms. */
  get neededMs(): number {
    if (this.#packets === 0) return this.#initialMs;
    let sum = 0;
    let bin = 0;
    for (; bin < BINS - 1; bin++) {
      sum += this.#share[bin]!;
      if (sum >= QUANTILE) break;
    }
    // Pulls are not in step with arrivals: half a packet keeps the two from brushing past each other.
    const needed = (bin + 1) * BIN_MS + this.#packetMs / 2;
    return this.#packets < 10 ? Math.max(this.#initialMs, needed) : needed;
  }

  reset(): void {
    this.#share.fill(0);
    this.#baseNow = Infinity;
    this.#baseBefore = Infinity;
    this.#packets = 0;
  }
}
