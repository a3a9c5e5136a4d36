import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import type { Lockouts } from '../service/lockout.ts';

const count = z.number().int().min(0);
const document = z.array(
  z.object({
    key: z.string().max(64),
    failures: count,
    locks: count,
    lockedUntil: z.number(),
    last: z.number(),
  }),
);

/** A scanner that fills the memory does not fill the disk. */
const most = 1000;
/** The file is written at most so often, ms. */
const restMs = 2000;

/**
 * Wrong PINs and locks, kept over a restart: pulling the plug is no way around a lock. No PIN is among them, only where
 * they were keyed, and user numbers.
 */
export class PinLocks {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #lockouts: Lockouts;
  readonly #warn: (message: string) => void;
  #writing: Promise<void> = Promise.resolve();
  #resting = false;
  #changed = false;

  constructor(folder: string, clock: Clock, lockouts: Lockouts, warn: (message: string) => void) {
    this.#path = join(folder, 'pin-locks.json');
    this.#clock = clock;
    this.#lockouts = lockouts;
    this.#warn = warn;
    this.#read();
    lockouts.changed = () => this.#soon();
  }

  /** Writes what is not written yet. */
  async close(): Promise<void> {
    this.#lockouts.changed = () => {};
    if (this.#changed) this.#write();
    await this.#writing;
  }

  get #ahead(): number {
    return this.#clock.wall() - this.#clock.now();
  }

  /** The first change at once, those of the next moment together. */
  #soon(): void {
    this.#changed = true;
    if (this.#resting) return;
    this.#resting = true;
    this.#write();
    this.#clock.after(restMs, () => {
      this.#resting = false;
      if (this.#changed) this.#soon();
    });
  }

  #write(): void {
    this.#changed = false;
    const text = `${JSON.stringify(this.#lockouts.kept(this.#ahead, most))}\n`;
    this.#writing = this.#writing.then(() =>
      writeAtomic(this.#path, text).catch((error: unknown) => this.#warn(messageOf(error))),
    );
  }

  #read(): void {
    try {
      const kept = document.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      this.#lockouts.restore(kept, this.#ahead, this.#clock.now());
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.#warn(`${this.#path}: ${messageOf(error)}`);
    }
  }
}

/** Keeps the lock-outs from here on. @returns what ends that */
export function keepPinLocks(
  folder: string,
  clock: Clock,
  lockouts: Lockouts,
  log: { warn(message: () => string): void },
): () => Promise<void> {
  const locks = new PinLocks(folder, clock, lockouts, (message) => log.warn(() => message));
  return () => locks.close();
}
