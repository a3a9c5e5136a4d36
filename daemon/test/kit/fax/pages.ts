import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Pixels of a line of A4 at 8 per mm (T.4). */
export const WIDTH = 1728;
const ROW = WIDTH / 8;

/** One page, a bit for each pixel, set: black. */
export interface Page {
  rows: number;
  bits: Uint8Array;
}

/**
 * A page with a frame, lines of what looks like writing, and dots that tell it from the others. Each line of writing
 * takes half a second at 14400 bit/s.
 */
export function drawPage(number: number, rows = 1078, lines = 2): Page {
  const bits = new Uint8Array(rows * ROW);
  const black = (x: number, y: number): void => {
    if (x >= 0 && x < WIDTH && y >= 0 && y < rows) bits[y * ROW + (x >> 3)]! |= 0x80 >> (x & 7);
  };
  for (let y = 20; y < rows - 20; y++) for (const x of [60, 61, 62, WIDTH - 60]) black(x, y);
  for (let x = 60; x < WIDTH - 60; x++) for (const y of [20, 21, rows - 21]) black(x, y);
  let state = number * 2654435761;
  for (let line = 0; line < Math.min(lines, rows / 30 - 3); line++) {
    for (let letter = 0; letter < 40; letter++) {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      for (let stroke = 0; stroke < 3; stroke++) {
        const x = 120 + letter * 36 + ((state >>> (stroke * 4)) & 15);
        for (let y = 0; y < 14; y++)
          black(x + ((state >>> (stroke + 9)) & 1 ? y >> 1 : 0), 50 + line * 30 + y);
      }
    }
  }
  for (let n = 0; n <= number; n++)
    for (let y = 0; y < 10; y++) for (let x = 0; x < 12; x++) black(900 + n * 20 + x, 30 + y);
  return { rows, bits };
}

/** An uncompressed black-and-white TIFF of several pages, 204 by 98 dots per inch (standard resolution of T.4). */
export function writeTiff(pages: readonly Page[]): Buffer {
  const parts: Buffer[] = [Buffer.from([0x49, 0x49, 42, 0, 0, 0, 0, 0])];
  let at = 8;
  let link = { part: parts[0]!, offset: 4 };
  pages.forEach((page, n) => {
    const image = Buffer.from(page.bits);
    const imageAt = at;
    const ratios = Buffer.alloc(16);
    ratios.writeUInt32LE(204, 0);
    ratios.writeUInt32LE(1, 4);
    ratios.writeUInt32LE(98, 8);
    ratios.writeUInt32LE(1, 12);
    const pad = Buffer.alloc(image.length % 2);
    const ratiosAt = imageAt + image.length + pad.length;
    const directoryAt = ratiosAt + 16;
    const entries: [number, number, number, number][] = [
      [254, 4, 1, 2],
      [256, 4, 1, WIDTH],
      [257, 4, 1, page.rows],
      [258, 3, 1, 1],
      [259, 3, 1, 1],
      [262, 3, 1, 0],
      [266, 3, 1, 1],
      [273, 4, 1, imageAt],
      [277, 3, 1, 1],
      [278, 4, 1, page.rows],
      [279, 4, 1, image.length],
      [282, 5, 1, ratiosAt],
      [283, 5, 1, ratiosAt + 8],
      [296, 3, 1, 2],
      [297, 3, 2, n | (pages.length << 16)],
    ];
    const directory = Buffer.alloc(2 + entries.length * 12 + 4);
    directory.writeUInt16LE(entries.length, 0);
    entries.forEach(([tag, type, count, value], i) => {
      const o = 2 + i * 12;
      directory.writeUInt16LE(tag, o);
      directory.writeUInt16LE(type, o + 2);
      directory.writeUInt32LE(count, o + 4);
      directory.writeUInt32LE(value >>> 0, o + 8);
    });
    link.part.writeUInt32LE(directoryAt, link.offset);
    link = { part: directory, offset: directory.length - 4 };
    parts.push(image, pad, ratios, directory);
    at = directoryAt + directory.length;
  });
  return Buffer.concat(parts);
}

/** Pages of a TIFF in any compression: `tiffcp` of libtiff takes it off. */
export function readTiff(file: string): Page[] {
  const folder = mkdtempSync(join(tmpdir(), 'fax-'));
  try {
    const plain = join(folder, 'plain.tif');
    execFileSync('tiffcp', ['-c', 'none', '-r', '100000', file, plain], { stdio: 'pipe' });
    return parse(readFileSync(plain));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parse(data: Buffer): Page[] {
  const little = data[0] === 0x49;
  const u16 = (o: number): number => (little ? data.readUInt16LE(o) : data.readUInt16BE(o));
  const u32 = (o: number): number => (little ? data.readUInt32LE(o) : data.readUInt32BE(o));
  const pages: Page[] = [];
  for (let directory = u32(4); directory !== 0; ) {
    const count = u16(directory);
    const tags = new Map<number, number[]>();
    for (let i = 0; i < count; i++) {
      const o = directory + 2 + i * 12;
      const type = u16(o + 2);
      const n = u32(o + 4);
      const size = type === 3 ? 2 : 4;
      const from = n * size <= 4 ? o + 8 : u32(o + 8);
      if (type === 3 || type === 4)
        tags.set(
          u16(o),
          Array.from({ length: n }, (_, k) => (size === 2 ? u16(from + k * 2) : u32(from + k * 4))),
        );
    }
    const tag = (id: number, otherwise: number): number => tags.get(id)?.[0] ?? otherwise;
    const rows = tag(257, 0);
    const offsets = tags.get(273) ?? [];
    const lengths = tags.get(279) ?? [];
    const image = Buffer.concat(offsets.map((o, i) => data.subarray(o, o + (lengths[i] ?? 0))));
    if (tag(256, 0) !== WIDTH) throw new Error(`a page ${tag(256, 0)} pixels wide`);
    const bits = Uint8Array.from(image.subarray(0, rows * ROW));
    // Photometric 1: black is zero. Fill order 2: the first pixel is the lowest bit.
    if (tag(262, 0) === 1) for (let i = 0; i < bits.length; i++) bits[i]! ^= 0xff;
    if (tag(266, 1) === 2) for (let i = 0; i < bits.length; i++) bits[i] = turned(bits[i]!);
    pages.push({ rows, bits });
    directory = u32(directory + 2 + count * 12);
  }
  return pages;
}

function turned(octet: number): number {
  let out = 0;
  for (let bit = 0; bit < 8; bit++) if (octet & (1 << bit)) out |= 0x80 >> bit;
  return out;
}

/** Pixels that differ, pages that are missing or too many counted whole. */
export function differingPixels(sent: readonly Page[], received: readonly Page[]): number {
  let count = 0;
  for (let p = 0; p < Math.max(sent.length, received.length); p++) {
    const a = sent[p];
    const b = received[p];
    const length = Math.max(a?.bits.length ?? 0, b?.bits.length ?? 0);
    for (let i = 0; i < length; i++) {
      for (let x = (a?.bits[i] ?? 0xff) ^ (b?.bits[i] ?? (a ? 0xff ^ a.bits[i]! : 0)); x !== 0; x &= x - 1)
        count++;
    }
  }
  return count;
}

/** Writes a document of so many pages to a file, and gives its pages. */
export function document(file: string, pages: number, lines?: number): Page[] {
  const drawn = Array.from({ length: pages }, (_, n) => drawPage(n, 1078, lines));
  writeFileSync(file, writeTiff(drawn));
  return drawn;
}
