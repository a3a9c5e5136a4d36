/** Hard limits of one message; what lies beyond is refused before it costs memory or time. */
export interface Limits {
  /** Longest whole message, in bytes (a UDP datagram cannot be longer). */
  messageBytes: number;
  /** Most header fields of one message. */
  headers: number;
  /** Most Via entries, comma lists counted apart; a longer path is a loop. */
  vias: number;
  /** Most entries of Contact, Route and Record-Route together: the client reads them in more than linear time. */
  entries: number;
  /** Longest header line with its folded continuations, in bytes. */
  lineBytes: number;
}

export const DEFAULT_LIMITS: Limits = {
  messageBytes: 65_536,
  headers: 256,
  vias: 64,
  entries: 100,
  lineBytes: 8192,
};

/**
 * What can be forgiven although RFC 3261 does not allow it, each by its name, so that a peer that leans on
 * one can be found.
 */
export const LENIENCES = [
  'start-line-space', // more than one SP, or SP at the end, in the start line (RFC 4475 3.1.2.10)
  'bare-lf', // LF without CR at a line's end
  'addr-spec-spaces', // spaces around the URI inside <>
  'addr-spec-unbracketed', // `?` or `,` in an unbracketed URI
  'display-name', // display name with characters outside of token and not quoted
  'duplicate-header', // a single-valued header repeated with the same value
  'no-branch', // top Via of an RFC 2543 element
  'trailing-body', // bytes beyond Content-Length on a datagram
  'udp-over-mtu', // ruling 16: a request pinned to UDP that is longer than the path allows
] as const;

export type Lenience = (typeof LENIENCES)[number];

/**
 * What is forgiven unless the configuration says otherwise: what a receiver is asked to put up with (RFC 3261
 * 17.2.3 for peers of RFC 2543, 18.3 for surplus bytes) and what ruling 16 grants. All else is refused.
 */
export const FORGIVEN: readonly Lenience[] = ['no-branch', 'trailing-body', 'udp-over-mtu'];

/** How often one peer leaned on one lenience. */
export interface Leaning {
  peer: string;
  what: Lenience;
  forgiven: number;
  refused: number;
}

/** Peers of which it is kept what they lean on. */
const MOST_LEANINGS = 300;

/** Says what is forgiven, and counts by name and by peer; shared by everything that parses or sends. */
export class LenienceCounter {
  /** Forgiven, by name. */
  readonly counts = new Map<Lenience, number>();
  /** Refused, by name. */
  readonly refused = new Map<Lenience, number>();
  /** Whose message is being looked at; '' if it does not matter. */
  peer = '';
  #allowed: ReadonlySet<Lenience>;
  readonly #leanings = new Map<string, Leaning>();

  constructor(allowed: readonly Lenience[] = FORGIVEN) {
    this.#allowed = new Set(allowed);
  }

  /** Forgives these from now on, and nothing else. */
  allow(allowed: readonly Lenience[]): void {
    this.#allowed = new Set(allowed);
  }

  /** Whether this is forgiven; counted either way. */
  forgives(what: Lenience): boolean {
    const forgiven = this.#allowed.has(what);
    const counts = forgiven ? this.counts : this.refused;
    counts.set(what, (counts.get(what) ?? 0) + 1);
    if (this.peer !== '') this.#note(what, forgiven);
    return forgiven;
  }

  /** Forgiven counts as a plain copy, for statistics. */
  snapshot(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }

  /** Who leans on what, the latest last. */
  leanings(): Leaning[] {
    return [...this.#leanings.values()].map((l) => ({ ...l }));
  }

  #note(what: Lenience, forgiven: boolean): void {
    const key = `${what} ${this.peer}`;
    const known = this.#leanings.get(key);
    const leaning = known ?? { peer: this.peer, what, forgiven: 0, refused: 0 };
    if (forgiven) leaning.forgiven++;
    else leaning.refused++;
    if (known) return;
    if (this.#leanings.size >= MOST_LEANINGS)
      this.#leanings.delete(this.#leanings.keys().next().value as string);
    this.#leanings.set(key, leaning);
  }
}
