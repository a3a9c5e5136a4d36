import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Config } from '../config/schema.ts';
import { repairRecordings } from '../media/recording/repair.ts';
import type { RecordingShelf } from '../service/call-recordings.ts';

/** Names of files as call control makes them: nothing else is served or deleted. */
const fileName = /^[\w-]{1,80}\.(wav|opus)$/;
const dayMs = 86_400_000;
/** How often it is looked for files that are old enough, ms. */
const tidyMs = 3_600_000;

/** The folder of recordings: what is in it, how long, and how much of it. */
export class RecordingStore implements RecordingShelf {
  readonly folder: string;
  readonly #clock: Clock;
  readonly #terms: () => Config['recording'];
  readonly #log: (message: string) => void;
  readonly #timer: { cancel(): void };

  /** Repairs what a crash has left. */
  constructor(
    data: string,
    parts: { clock: Clock; terms: () => Config['recording']; log: (message: string) => void },
  ) {
    this.folder = join(data, 'recordings');
    this.#clock = parts.clock;
    this.#terms = parts.terms;
    this.#log = parts.log;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (const file of repairRecordings(this.folder)) this.#log(`recording ${file} was repaired`);
    this.tidy();
    this.#timer = this.#clock.every(tidyMs, () => this.tidy());
  }

  close(): void {
    this.#timer.cancel();
  }

  path(file: string): string {
    return join(this.folder, file);
  }

  /** Path and length of a finished recording; undefined: there is none of that name. */
  find(file: string): { path: string; bytes: number } | undefined {
    if (!fileName.test(file)) return undefined;
    const stat = statSync(this.path(file), { throwIfNoEntry: false });
    return stat?.isFile() ? { path: this.path(file), bytes: stat.size } : undefined;
  }

  /** Deletes a recording; false: there is none of that name. */
  remove(file: string): boolean {
    if (!this.find(file)) return false;
    rmSync(this.path(file), { force: true });
    return true;
  }

  /** Deletes what is too old, and the oldest of what is too much. */
  tidy(): void {
    const { keepDays, maxMegabytes } = this.#terms();
    const oldest = this.#clock.wall() - keepDays * dayMs;
    const files = readdirSync(this.folder)
      .filter((name) => fileName.test(name))
      .map((name) => ({ name, stat: statSync(this.path(name), { throwIfNoEntry: false }) }))
      .flatMap(({ name, stat }) => (stat ? [{ name, bytes: stat.size, at: stat.mtimeMs }] : []))
      .sort((a, b) => a.at - b.at);
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, bytes, at } of files) {
      if (at >= oldest && total <= maxMegabytes * 1_000_000) continue;
      this.remove(name);
      total -= bytes;
      this.#log(
        `recording ${name} was deleted: ${at < oldest ? 'it is old enough' : 'the space is used up'}`,
      );
    }
  }
}
