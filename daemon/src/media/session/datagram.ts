import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** A UDP socket as an RTP session uses it; tests may give another. */
export interface DatagramSocket {
  /** Binds; rejects with Node's system error (`EADDRINUSE`, `EADDRNOTAVAIL`). */
  bind(port: number, address: string): Promise<void>;
  /** Local port after {@link bind}. */
  readonly port: number;
  /** Takes datagrams from this peer only from now on, and sends to it without naming it. */
  connect(port: number, address: string): void;
  disconnect(): void;
  readonly connected: boolean;
  /** Sends to the connected peer, or else to `address` and `port`. Failures are silent: it is UDP. */
  send(data: Uint8Array, port: number, address: string): void;
  close(): void;
}

/** What a socket reports. The receiver may change `data`, and has it until it returns. */
export type DatagramHandler = (data: Buffer, address: string, port: number) => void;

/** Makes an unbound socket for the family of `address`. */
export type SocketFactory = (address: string, onMessage: DatagramHandler) => DatagramSocket;

/**
 * Addresses here are always numeric, so the lookup answers at once: connecting and sending are then
 * carried out inside the call, and no datagram meets a socket in between two states.
 */
const numericLookup = (
  address: string,
  _options: unknown,
  done: (e: null, a: string, f: number) => void,
): void => done(null, address, isIPv6(address) ? 6 : 4);

class NodeDatagram implements DatagramSocket {
  #socket: Socket;
  #connected = false;
  #closed = false;
  port = 0;

  constructor(address: string, onMessage: DatagramHandler) {
    this.#socket = createSocket({ type: isIPv6(address) ? 'udp6' : 'udp4', lookup: numericLookup as never });
    this.#socket.on('message', (data: Buffer, from: RemoteInfo) => onMessage(data, from.address, from.port));
    // A connected socket hears ICMP "port unreachable" as ECONNREFUSED; the peer may only be late.
    this.#socket.on('error', () => {});
  }

  get connected(): boolean {
    return this.#connected;
  }

  bind(port: number, address: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#socket.once('error', reject);
      this.#socket.bind({ port, address, exclusive: true }, () => {
        this.#socket.off('error', reject);
        this.port = this.#socket.address().port;
        resolve();
      });
    });
  }

  connect(port: number, address: string): void {
    if (this.#closed) return;
    if (this.#connected) this.disconnect();
    try {
      this.#socket.connect(port, address);
      this.#socket.remoteAddress();
      this.#connected = true;
    } catch {
      // No route to the peer now: the socket goes on unconnected, which only costs more.
      this.#connected = false;
    }
  }

  disconnect(): void {
    if (!this.#connected || this.#closed) return;
    this.#connected = false;
    try {
      this.#socket.disconnect();
    } catch {
      // It was not connected after all; nothing to undo.
    }
  }

  send(data: Uint8Array, port: number, address: string): void {
    if (this.#closed) return;
    try {
      if (this.#connected) this.#socket.send(data);
      else this.#socket.send(data, port, address);
    } catch {
      // Lost, as a datagram may be.
    }
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#socket.close();
  }
}

/** Sockets of `node:dgram`. */
export const nodeSockets: SocketFactory = (address, onMessage) => new NodeDatagram(address, onMessage);
