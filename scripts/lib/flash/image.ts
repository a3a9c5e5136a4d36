import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import { createGunzip } from 'node:zlib';

/** Size of the pieces that are hashed, written and read back, bytes. */
export const PIECE = 4 * 1024 * 1024;

/** An image that was read to its end and found whole. */
export interface Image {
  bytes: number;
  sha256: string;
  /** SHA-256 of each piece, the last one may be shorter. */
  pieces: readonly string[];
}

const hash = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex');
export const pieceHash = hash;

/**
 * The pieces of an image, unpacked as they are read. Packed or not is told by the first bytes, not by the name.
 * @throws Error if the file is cut short or spoilt; it says so at the end
 */
export async function* pieces(path: string): AsyncGenerator<Buffer> {
  const { stream, whole } = await unpacked(path);
  let parts: Buffer[] = [];
  let held = 0;
  for await (const part of stream as AsyncIterable<Buffer>) {
    parts.push(part);
    held += part.length;
    if (held < PIECE) continue;
    const all = Buffer.concat(parts);
    let at = 0;
    for (; at + PIECE <= all.length; at += PIECE) yield all.subarray(at, at + PIECE);
    parts = at < all.length ? [all.subarray(at)] : [];
    held = all.length - at;
  }
  await whole();
  if (held > 0) yield Buffer.concat(parts);
}

/** Reads an image once, before anything is written: that it is whole, and a disk. @throws Error otherwise */
export async function readImage(path: string, progress: (bytes: number) => void): Promise<Image> {
  const all = createHash('sha256');
  const hashes: string[] = [];
  let bytes = 0;
  for await (const piece of pieces(path)) {
    // UEFI 2.10 5.3.2: the header of a GUID partition table lies in the second block.
    if (hashes.length === 0 && piece.toString('latin1', 512, 520) !== 'EFI PART')
      throw new Error(`${path} is no image of a disk: it has no partition table`);
    all.update(piece);
    hashes.push(hash(piece));
    bytes += piece.length;
    progress(bytes);
  }
  if (bytes === 0) throw new Error(`${path} is empty`);
  return { bytes, sha256: all.digest('hex'), pieces: hashes };
}

async function unpacked(path: string): Promise<{ stream: Readable; whole: () => Promise<void> }> {
  const head = await firstBytes(path);
  const whole = async (): Promise<void> => {};
  // RFC 1952 2.3.1: gzip; RFC 8878 3.1.1: Zstandard.
  if (head.subarray(0, 2).toString('hex') === '1f8b') {
    const file = createReadStream(path, { highWaterMark: 1 << 20 });
    const stream = createGunzip({ chunkSize: 1 << 20 });
    file.on('error', (error) => stream.destroy(error));
    return { stream: file.pipe(stream), whole };
  }
  if (head.toString('hex') === '28b52ffd') return unzstd(path);
  return { stream: createReadStream(path, { highWaterMark: PIECE }), whole };
}

/** Node.js knows Zstandard from 22.15 on only; the tool is in Debian. */
function unzstd(path: string): { stream: Readable; whole: () => Promise<void> } {
  const tool = spawn('zstd', ['--decompress', '--stdout', '--quiet', '--', path], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  tool.stderr.on('data', (text: Buffer) => {
    words += text.toString();
  });
  const ended = new Promise<void>((resolve, reject) => {
    tool.on('error', () => reject(new Error('zstd is needed to unpack the image: apt-get install zstd')));
    tool.on('close', (status) => {
      if (status === 0) resolve();
      else reject(new Error(`${path} cannot be unpacked: ${words.trim() || `zstd ended with ${status}`}`));
    });
  });
  // Met where it is waited for, after the last byte.
  ended.catch(() => {});
  return { stream: tool.stdout, whole: () => ended };
}

async function firstBytes(path: string): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of createReadStream(path, { start: 0, end: 3 })) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
