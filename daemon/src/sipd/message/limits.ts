/** Hard limits of one message; what lies beyond is refused before it costs memory or time. */
export interface Limits {
  /** Longest whole message, in bytes (a UDP datagram cannot be longer). */
  messageBytes: number;
  /** Most header fields of one message. */
  headers: number;
  /** Most Via entries, comma lists counted apart; a longer path is a loop. */
  vias: number;
  /** Longest header line with its folded continuations, in bytes. */
  lineBytes: number;
}

export const DEFAULT_LIMITS: Limits = { messageBytes: 65_536, headers: 256, vias: 64, lineBytes: 8192 };

/**
 * What the parser forgives although RFC 3261 does not allow it. Each name is counted, so that a
 * peer that leans on one can be found.
 */
export type Lenience =
  | 'start-line-space' // more than one SP, or SP at the end, in the start line (RFC 4475 3.1.2.4)
  | 'bare-lf' // LF without CR at a line's end
  | 'addr-spec-spaces' // spaces around the URI inside <>
  | 'addr-spec-unbracketed' // `?` or `,` in an unbracketed URI
  | 'display-name' // display name with characters outside of token and not quoted
  | 'no-branch' // top Via of an RFC 2543 element
  | 'trailing-body' // bytes beyond Content-Length on a datagram (18.3: discarded)
  | 'duplicate-header' // a single-valued header repeated with the same value
  | 'udp-over-mtu'; // ruling 16: a request pinned to UDP that is longer than the path allows

/** Counts of {@link Lenience}; shared by everything that parses or sends. */
export class LenienceCounter {
  readonly counts = new Map<Lenience, number>();

  add(what: Lenience): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }

  /** A plain copy, for statistics. */
  snapshot(): Record<string, number> {
    return Object.fromEntries(this.counts);
  }
}
