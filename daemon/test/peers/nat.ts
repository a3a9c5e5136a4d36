import { createSocket, type Socket } from 'node:dgram';

interface Test {
  teardown(fn: () => unknown): void;
}

/** One datagram that went through, decoded. */
export interface Passed {
  direction: 'out' | 'in';
  text: string;
}

/**
 * A router between the box and an operator: the box sends to `port`, the operator sees a socket of the
 * router's own. Mappings are as in most home routers: one for each inside socket, by any outside peer (RFC 4787).
 */
export class Nat {
  readonly passed: Passed[] = [];
  readonly #inside: Socket;
  #outside: Socket | undefined;
  #box: { address: string; port: number } | undefined;
  /** Where the operator sees the box now. */
  #place = { host: '', port: 0 };

  private constructor(inside: Socket, far: { host: string; port: number }) {
    this.#inside = inside;
    inside.on('message', (data, from) => {
      this.#box = from;
      this.passed.push({ direction: 'out', text: data.toString('latin1') });
      this.#outside?.send(data, far.port, far.host, () => {});
    });
  }

  static async start(t: Test, far: { host: string; port: number }, host = '127.0.0.1'): Promise<Nat> {
    const inside = createSocket('udp4');
    await new Promise<void>((resolve) => inside.bind(0, '127.0.0.1', resolve));
    const nat = new Nat(inside, far);
    await nat.move(host);
    t.teardown(() => {
      inside.close();
      nat.#outside?.close();
    });
    return nat;
  }

  /** Port of the inside, to which the box sends as if it were the operator's. */
  get port(): number {
    return this.#inside.address().port;
  }

  get place(): { host: string; port: number } {
    return this.#place;
  }

  /** Gets another outside address: the old mapping is dead from now on. */
  async move(host: string): Promise<void> {
    const socket = createSocket('udp4');
    await new Promise<void>((resolve) => socket.bind(0, host, resolve));
    socket.on('message', (data) => {
      this.passed.push({ direction: 'in', text: data.toString('latin1') });
      if (this.#box) this.#inside.send(data, this.#box.port, this.#box.address, () => {});
    });
    this.#outside?.close();
    this.#outside = socket;
    this.#place = { host, port: socket.address().port };
  }
}
