import { arch, platform } from 'node:process';
import type { Clock, Timer } from '../../base/clock.ts';
import { type DatagramHandler, type DatagramSocket, nodeSockets, type SocketFactory } from './datagram.ts';
import {
  ECONNREFUSED,
  EINTR,
  EPOLL_CLOEXEC,
  EPOLL_CTL_ADD,
  EPOLLIN,
  ERRNO_NAMES,
  type LinuxUdp,
  linuxUdp,
  MSG_DONTWAIT,
  MSG_TRUNC,
  SOCK_DGRAM,
  SOCK_FLAGS,
} from './linux-udp.ts';
import { AF_INET, AF_INET6, addressOf, portOf, SOCKADDR_IN6_BYTES, socketAddress } from './socket-address.ts';

/**
 * Time between two looks at the sockets, ms: what a relayed packet waits at most, five on average. Half of it cost a
 * quarter more; audio that is played out frame by frame waits no longer for it, as each tick looks first.
 */
const POLL_MS = 10;
/** A look by the timer is left out if a tick has looked so shortly before, ms. */
const JUST_LOOKED_MS = 6;
/** Looks in a row at which nothing had come, and nothing been sent since, after which they get rarer: a second. */
const QUIET_LOOKS = 100;
/** Time between two looks while sockets only wait for calls, ms. Whatever is sent makes them frequent again. */
const IDLE_POLL_MS = 50;
/** Datagrams taken from one socket by one call. */
const BATCH = 8;
/** Room for one datagram; more is no RTP, and dropped. */
const DATAGRAM_BYTES = 2048;
/** Sockets that one call tells of. */
const EVENTS = 256;
/** Times that one look asks again, so that a flood cannot hold the thread: what is left waits for the next. */
const MOST_ROUNDS = 4;

/** struct mmsghdr: msg_name, msg_namelen, msg_iov, msg_iovlen, msg_control, msg_controllen, msg_flags, msg_len; 64 bits. */
const MMSGHDR = { bytes: 64, name: 0, nameBytes: 8, iov: 16, iovCount: 24, flags: 48, length: 56 } as const;
const IOVEC_BYTES = 16;
/** Room for one sockaddr. */
const NAME_BYTES = 32;

/** Sockets that are looked at together, instead of one event for each datagram. */
export interface PolledSockets {
  readonly sockets: SocketFactory;
  /** Takes what has come to all sockets. It is done by itself each {@link POLL_MS}; a tick does it, to have the newest. */
  poll(): void;
  close(): void;
}

/**
 * UDP in batches through the C library: one call tells which of all sockets have something, one takes up to eight
 * datagrams from each of those, one sends. Undefined where it does not work here: another system than Linux on x64 or
 * arm64, or a trial over the loopback fails.
 */
export function polledSockets(clock: Clock, calls: () => LinuxUdp = linuxUdp): PolledSockets | undefined {
  if (platform !== 'linux' || (arch !== 'x64' && arch !== 'arm64')) return undefined;
  try {
    const sockets = new EpollSockets(clock, calls());
    try {
      if (sockets.works()) return sockets;
    } catch (error) {
      sockets.close();
      throw error;
    }
    sockets.close();
  } catch {
    // No such functions, no file descriptor left, forbidden by a sandbox: the sockets of Node are there.
  }
  return undefined;
}

