/** RFC 3533 6: an Ogg page has a head of 27 octets, a table of up to 255 lacing values, and what they tell of. */
const HEAD = 27;
const MAX_SEGMENTS = 255;
/** header_type (RFC 3533 6, field 3). */
const BEGINS_STREAM = 2;
const ENDS_STREAM = 4;

/** The CRC of RFC 3533 6, field 7: polynomial 0x04c11db7, no reflection, begins with 0. */
const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte << 24;
  for (let bit = 0; bit < 8; bit++) value = value & 0x8000_0000 ? (value << 1) ^ 0x04c1_1db7 : value << 1;
  return value >>> 0;
});

function crc(page: Uint8Array): number {
  let value = 0;
  for (const byte of page) value = ((value << 8) ^ crcTable[((value >>> 24) ^ byte) & 0xff]!) >>> 0;
  return value;
}

function seal(page: Buffer): Buffer {
  page.writeUInt32LE(0, 22);
  page.writeUInt32LE(crc(page), 22);
  return page;
}

/** Lacing values that a packet takes (RFC 3533 5). */
const segmentsOf = (bytes: number): number => Math.floor(bytes / 255) + 1;

/** Puts whole packets into pages of one logical stream. */
export class OggPager {
  readonly #serial: number;
  #sequence = 0;
  #packets: Buffer[] = [];
  #segments = 0;

  constructor(serial: number) {
    this.#serial = serial;
  }

  /** Whether a packet of this length fits into the page. */
  fits(bytes: number): boolean {
    return this.#segments + segmentsOf(bytes) <= MAX_SEGMENTS;
  }

  get packets(): number {
    return this.#packets.length;
  }

  add(packet: Buffer): void {
    this.#packets.push(packet);
    this.#segments += segmentsOf(packet.length);
  }

  /** The page of what was added. `granule`: position at its end, as the codec counts. */
  page(granule: number, last = false): Buffer {
    const body = Buffer.concat(this.#packets);
    const page = Buffer.alloc(HEAD + this.#segments + body.length);
    page.write('OggS', 0, 'latin1');
    page[5] = (this.#sequence === 0 ? BEGINS_STREAM : 0) | (last ? ENDS_STREAM : 0);
    page.writeBigInt64LE(BigInt(granule), 6);
    page.writeUInt32LE(this.#serial, 14);
    page.writeUInt32LE(this.#sequence++, 18);
    page[26] = this.#segments;
    let at = HEAD;
    for (const { length } of this.#packets) {
      page.fill(255, at, at + segmentsOf(length) - 1);
      at += segmentsOf(length);
      page[at - 1] = length % 255;
    }
    body.copy(page, at);
    this.#packets = [];
    this.#segments = 0;
    return seal(page);
  }
}

/** A whole page in a buffer. */
export interface OggPage {
  at: number;
  length: number;
  granule: number;
}

/** The whole and sound pages at the beginning of `data`. */
export function oggPages(data: Buffer): OggPage[] {
  const pages: OggPage[] = [];
  for (let at = 0; at + HEAD <= data.length; ) {
    if (data.toString('latin1', at, at + 4) !== 'OggS') break;
    const segments = data[at + 26]!;
    let length = HEAD + segments;
    for (let i = 0; i < segments; i++) length += data[at + HEAD + i] ?? 0;
    if (at + length > data.length) break;
    const page = Buffer.from(data.subarray(at, at + length));
    const told = page.readUInt32LE(22);
    page.writeUInt32LE(0, 22);
    if (crc(page) !== told) break;
    pages.push({ at, length, granule: Number(page.readBigInt64LE(6)) });
    at += length;
  }
  return pages;
}

/** The page with the mark of the stream's last one. */
export function asLastPage(page: Buffer): Buffer {
  const marked = Buffer.from(page);
  marked[5]! |= ENDS_STREAM;
  return seal(marked);
}

/** The packets that end on a page; ours never go on to the next one (RFC 3533 5 and 6). */
export function oggPackets(data: Buffer, { at }: OggPage): Buffer[] {
  const count = data[at + 26]!;
  const packets: Buffer[] = [];
  let begin = at + 27 + count;
  let size = 0;
  for (let i = 0; i < count; i++) {
    const lace = data[at + 27 + i]!;
    size += lace;
    if (lace === 255) continue;
    packets.push(data.subarray(begin, begin + size));
    begin += size;
    size = 0;
  }
  return packets;
}
