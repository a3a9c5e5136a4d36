import { Repeater } from '../dialog/invite-2xx.ts';
import type { Core } from './core.ts';

/** Sends one reliable response, given its RSeq. */
type Begin = (rseq: number) => { send: () => void; gaveUp: () => void };

/**
 * Reliable provisional responses of one INVITE (RFC 3262 3): each has the next RSeq, is repeated
 * until its PRACK, and waits for the PRACK of the one before.
 */
export class Reliable {
  readonly #core: Core;
  readonly #waiting: { begin: Begin; cseq: number }[] = [];
  #rseq: number;
  #cseq = 0;
  #repeater: Repeater | undefined;

  constructor(core: Core) {
    this.#core = core;
    // RFC 3262 3: from 1 to 2**31 - 1; kept low so that it cannot run over.
    this.#rseq = core.ids.number(2 ** 16);
  }

  add(begin: Begin, cseq: number): void {
    this.#waiting.push({ begin, cseq });
    this.#next();
  }

  /** A PRACK came; false if it fits no response that waits for one. */
  acknowledge(rseq: number, cseq: number): boolean {
    if (!this.#repeater?.running || rseq !== this.#rseq || cseq !== this.#cseq) return false;
    this.#repeater.stop();
    this.#repeater = undefined;
    this.#next();
    return true;
  }

  stop(): void {
    this.#waiting.length = 0;
    this.#repeater?.stop();
    this.#repeater = undefined;
  }

  #next(): void {
    if (this.#repeater) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#rseq += 1;
    this.#cseq = next.cseq;
    this.#repeater = new Repeater(this.#core.clock, this.#core.table.timing, {
      capped: false,
      ...next.begin(this.#rseq),
    });
  }
}
