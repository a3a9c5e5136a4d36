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
  readonly #entries = new Map<string, Entry>();
  readonly #most: number;

  constructor(most = 2000) {
    this.#most = most;
  }

  /** The ban a source is under, until when (monotonic); 0 if none. */
  until(source: string, now: number): number {
    const until = this.#entries.get(source)?.until ?? 0;
    return until > now ? until : 0;
  }

  /** Counts a packet dropped. */
  drop(source: string): void {
    const entry = this.#entries.get(source);
    if (entry) entry.dropped++;
  }

  /** Bans a source; returns until when (monotonic ms). */
  ban(source: string, reason: Offence, proven: boolean, now: number): number {
    const before = this.#entries.get(source);
    const past = before && now - before.until < MEMORY_MS ? before : undefined;
    const times = (past?.times ?? 0) + 1;
    const provenTimes = proven ? times : 1;
    const ms = proven ? BAN_MS[Math.min(provenTimes, BAN_MS.length) - 1]! : UNPROVEN_MS;
    this.#entries.delete(source);
    if (this.#entries.size >= this.#most) this.#makeRoom(now);
    this.#entries.set(source, { reason, since: now, until: now + ms, proven, times, dropped: 0 });
    return now + ms;
  }

  /** Takes a ban back and forgets it; false if there is none. */
  lift(source: string): boolean {
    return this.#entries.delete(source);
  }

  /** The bans that stand, latest first. `wall` - `now` is what turns one time into the other. */
  list(now: number, wall: number): Ban[] {
    const shift = wall - now;
    return [...this.#entries]
      .filter(([, e]) => e.until > now)
      .map(([source, { since, until, ...rest }]) => ({
        source,
        ...rest,
        since: Math.round(since + shift),
        until: Math.round(until + shift),
      }))
      .sort((a, b) => b.since - a.since);
  }

  /** What is worth keeping over a restart: proven bans, past ones too. */
  record(now: number, wall: number): Ban[] {
    const shift = wall - now;
    return [...this.#entries]
      .filter(([, e]) => e.proven && now - e.until < MEMORY_MS)
      .map(([source, e]) => ({
        ...e,
        source,
        since: Math.round(e.since + shift),
        until: Math.round(e.until + shift),
      }));
  }

  /** Takes over what {@link record} gave before a restart; a ban longer than the longest is cut to it. */
  restore(bans: readonly Ban[], now: number, wall: number): void {
    const longest = BAN_MS.at(-1)!;
    for (const ban of bans.slice(0, this.#most)) {
      // A box whose clock has not been set yet would take every ban for over.
      const left = wall < ban.since ? ban.until - ban.since : ban.until - wall;
      const until = now + Math.min(left, longest);
      if (!Number.isFinite(until) || now - until > MEMORY_MS) continue;
      const { source, reason, proven, times, dropped } = ban;
      this.#entries.set(source, {
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
    return this.#entries.size;
  }

  /** Drops what is over, else an unproven ban, else the oldest. */
  #makeRoom(now: number): void {
    let oldest: string | undefined;
    let unproven: string | undefined;
    for (const [source, e] of this.#entries) {
      if (e.until <= now) {
        this.#entries.delete(source);
        return;
      }
      oldest ??= source;
      if (!e.proven) unproven ??= source;
    }
    const gone = unproven ?? oldest;
    if (gone !== undefined) this.#entries.delete(gone);
  }
}
