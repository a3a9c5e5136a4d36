import { isIpv6Text } from '../message/uri.ts';

/** A message to be written as a packet. */
export interface PcapMessage {
  /** Wall-clock ms since 1970; microseconds behind the point are kept. */
  at: number;
  /** `udp`, `tcp`, or `tls`: what went encrypted is written in clear, as TCP. */
  proto: string;
  /** `host:port` or `[v6]:port`. */
  from: string;
  to: string;
  /** One character per byte. */
  text: string;
}

/** LINKTYPE_ETHERNET of the pcap format. */
const ETHERNET = 1;
/** Longest packet in the file: IP allows no more. */
const SNAP = 65_535 + 14;
/** Bytes of TCP in one segment: 1500 of Ethernet without the headers of IPv6 and TCP. */
const SEGMENT = 1440;
/** Longest UDP payload over IPv4: 65535 - 20 - 8. */
const LONGEST_UDP = 65_507;

const SYN = 2;
const PSH = 8;
const ACK = 16;

/**
 * Messages as a libpcap file (magic a1b2c3d4, version 2.4, Ethernet), for Wireshark and the like. The
 * packets are made anew: addresses and times are those of the messages, lengths and checksums are right,
 * TCP has a handshake and counts its bytes; what carried them in truth (fragments, resends of TCP) is not
 * known here. Messages should be in the order of time.
 */
export function pcap(messages: Iterable<PcapMessage>): Buffer {
  const packets: Buffer[] = [fileHeader()];
  const streams = new Map<string, Stream>();
  for (const { at, proto, from, to, text } of messages) {
    const source = endpoint(from);
    const target = endpoint(to);
    // Two families on one way cannot be; a name in place of an address is nothing to write.
    if (!source || !target || source.bytes.length !== target.bytes.length) continue;
    const payload = Buffer.from(text, 'latin1');
    if (proto === 'udp') {
      const segment = udp(source, target, payload.subarray(0, LONGEST_UDP));
      packets.push(record(at, ethernet(source, target, 17, segment)));
      continue;
    }
    const key = [from, to].sort().join(' ');
    const stream = streams.get(key) ?? new Stream();
    streams.set(key, stream);
    packets.push(...stream.carry(at, source, target, payload));
  }
  return Buffer.concat(packets);
}

interface Endpoint {
  /** 4 or 16 bytes. */
  bytes: Buffer;
  port: number;
}

/** A TCP connection: knows the sequence numbers of the next bytes of both ends. */
class Stream {
  readonly #next = new Map<string, number>();

