import type { DatagramHandler, DatagramSocket, SocketFactory } from '../../../src/media/session/datagram.ts';

/** UDP in memory, for tests whose time is the test's own. */
export class MemorySockets {
  readonly #handlers = new Map<number, DatagramHandler>();
  /** What was sent, by the local port. */
  readonly sent: { from: number; data: Buffer }[] = [];

  readonly factory: SocketFactory = (_address, onMessage): DatagramSocket => {
    const all = this;
    let local = 0;
    let connected = false;
    return {
      async bind(port) {
        local = port;
        all.#handlers.set(port, onMessage);
      },
      get port() {
        return local;
      },
      connect() {
        connected = true;
      },
      disconnect() {
        connected = false;
      },
      get connected() {
        return connected;
      },
      send: (data) => void all.sent.push({ from: local, data: Buffer.from(data) }),
      close: () => void all.#handlers.delete(local),
    };
  };

  /** A datagram arrives at local port `to`. */
  deliver(to: number, data: Buffer, fromPort: number): void {
    this.#handlers.get(to)?.(Buffer.from(data), '127.0.0.1', fromPort);
  }
}
