const MAIN = 0;
const WORKER = 1;

/**
 * Two clocks in shared memory, one written by each thread, that prove to the other that its event
 * loop turns. Both threads read one monotonic clock (`process.hrtime`), so no offset is needed.
 */
export class Heartbeat {
  readonly shared: SharedArrayBuffer;
  readonly #cells: BigInt64Array;

  constructor(shared = new SharedArrayBuffer(16)) {
    this.shared = shared;
    this.#cells = new BigInt64Array(shared);
  }

  beatMain(): void {
    Atomics.store(this.#cells, MAIN, process.hrtime.bigint());
  }

  beatWorker(): void {
    Atomics.store(this.#cells, WORKER, process.hrtime.bigint());
  }

  /** Milliseconds since the main thread's last beat; Infinity before the first. */
  get mainAge(): number {
    return this.#age(MAIN);
  }

  get workerAge(): number {
    return this.#age(WORKER);
  }

  /** The worker's last beat itself, by a clock of its own: the same for as long as there is no other. */
  get workerBeat(): bigint {
    return Atomics.load(this.#cells, WORKER);
  }

  #age(cell: number): number {
    const at = Atomics.load(this.#cells, cell);
    return at === 0n ? Number.POSITIVE_INFINITY : Number(process.hrtime.bigint() - at) / 1e6;
  }
}
