/** Messages on their way to another thread, gathered so that each turn of the event loop wakes it once. */
export interface Batch<T> {
  post(message: T): void;
  /** Lets a message wait for the next of {@link post}, or {@link LATER_MS}: nobody depends on when it comes. */
  postLater(message: T): void;
  /** Sends what waits now, for a sender that is about to close its channel. */
  flush(): void;
}

/** How long a message may wait for company, ms: a packet of RTP. */
export const LATER_MS = 20;

/**
 * Gathers the messages of one turn, in order, and sends them together as soon as the turn's code has run:
 * waking a thread costs several times what a message does, and a call that begins or ends has five to say.
 */
export function batch<T>(send: (messages: T[]) => void): Batch<T> {
  let waiting: T[] = [];
  let hurried = false;
  let dueLater = false;
  const flush = (): void => {
    hurried = false;
    if (waiting.length === 0) return;
    const messages = waiting;
    waiting = [];
    send(messages);
  };
  return {
    post(message) {
      waiting.push(message);
      if (hurried) return;
      hurried = true;
      queueMicrotask(flush);
    },
    postLater(message) {
      waiting.push(message);
      if (dueLater) return;
      dueLater = true;
      setTimeout(() => {
        dueLater = false;
        flush();
      }, LATER_MS);
    },
    flush,
  };
}
