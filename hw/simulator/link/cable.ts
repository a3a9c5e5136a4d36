import { renameSync, rmSync, symlinkSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer, type Server, type Socket } from 'node:net';
import type { Timeline } from '../office/timeline.ts';
import { Pty } from './pty.ts';

/** What goes wrong on the cable. All off is a good cable. */
export interface LinkFaults {
  /** Share of frames in which a byte is spoilt, 0 to 1, each direction. */
  corrupt: number;
  /** Share of frames lost (card to host) and of reads lost (host to card), 0 to 1. */
  drop: number;
  /** Delay each way, ms. */
  delayMs: number;
  /** Nothing passes though the cable is in. */
  mute: boolean;
}

export const GOOD_CABLE: LinkFaults = { corrupt: 0, drop: 0, delayMs: 0, mute: false };

/** Bytes waiting for a host that reads slowly; beyond it the card's output is lost. */
const BACKLOG = 65536;

/** The card's side of the cable: a pty and, if wanted, a TCP port; with faults. */
export class Cable {
  readonly faults: LinkFaults = { ...GOOD_CABLE };
  #time: Timeline;
  #receive: (bytes: Uint8Array) => void;
  #link: string | undefined;
  #pty: Pty | undefined;
  #server: Server | undefined;
  #sockets = new Set<Socket>();
  #backlog: Uint8Array[] = [];
  #waiting = 0;
  #random: () => number;
  /** Frames lost because nobody read. */
  overflows = 0;

  /**
   * @param link symlink kept pointing at the present pty
   * @param random for the faults; a seeded one makes them repeatable
   */
  constructor(
    time: Timeline,
    receive: (bytes: Uint8Array) => void,
    link: string | undefined,
    random: () => number = Math.random,
  ) {
    this.#time = time;
    this.#receive = receive;
    this.#link = link;
    this.#random = random;
  }

  /** Path to open: the symlink if there is one, else the pty; undefined while unplugged. */
  get path(): string | undefined {
    return this.#pty && (this.#link ?? this.#pty.path);
  }

  get plugged(): boolean {
    return this.#pty !== undefined;
  }

  /** Opens a pty and points the symlink at it. */
  plug(): void {
    if (this.#pty) return;
    this.#pty = new Pty((bytes) => this.#arrived(bytes));
    if (!this.#link) return;
    // Made aside and renamed, so that whoever opens the path finds the old or the new one.
    const aside = `${this.#link}.${process.pid}`;
    rmSync(aside, { force: true });
    symlinkSync(this.#pty.path, aside);
    renameSync(aside, this.#link);
  }

  /** Pulls the cable: the host's terminal hangs up, TCP connections are cut, the symlink goes. */
  unplug(): void {
    this.#pty?.close();
    this.#pty = undefined;
    this.#backlog = [];
    this.#waiting = 0;
    if (this.#link) rmSync(this.#link, { force: true });
    for (const socket of this.#sockets) socket.destroy();
    this.#sockets.clear();
  }

  /** Listens on TCP as well; resolves with the address. */
  async listen(host: string, port: number): Promise<AddressInfo> {
    const server = createServer({ noDelay: true }, (socket) => {
      this.#sockets.add(socket);
      socket.on('data', (bytes) => this.#arrived(bytes));
      socket.on('error', () => undefined);
      socket.on('close', () => this.#sockets.delete(socket));
    });
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, resolve);
    });
    return server.address() as AddressInfo;
  }

  async close(): Promise<void> {
    this.unplug();
    const server = this.#server;
    if (server) await new Promise((resolve) => server.close(resolve));
  }

  /** Forgets what nobody read; before the card announces itself to whoever comes. */
  flush(): void {
    this.#backlog = [];
    this.#waiting = 0;
    this.#pty?.flush();
  }

  /** Sends one frame's wire bytes, as the faults allow. */
  send(wire: Uint8Array): void {
    const bytes = this.#spoil(wire);
    if (!bytes) return;
    if (this.faults.delayMs > 0) this.#time.after(this.faults.delayMs, () => this.#put(bytes));
    else this.#put(bytes);
  }

  /** Tries again what a full pty did not take; each millisecond. */
  tick(): void {
    while (this.#pty && this.#backlog.length > 0) {
      const first = this.#backlog[0]!;
      const written = this.#pty.write(first);
      this.#waiting -= written;
      if (written < first.length) {
        this.#backlog[0] = first.subarray(written);
        return;
      }
      this.#backlog.shift();
    }
  }

  #put(bytes: Uint8Array): void {
    for (const socket of this.#sockets) if (socket.writableLength < BACKLOG) socket.write(bytes);
    if (!this.#pty) return;
    if (this.#waiting + bytes.length > BACKLOG) {
      this.overflows++;
      return;
    }
    this.#backlog.push(bytes);
    this.#waiting += bytes.length;
    this.tick();
  }

  #arrived(bytes: Uint8Array): void {
    const taken = this.#spoil(bytes);
    if (!taken) return;
    if (this.faults.delayMs > 0) {
      const copy = taken.slice();
      this.#time.after(this.faults.delayMs, () => this.#receive(copy));
    } else this.#receive(taken);
  }

  #spoil(bytes: Uint8Array): Uint8Array | undefined {
    const f = this.faults;
    if (f.mute || (f.drop > 0 && this.#random() < f.drop)) return undefined;
    if (f.corrupt === 0 || this.#random() >= f.corrupt) return bytes;
    const bad = bytes.slice();
    const at = Math.floor(this.#random() * bad.length);
    bad[at] = bad[at]! ^ (1 << Math.floor(this.#random() * 8));
    return bad;
  }
}
