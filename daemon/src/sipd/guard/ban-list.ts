import { makeRoom } from './bounded.ts';
import type { Offence } from './conduct.ts';

/** A source whose packets are dropped unread. Times are wall-clock ms since 1970. */
export interface Ban {
  /** IPv4 address or IPv6 /64. */
  source: string;
  reason: Offence;
  since: number;
  until: number;
  /** The source proved that the address is its own: see {@link BanList.ban}. */
  proven: boolean;
  /** How often it has been banned, this time included. */
  times: number;
  /** Packets and connections dropped. */
  dropped: number;
}

/** How long a proven source is banned, the first time, the second and so on, ms. */
export const BAN_MS: readonly number[] = [10, 60, 6 * 60, 24 * 60, 7 * 24 * 60].map((m) => m * 60_000);

/** How long an address that anyone may have written on the packet is banned, ms, every time. */
export const UNPROVEN_MS = 10 * 60_000;

/** How long a ban that is over is remembered, so that the next is longer, ms. */
const MEMORY_MS = 30 * 24 * 3_600_000;

interface Entry {
  reason: Offence;
  /** Monotonic ms. */
  since: number;
  until: number;
  proven: boolean;
  times: number;
  dropped: number;
}

/**
 * Who is banned and until when. Time is monotonic inside and handed in, so that a clock set by NTP
 * neither frees nor locks out anybody.
 *
 * A UDP packet can carry anybody's address. Only a source that has shown that our answers reach it (a
 * connection, an echoed tag or nonce) gets bans that grow and outlive a restart; others get short ones.
 */
export class BanList {
  /** Proven ones, and the others, each in the order in which they began. */
  readonly #proven = new Map<string, Entry>();
  readonly #unproven = new Map<string, Entry>();
  readonly #most: number;

  constructor(most = 2000) {
    this.#most = most;
  }

  /** The ban a source is under, until when (monotonic); 0 if none. */
  until(source: string, now: number): number {
    const until = this.#get(source)?.until ?? 0;
    return until > now ? until : 0;
  }

  /** Counts a packet dropped. */
  drop(source: string): void {
    const entry = this.#get(source);
    if (entry) entry.dropped++;
  }

  /** Bans a source; returns until when (monotonic ms). */
  ban(source: string, reason: Offence, proven: boolean, now: number): number {
    const before = this.#get(source);
    const past = before && now - before.until < MEMORY_MS ? before : undefined;
    const times = (past?.times ?? 0) + 1;
    const ms = proven ? BAN_MS[Math.min(times, BAN_MS.length) - 1]! : UNPROVEN_MS;
    this.lift(source);
    const map = proven ? this.#proven : this.#unproven;
    // Half for each kind, so that forged addresses cannot push out the others.
    makeRoom(map, Math.max(1, this.#most >> 1));
    map.set(source, { reason, since: now, until: now + ms, proven, times, dropped: 0 });
    return now + ms;
  }

  /** The ban a source is under. */
  find(source: string, now: number, wall: number): Ban | undefined {
    const entry = this.#get(source);
    return entry && entry.until > now ? banOf(source, entry, wall - now) : undefined;
  }

  /** Takes a ban back and forgets it; false if there is none. */
  lift(source: string): boolean {
    return this.#proven.delete(source) || this.#unproven.delete(source);
  }

  /** The bans that stand, latest first. `wall` - `now` is what turns one time into the other. */
  list(now: number, wall: number): Ban[] {
    return [...this.#proven, ...this.#unproven]
      .filter(([, e]) => e.until > now)
      .map(([source, e]) => banOf(source, e, wall - now))
      .sort((a, b) => b.since - a.since);
  }

  /** What is worth keeping over a restart: proven bans, past ones too. */
  record(now: number, wall: number): Ban[] {
    return [...this.#proven]
      .filter(([, e]) => now - e.until < MEMORY_MS)
      .map(([source, e]) => banOf(source, e, wall - now));
  }

  /** Takes over what {@link record} gave before a restart; a ban longer than the longest is cut to it. */
  restore(bans: readonly Ban[], now: number, wall: number): void {
    const longest = BAN_MS.at(-1)!;
    for (const ban of bans.slice(0, this.#most >> 1)) {
      // A box whose clock has not been set yet would take every ban for over.
      const left = wall < ban.since ? ban.until - ban.since : ban.until - wall;
      const until = now + Math.min(left, longest);
      if (!Number.isFinite(until) || now - until > MEMORY_MS) continue;
      const { source, reason, proven, times, dropped } = ban;
      const map = proven ? this.#proven : this.#unproven;
      map.set(source, {
        reason,
        since: until - (ban.until - ban.since),
        until,
        proven,
        times,
        dropped,
      });
    }
  }

  get size(): number {
    return this.#proven.size + this.#unproven.size;
  }

  #get(source: string): Entry | undefined {
    return this.#proven.get(source) ?? this.#unproven.get(source);
  }
}

/** `shift`: wall-clock time less monotonic. */
function banOf(source: string, { since, until, ...rest }: Entry, shift: number): Ban {
  return { source, ...rest, since: Math.round(since + shift), until: Math.round(until + shift) };
}
