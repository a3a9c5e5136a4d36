/** Keeps the last `capacity` items; adding one more forgets the oldest. */
export class RingBuffer<T> {
  readonly capacity: number;
  #items: T[] = [];
  #head = 0;

  /** @throws RangeError unless `capacity` is a whole number of 1 or more. */
  constructor(capacity: number) {
    if (!Number.isInteger(capacity) || capacity < 1)
      throw new RangeError(`capacity must be 1 or more, got ${capacity}`);
    this.capacity = capacity;
  }

  push(item: T): void {
    if (this.#items.length < this.capacity) this.#items.push(item);
    else {
      this.#items[this.#head] = item;
      this.#head = (this.#head + 1) % this.capacity;
    }
  }

  get size(): number {
    return this.#items.length;
  }

  /** The items, oldest first. */
  toArray(): T[] {
    return [...this.#items.slice(this.#head), ...this.#items.slice(0, this.#head)];
  }

  clear(): void {
    this.#items = [];
    this.#head = 0;
  }
}
