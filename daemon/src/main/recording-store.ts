import { mkdirSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Config } from '../config/schema.ts';
import type { RecordingOrder } from '../media/api.ts';
import { repairRecordings } from '../media/recording/repair.ts';
import { newSeal } from '../media/recording/seal.ts';
import { SEALED, SealedFile } from '../media/recording/sealed-file.ts';
import type { RecordingShelf } from '../service/call-recordings.ts';

/** Names of files as call control makes them: nothing else is served or deleted. */
const fileName = /^[\w-]{1,80}\.(wav|opus)$/;
/** The same as they lie on the disk. */
const diskName = /^[\w-]{1,80}\.(wav|opus)(\.sealed)?$/;

/** A finished recording. */
export type Recorded =
  | { path: string }
  /** It is encrypted; whoever opens it closes it. Undefined: it was encrypted by another box. */
  | { open(): SealedFile | undefined };
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
  readonly #secret: Uint8Array;

  /** Repairs what a crash has left. */
  constructor(
    data: string,
    parts: {
      clock: Clock;
      terms: () => Config['recording'];
      /** The box's own: what keys of files are made of. */
      secret: Uint8Array;
      log: (message: string) => void;
    },
  ) {
    this.folder = join(data, 'recordings');
    this.#clock = parts.clock;
    this.#terms = parts.terms;
    this.#log = parts.log;
    this.#secret = parts.secret;
    mkdirSync(this.folder, { recursive: true, mode: 0o700 });
    for (const file of repairRecordings(this.folder, this.#secret))
      this.#log(`recording ${file} was repaired`);
    this.tidy();
    this.#timer = this.#clock.every(tidyMs, () => this.tidy());
  }

  close(): void {
    this.#timer.cancel();
  }

  place(file: string): Pick<RecordingOrder, 'file' | 'seal'> {
    const path = join(this.folder, file);
    return this.#terms().encrypt ? { file: path + SEALED, seal: newSeal(this.#secret) } : { file: path };
  }

  /** A finished recording; undefined: there is none of that name. */
  find(file: string): Recorded | undefined {
    const path = this.#pathOf(file);
    if (path === undefined) return undefined;
    if (!path.endsWith(SEALED)) return { path };
    return { open: () => SealedFile.open(path, this.#secret, file.endsWith('.wav')) };
  }

  /** Deletes a recording; false: there is none of that name. */
  remove(file: string): boolean {
    const path = this.#pathOf(file);
    if (path !== undefined) rmSync(path, { force: true });
    return path !== undefined;
  }

  #pathOf(file: string): string | undefined {
    if (!fileName.test(file)) return undefined;
    return [join(this.folder, file), join(this.folder, file + SEALED)].find((path) =>
      statSync(path, { throwIfNoEntry: false })?.isFile(),
    );
  }

  /** Deletes what is too old, and the oldest of what is too much. */
  tidy(): void {
    const { keepDays, maxMegabytes } = this.#terms();
    const oldest = this.#clock.wall() - keepDays * dayMs;
    const files = readdirSync(this.folder)
      .filter((name) => diskName.test(name))
      .map((name) => ({ name, stat: statSync(join(this.folder, name), { throwIfNoEntry: false }) }))
      .flatMap(({ name, stat }) => (stat ? [{ name, bytes: stat.size, at: stat.mtimeMs }] : []))
      .sort((a, b) => a.at - b.at);
    let total = files.reduce((sum, { bytes }) => sum + bytes, 0);
    for (const { name, bytes, at } of files) {
      if (at >= oldest && total <= maxMegabytes * 1_000_000) continue;
      rmSync(join(this.folder, name), { force: true });
      total -= bytes;
      this.#log(
        `recording ${name} was deleted: ${at < oldest ? 'it is old enough' : 'the space is used up'}`,
      );
    }
  }
}
