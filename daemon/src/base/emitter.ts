/** Maps an event's name to the tuple of its arguments: `{ digit: [key: string]; released: [] }`. */
export type EventMap = { [name: string]: unknown[] };

type Listener<A extends unknown[]> = (...args: A) => void;

/** The listening half of an {@link Emitter}: what a layer hands to the layer above. */
export interface Events<M extends { [K in keyof M]: unknown[] }> {
  /** Calls `fn` at every `event`; returns a function that stops it. */
  on<K extends keyof M>(event: K, fn: Listener<M[K]>): () => void;
  /** Calls `fn` at the next `event` only; returns a function that stops it. */
  once<K extends keyof M>(event: K, fn: Listener<M[K]>): () => void;
}

/** The listeners of one event, in the order they were added. */
interface Row {
  /** Boxed, so that one function added twice is called twice and removed once. */
  entries: { fn: Listener<never> }[];
  /** How many emitting calls go through `entries` now: they are replaced then, and not changed. */
  busy: number;
}

/**
 * Typed events. A listener that throws does not keep the others from being called: the error is
 * thrown again outside the emitting call, where the process's handler sees it. Who is added while an event is
 * emitted hears the next one; who is removed then still hears this one.
 *
 * A call has some seventy listeners: what one costs is what the garbage collector copies.
 */
export class Emitter<M extends { [K in keyof M]: unknown[] }> implements Events<M> {
  #rows: Map<keyof M, Row> | undefined;

  on<K extends keyof M>(event: K, fn: Listener<M[K]>): () => void {
    this.#rows ??= new Map();
    let row = this.#rows.get(event);
    if (!row) this.#rows.set(event, (row = { entries: [], busy: 0 }));
    const entry = { fn: fn as Listener<never> };
    if (row.busy > 0) row.entries = [...row.entries, entry];
    else row.entries.push(entry);
    return () => {
      const at = row.entries.indexOf(entry);
      if (at < 0) return;
      if (row.busy > 0) row.entries = row.entries.toSpliced(at, 1);
      else row.entries.splice(at, 1);
    };
  }

  once<K extends keyof M>(event: K, fn: Listener<M[K]>): () => void {
    const off = this.on(event, (...args) => {
      off();
      fn(...args);
    });
    return off;
  }

  /** Calls the listeners of `event` in the order they were added. */
  emit<K extends keyof M>(event: K, ...args: M[K]): void {
    const row = this.#rows?.get(event);
    if (!row || row.entries.length === 0) return;
    row.busy++;
    for (const { fn } of row.entries) {
      try {
        (fn as unknown as Listener<M[K]>)(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
    row.busy--;
  }

  /** Forgets every listener, of one event or of all. */
  off(event?: keyof M): void {
    if (event === undefined) this.#rows = undefined;
    else this.#rows?.delete(event);
  }

  /** How many listeners `event` has; a leak check for tests. */
  count(event: keyof M): number {
    return this.#rows?.get(event)?.entries.length ?? 0;
  }
}
