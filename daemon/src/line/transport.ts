import type { Events } from '../base/emitter.ts';
import { Emitter } from '../base/emitter.ts';

export type TransportEvents = {
  data: [bytes: Uint8Array];
  /** The stream ended or broke; comes once, also after `close()`. */
  closed: [reason: string];
};

/** An open byte stream to a card. */
export interface Transport extends Events<TransportEvents> {
  /** Bytes written and not yet handed to the system. */
  readonly backlog: number;
  /** Queues bytes; on a broken stream they are dropped (`closed` tells). The array is the transport's to keep. */
  write(bytes: Uint8Array): void;
  close(): void;
}

/** Where a card is: opens a stream to it as often as asked. */
export interface TransportFactory {
  /** For the log: `/dev/ttyUSB0`, `tcp:10.0.0.2:7000`. */
  readonly name: string;
  /** Bits per second on the wire each way (the baud rate); 0: no limit worth counting (frame.md section 3). */
  readonly bandwidth: number;
  /** @throws CodedError `line/transport` if it cannot be opened now. */
  open(): Promise<Transport>;
}

/** One end of a pair of transports joined in memory; bytes arrive in a later microtask, as from a wire. */
export class MemoryTransport extends Emitter<TransportEvents> implements Transport {
  readonly backlog = 0;
  #peer: MemoryTransport | undefined;
  #closed = false;

  static pair(): [MemoryTransport, MemoryTransport] {
    const a = new MemoryTransport();
    const b = new MemoryTransport();
    a.#peer = b;
    b.#peer = a;
    return [a, b];
  }

  write(bytes: Uint8Array): void {
    if (this.#closed) return;
    queueMicrotask(() => {
      if (this.#peer && !this.#peer.#closed) this.#peer.emit('data', bytes);
    });
  }

  close(): void {
    this.#end('closed');
    if (this.#peer) this.#peer.#end('closed by the other end');
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    queueMicrotask(() => this.emit('closed', reason));
  }
}
