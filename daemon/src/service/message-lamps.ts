import type { Config } from '../config/schema.ts';
import type { FxsPort } from '../port/port.ts';
import type { MessageSource } from './message-waiting.ts';

/** What the lamps follow. */
export interface LampSources {
  config(): Config;
  messages: MessageSource;
  fxs(number: number): FxsPort | undefined;
}

/** Message-waiting lamps of the telephones of people whose messages wait (A12). */
export class MessageLamps {
  readonly #from: LampSources;
  readonly #off: () => void;
  /** What each port was told last. */
  readonly #told = new Map<FxsPort, number>();

  constructor(from: LampSources) {
    this.#from = from;
    this.#off = from.messages.on('changed', () => this.apply());
  }

  close(): void {
    this.#off();
  }

  /** Who sits where, or which ports there are, may have changed: every lamp is looked at. */
  apply(): void {
    for (const entry of this.#from.config().ports) {
      if (entry.kind !== 'fxs') continue;
      const port = this.#from.fxs(entry.number);
      if (port) this.#tell(port, this.#waiting(entry.number));
    }
  }

  #waiting(port: number): number {
    const people = this.#from.config().people.filter((person) => person.ports.includes(port));
    return people.reduce((sum, { id }) => sum + this.#from.messages.counts(id).fresh, 0);
  }

  #tell(port: FxsPort, fresh: number): void {
    if ((this.#told.get(port) ?? 0) === fresh) return;
    this.#told.set(port, fresh);
    port.messageWaiting(fresh > 0, fresh);
  }
}
