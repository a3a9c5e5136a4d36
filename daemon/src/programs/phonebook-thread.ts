import type { Worker } from 'node:worker_threads';
import { CodedError } from '../base/error.ts';
import { startWorker } from '../base/worker-thread.ts';
import type { Area } from '../dialplan/number-rules.ts';
import type { BadContact } from './contact-table.ts';

/** What the thread is to do with the phonebook at `path`. */
export type ToPhonebook =
  | {
      do: 'import';
      path: string;
      data: Uint8Array;
      /** Where numbers without a code are of. */
      area: Area;
      /** Nothing is stored. */
      check: boolean;
      /** What is not in the table goes. */
      replace: boolean;
      now: number;
    }
  | { do: 'xlsx'; path: string; titles: readonly string[] }
  /** Puts entries of a backup, a JSON list, in the place of all there are. */
  | { do: 'restore'; path: string; data: Uint8Array; now: number };

export interface ImportResult {
  rows: number;
  added: number;
  changed: number;
  removed: number;
  bad: BadContact[];
}

export type FromPhonebook =
  | { imported: ImportResult }
  | { xlsx: Uint8Array }
  | { restored: number }
  | { broken: string };

/** A table that takes longer is no honest one, ms. */
const patienceMs = 180_000;

const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './phonebook-worker.ts' : './phonebook-worker.js',
  import.meta.url,
);

/**
 * Reads and writes tables of the phonebook in a thread of its own, which lives only as long as that takes: no call waits
 * for 50,000 rows, and a workbook made to burst takes nothing else with it.
 * @throws CodedError `programs/bad-table`
 */
export async function phonebookAside(
  order: ToPhonebook,
): Promise<Exclude<FromPhonebook, { broken: string }>> {
  const worker: Worker = startWorker(workerUrl, {
    name: 'phonebook',
    resourceLimits: { maxOldGenerationSizeMb: 384 },
  });
  let timer: NodeJS.Timeout | undefined;
  try {
    const given = await new Promise<FromPhonebook>((resolve, reject) => {
      const broken = (message: string, cause?: unknown): void =>
        reject(new CodedError('programs/bad-table', message, { cause }));
      worker.once('message', resolve);
      worker.once('error', (error) => broken('the table cannot be read', error));
      worker.once('exit', () => broken('the table cannot be read'));
      timer = setTimeout(() => broken('the table takes too long to read'), patienceMs);
      worker.postMessage(order);
    });
    if ('broken' in given) throw new CodedError('programs/bad-table', given.broken);
    return given;
  } finally {
    clearTimeout(timer);
    void worker.terminate();
  }
}
