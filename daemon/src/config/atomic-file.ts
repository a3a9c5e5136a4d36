import { randomBytes } from 'node:crypto';
import { type FileHandle, open, readFile, rename, unlink } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Adapter } from 'lowdb';
import { CodedError, codeOf, messageOf } from '../base/error.ts';
import { parseJson } from './json-text.ts';

/**
 * Writes a file so that at any instant, power cut included, either the old or the new content is there whole:
 * write beside it, fsync, rename over it, fsync the folder; only then is it confirmed (ruling 34).
 * @throws CodedError `config/write-failed`; the old content then stands.
 */
export async function writeAtomic(path: string, content: string | Uint8Array, mode = 0o600): Promise<void> {
  const temporary = `${path}.${randomBytes(6).toString('hex')}.tmp`;
  try {
    await writeSynced(temporary, content, mode);
    await rename(temporary, path);
  } catch (error) {
    await unlink(temporary).catch(() => undefined);
    throw new CodedError('config/write-failed', `cannot write ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
  try {
    await syncFolder(dirname(path));
  } catch (error) {
    throw new CodedError('config/write-failed', `cannot confirm ${path}: ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function writeSynced(path: string, content: string | Uint8Array, mode: number): Promise<void> {
  // wx: never through a link that somebody laid there.
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(content, 'utf8');
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Makes names created, renamed or removed in a folder durable. */
export async function syncFolder(path: string): Promise<void> {
  let folder: FileHandle | undefined;
  try {
    folder = await open(path, 'r');
    await folder.sync();
  } finally {
    await folder?.close();
  }
}

/** lowdb's adapter for a JSON document that must survive power cuts. `undefined` fields are left out. */
export class AtomicJsonFile<T> implements Adapter<T> {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Null if there is no such file. @throws CodedError `config/corrupt` if it is no JSON. */
  async read(): Promise<T | null> {
    let text: string;
    try {
      text = await readFile(this.path, 'utf8');
    } catch (error) {
      if (codeOf(error) === 'ENOENT') return null;
      throw new CodedError('config/corrupt', `cannot read ${this.path}: ${messageOf(error)}`, {
        cause: error,
      });
    }
    return parseJson(text, this.path) as T;
  }

  async write(data: T): Promise<void> {
    await writeAtomic(this.path, `${JSON.stringify(data, null, 2)}\n`);
  }
}
