import { createHash, randomUUID } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { PCMA } from '../media/dsp/g711.ts';

/** What is kept on disk at most, bytes: an hour and a half of speech. */
const MOST_ON_DISK = 40_000_000;
/** What is kept in memory at most, bytes: a good two minutes. */
const MOST_IN_MEMORY = 1_000_000;

/**
 * Texts that have been spoken, as A-law at 8 kHz, by what was spoken and how: the latest in memory, more in a folder of
 * the data. Whatever is wrong with the disk, speech goes on without it.
 */
export class SpokenTexts {
  readonly #folder: string;
  readonly #most: { disk: number; memory: number };
  /** The oldest first. */
  readonly #near = new Map<string, Uint8Array>();
  #nearBytes = 0;
  /** What lies on disk; unknown before the first look. */
  #diskBytes: number | undefined;

  constructor(folder: string, most: { disk?: number; memory?: number } = {}) {
    this.#folder = folder;
    this.#most = { disk: most.disk ?? MOST_ON_DISK, memory: most.memory ?? MOST_IN_MEMORY };
  }

  /** Name of what is spoken. @param how everything else that decides about the sound */
  static key(text: string, how: string): string {
    return createHash('sha256').update(`${how}\n${text}`).digest('hex').slice(0, 40);
  }

  find(key: string): Int16Array | undefined {
    const near = this.#near.get(key);
    const coded = near ?? this.#read(key);
    if (!coded) return undefined;
    this.#remember(key, coded);
    const samples = new Int16Array(coded.length);
    PCMA.decode(coded, samples);
    return samples;
  }

  /** Whether it is kept, without reading it. */
  has(key: string): boolean {
    return this.#near.has(key) || existsSync(this.#file(key));
  }

  /** @param lasting whether it may be kept on disk */
  keep(key: string, samples: Int16Array, lasting: boolean): void {
    const coded = new Uint8Array(samples.length);
    PCMA.encode(samples, coded);
    this.#remember(key, coded);
    if (lasting) this.#write(key, coded);
  }

  #remember(key: string, coded: Uint8Array): void {
    this.#forget(key);
    if (coded.length > this.#most.memory) return;
    this.#near.set(key, coded);
    this.#nearBytes += coded.length;
    for (const oldest of this.#near.keys()) {
      if (this.#nearBytes <= this.#most.memory) break;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const known = this.#near.get(key);
    if (!known) return;
    this.#near.delete(key);
    this.#nearBytes -= known.length;
  }

  #file(key: string): string {
    return join(this.#folder, `${key}.al`);
  }

  #read(key: string): Uint8Array | undefined {
    try {
      const coded = readFileSync(this.#file(key));
      // Empty: the power went before it was written.
      if (coded.length === 0) return undefined;
      // Who is used stays: the oldest go first.
      const now = new Date();
      utimesSync(this.#file(key), now, now);
      return coded;
    } catch {
      return undefined;
    }
  }

  #write(key: string, coded: Uint8Array): void {
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
      const own = join(this.#folder, `.${randomUUID()}`);
      writeFileSync(own, coded, { mode: 0o600, flush: true });
      renameSync(own, this.#file(key));
      this.#diskBytes =
        (this.#diskBytes ?? this.#onDisk().reduce((sum, { size }) => sum + size, 0)) + coded.length;
      if (this.#diskBytes > this.#most.disk) this.#shrink();
    } catch {
      // Full, or read-only: it is spoken anew the next time.
    }
  }

  /** Takes away the longest unused until a fifth is free, and what a power cut has left. */
  #shrink(): void {
    let sum = 0;
    for (const { path, size } of this.#onDisk().sort((a, b) => b.used - a.used)) {
      if (sum + size > this.#most.disk * 0.8) rmSync(path, { force: true });
      else sum += size;
    }
    this.#diskBytes = sum;
  }

  #onDisk(): { path: string; size: number; used: number }[] {
    return readdirSync(this.#folder).map((name) => {
      const path = join(this.#folder, name);
      const { size, mtimeMs } = statSync(path);
      return { path, size, used: name.startsWith('.') ? 0 : mtimeMs };
    });
  }
}
