import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import type { CallerLearning } from '../port/caller-learning.ts';
import type { Fxo } from '../port/fxo.ts';

/** What is kept of a line; `at`: wall-clock ms of the last news. */
export interface CallerHabit {
  learning: CallerLearning;
  at: number;
}

const words = z.string().max(2000);
const heard = z.object({
  way: z.enum(['fsk-v23', 'fsk-bell202', 'dtmf', 'aon']),
  raw: words,
  number: words.optional(),
  name: words.optional(),
  absence: z.enum(['private', 'unavailable']).optional(),
  category: words.optional(),
});
const document = z.record(
  z.string().regex(/^\d{1,2}$/),
  z.object({
    at: z.number(),
    learning: z.object({
      way: heard.shape.way.optional(),
      moment: z.enum(['before-ring', 'between-rings', 'on-request']).optional(),
      inRow: z.number().int().min(0),
      without: z.number().int().min(0),
      last: heard.optional(),
    }),
  }),
);

/** How each line sends caller ID, as learnt from its calls; kept over restarts beside the configuration. */
export class CallerHabits extends Emitter<{ changed: [port: number] }> {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  readonly #habits = new Map<number, CallerHabit>();
  readonly #followed = new Map<Fxo, () => void>();
  #writing: Promise<void> = Promise.resolve();

  /** @param warn hears of a file that cannot be read or written; nothing else depends on it. */
  constructor(folder: string, clock: Clock, warn: (message: string) => void) {
    super();
    this.#path = join(folder, 'caller-id.json');
    this.#clock = clock;
    this.#warn = warn;
    this.#read();
  }

  habit(port: number): CallerHabit | undefined {
    return this.#habits.get(port);
  }

  /** Follows exactly these lines from now on; a new one gets back what was learnt of its socket. */
  follow(ports: Iterable<Fxo>): void {
    const wanted = new Set(ports);
    for (const [port, off] of this.#followed) {
      if (wanted.has(port)) continue;
      off();
      this.#followed.delete(port);
    }
    for (const port of wanted) {
      if (this.#followed.has(port)) continue;
      const known = this.#habits.get(port.number);
      if (known) port.recall(known.learning);
      this.#followed.set(
        port,
        port.on('callerLearnt', (learning) => this.#learnt(port.number, learning)),
      );
    }
  }

  /** Lets go of the ports and waits for the file. */
  async close(): Promise<void> {
    for (const off of this.#followed.values()) off();
    this.#followed.clear();
    await this.#writing;
  }

  #learnt(port: number, learning: CallerLearning): void {
    this.#habits.set(port, { learning, at: this.#clock.wall() });
    this.emit('changed', port);
    this.#writing = this.#writing.then(() => this.#write());
  }

  async #write(): Promise<void> {
    try {
      await writeAtomic(this.#path, `${JSON.stringify(Object.fromEntries(this.#habits), undefined, 2)}\n`);
    } catch (error) {
      this.#warn(messageOf(error));
    }
  }

  #read(): void {
    try {
      const found = document.parse(JSON.parse(readFileSync(this.#path, 'utf8')));
      // Fields that are not there are left out by zod, which its types do not tell.
      for (const [port, habit] of Object.entries(found)) this.#habits.set(Number(port), habit as CallerHabit);
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.#warn(`${this.#path}: ${messageOf(error)}`);
    }
  }
}
