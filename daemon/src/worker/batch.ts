/** Messages on their way to another thread, gathered so that each turn of the event loop wakes it once. */
export interface Batch<T> {
  post(message: T): void;
  /** Sends what waits now, for a sender that is about to close its channel. */
  flush(): void;
}

/**
 * Gathers the messages of one turn, in order, and sends them together as soon as the turn's code has run:
 * waking a thread costs several times what a message does, and a call that begins or ends has five to say.
 */
export function batch<T>(send: (messages: T[]) => void): Batch<T> {
  let waiting: T[] = [];
  const flush = (): void => {
    if (waiting.length === 0) return;
    const messages = waiting;
    waiting = [];
    send(messages);
  };
  return {
    post(message) {
      if (waiting.push(message) === 1) queueMicrotask(flush);
    },
    flush,
  };
}
