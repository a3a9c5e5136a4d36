import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { DraftEdit } from '../api/draft-contract.ts';
import type { DraftAccess } from '../api/trial-deps.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import type { DeviceKey } from '../config/device-key.ts';
import { sealRoomPins } from '../config/room-pin.ts';

const path = z.string();
const file = z.record(
  z.string(),
  z.array(
    z.object({
      id: z.string(),
      edit: z.union([
        z.object({ op: z.literal('put'), path, value: z.unknown() }),
        z.object({ op: z.literal('remove'), path }),
      ]),
      at: z.number(),
      revision: z.number(),
      was: z.unknown().optional(),
    }),
  ),
);

/** Pending changes by account, in a file beside the settings: like those it may hold secrets, and is the daemon's alone to read. */
export class DraftStore implements DraftAccess {
  readonly #path: string;
  readonly #key: DeviceKey;
  readonly #drafts: Map<string, readonly DraftEdit[]>;
  #writing: Promise<void> = Promise.resolve();

  constructor(folder: string, key: DeviceKey, warn: (message: string) => void) {
    this.#path = join(folder, 'drafts.json');
    this.#key = key;
    this.#drafts = new Map(Object.entries(readDrafts(this.#path, warn)));
  }

  of(who: string): readonly DraftEdit[] {
    return this.#drafts.get(who) ?? [];
  }

  all(): { who: string; edits: readonly DraftEdit[] }[] {
    return [...this.#drafts].map(([who, edits]) => ({ who, edits }));
  }

  keep(who: string, edits: readonly DraftEdit[]): Promise<void> {
    if (edits.length === 0 && !this.#drafts.has(who)) return this.#writing;
    if (edits.length === 0) this.#drafts.delete(who);
    else this.#drafts.set(who, edits);
    const text = `${JSON.stringify(Object.fromEntries(this.#drafts), undefined, 2)}\n`;
    // One after the other, whether or not the one before was safe.
    this.#writing = this.#writing.catch(() => {}).then(() => writeAtomic(this.#path, text));
    return this.#writing;
  }

  sealed(document: unknown): ReturnType<typeof sealRoomPins> {
    return sealRoomPins(document, this.#key);
  }
}

function readDrafts(path: string, warn: (message: string) => void): Record<string, DraftEdit[]> {
  try {
    return file.parse(JSON.parse(readFileSync(path, 'utf8'))) as Record<string, DraftEdit[]>;
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') warn(`pending changes are lost, ${path}: ${messageOf(error)}`);
    return {};
  }
}
