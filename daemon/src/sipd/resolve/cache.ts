import type { Clock } from '../../base/clock.ts';
import type { Addresses, Dns, Srv } from './dns.ts';

/** Node tells no TTL of NAPTR and SRV; carriers change theirs at most every few minutes, but see `hostsLife`. */
const FOUND_MS = 60_000;
/** A TTL of seconds would have each call wait for DNS, one of days would outlive the operator's move. */
const SHORTEST_MS = 5000;
const LONGEST_MS = 3_600_000;
/** An absent name is asked for again soon (RFC 2308 leaves it to us without the SOA). */
const ABSENT_MS = 10_000;
const FAILED_MS = 2000;
/** RFC 8767 5: how long an answer may be used after its time while DNS is down, how soon DNS is then asked again, */
const STALE_MS = 3 * 86_400_000;
const STALE_RETRY_MS = 30_000;
/** and how long who asks waits for DNS before it gets the old answer. */
const STALE_WAIT_MS = 1800;
const MAX_ENTRIES = 1000;

interface Entry {
  /** Until when the answer, or the wait for it, is good. */
  until: number;
  value: Promise<unknown>;
  /** The last real answer, when it came, and how long it is good, ms. */
  last?: { value: unknown; at: number; life: number };
  /** That answer stands in now for one that did not come. */
  standsIn?: boolean;
}

/**
 * Keeps what was looked up, found or not, for a while; equal questions asked at once are one. While name
 * service is down the last answers stand in (RFC 8767): what worked a minute ago most likely still does (C05).
 */
export function cachedDns(dns: Dns, clock: Clock): Dns {
  const entries = new Map<string, Entry>();

  const look = <T>(entry: Entry, question: () => Promise<T>): Promise<T> => {
    entry.until = Number.POSITIVE_INFINITY;
    const { last } = entry;
    const usable = last && clock.now() - last.at < STALE_MS ? last : undefined;
    const answer = question().then(
      (value) => {
        const life = lifeOf(value);
        entry.until = clock.now() + life;
        entry.last = { value, at: clock.now(), life };
        entry.standsIn = false;
        // What the old answer stood in for has come after all.
        entry.value = answer;
        return value;
      },
      (error: unknown) => {
        entry.until = clock.now() + (usable ? STALE_RETRY_MS : FAILED_MS);
        entry.standsIn = true;
        if (usable) return usable.value as T;
        throw error;
      },
    );
    answer.catch(() => {});
    if (!usable) return answer;
    return new Promise((resolve) => {
      const waited = clock.after(STALE_WAIT_MS, () => {
        entry.value = Promise.resolve(usable.value);
        resolve(usable.value as T);
      });
      void answer.then((value) => {
        waited.cancel();
        resolve(value);
      });
    });
  };

  const ask = <T>(key: string, question: () => Promise<T>): Promise<T> => {
    const known = entries.get(key);
    if (known && known.until > clock.now()) return known.value as Promise<T>;
    if (!known && entries.size >= MAX_ENTRIES) entries.delete(entries.keys().next().value as string);
    const entry: Entry = known ?? { until: 0, value: Promise.resolve() };
    // Moved to the end: what was asked for longest ago goes first when there is no more room.
    entries.delete(key);
    entries.set(key, entry);
    const value = look(entry, question);
    entry.value = value;
    return value;
  };

  /**
   * How long the hosts of a service are good, ms: an operator that moves hosts within seconds moves services so, and the
   * TTL of SRV itself is not told.
   */
  const hostsLife = (records: readonly Srv[]): number => {
    const lives = records.flatMap(({ name }) =>
      ([4, 6] as const).flatMap((family) => {
        const { last } = entries.get(`a${family} ${name}`) ?? {};
        return last && countOf(last.value) > 0 ? last.life : [];
      }),
    );
    return Math.min(FOUND_MS, ...lives);
  };

  return {
    naptr: (name) => ask(`naptr ${name}`, () => dns.naptr(name)),
    srv: (name) => {
      const key = `srv ${name}`;
      const known = entries.get(key);
      // Not one that is on its way, nor one that stands in while DNS is down.
      if (known?.last && !known.standsIn && Number.isFinite(known.until))
        known.until = Math.min(known.until, known.last.at + hostsLife(known.last.value as Srv[]));
      return ask(key, () => dns.srv(name));
    },
    addresses: (name, family) => ask(`a${family} ${name}`, () => dns.addresses(name, family)),
  };
}

/** How many addresses an answer has. */
function countOf(value: unknown): number {
  return Array.isArray(value) ? value.length : (value as Addresses).hosts.length;
}

function lifeOf(value: unknown): number {
  if (Array.isArray(value)) return value.length > 0 ? FOUND_MS : ABSENT_MS;
  const { hosts, ttl } = value as Addresses;
  if (hosts.length === 0) return ABSENT_MS;
  return ttl === undefined ? FOUND_MS : Math.min(LONGEST_MS, Math.max(SHORTEST_MS, ttl * 1000));
}
