import { readdirSync, statSync } from 'node:fs';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { PromptSound } from '../api/prompt-contract.ts';
import { CodedError } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import { PROMPT_LEVEL_DBM0 } from '../media/sound/loudness.ts';
import { writeWav } from '../media/sound/wav.ts';
import { decodeAside } from '../worker/sound-thread.ts';

const RATE = 8000;
/** Bytes before the samples of a file of ours. */
const HEADER = 44;
/** Nobody listens to a longer message, s. */
export const longestPrompt = 300;
/** All recordings together, bytes: more than an hour. */
const MOST_BYTES = 64_000_000;
/** What is kept in memory, bytes: four minutes. */
const MOST_IN_MEMORY = 4_000_000;

/** Uploaded prompts: WAV files of 8 kHz in a folder of the data, by id, as loud as the box's own. */
export class PromptStore {
  readonly #folder: string;
  readonly #known: () => ReadonlySet<string>;
  readonly #log: (message: string) => void;
  /** The longest unused first. */
  readonly #near = new Map<string, Int16Array>();
  /** One file is decoded at a time: each may take a hundred megabytes meanwhile. */
  #last: Promise<unknown> = Promise.resolve();

  /** @param known ids of the prompts of the configuration; what else lies in the folder gives way first */
  constructor(folder: string, known: () => ReadonlySet<string>, log: (message: string) => void) {
    this.#folder = folder;
    this.#known = known;
    this.#log = log;
  }

  /** Length and size of a prompt's sound; undefined: none is uploaded. */
  sound(id: string): PromptSound | undefined {
    const found = statSync(this.path(id), { throwIfNoEntry: false });
    if (!found || found.size <= HEADER) return undefined;
    return {
      bytes: found.size,
      seconds: Math.round((found.size - HEADER) / ((2 * RATE) / 10)) / 10,
      at: Math.round(found.mtimeMs),
    };
  }

  /** The file of a prompt, whether it is there or not. */
  path(id: string): string {
    return join(this.#folder, `${id}.wav`);
  }

  /** The sound of a prompt, for a call; undefined: none is uploaded, or it cannot be read. */
  async samples(id: string): Promise<Int16Array | undefined> {
    const known = this.#near.get(id);
    if (known) {
      this.#near.delete(id);
      this.#near.set(id, known);
      return known;
    }
    if (!this.#known().has(id)) return undefined;
    const file = await readFile(this.path(id)).catch(() => undefined);
    if (!file || file.length <= HEADER) return undefined;
    const samples = new Int16Array((file.length - HEADER) >> 1);
    for (let i = 0; i < samples.length; i++) samples[i] = file.readInt16LE(HEADER + 2 * i);
    this.#remember(id, samples);
    return samples;
  }

  /**
   * Puts the sound of a file in the place of a prompt's. Whatever is wrong, the old one stands.
   * @throws CodedError `media/sound-...` of what is wrong with the file, `main/prompts-full`
   */
  async replace(id: string, file: Buffer): Promise<PromptSound> {
    const turn = this.#last.catch(() => {});
    const done = turn.then(async () => {
      const samples = await decodeAside(file, { longest: longestPrompt, levelDbm0: PROMPT_LEVEL_DBM0 });
      await this.#write(id, samples);
    });
    this.#last = done;
    await done;
    return this.sound(id)!;
  }

  /** Puts what was said on a telephone in the place of a prompt's sound. @throws CodedError `main/prompts-full` */
  async put(id: string, samples: Int16Array): Promise<void> {
    await this.#write(id, samples);
  }

  /** Whatever was read of the files holds no longer. */
  forget(): void {
    this.#near.clear();
  }

  async remove(id: string): Promise<boolean> {
    this.#near.delete(id);
    const there = await stat(this.path(id)).then(
      () => true,
      () => false,
    );
    await rm(this.path(id), { force: true });
    return there;
  }

  async #write(id: string, samples: Int16Array): Promise<void> {
    const bytes = HEADER + samples.byteLength;
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#makeRoom(id, bytes);
    await writeAtomic(this.path(id), writeWav(samples));
    this.#near.delete(id);
    this.#remember(id, samples);
  }

  async #makeRoom(id: string, bytes: number): Promise<void> {
    const known = this.#known();
    let sum = bytes;
    const unused: { path: string; size: number; at: number }[] = [];
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      const { size, mtimeMs } = statSync(path);
      if (name === `${id}.wav`) continue;
      sum += size;
      if (!name.endsWith('.wav') || !known.has(name.slice(0, -4))) unused.push({ path, size, at: mtimeMs });
    }
    // An entry that was taken away may come back by an undo; its sound goes when the room is needed.
    for (const { path, size } of unused.sort((a, b) => a.at - b.at)) {
      if (sum <= MOST_BYTES) return;
      await rm(path, { force: true });
      this.#log(`${path} belongs to no prompt any more and was deleted to make room`);
      sum -= size;
    }
    if (sum > MOST_BYTES) throw new CodedError('main/prompts-full', 'there is no room for more prompts');
  }

  #remember(id: string, samples: Int16Array): void {
    this.#near.set(id, samples);
    let sum = 0;
    for (const kept of this.#near.values()) sum += kept.byteLength;
    for (const [oldest, kept] of this.#near) {
      if (sum <= MOST_IN_MEMORY) return;
      this.#near.delete(oldest);
      sum -= kept.byteLength;
    }
  }
}