  /** The packets that carry `payload`, those of the handshake before the first. */
  carry(at: number, from: Endpoint, to: Endpoint, payload: Buffer): Buffer[] {
    const out: Buffer[] = [];
    const put = (source: Endpoint, target: Endpoint, flags: number, data: Buffer): void => {
      const sequence = this.#next.get(nameOf(source)) ?? 0;
      const acknowledged = (flags & ACK) === 0 ? 0 : (this.#next.get(nameOf(target)) ?? 0);
      const segment = tcp(source, target, { sequence, acknowledged, flags }, data);
      out.push(record(at, ethernet(source, target, 6, segment)));
      // SYN takes one number (RFC 9293 3.4).
      const taken = data.length + ((flags & SYN) === 0 ? 0 : 1);
      this.#next.set(nameOf(source), (sequence + taken) >>> 0);
    };
    const none = Buffer.alloc(0);
    if (this.#next.size === 0) {
      put(from, to, SYN, none);
      put(to, from, SYN | ACK, none);
      put(from, to, ACK, none);
    }
    for (let i = 0; i < payload.length; i += SEGMENT) {
      const last = i + SEGMENT >= payload.length;
      put(from, to, last ? PSH | ACK : ACK, payload.subarray(i, i + SEGMENT));
    }
    put(to, from, ACK, none);
    return out;
  }
}

const nameOf = ({ bytes, port }: Endpoint): string => `${bytes.toString('hex')} ${port}`;

function fileHeader(): Buffer {
  const b = Buffer.alloc(24);
  b.writeUInt32LE(0xa1b2c3d4, 0);
  b.writeUInt16LE(2, 4);
  b.writeUInt16LE(4, 6);
  b.writeUInt32LE(SNAP, 16);
  b.writeUInt32LE(ETHERNET, 20);
  return b;
}

function record(at: number, packet: Buffer): Buffer {
  const micros = Math.round(at * 1000);
  const b = Buffer.alloc(16);
  b.writeUInt32LE(Math.floor(micros / 1e6) >>> 0, 0);
  b.writeUInt32LE(micros % 1e6, 4);
  b.writeUInt32LE(packet.length, 8);
  b.writeUInt32LE(packet.length, 12);
  return Buffer.concat([b, packet]);
}

/** An endpoint as written; undefined if it is none. */
function endpoint(text: string): Endpoint | undefined {
  const colon = text.lastIndexOf(':');
  const port = Number(text.slice(colon + 1));
  const bytes = addressBytes(text.slice(0, colon).replace(/^\[|\]$/g, ''));
  return bytes && Number.isInteger(port) && port >= 0 && port <= 65_535 ? { bytes, port } : undefined;
}

/** 4 or 16 bytes of an IP address; undefined if it is none. An IPv4 address written as IPv6 has 4. */
export function addressBytes(host: string): Buffer | undefined {
  // A zone (RFC 4007) says which link an address is on, and is no part of it.
  const plain = host.replace(/%.*$/, '');
  return isIpv6Text(plain) ? v6Bytes(plain) : v4Bytes(plain);
}

function v4Bytes(host: string): Buffer | undefined {
  const octets = host.split('.').map(Number);
  const sound = octets.length === 4 && octets.every((o) => Number.isInteger(o) && o >= 0 && o <= 255);
  return sound ? Buffer.from(octets) : undefined;
}

function v6Bytes(host: string): Buffer | undefined {
  let plain = host;
  // RFC 4291 2.2: the last two words may be written as an IPv4 address.
  const dotted = plain.includes('.') ? plain.lastIndexOf(':') + 1 : -1;
  const v4 = dotted < 0 ? undefined : v4Bytes(plain.slice(dotted));
  if (v4) plain = `${plain.slice(0, dotted)}${v4.toString('hex', 0, 2)}:${v4.toString('hex', 2)}`;
  const [left = '', right] = plain.split('::');
  const words = (half: string): number[] =>
    half === '' ? [] : half.split(':').map((w) => Number.parseInt(w, 16));
  const head = words(left);
  const tail = right === undefined ? [] : words(right);
  const gap = 8 - head.length - tail.length;
  if (gap < 0 || (right === undefined && gap !== 0)) return undefined;
  const all = [...head, ...new Array<number>(gap).fill(0), ...tail];
  const bytes = Buffer.alloc(16);
  if (all.some((w) => !(w >= 0 && w <= 0xffff))) return undefined;
  all.forEach((w, i) => void bytes.writeUInt16BE(w, i * 2));
  // ::ffff:a.b.c.d is an IPv4 peer on a socket for both families (RFC 4291 2.5.5.2).
  return all.slice(0, 5).every((w) => w === 0) && all[5] === 0xffff ? bytes.subarray(12) : bytes;
}

/** A locally administered MAC address that stands for an IP address. */
function mac({ bytes }: Endpoint): Buffer {
  return Buffer.concat([Buffer.from([2, 0]), bytes.subarray(bytes.length - 4)]);
}

function ethernet(from: Endpoint, to: Endpoint, protocol: number, segment: Buffer): Buffer {
  const v6 = from.bytes.length === 16;
  const type = Buffer.from(v6 ? [0x86, 0xdd] : [8, 0]);
  const ip = v6 ? ipv6(from, to, protocol, segment.length) : ipv4(from, to, protocol, segment.length);
  return Buffer.concat([mac(to), mac(from), type, ip, segment]);
}

/** RFC 791 3.1, without options. */
function ipv4(from: Endpoint, to: Endpoint, protocol: number, length: number): Buffer {
  const b = Buffer.alloc(20);
  b[0] = 0x45;
  b.writeUInt16BE(20 + length, 2);
  b[8] = 64;
  b[9] = protocol;
  from.bytes.copy(b, 12);
  to.bytes.copy(b, 16);
  b.writeUInt16BE(checksum(b), 10);
  return b;
}

/** RFC 8200 3. */
function ipv6(from: Endpoint, to: Endpoint, protocol: number, length: number): Buffer {
  const b = Buffer.alloc(40);
  b[0] = 0x60;
  b.writeUInt16BE(length, 4);
  b[6] = protocol;
  b[7] = 64;
  from.bytes.copy(b, 8);
  to.bytes.copy(b, 24);
  return b;
}

function udp(from: Endpoint, to: Endpoint, payload: Buffer): Buffer {
  const b = Buffer.alloc(8 + payload.length);
  b.writeUInt16BE(from.port, 0);
  b.writeUInt16BE(to.port, 2);
  b.writeUInt16BE(b.length, 4);
  payload.copy(b, 8);
  // RFC 768: a sum of zero is sent as all ones; zero would mean none.
  b.writeUInt16BE(checksum(pseudoHeader(from, to, 17, b.length), b) || 0xffff, 6);
  return b;
}

/** RFC 9293 3.1, without options. */
function tcp(
  from: Endpoint,
  to: Endpoint,
  control: { sequence: number; acknowledged: number; flags: number },
  payload: Buffer,
): Buffer {
  const b = Buffer.alloc(20 + payload.length);
  b.writeUInt16BE(from.port, 0);
  b.writeUInt16BE(to.port, 2);
  b.writeUInt32BE(control.sequence, 4);
  b.writeUInt32BE(control.acknowledged, 8);
  b[12] = 5 << 4;
  b[13] = control.flags;
  b.writeUInt16BE(65_535, 14);
  payload.copy(b, 20);
  b.writeUInt16BE(checksum(pseudoHeader(from, to, 6, b.length), b), 16);
  return b;
}

/** What the checksum covers of the addresses: RFC 768 and 9293 for IPv4, RFC 8200 8.1 for IPv6. */
function pseudoHeader(from: Endpoint, to: Endpoint, protocol: number, length: number): Buffer {
  const v6 = from.bytes.length === 16;
  const end = Buffer.alloc(v6 ? 8 : 4);
  if (v6) end.writeUInt32BE(length, 0);
  else end.writeUInt16BE(length, 2);
  end[v6 ? 7 : 1] = protocol;
  return Buffer.concat([from.bytes, to.bytes, end]);
}

/** RFC 1071, over parts of which only the last may have an odd length. */
function checksum(...parts: Buffer[]): number {
  let sum = 0;
  for (const part of parts) {
    for (let i = 0; i + 1 < part.length; i += 2) sum += part.readUInt16BE(i);
    if (part.length % 2 === 1) sum += part[part.length - 1]! << 8;
  }
  while (sum > 0xffff) sum = (sum & 0xffff) + Math.floor(sum / 0x10000);
  return ~sum & 0xffff;
}