class EpollSockets implements PolledSockets {
  readonly #clock: Clock;
  readonly #libc: LinuxUdp;
  readonly #epoll: number;
  /** By file descriptor. */
  readonly #open: (PolledSocket | undefined)[] = [];
  #count = 0;
  #timer: Timer | undefined;
  /** Looks since anything last happened; at {@link QUIET_LOOKS} they are rare. */
  #quiet = 0;
  #polling = false;
  #looked = Number.NEGATIVE_INFINITY;
  readonly #data = Buffer.alloc(BATCH * DATAGRAM_BYTES);
  readonly #names = Buffer.from(new ArrayBuffer(BATCH * NAME_BYTES));
  readonly #nameWords = new Int32Array(this.#names.buffer, this.#names.byteOffset, this.#names.length / 4);
  readonly #iovs = Buffer.alloc(BATCH * IOVEC_BYTES);
  readonly #headers = Buffer.from(new ArrayBuffer(BATCH * MMSGHDR.bytes));
  /** The lengths and flags in the headers, four bytes each. */
  readonly #fields: Int32Array;
  /** struct epoll_event is packed on x64 only. */
  readonly #eventBytes = arch === 'x64' ? 12 : 16;
  readonly #eventData = arch === 'x64' ? 4 : 8;
  readonly #events: Buffer;
  readonly #headersAt: number;
  readonly #eventsAt: number;
  /** Views of the datagrams' places, kept while lengths stay the same. */
  readonly #views: Buffer[];

