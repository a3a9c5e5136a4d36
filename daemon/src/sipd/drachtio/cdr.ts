import type { CdrReason, CdrRole, CdrSink } from './core.ts';
import type { Session } from './session.ts';
import { timeToken } from './wire.ts';

/** What the sink needs of the engine. */
export interface CdrIo {
  /** Sessions that asked for `cdr:attempt`, `cdr:start` or `cdr:stop`. */
  listeners(verb: string): readonly Session[];
  uuid(): string;
  wall(): number;
}

/** Sends call records to every client that asked for them (ruling 30). */
export class Cdrs implements CdrSink {
  readonly #io: CdrIo;

  constructor(io: CdrIo) {
    this.#io = io;
  }

  attempt(source: 'network' | 'application', message: string): void {
    this.#send('cdr:attempt', source, '', message);
  }

  start(source: 'network' | 'application', role: CdrRole, message: string): void {
    this.#send('cdr:start', source, `|${role}`, message);
  }

  stop(source: 'network' | 'application', reason: CdrReason, message: string): void {
    this.#send('cdr:stop', source, `|${reason}`, message);
  }

  #send(verb: string, source: string, last: string, message: string): void {
    const sessions = this.#io.listeners(verb);
    if (sessions.length === 0) return;
    const time = timeToken(this.#io.wall());
    for (const s of sessions) s.send(`${this.#io.uuid()}|${verb}|${source}|${time}${last}`, message);
  }
}
