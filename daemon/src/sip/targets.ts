import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock, Timer } from '../base/clock.ts';
import type { TrunkConfig } from '../config/schema.ts';
import { joinHostPort, plainAddress, splitHostPort } from './address.ts';

/** How a trunk's requests travel; `auto`: as DNS says, UDP where it says nothing. */
export type Transport = TrunkConfig['transport'];

/** A place to send requests to. */
export interface Target {
  address: string;
  port: number;
  /** How; missing: as the trunk is set up. */
  transport?: 'udp' | 'tcp' | 'tls';
}

/** Name look-ups, injected: the daemon's own follow RFC 3263. */
export interface Resolver {
  /** Places to send to, the preferred first. `port`: the one that was written, if any. Rejects if name service fails or knows nothing. */
  locate(host: string, port: number | undefined, transport: Transport): Promise<Target[]>;
}

/** Addresses as the system finds them, without SRV; for tests and where nothing better is given. */
export const systemResolver: Resolver = {
  locate: async (host, port, transport) =>
    (await lookup(host, { all: true, verbatim: true })).map((entry) => ({
      address: entry.address,
      port: port ?? defaultPort(transport),
    })),
};

/** RFC 3261 19.1.2. */
export const defaultPort = (transport: Transport): number => (transport === 'tls' ? 5061 : 5060);

/** What is known of one address behind a name. */
export interface TargetHealth extends Target {
  /** By the last exchange with this very address; `unknown`: nothing was sent there yet. */
  state: 'unknown' | 'answers' | 'silent';
  /** Wall-clock ms of that exchange. */
  at?: number;
}

/** Answers in a row that bring a resting target back before its time (C05: fail-back with hysteresis). */
const BACK_AFTER = 2;

/** How often names are looked up anew, ms: Node gives no TTL for SRV, and operators move hosts within minutes. */
const REFRESH_MS = 300_000;

/** Pause after a lookup that failed, ms. */
const RETRY_MS = 15_000;

/** How long a target that failed is passed over, ms (RFC 3263 4.3 names 32 s for 503 without Retry-After). */
const QUARANTINE_MS = 32_000;

/**
 * The addresses behind a trunk's server, looked up ahead of time so that no call waits for DNS. When a
 * lookup fails, the last known addresses stay (C05). A target that failed is passed over for a while;
 * after that the preferred one is tried again.
 */
export class Targets {
  readonly #where: string;
  readonly #transport: Transport;
  readonly #resolver: Resolver;
  readonly #clock: Clock;
  readonly #changed: () => void;
  #list: Target[] = [];
  #quarantine = new Map<string, number>();
  /** By target: what the last exchange showed, and answers in a row while it rests. */
  #seen = new Map<string, { answers: boolean; at: number; row: number }>();
  #failedLookup = false;
  #timer: Timer | undefined;
  #closed = false;

  /** `where`: host or host:port. `changed`: the list of addresses is another, or there is none and the look-up failed. */
  constructor(where: string, transport: Transport, resolver: Resolver, clock: Clock, changed: () => void) {
    this.#where = where;
    this.#transport = transport;
    this.#resolver = resolver;
    this.#clock = clock;
    this.#changed = changed;
    const { host, port } = splitHostPort(where);
    if (isIP(host)) this.#list = [{ address: host, port: port ?? defaultPort(transport) }];
    else void this.#refresh();
  }

  /** The target to use now; undefined while nothing is known. If all have failed, the first is used. */
  get current(): Target | undefined {
    const now = this.#clock.now();
    return this.#list.find((t) => (this.#quarantine.get(key(t)) ?? 0) <= now) ?? this.#list[0];
  }

  /** Whether `address` is one of them. */
  includes(address: string): boolean {
    return this.#list.some((t) => plainAddress(t.address) === plainAddress(address));
  }

  /** The name could not be looked up, and no address is known from before. */
  get lost(): boolean {
    return this.#failedLookup && this.#list.length === 0;
  }

  /** Every target in the order to be tried: those that rest last. */
  get ordered(): Target[] {
    const now = this.#clock.now();
    const rests = (target: Target): boolean => (this.#quarantine.get(key(target)) ?? 0) > now;
    return [...this.#list.filter((t) => !rests(t)), ...this.#list.filter(rests)];
  }

  /** Every target, the preferred first, whatever is known of it. */
  get listed(): readonly Target[] {
    return this.#list;
  }

  /** Targets that are passed over now, the preferred first. */
  get resting(): Target[] {
    const now = this.#clock.now();
    return this.#list.filter((t) => (this.#quarantine.get(key(t)) ?? 0) > now && t !== this.current);
  }

  /** Every target with what is known of it, the preferred first. */
  get health(): TargetHealth[] {
    return this.#list.map((t) => {
      const seen = this.#seen.get(key(t));
      return {
        ...t,
        ...(seen ? { state: seen.answers ? 'answers' : 'silent', at: seen.at } : { state: 'unknown' }),
      };
    });
  }

  /** The target neither answered nor could be reached, or sent 503. */
  failed(target: Target): void {
    this.#note(target, false);
    this.#quarantine.set(key(target), this.#clock.now() + QUARANTINE_MS);
  }

  /** It answered. */
  worked(target: Target): void {
    this.#note(target, true);
    this.#quarantine.delete(key(target));
  }

  /** A resting target was asked whether it is back: two answers in a row say so, silence lets it rest on. */
  probed(target: Target, alive: boolean): void {
    if (!alive) this.failed(target);
    else if (this.#note(target, true) >= BACK_AFTER) this.#quarantine.delete(key(target));
  }

  #note(target: Target, answers: boolean): number {
    const row = answers ? (this.#seen.get(key(target))?.row ?? 0) + 1 : 0;
    this.#seen.set(key(target), { answers, at: this.#clock.wall(), row });
    return row;
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
  }

  async #refresh(): Promise<void> {
    let pause = REFRESH_MS;
    try {
      const { host, port } = splitHostPort(this.#where);
      const list = await this.#resolver.locate(host, port, this.#transport);
      if (this.#closed) return;
      if (list.length === 0) throw new Error(`no address of ${host}`);
      const before = this.#list.map(key).sort().join();
      this.#list = list;
      this.#failedLookup = false;
      const known = new Set(list.map(key));
      for (const seen of this.#seen.keys()) if (!known.has(seen)) this.#seen.delete(seen);
      if (list.map(key).sort().join() !== before) this.#changed();
    } catch {
      pause = RETRY_MS;
      const news = !this.#failedLookup && this.#list.length === 0;
      this.#failedLookup = true;
      if (news && !this.#closed) this.#changed();
    }
    if (!this.#closed) this.#timer = this.#clock.after(pause, () => void this.#refresh());
  }
}

const key = (target: Target): string =>
  `${target.transport ?? ''}/${joinHostPort(plainAddress(target.address), target.port)}`;
