import { closeSync, fstatSync, fsyncSync, ftruncateSync, openSync, readSync } from 'node:fs';
import { CodedError } from '../../base/error.ts';
import {
  openChunk,
  type RecordingSeal,
  SEAL_CHUNK,
  SEAL_HEAD,
  SEALED_CHUNK,
  sealedLayout,
  sealFrom,
} from './seal.ts';
import { WAV_HEAD, wavChannels, wavDataBytes, wavHead } from './wav.ts';

/** Behind the name of an encrypted file. */
export const SEALED = '.sealed';

/** An encrypted recording, read at any place as if it were plain. */
export class SealedFile {
  /** Bytes of sound. */
  readonly bytes: number;
  readonly #fd: number;
  readonly #seal: RecordingSeal;
  readonly #chunks: number;
  /** Put right while it is read: a header tells of a length that was not known when it was written. */
  readonly #head: Buffer | undefined;

  private constructor(fd: number, seal: RecordingSeal, wav: boolean) {
    this.#fd = fd;
    this.#seal = seal;
    const { chunks, bytes } = sealedLayout(fstatSync(fd).size);
    this.#chunks = chunks;
    const head = wav && bytes >= WAV_HEAD ? this.#chunk(0)?.plain : undefined;
    const channels = head && wavChannels(head);
    const data = wavDataBytes(bytes, channels);
    this.#head = head && wavHead(data, channels);
    this.bytes = this.#head ? WAV_HEAD + data : bytes;
  }

  /** `wav`: what is in it is WAV. Undefined: it is no encrypted file. The caller closes it. */
  static open(path: string, secret: Uint8Array, wav: boolean): SealedFile | undefined {
    const fd = openSync(path, 'r');
    const head = Buffer.alloc(SEAL_HEAD);
    const seal = sealFrom(head.subarray(0, readSync(fd, head, 0, SEAL_HEAD, 0)), secret);
    if (seal) return new SealedFile(fd, seal, wav);
    closeSync(fd);
    return undefined;
  }

  /** Whether the piece at the end is marked as the last: nothing was cut off. */
  get whole(): boolean {
    return this.#chunks > 0 && this.#chunk(this.#chunks - 1)?.last === true;
  }

  /**
   * The bytes from `from` up to `to`, piece by piece.
   * @throws CodedError `media/recording-damaged` at a piece that was changed or cannot be read
   */
  *read(from: number, to: number): Generator<Buffer> {
    for (let at = from; at < Math.min(to, this.bytes); ) {
      const index = Math.floor(at / SEAL_CHUNK);
      const begin = index * SEAL_CHUNK;
      const plain = this.#chunk(index)?.plain;
      if (!plain) throw new CodedError('media/recording-damaged', `piece ${index} does not open`);
      if (index === 0) this.#head?.copy(plain);
      const piece = plain.subarray(at - begin, Math.min(to, this.bytes) - begin);
      yield piece;
      at += piece.length;
    }
  }

  close(): void {
    closeSync(this.#fd);
  }

  #chunk(index: number): { plain: Buffer; last: boolean } | undefined {
    const sealed = Buffer.alloc(SEALED_CHUNK);
    const length = readSync(this.#fd, sealed, 0, SEALED_CHUNK, SEAL_HEAD + index * SEALED_CHUNK);
    return openChunk(this.#seal, index, sealed.subarray(0, length));
  }
}

/** Cuts off what a crash has left torn at the end. @returns whether there is any sound in it. */
export function repairSealed(path: string, secret: Uint8Array): boolean {
  const fd = openSync(path, 'r+');
  try {
    const head = Buffer.alloc(SEAL_HEAD);
    const seal = sealFrom(head.subarray(0, readSync(fd, head, 0, SEAL_HEAD, 0)), secret);
    if (!seal) return false;
    let { chunks } = sealedLayout(fstatSync(fd).size);
    for (; chunks > 0; chunks--) {
      const sealed = Buffer.alloc(SEALED_CHUNK);
      const at = SEAL_HEAD + (chunks - 1) * SEALED_CHUNK;
      const length = readSync(fd, sealed, 0, SEALED_CHUNK, at);
      const opened = openChunk(seal, chunks - 1, sealed.subarray(0, length));
      // Before the end all pieces are full; a short one that opens is the marked last.
      if (opened && (length === SEALED_CHUNK || opened.last)) {
        ftruncateSync(fd, at + length);
        fsyncSync(fd);
        return true;
      }
    }
    return false;
  } finally {
    closeSync(fd);
  }
}
