import { mkdir, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../base/error.ts';
import type { Said } from '../dialplan/route-plan.ts';
import { AtomicJsonFile, syncFolder } from './atomic-file.ts';

/** One stored version of the document: who made it, when, and what it changed. */
export interface HistoryEntry {
  revision: number;
  /** Wall-clock ms since 1970. */
  at: number;
  /** `admin`, `undo`, `migration`, `box`. */
  by: string;
  /** Places that changed against the version before. */
  paths: string[];
  said: Said;
  /** The revision that this one took back. */
  undoes?: number;
  config: unknown;
}

/** How many changes can be taken back (page.md: the last twenty). */
export const undoDepth = 20;
/** One more, for the document before the oldest of them. */
const keptChanges = undoDepth + 1;
/** Taking back makes versions too, which must not push out what is still to be taken back. */
const keptVersions = 3 * keptChanges;

/** Stored versions, a file each, so that writing one never risks another. */
export class ConfigHistory {
  readonly #folder: string;
  #entries: HistoryEntry[] = [];

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Oldest first. */
  get entries(): readonly HistoryEntry[] {
    return this.#entries;
  }

  get last(): HistoryEntry | undefined {
    return this.#entries.at(-1);
  }

  /** Reads what is there; files that cannot be read are left out and named to `report`. */
  async load(report: (message: string) => void): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    const entries: HistoryEntry[] = [];
    for (const name of (await readdir(this.#folder)).sort()) {
      const path = join(this.#folder, name);
      if (name.endsWith('.tmp')) await unlink(path).catch(() => undefined);
      if (!/^\d+\.json$/.test(name)) continue;
      try {
        const entry = await new AtomicJsonFile<HistoryEntry>(path).read();
        if (entry && Number.isInteger(entry.revision)) entries.push(entry);
      } catch (error) {
        report(`history: ${messageOf(error)}`);
      }
    }
    this.#entries = entries.sort((a, b) => a.revision - b.revision);
  }

  /** Adds a version durably and forgets the oldest beyond what is kept. */
  async add(entry: HistoryEntry): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await new AtomicJsonFile<HistoryEntry>(this.#path(entry.revision)).write(entry);
    this.#entries.push(entry);
    while (this.#entries.length > keptVersions || this.#changes() > keptChanges) {
      const oldest = this.#entries.shift();
      if (oldest) await unlink(this.#path(oldest.revision)).catch(() => undefined);
    }
  }

  #changes(): number {
    return this.#entries.filter((entry) => entry.undoes === undefined).length;
  }

  /** Takes out versions that never came into force. */
  async drop(revisions: readonly number[]): Promise<void> {
    this.#entries = this.#entries.filter((entry) => !revisions.includes(entry.revision));
    for (const revision of revisions) await unlink(this.#path(revision)).catch(() => undefined);
    await syncFolder(this.#folder).catch(() => undefined);
  }

  #path(revision: number): string {
    return join(this.#folder, `${String(revision).padStart(8, '0')}.json`);
  }
}
