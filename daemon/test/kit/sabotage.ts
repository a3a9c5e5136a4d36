import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A thread of the daemon. */
export type Thread = 'main' | 'media' | 'sipd';

/*
 * Loaded by Node before the daemon's own code, into each of its threads (`node --import`), so that the
 * product needs no way of its own to be broken.
 */
const preload = (folder: string): string => `
import { existsSync, rmSync } from 'node:fs';
import { isMainThread, workerData } from 'node:worker_threads';
const thread = isMainThread ? 'main' : workerData?.heartbeat ? 'media' : 'sipd';
const ordered = (what) => {
  const file = ${JSON.stringify(folder)} + '/' + thread + '.' + what;
  if (!existsSync(file)) return false;
  rmSync(file);
  return true;
};
setInterval(() => {
  // Stands still for good, at no cost to the machine that others test on.
  if (ordered('hang')) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  if (ordered('die')) throw new Error('sabotage');
}, 50).unref();
`;

/** Makes one thread of a daemon hang or die. */
export class Sabotage {
  readonly #folder: string;

  constructor(t: { teardown(fn: () => unknown): void }) {
    this.#folder = mkdtempSync(join(tmpdir(), 'sabotage-'));
    writeFileSync(join(this.#folder, 'preload.mjs'), preload(this.#folder));
    t.teardown(() => rmSync(this.#folder, { recursive: true, force: true }));
  }

  /** What the daemon has to be started with. */
  get env(): NodeJS.ProcessEnv {
    return { NODE_OPTIONS: `--import ${join(this.#folder, 'preload.mjs')}` };
  }

  /** Its event loop turns no more. */
  hang(thread: Thread): void {
    writeFileSync(join(this.#folder, `${thread}.hang`), '');
  }

  /** An error that nobody has foreseen. */
  kill(thread: Thread): void {
    writeFileSync(join(this.#folder, `${thread}.die`), '');
  }
}
