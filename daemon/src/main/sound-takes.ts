import { mkdirSync, rmSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { levelled, PROMPT_LEVEL_DBM0, trimmed } from '../media/sound/loudness.ts';
import { narrowWav } from '../media/sound/narrow.ts';
import type { SoundTakes } from '../service/take-sound.ts';

/** More is not read, s; what takes it has limits of its own below that. */
const LONGEST = 330;

/** Files of what somebody says, from the moment it is said to the moment it is read. None outlives the daemon. */
export class TakenSounds implements SoundTakes {
  readonly #folder: string;

  constructor(data: string) {
    this.#folder = join(data, 'takes');
    rmSync(this.#folder, { recursive: true, force: true });
  }

  place(id: string): string {
    mkdirSync(this.#folder, { recursive: true, mode: 0o700 });
    return this.#path(id);
  }

  async read(id: string): Promise<Int16Array | undefined> {
    try {
      return trimmed(levelled(narrowWav(await readFile(this.#path(id)), LONGEST), PROMPT_LEVEL_DBM0));
    } catch {
      return undefined;
    } finally {
      await this.#remove(id);
    }
  }

  discard(id: string): void {
    void this.#remove(id);
  }

  async #remove(id: string): Promise<void> {
    await rm(this.#path(id), { force: true }).catch(() => {});
  }

  #path(id: string): string {
    return join(this.#folder, `${id}.wav`);
  }
}