  constructor(clock: Clock, libc: LinuxUdp) {
    this.#clock = clock;
    this.#libc = libc;
    this.#events = Buffer.alloc(EVENTS * this.#eventBytes);
    this.#eventsAt = libc.addressOf(this.#events);
    this.#headersAt = libc.addressOf(this.#headers);
    this.#fields = new Int32Array(
      this.#headers.buffer,
      this.#headers.byteOffset,
      (BATCH * MMSGHDR.bytes) / 4,
    );
    this.#views = Array.from({ length: BATCH }, () => this.#data.subarray(0, 0));
    const [dataAt, namesAt, iovsAt] = [this.#data, this.#names, this.#iovs].map((b) => libc.addressOf(b));
    for (let i = 0; i < BATCH; i++) {
      const header = i * MMSGHDR.bytes;
      this.#headers.writeBigUInt64LE(BigInt(namesAt! + i * NAME_BYTES), header + MMSGHDR.name);
      this.#headers.writeUInt32LE(SOCKADDR_IN6_BYTES, header + MMSGHDR.nameBytes);
      this.#headers.writeBigUInt64LE(BigInt(iovsAt! + i * IOVEC_BYTES), header + MMSGHDR.iov);
      this.#headers.writeBigUInt64LE(1n, header + MMSGHDR.iovCount);
      this.#iovs.writeBigUInt64LE(BigInt(dataAt! + i * DATAGRAM_BYTES), i * IOVEC_BYTES);
      this.#iovs.writeBigUInt64LE(BigInt(DATAGRAM_BYTES), i * IOVEC_BYTES + 8);
    }
    this.#epoll = libc.epoll_create1(EPOLL_CLOEXEC);
    if (this.#epoll < 0) throw new Error(`epoll_create1: error ${libc.errno()}`);
  }

  readonly sockets: SocketFactory = (address, onMessage) =>
    socketAddress(address, 0)
      ? new PolledSocket(this, this.#libc, onMessage)
      : nodeSockets(address, onMessage);

  poll(): void {
    // A handler may come here again, by a tick it makes; the outer one goes on with what is left.
    if (this.#polling || this.#count === 0) return;
    this.#polling = true;
    this.#looked = this.#clock.now();
    try {
      for (let round = 0; round < MOST_ROUNDS; round++) {
        const ready = this.#libc.epoll_wait(this.#epoll, this.#eventsAt, EVENTS, 0);
        if (ready <= 0) return;
        let full = ready === EVENTS;
        for (let i = 0; i < ready; i++) {
          const socket = this.#open[this.#events.readInt32LE(i * this.#eventBytes + this.#eventData)];
          if (socket && this.#receive(socket)) full = true;
        }
        if (!full) return;
      }
    } finally {
      this.#polling = false;
    }
  }

  close(): void {
    for (const socket of this.#open) socket?.close();
    this.#timer?.cancel();
    this.#libc.close(this.#epoll);
  }

  /** Sends one datagram to itself over the loopback and reads it: proves calls and layouts. */
  works(): boolean {
    let heard = '';
    const socket = new PolledSocket(this, this.#libc, (data, address, port) => {
      heard = `${data.toString('latin1')} ${address} ${port}`;
    });
    try {
      socket.bindNow(0, '127.0.0.1');
      socket.send(Buffer.from('linegate'), socket.port, '127.0.0.1');
      this.poll();
      return heard === `linegate 127.0.0.1 ${socket.port}`;
    } finally {
      socket.close();
    }
  }

  /** A socket is bound. @returns whether it can be watched */
  add(fd: number, socket: PolledSocket): boolean {
    const event = Buffer.alloc(this.#eventBytes);
    event.writeUInt32LE(EPOLLIN);
    event.writeInt32LE(fd, this.#eventData);
    if (this.#libc.epoll_ctl(this.#epoll, EPOLL_CTL_ADD, fd, event) < 0) return false;
    this.#open[fd] = socket;
    this.#count++;
    this.stir();
    return true;
  }

  /** Something goes on: looks are frequent from now on. */
  stir(): void {
    const rare = this.#quiet >= QUIET_LOOKS;
    this.#quiet = 0;
    if (!this.#timer || rare) this.#pace(POLL_MS);
  }

  #pace(ms: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.every(ms, () => {
      if (this.#clock.now() - this.#looked > JUST_LOOKED_MS) this.poll();
      if (this.#timer && ++this.#quiet === QUIET_LOOKS) this.#pace(IDLE_POLL_MS);
    });
  }

  /** A socket is about to be closed, which ends the watching, too. */
  remove(fd: number): void {
    if (!this.#open[fd]) return;
    this.#open[fd] = undefined;
    if (--this.#count > 0) return;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** Takes what waits at one socket; true if there may be more. */
  #receive(socket: PolledSocket): boolean {
    const { fd } = socket;
    const count = this.#libc.recvmmsg(fd, this.#headersAt, BATCH, MSG_DONTWAIT, null);
    if (count < 0) {
      // ICMP's "port unreachable" stands in the row as an error; behind it there may be datagrams.
      const errno = this.#libc.errno();
      return errno === ECONNREFUSED || errno === EINTR;
    }
    this.stir();
    const fields = this.#fields;
    for (let i = 0; i < count; i++) {
      const header = (i * MMSGHDR.bytes) >> 2;
      const length = fields[header + MMSGHDR.length / 4]!;
      const flags = fields[header + MMSGHDR.flags / 4]!;
      fields[header + MMSGHDR.nameBytes / 4] = SOCKADDR_IN6_BYTES;
      if ((flags & MSG_TRUNC) !== 0) continue;
      let view = this.#views[i]!;
      if (view.length !== length) {
        view = this.#data.subarray(i * DATAGRAM_BYTES, i * DATAGRAM_BYTES + length);
        this.#views[i] = view;
      }
      // A handler may close its own socket.
      if (this.#open[fd] === socket) socket.take(view, this.#names, this.#nameWords, i * NAME_BYTES);
    }
    return count === BATCH;
  }
}

/** One of the sockets. Everything is done within the call that asks for it. */
class PolledSocket implements DatagramSocket {
  readonly #owner: EpollSockets;
  readonly #libc: LinuxUdp;
  readonly #onMessage: DatagramHandler;
  fd = -1;
  port = 0;
  #connected = false;
  /** Where something last came from, and its name: there is nearly always one source. */
  readonly #source = new Int32Array(SOCKADDR_IN6_BYTES / 4);
  /** How much of a sockaddr says where from: family, port and address of IPv4, or all. */
  #sourceWords = 2;
  #sourceAddress = '';
  #sourcePort = 0;
  /** Where something was last sent while not connected. */
  #target: Buffer | undefined;
  #targetAddress = '';
  #targetPort = 0;

  constructor(owner: EpollSockets, libc: LinuxUdp, onMessage: DatagramHandler) {
    this.#owner = owner;
    this.#libc = libc;
    this.#onMessage = onMessage;
  }

  get connected(): boolean {
    return this.#connected;
  }

  async bind(port: number, address: string): Promise<void> {
    this.bindNow(port, address);
  }

  /** Like {@link bind}. @throws Error with the `code` of the system's error */
  bindNow(port: number, address: string): void {
    const local = socketAddress(address, port);
    if (!local) throw Object.assign(new Error(`no address: ${address}`), { code: 'EINVAL' });
    const family = local.length === SOCKADDR_IN6_BYTES ? AF_INET6 : AF_INET;
    const fd = this.#libc.socket(family, SOCK_DGRAM | SOCK_FLAGS, 0);
    if (fd < 0) throw this.#error('socket');
    const name = Buffer.alloc(SOCKADDR_IN6_BYTES);
    const bound =
      this.#libc.bind(fd, local, local.length) === 0 &&
      this.#libc.getsockname(fd, name, Int32Array.of(name.length)) === 0 &&
      this.#owner.add(fd, this);
    if (!bound) {
      const error = this.#error('bind');
      this.#libc.close(fd);
      throw error;
    }
    this.fd = fd;
    if (family === AF_INET6) this.#sourceWords = SOCKADDR_IN6_BYTES / 4;
    this.port = portOf(name, 0);
  }

  connect(port: number, address: string): void {
    if (this.fd < 0) return;
    if (this.#connected) this.disconnect();
    const to = socketAddress(address, port);
    // No route to the peer now: the socket goes on unconnected, which only costs more.
    this.#connected = to !== undefined && this.#libc.connect(this.fd, to, to.length) === 0;
  }

  disconnect(): void {
    if (!this.#connected) return;
    this.#connected = false;
    // connect(2): AF_UNSPEC dissolves the association; the bound port stays.
    this.#libc.connect(this.fd, Buffer.alloc(16), 16);
  }

  send(data: Uint8Array, port: number, address: string): void {
    if (this.fd < 0) return;
    this.#owner.stir();
    let to: Buffer | undefined;
    if (!this.#connected) {
      to = this.#to(address, port);
      if (!to) return;
    }
    if (this.#put(data, to) >= 0) return;
    const errno = this.#libc.errno();
    // The error is that of an earlier datagram, told late: this one has not been sent yet. Anything else: lost, as UDP may be.
    if (errno === ECONNREFUSED || errno === EINTR) this.#put(data, to);
  }

  close(): void {
    if (this.fd < 0) return;
    this.#owner.remove(this.fd);
    this.#libc.close(this.fd);
    this.fd = -1;
    this.#connected = false;
  }

  /** A datagram whose sockaddr stands in `names` at `at`; `words` are the same memory, four bytes each. */
  take(data: Buffer, names: Buffer, words: Int32Array, at: number): void {
    const source = this.#source;
    const word = at >> 2;
    for (let i = 0; i < this.#sourceWords; i++) {
      if (words[word + i] === source[i]) continue;
      source.set(words.subarray(word, word + source.length));
      this.#sourceAddress = addressOf(names, at);
      this.#sourcePort = portOf(names, at);
      break;
    }
    this.#onMessage(data, this.#sourceAddress, this.#sourcePort);
  }

  #put(data: Uint8Array, to: Buffer | undefined): number {
    return to
      ? this.#libc.sendto(this.fd, data, data.length, MSG_DONTWAIT, to, to.length)
      : this.#libc.send(this.fd, data, data.length, MSG_DONTWAIT);
  }

  #to(address: string, port: number): Buffer | undefined {
    if (address !== this.#targetAddress || port !== this.#targetPort) {
      this.#target = socketAddress(address, port);
      this.#targetAddress = address;
      this.#targetPort = port;
    }
    return this.#target;
  }

  #error(call: string): Error {
    const errno = this.#libc.errno();
    const code = ERRNO_NAMES[errno] ?? `errno ${errno}`;
    return Object.assign(new Error(`${call}: ${code}`), { code, errno });
  }
}
