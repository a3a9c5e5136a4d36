import { spawnSync } from 'node:child_process';
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { type Image, PIECE, pieceHash, pieces } from './image.ts';

export type Step = 'compare' | 'write' | 'verify';

export interface WriteOptions {
  /** Whether a part of the image may be there already, which is then left alone. */
  resume: boolean;
  /** Size of the target, bytes. */
  capacity: number;
  progress(step: Step, done: number, total: number): void;
}

/** What is written to, once opened. */
export type Disk = Pick<FileHandle, 'read' | 'write' | 'sync' | 'datasync'>;

/** How often a piece is written anew before the card is given up. */
const TRIES = 3;

/**
 * Writes an image, and reads it back. The piece with the partition table is put there last, after everything else is
 * on the medium: whatever ends the writer, a half-written card does not start.
 * @returns how many pieces were written
 * @throws Error if the target is in use, fails, or does not give back what it was given
 */
export async function writeImage(
  source: string,
  image: Image,
  target: string,
  options: WriteOptions,
): Promise<number> {
  // O_EXCL without O_CREAT: the kernel refuses a block device that is mounted or otherwise held (open(2)).
  const disk = await open(target, constants.O_RDWR | constants.O_EXCL).catch(
    (error: NodeJS.ErrnoException) => {
      throw new Error(
        error.code === 'EBUSY'
          ? `${target} is in use by this machine`
          : error.code === 'EACCES' || error.code === 'EPERM'
            ? `${target} may be written by root only: run this with sudo`
            : `${target} cannot be opened: ${error.message}`,
      );
    },
  );
  try {
    return await writeTo(disk, source, image, { ...options, path: target });
  } finally {
    await disk.close();
  }
}

/** {@link writeImage} onto what is open already; `path` names it in words and to the kernel. */
export async function writeTo(
  disk: Disk,
  source: string,
  image: Image,
  options: WriteOptions & { path: string },
): Promise<number> {
  let wanted = new Set(image.pieces.keys());
  if (options.resume) wanted = new Set(await differing(disk, image, 'compare', options));
  let written = 0;
  for (let attempt = 1; wanted.size > 0; attempt++) {
    if (attempt > TRIES)
      throw new Error(
        `${options.path} does not keep what is written to it (${wanted.size} of ${image.pieces.length} pieces): take another card`,
      );
    written += await writeSome(disk, source, image, wanted, options);
    forgetCache(options.path);
    wanted = new Set(await differing(disk, image, 'verify', options));
  }
  return written;
}

/** Writes those pieces of the image, the first one last. */
async function writeSome(
  disk: Disk,
  source: string,
  image: Image,
  wanted: ReadonlySet<number>,
  options: WriteOptions,
): Promise<number> {
  const total = wanted.size * PIECE;
  let done = 0;
  let first: Buffer | undefined;
  await put(disk, Buffer.alloc(Math.min(PIECE, image.bytes)), 0);
  // A table that lay at the end of a larger image would be taken for the spare copy of ours.
  const end = Math.max(image.bytes, options.capacity - 1024 * 1024);
  if (end < options.capacity) await put(disk, Buffer.alloc(options.capacity - end), end);
  await disk.sync();
  let index = 0;
  for await (const piece of pieces(source)) {
    if (pieceHash(piece) !== image.pieces[index])
      throw new Error(`${source} has changed while it was being written`);
    if (index === 0) first = Buffer.from(piece);
    else if (wanted.has(index)) {
      await put(disk, piece, index * PIECE);
      // What waits in memory would make the bar run ahead of the card.
      if ((done += PIECE) % (16 * PIECE) === 0) await disk.datasync();
      options.progress('write', Math.min(done, total), total);
    }
    index++;
  }
  await disk.sync();
  if (first) await put(disk, first, 0);
  await disk.sync();
  options.progress('write', total, total);
  return wanted.size;
}

async function put(disk: Disk, data: Buffer, at: number): Promise<void> {
  for (let from = 0; from < data.length; ) {
    const { bytesWritten } = await disk.write(data, from, data.length - from, at + from);
    from += bytesWritten;
  }
}

/** Pieces of the target that are not those of the image. What cannot be read differs. */
async function differing(disk: Disk, image: Image, step: Step, options: WriteOptions): Promise<number[]> {
  const found: number[] = [];
  const buffer = Buffer.alloc(PIECE);
  for (const [index, expected] of image.pieces.entries()) {
    const length = Math.min(PIECE, image.bytes - index * PIECE);
    const held = await take(disk, buffer.subarray(0, length), index * PIECE).catch(() => undefined);
    if (held === undefined || pieceHash(held) !== expected) found.push(index);
    options.progress(step, index * PIECE + length, image.bytes);
  }
  return found;
}

async function take(disk: Disk, buffer: Buffer, at: number): Promise<Buffer> {
  let held = 0;
  while (held < buffer.length) {
    const { bytesRead } = await disk.read(buffer, held, buffer.length - held, at + held);
    if (bytesRead === 0) break;
    held += bytesRead;
  }
  return buffer.subarray(0, held);
}

/** So that reading back asks the card and not this machine's memory. */
function forgetCache(target: string): void {
  spawnSync('blockdev', ['--flushbufs', target], { stdio: 'ignore' });
}
