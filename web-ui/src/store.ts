import { useSyncExternalStore } from 'react';

/** A value outside of React's tree that components can watch. */
export class Store<T> {
  #value: T;
  readonly #listeners = new Set<() => void>();

  constructor(initial: T) {
    this.#value = initial;
  }

  /** The value now; a component that is to follow it calls {@link use}. */
  get value(): T {
    return this.#value;
  }

  set value(next: T) {
    if (Object.is(next, this.#value)) return;
    this.#value = next;
    for (const listener of [...this.#listeners]) listener();
  }

  /** The value, and a new drawing of the component whenever it is another one. A hook. */
  use(): T {
    // biome-ignore lint/correctness/useHookAtTopLevel: a hook, though it is a method
    return useSyncExternalStore(this.#subscribe, this.#read);
  }

  /** A part of the value; only changes of that part draw anew. `select` must give the same object for the same value. A hook. */
  select<U>(select: (value: T) => U): U {
    // biome-ignore lint/correctness/useHookAtTopLevel: a hook, though it is a method
    return useSyncExternalStore(this.#subscribe, () => select(this.#value));
  }

  readonly #read = (): T => this.#value;
  readonly #subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}
