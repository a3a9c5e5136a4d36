import type { Clock, Timer } from '../base/clock.ts';
import { splitHeader } from './address.ts';

/** RFC 7339 4.4: how long a word of overload holds where the server does not say, ms. */
const USUAL_MS = 500;

/** The longest that one word may hold, ms: a server that is not heard of for that long is asked anew. */
const MOST_MS = 10 * 60_000;

/** Servers remembered: an operator may have a whole subnet of them. */
const MOST_SERVERS = 64;

/** What one server has said of how much it can take. */
interface Word {
  /** Share of requests to be left out, percent. */
  loss: number;
  sequence: number;
  until: number;
}

/** What a Via of ours says of overload as it came back (RFC 7339 4); undefined: nothing that is understood. */
export function readOverload(
  via: string | undefined,
): { loss: number; validityMs: number; sequence: number | undefined } | undefined {
  const top = splitHeader(via ?? '')[0] ?? '';
  const param = (name: string): string | undefined =>
    new RegExp(`;\\s*${name}\\s*=\\s*("[^"]*"|[^;\\s]*)`, 'i').exec(top)?.[1]?.replace(/"/g, '');
  const loss = param('oc');
  if (loss === undefined || !/^\d{1,3}$/.test(loss) || Number(loss) > 100) return undefined;
  // RFC 7339 4.2: one algorithm stands in a response; we have offered this one and no other.
  if (param('oc-algo')?.toLowerCase() !== 'loss') return undefined;
  const validity = Number.parseInt(param('oc-validity') ?? '', 10);
  const sequence = Number.parseFloat(param('oc-seq') ?? '');
  return {
    loss: Number(loss),
    validityMs: validity >= 0 ? Math.min(validity, MOST_MS) : USUAL_MS,
    sequence: Number.isFinite(sequence) ? sequence : undefined,
  };
}

/**
 * Whether servers of an operator have asked for fewer calls, and how many fewer (RFC 7339, the client's part with the
 * algorithm `loss`). It holds for one server at a time and ends by itself.
 */
export class Overload {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #changed: () => void;
  readonly #words = new Map<string, Word>();
  #timer: Timer | undefined;

  /** `changed`: the share that is left out is another now. */
  constructor(clock: Clock, random: () => number, changed: () => void) {
    this.#clock = clock;
    this.#random = random;
    this.#changed = changed;
  }

  /** A response of `server`'s with this Via. */
  heard(server: string, via: string | undefined): void {
    if (via === undefined || !/;\s*oc\s*=/i.test(via)) return;
    const said = readOverload(via);
    if (!said) return;
    const now = this.#clock.now();
    const before = this.#words.get(server);
    // RFC 7339 4.5: what overtook another on the way is older.
    if (before && said.sequence !== undefined && said.sequence <= before.sequence) return;
    const was = this.#lossNow(before);
    // RFC 7339 4.4: a validity of 0 takes back what was said.
    const loss = said.validityMs === 0 ? 0 : said.loss;
    if (!before && this.#words.size >= MOST_SERVERS) this.#words.delete(this.#words.keys().next().value!);
    this.#words.set(server, {
      loss,
      sequence: said.sequence ?? before?.sequence ?? 0,
      until: now + said.validityMs,
    });
    if (loss !== was) this.#changed();
    if (loss > 0) this.#watch(now + said.validityMs);
  }

  /** Percent of calls to `server` that are to be left out now. */
  share(server: string): number {
    return this.#lossNow(this.#words.get(server));
  }

  /** Whether one more call to `server` is to be left out. */
  sheds(server: string): boolean {
    const share = this.share(server);
    return share > 0 && this.#random() * 100 < share;
  }

  close(): void {
    this.#timer?.cancel();
    this.#words.clear();
  }

  #lossNow(word: Word | undefined): number {
    return word && this.#clock.now() < word.until ? word.loss : 0;
  }

  /** Tells when the word that holds longest has ended. */
  #watch(until: number): void {
    this.#timer?.cancel();
    this.#timer = this.#clock.after(until - this.#clock.now() + 1, () => {
      const last = Math.max(...[...this.#words.values()].map((word) => word.until));
      if (last > this.#clock.now()) this.#watch(last);
      this.#changed();
    });
  }
}
