import { isIPv4, isIPv6 } from 'node:net';

/** AF_INET and AF_INET6 as Linux numbers them. */
export const AF_INET = 2;
export const AF_INET6 = 10;
/** sizeof(struct sockaddr_in), sizeof(struct sockaddr_in6): ip(7), ipv6(7). */
export const SOCKADDR_IN_BYTES = 16;
export const SOCKADDR_IN6_BYTES = 28;

const littleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/**
 * The bytes of a sockaddr_in or sockaddr_in6 for a numeric address. Undefined for what needs an interface to be
 * named besides (link-local addresses with a zone) and for what is no address.
 */
export function socketAddress(address: string, port: number): Buffer | undefined {
  if (isIPv4(address)) {
    const bytes = head(SOCKADDR_IN_BYTES, AF_INET, port);
    for (const [i, part] of address.split('.').entries()) bytes[4 + i] = Number(part);
    return bytes;
  }
  if (!isIPv6(address) || address.includes('%')) return undefined;
  const bytes = head(SOCKADDR_IN6_BYTES, AF_INET6, port);
  for (const [i, word] of wordsOf(address).entries()) bytes.writeUInt16BE(word, 8 + 2 * i);
  return bytes;
}

/** The address in a sockaddr at `at`, written as Node writes it (RFC 5952); '' for another family. */
export function addressOf(data: Buffer, at: number): string {
  const family = littleEndian ? data.readUInt16LE(at) : data.readUInt16BE(at);
  if (family === AF_INET) return `${data[at + 4]}.${data[at + 5]}.${data[at + 6]}.${data[at + 7]}`;
  if (family !== AF_INET6) return '';
  return ipv6Text(Array.from({ length: 8 }, (_, i) => data.readUInt16BE(at + 8 + 2 * i)));
}

/** The port in a sockaddr at `at`; it has the same place in both families. */
export const portOf = (data: Buffer, at: number): number => (data[at + 2]! << 8) | data[at + 3]!;

function head(bytes: number, family: number, port: number): Buffer {
  const data = Buffer.alloc(bytes);
  if (littleEndian) data.writeUInt16LE(family);
  else data.writeUInt16BE(family);
  data.writeUInt16BE(port, 2);
  return data;
}

function wordsOf(address: string): number[] {
  // The last four bytes may be written as IPv4 (RFC 4291 2.2).
  const text = address.replace(
    /(\d+)\.(\d+)\.(\d+)\.(\d+)$/,
    (_, a: string, b: string, c: string, d: string) =>
      [Number(a) * 256 + Number(b), Number(c) * 256 + Number(d)].map((word) => word.toString(16)).join(':'),
  );
  const [before = '', after] = text.split('::');
  const words = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((word) => Number.parseInt(word, 16));
  const first = words(before);
  const last = words(after ?? '');
  return [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last];
}

function ipv6Text(words: readonly number[]): string {
  const mapped = words.slice(0, 5).every((word) => word === 0) && words[5] === 0xffff;
  const hex = words.map((word) => word.toString(16));
  if (mapped) {
    const [high, low] = [words[6]!, words[7]!];
    return `::ffff:${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`;
  }
  let best = -1;
  let length = 1;
  for (let i = 0; i < 8; i++) {
    let end = i;
    while (end < 8 && words[end] === 0) end++;
    // RFC 5952 4.2.2, 4.2.3: two words at least, and the first of equal runs.
    if (end - i > length) [best, length] = [i, end - i];
  }
  if (best < 0) return hex.join(':');
  return `${hex.slice(0, best).join(':')}::${hex.slice(best + length).join(':')}`;
}
