import { makeRoom } from './bounded.ts';

/** What a source can be counted for. */
export type Offence =
  | 'scanner' // the message says itself that it comes from a scanning tool
  | 'malformed' // messages that are not SIP
  | 'unknown' // requests for what is not here
  | 'dialing' // many different numbers that are not here
  | 'digest' // credentials that are wrong
  | 'knocking' // requests that are challenged and never answer the challenge
  | 'flood'; // far more requests than any peer has reason to send

/** How many within what time make a ban. */
export interface Rule {
  most: number;
  windowMs: number;
}

/** The limits: an honest peer with one wrong setting stays below them, or is banned for minutes only. */
export const RULES: Readonly<Record<Offence, Rule>> = {
  scanner: { most: 1, windowMs: 60_000 },
  malformed: { most: 20, windowMs: 60_000 },
  unknown: { most: 20, windowMs: 60_000 },
  dialing: { most: 8, windowMs: 60_000 },
  digest: { most: 6, windowMs: 300_000 },
  knocking: { most: 60, windowMs: 60_000 },
  flood: { most: 400, windowMs: 10_000 },
};

/** A source that has signed in or talked to us is forgiven more: others may share its address. */
const ACQUAINTED_FACTOR = 5;

interface Tally {
  count: number;
  since: number;
}

interface Suspect {
  tallies: Partial<Record<Offence, Tally>>;
  dialed: Set<string>;
  dialedSince: number;
}

/**
 * Counts what each source does wrong. Pure: time comes in, a verdict goes out. Bounded: of too many
 * sources the one heard of first is forgotten.
 */
export class Conduct {
  readonly #suspects = new Map<string, Suspect>();
  readonly #rules: Readonly<Record<Offence, Rule>>;
  readonly #most: number;

  constructor(rules: Partial<Record<Offence, Rule>> = {}, most = 4000) {
    this.#rules = { ...RULES, ...rules };
    this.#most = most;
  }

  /**
   * Notes an offence; returns the one that is too much now, if any. `dialed`: the number an `unknown`
   * asked for.
   */
  note(
    source: string,
    offence: Offence,
    now: number,
    options: { acquainted?: boolean; dialed?: string } = {},
  ): Offence | undefined {
    const suspect = this.#suspect(source, now);
    const factor = options.acquainted ? ACQUAINTED_FACTOR : 1;
    if (offence === 'unknown' && options.dialed) {
      const { most, windowMs } = this.#rules.dialing;
      if (now - suspect.dialedSince > windowMs) {
        suspect.dialed.clear();
        suspect.dialedSince = now;
      }
      if (suspect.dialed.size < most * ACQUAINTED_FACTOR) suspect.dialed.add(options.dialed.slice(0, 40));
      if (suspect.dialed.size >= most * factor) return 'dialing';
    }
    const { most, windowMs } = this.#rules[offence];
    const tally = suspect.tallies[offence];
    if (!tally || now - tally.since > windowMs) suspect.tallies[offence] = { count: 1, since: now };
    else tally.count++;
    return suspect.tallies[offence]!.count >= most * factor ? offence : undefined;
  }

  /** Forgets what a source did: it was banned for it, or has shown itself honest. */
  forget(source: string): void {
    this.#suspects.delete(source);
  }

  get size(): number {
    return this.#suspects.size;
  }

  #suspect(source: string, now: number): Suspect {
    let suspect = this.#suspects.get(source);
    if (suspect) return suspect;
    makeRoom(this.#suspects, this.#most);
    suspect = { tallies: {}, dialed: new Set(), dialedSince: now };
    this.#suspects.set(source, suspect);
    return suspect;
  }
}
