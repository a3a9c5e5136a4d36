import { closeSync, fdatasyncSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs';
import { type RecordingSeal, SEAL_CHUNK, sealChunk, sealHead } from './seal.ts';

/** What a recording is written on, from the beginning to the end. */
export interface Sheet {
  /** Adds to the end. @throws as the file system does; nothing more may be added then. */
  append(data: Buffer): void;
  /** Brings what was added to the disk, but for what a piece still waits to be full. */
  sync(): void;
  /** Takes off what half of a failed write has left, puts the beginning right, and closes. `whole`: all of it is there. */
  finish(whole: boolean, patches: readonly { at: number; data: Buffer }[]): void;
}

/** Writes all of `data`. @throws as the file system does, ENOSPC where it takes nothing. */
function writeAll(fd: number, data: Buffer, position: number): void {
  for (let at = 0; at < data.length; ) {
    const written = writeSync(fd, data, at, data.length - at, position + at);
    if (written === 0) throw Object.assign(new Error('nothing is written'), { code: 'ENOSPC' });
    at += written;
  }
}

/** Nobody but the box's own user reads what people said. */
const openNew = (path: string): number => openSync(path, 'wx', 0o600);

/** A file as it is played. */
export class PlainSheet implements Sheet {
  readonly #fd: number;
  #bytes = 0;

  constructor(path: string) {
    this.#fd = openNew(path);
  }

  append(data: Buffer): void {
    writeAll(this.#fd, data, this.#bytes);
    this.#bytes += data.length;
  }

  sync(): void {
    fdatasyncSync(this.#fd);
  }

  finish(_whole: boolean, patches: readonly { at: number; data: Buffer }[]): void {
    try {
      ftruncateSync(this.#fd, this.#bytes);
      for (const { at, data } of patches) writeSync(this.#fd, data, 0, data.length, at);
      fsyncSync(this.#fd);
    } catch {
      // It is repaired at the next start, as after a crash.
    }
    closeSync(this.#fd);
  }
}

/**
 * The same encrypted, piece by piece: a piece is written once and never again, so that what was written stays readable
 * whatever comes. The beginning is put right by whoever reads it.
 */
export class SealedSheet implements Sheet {
  readonly #fd: number;
  readonly #seal: RecordingSeal;
  #bytes = 0;
  #chunks = 0;
  #waiting = Buffer.alloc(0);

  constructor(path: string, seal: RecordingSeal) {
    this.#seal = seal;
    this.#fd = openNew(path);
    const head = sealHead(seal);
    writeAll(this.#fd, head, 0);
    this.#bytes = head.length;
  }

  append(data: Buffer): void {
    this.#waiting = Buffer.concat([this.#waiting, data]);
    while (this.#waiting.length >= SEAL_CHUNK) {
      this.#write(this.#waiting.subarray(0, SEAL_CHUNK), false);
      this.#waiting = this.#waiting.subarray(SEAL_CHUNK);
    }
  }

  sync(): void {
    fdatasyncSync(this.#fd);
  }

  finish(whole: boolean): void {
    try {
      if (whole) this.#write(this.#waiting, true);
    } catch {
      // The last piece is missing then; those before it are there.
    }
    try {
      ftruncateSync(this.#fd, this.#bytes);
      fsyncSync(this.#fd);
    } catch {
      // It is repaired at the next start, as after a crash.
    }
    closeSync(this.#fd);
  }

  #write(plain: Buffer, last: boolean): void {
    const sealed = sealChunk(this.#seal, this.#chunks++, last, plain);
    writeAll(this.#fd, sealed, this.#bytes);
    this.#bytes += sealed.length;
  }
}
