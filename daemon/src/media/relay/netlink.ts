import koffi from 'koffi';

/** nlmsghdr: length, type, flags, sequence, port: netlink(7). All numbers in it are the machine's own, little-endian here. */
const HEADER_BYTES = 16;
/** nfgenmsg: family, version, resource (the last in network order). */
const GENERIC_BYTES = 4;

export const NLM_F_REQUEST = 1;
export const NLM_F_ACK = 4;
export const NLM_F_DUMP = 0x300;
export const NLM_F_CREATE = 0x400;
export const NLMSG_ERROR = 2;
export const NLMSG_DONE = 3;
/** Or'ed to an attribute's type where it holds attributes. */
const NLA_F_NESTED = 0x8000;

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0o2000000;
const NETLINK_NETFILTER = 12;
const MSG_DONTWAIT = 0x40;
/** What one read takes; the kernel's dumps come in pieces of at most 32 KiB. */
const READ_BYTES = 65536;

/** One attribute: its type, and its bytes or the attributes in it. */
export type Attribute = readonly [type: number, value: Uint8Array | readonly Attribute[]];

/** One message to the kernel. */
export interface NetlinkMessage {
  type: number;
  flags: number;
  /** NFPROTO_*, in the nfgenmsg. */
  family: number;
  resource?: number;
  attributes?: readonly Attribute[];
}

/** One message from the kernel; `body` is what follows the header. */
export interface NetlinkAnswer {
  type: number;
  sequence: number;
  body: Buffer;
}

/** Text as an attribute has it: with its zero. */
export const text = (value: string): Buffer => Buffer.from(`${value}\0`);

function attributeBytes([, value]: Attribute): number {
  const inside =
    value instanceof Uint8Array ? value.length : value.reduce((n, a) => n + padded(attributeBytes(a)), 0);
  return 4 + inside;
}

const padded = (bytes: number): number => (bytes + 3) & ~3;

function writeAttribute(out: Buffer, at: number, attribute: Attribute): number {
  const [type, value] = attribute;
  out.writeUInt16LE(attributeBytes(attribute), at);
  let end = at + 4;
  if (value instanceof Uint8Array) {
    out.writeUInt16LE(type, at + 2);
    out.set(value, end);
    end += value.length;
  } else {
    out.writeUInt16LE(type | NLA_F_NESTED, at + 2);
    for (const inner of value) end = writeAttribute(out, end, inner);
  }
  return padded(end);
}

/** Messages in a row, numbered from `sequence` on. */
export function encodeMessages(messages: readonly NetlinkMessage[], sequence: number): Buffer {
  const sizes = messages.map(
    ({ attributes = [] }) =>
      HEADER_BYTES + GENERIC_BYTES + attributes.reduce((n, a) => n + padded(attributeBytes(a)), 0),
  );
  const out = Buffer.alloc(sizes.reduce((a, b) => a + b, 0));
  let at = 0;
  for (const [i, { type, flags, family, resource = 0, attributes = [] }] of messages.entries()) {
    out.writeUInt32LE(sizes[i]!, at);
    out.writeUInt16LE(type, at + 4);
    out.writeUInt16LE(flags, at + 6);
    out.writeUInt32LE((sequence + i) >>> 0, at + 8);
    out[at + HEADER_BYTES] = family;
    out.writeUInt16BE(resource, at + HEADER_BYTES + 2);
    let end = at + HEADER_BYTES + GENERIC_BYTES;
    for (const attribute of attributes) end = writeAttribute(out, end, attribute);
    at = end;
  }
  return out;
}

/** Calls `fn` with each attribute in `data[at..end)`. Ends at the first that is cut off. */
export function forAttributes(
  data: Buffer,
  at: number,
  end: number,
  fn: (type: number, from: number, to: number) => void,
): void {
  let next = at;
  while (next + 4 <= end) {
    const length = data.readUInt16LE(next);
    if (length < 4 || next + length > end) return;
    fn(data.readUInt16LE(next + 2) & 0x3fff, next + 4, next + length);
    next += padded(length);
  }
}

/** A message's attributes follow its nfgenmsg. */
export const ATTRIBUTES_AT = GENERIC_BYTES;

/** The errno in an NLMSG_ERROR; 0 is an acknowledgement. */
export const errnoOf = (answer: NetlinkAnswer): number => -answer.body.readInt32LE(0);

/** A connection to netfilter in the kernel. The kernel works within the call that sends. */
export class NetfilterSocket {
  readonly #calls: ReturnType<typeof libcCalls>;
  readonly #fd: number;
  readonly #buffer = Buffer.alloc(READ_BYTES);
  #sequence = 1;

  /** @throws Error where there is no such socket */
  constructor() {
    this.#calls = libcCalls();
    this.#fd = this.#calls.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);
    if (this.#fd < 0) throw new Error(`netlink: error ${koffi.errno()}`);
  }

  /** Sends messages in one piece, and gives all that the kernel says to them. @throws Error */
  ask(messages: readonly NetlinkMessage[]): NetlinkAnswer[] {
    const first = this.#sequence;
    this.#sequence = (this.#sequence + messages.length) >>> 0;
    const data = encodeMessages(messages, first);
    if (this.#calls.send(this.#fd, data, data.length, 0) !== data.length)
      throw new Error(`netlink: error ${koffi.errno()}`);
    return this.#read();
  }

  close(): void {
    this.#calls.close(this.#fd);
  }

  /** Everything that waits: the kernel has answered by now, and goes on with a dump as it is read. */
  #read(): NetlinkAnswer[] {
    const answers: NetlinkAnswer[] = [];
    for (;;) {
      const count = Number(this.#calls.recv(this.#fd, this.#buffer, READ_BYTES, MSG_DONTWAIT));
      if (count <= 0) return answers;
      for (let at = 0; at + HEADER_BYTES <= count; ) {
        const length = this.#buffer.readUInt32LE(at);
        if (length < HEADER_BYTES || at + length > count) break;
        answers.push({
          type: this.#buffer.readUInt16LE(at + 4),
          sequence: this.#buffer.readUInt32LE(at + 8),
          body: Buffer.from(this.#buffer.subarray(at + HEADER_BYTES, at + length)),
        });
        at += padded(length);
      }
    }
  }
}

interface LibcCalls {
  socket(family: number, type: number, protocol: number): number;
  send(fd: number, data: Uint8Array, bytes: number, flags: number): number;
  recv(fd: number, data: Uint8Array, bytes: number, flags: number): number;
  close(fd: number): number;
}

function libcCalls(): LibcCalls {
  const libc = koffi.load(null);
  return {
    socket: libc.func('int socket(int, int, int)'),
    send: libc.func('intptr_t send(int, const uint8_t *, size_t, int)'),
    recv: libc.func('intptr_t recv(int, _Out_ uint8_t *, size_t, int)'),
    close: libc.func('int close(int)'),
  } as LibcCalls;
}
