import { Repeater } from '../dialog/invite-2xx.ts';
import type { Core } from './core.ts';

/** Sends one reliable response, given its RSeq. */
type Begin = (rseq: number) => { send: () => void; gaveUp: () => void };

interface Waiting {
  begin: Begin;
  cseq: number;
  described: boolean;
}

/**
 * Reliable provisional responses of one INVITE (RFC 3262 3): each has the next RSeq, is repeated
 * until its PRACK, and waits for the PRACK of the one before.
 */
export class Reliable {
  readonly #core: Core;
  readonly #waiting: Waiting[] = [];
  #rseq: number;
  /** The response that was sent last and has no PRACK yet. */
  #open: Waiting | undefined;
  #repeater: Repeater | undefined;

  constructor(core: Core) {
    this.#core = core;
    // RFC 3262 3: from 1 to 2**31 - 1; kept low so that it cannot run over.
    this.#rseq = core.ids.number(2 ** 16);
  }

  /** Sends a response, now or when its turn comes; `described`: it holds a session description. */
  add(begin: Begin, cseq: number, described: boolean): void {
    this.#waiting.push({ begin, cseq, described });
    this.#next();
  }

  /** No 2xx may be sent while a session description waits for its PRACK (RFC 3262 3). */
  get holdsAnswer(): boolean {
    return this.#open?.described === true || this.#waiting.some((w) => w.described);
  }

  /** A PRACK came; false if it fits no response that waits for one. */
  acknowledge(rseq: number, cseq: number): boolean {
    if (!this.#open || rseq !== this.#rseq || cseq !== this.#open.cseq) return false;
    this.#open = undefined;
    this.#repeater?.stop();
    this.#repeater = undefined;
    this.#next();
    return true;
  }

  /**
   * A final response has been sent: nothing is repeated any more, but a PRACK that is on its way is
   * still taken (RFC 3262 3).
   */
  finish(): void {
    this.#waiting.length = 0;
    this.#repeater?.stop();
    this.#repeater = undefined;
  }

  #next(): void {
    if (this.#open) return;
    const next = this.#waiting.shift();
    if (!next) return;
    this.#rseq += 1;
    this.#open = next;
    this.#repeater = new Repeater(this.#core.clock, this.#core.table.timing, {
      capped: false,
      ...next.begin(this.#rseq),
    });
  }
}
