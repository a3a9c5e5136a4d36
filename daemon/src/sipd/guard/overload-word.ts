import type { SipMessage } from '../message/message.ts';
import { param, splitList } from '../message/scan.ts';

/** RFC 7339 4.4: how long a word of ours holds, ms; while the pressure lasts every response renews it. */
const VALIDITY_MS = 500;

/**
 * What we tell of our overload to whoever announces that it would listen (RFC 7339 5, the algorithm `loss`): in the top
 * Via of each response while new calls are rationed, and for a moment after that it is over.
 */
export class OverloadWord {
  readonly #now: () => number;
  readonly #wall: () => number;
  readonly #loss: () => number;
  #toldAt = Number.NEGATIVE_INFINITY;
  #sequence = 0;

  /** `loss`: percent of new requests that are to be left out now. */
  constructor(parts: { now: () => number; wall: () => number; loss: () => number }) {
    this.#now = parts.now;
    this.#wall = parts.wall;
    this.#loss = parts.loss;
  }

  /** A response as it is to be sent. */
  written(request: SipMessage, response: string): string {
    const loss = this.#loss();
    const now = this.#now();
    if (loss === 0 && now - this.#toldAt > 2 * VALIDITY_MS) return response;
    if (!listens(request.via.params)) return response;
    if (loss > 0) this.#toldAt = now;
    const at = response.indexOf('\r\nVia: ');
    const end = response.indexOf('\r\n', at + 2);
    if (at < 0 || end < 0) return response;
    const [top = '', ...rest] = splitList(response.slice(at + 7, end));
    // Seconds, growing, so that what is overtaken on the way can be told (RFC 7339 4.5).
    this.#sequence = Math.max(this.#sequence + 0.001, this.#wall() / 1000);
    const said = `;oc=${loss};oc-algo="loss";oc-validity=${VALIDITY_MS};oc-seq=${this.#sequence.toFixed(3)}`;
    const value = [`${withoutWord(top)}${said}`, ...rest].join(', ');
    return `${response.slice(0, at + 7)}${value}${response.slice(end)}`;
  }
}

/** Whether a Via announces that its sender heeds `loss` (RFC 7339 4.1: `oc` without a value). */
function listens(params: string): boolean {
  if (params === '' || param(params, 'oc') !== '') return false;
  const algorithms = param(params, 'oc-algo') ?? '';
  return algorithms
    .replace(/"/g, '')
    .split(',')
    .some((name) => name.trim().toLowerCase() === 'loss');
}

/** A Via without the parameters of overload that it came with. */
function withoutWord(via: string): string {
  return via.replace(/;\s*oc(?:-algo|-validity|-seq)?(?:\s*=\s*(?:"[^"]*"|[^;\s]*))?(?=\s*(?:;|$))/gi, '');
}
