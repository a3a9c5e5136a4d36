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

/**
 * Typed events. A listener that throws does not keep the others from being called: the error is
 * thrown again outside the emitting call, where the process's handler sees it.
 */
export class Emitter<M extends { [K in keyof M]: unknown[] }> implements Events<M> {
  #listeners = new Map<keyof M, Set<Listener<never>>>();

  on<K extends keyof M>(event: K, fn: Listener<M[K]>): () => void {
    let set = this.#listeners.get(event);
    if (!set) this.#listeners.set(event, (set = new Set()));
    // A wrapper of its own, so that one function added twice is called twice and removed once.
    const entry: Listener<M[K]> = (...args) => fn(...args);
    set.add(entry as Listener<never>);
    return () => void set.delete(entry as Listener<never>);
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
    const set = this.#listeners.get(event);
    if (!set) return;
    for (const fn of [...set]) {
      try {
        (fn as unknown as Listener<M[K]>)(...args);
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  /** Forgets every listener, of one event or of all. */
  off(event?: keyof M): void {
    if (event === undefined) this.#listeners.clear();
    else this.#listeners.delete(event);
  }

  /** How many listeners `event` has; a leak check for tests. */
  count(event: keyof M): number {
    return this.#listeners.get(event)?.size ?? 0;
  }
}
