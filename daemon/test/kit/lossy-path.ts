import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';

/** A SIP message on its way. */
export interface PathMessage {
  from: 'box' | 'operator';
  /** Method of a request; of a response, the method of its CSeq. */
  method: string;
  /** 0 for a request. */
  status: number;
  text: string;
  /** How often this very message has come by, this time included. */
  times: number;
}

/** What happens to a message: it is delivered once after each of these delays, ms; none: it is lost. */
export type PathRule = (message: PathMessage) => number[];

/** Everything arrives, at once and once. */
export const clean: PathRule = () => [0];

/** Every message is lost the first time; what then comes through comes twice, and late enough to be overtaken. */
export const worst: PathRule = ({ times }) => (times === 1 ? [] : [0, 70]);

interface Test {
  teardown(fn: () => unknown): void;
}

/**
 * A stretch of bad network between box and operator, for SIP over UDP: whoever speaks to its port reaches the
 * operator. Contacts are rewritten, so that requests within dialogs take the same way.
 */
export class LossyPath {
  readonly host = '127.0.0.1';
  rule: PathRule = clean;
  /** Everything that came by, in order, lost or not. */
  readonly seen: PathMessage[] = [];
  readonly #near: Socket;
  readonly #far: Socket;
  #box: RemoteInfo | undefined;
  #times = new Map<string, number>();

  private constructor(near: Socket, far: Socket, operator: number) {
    this.#near = near;
    this.#far = far;
    near.on('message', (packet, from) => {
      this.#box = from;
      this.#carry(packet, 'box', this.port, operator, (text) => far.send(text, operator, this.host));
    });
    far.on('message', (packet) =>
      this.#carry(packet, 'operator', operator, this.port, (text) => {
        if (this.#box) near.send(text, this.#box.port, this.#box.address);
      }),
    );
  }

  static async open(t: Test, operator: { port: number }): Promise<LossyPath> {
    const [near, far] = await Promise.all([bound(), bound()]);
    t.teardown(() => {
      near.close();
      far.close();
    });
    return new LossyPath(near, far, operator.port);
  }

  /** The operator, as the box is to know it. */
  get port(): number {
    return this.#near.address().port;
  }

  /** The box, as the operator is to know it; `box`: where it really is. */
  towardBox(box: { host: string; port: number }): string {
    this.#box = { address: box.host, port: box.port, family: 'IPv4', size: 0 };
    return `${this.host}:${this.#far.address().port}`;
  }

  /** How often messages like these came by. */
  count(from: PathMessage['from'], method: string, status = 0): number {
    return this.seen.filter((m) => m.from === from && m.method === method && m.status === status).length;
  }

  #carry(
    packet: Buffer,
    from: PathMessage['from'],
    old: number,
    port: number,
    send: (text: string) => void,
  ): void {
    const text = packet.toString('utf8');
    const times = (this.#times.get(text) ?? 0) + 1;
    this.#times.set(text, times);
    const status = Number(/^SIP\/2\.0 (\d{3})/.exec(text)?.[1] ?? 0);
    const method = /^CSeq:\s*\d+\s+(\w+)/im.exec(text)?.[1] ?? '';
    const message = { from, method, status, text, times };
    this.seen.push(message);
    const rewritten = text.replaceAll(`${this.host}:${old}`, `${this.host}:${port}`);
    for (const ms of this.rule(message)) setTimeout(() => send(rewritten), ms);
  }
}

function bound(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4');
    // What is delivered after the end goes nowhere.
    socket.once('error', reject);
    socket.bind(0, '127.0.0.1', () => {
      socket.on('error', () => {});
      resolve(socket);
    });
  });
}
