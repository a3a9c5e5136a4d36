import type { Dns } from './dns.ts';

/** Node tells no TTL of these records; carriers change theirs at most every few minutes. */
const FOUND_MS = 60_000;
/** An absent name is asked for again soon (RFC 2308 leaves it to us without the SOA). */
const ABSENT_MS = 10_000;
const FAILED_MS = 2000;
const MAX_ENTRIES = 1000;

interface Entry {
  until: number;
  value: Promise<unknown[]>;
}

/** Keeps what was looked up, found or not, for a while; equal questions asked at once are one. */
export function cachedDns(dns: Dns, now: () => number): Dns {
  const entries = new Map<string, Entry>();
  const ask = <T>(key: string, look: () => Promise<T[]>): Promise<T[]> => {
    const known = entries.get(key);
    if (known && known.until > now()) return known.value as Promise<T[]>;
    if (entries.size >= MAX_ENTRIES) entries.delete(entries.keys().next().value as string);
    entries.delete(key);
    const value = look();
    const entry: Entry = { until: now() + FOUND_MS, value };
    entries.set(key, entry);
    value.then(
      (list) => {
        if (list.length === 0) entry.until = now() + ABSENT_MS;
      },
      () => {
        entry.until = now() + FAILED_MS;
      },
    );
    return value;
  };
  return {
    naptr: (name) => ask(`naptr ${name}`, () => dns.naptr(name)),
    srv: (name) => ask(`srv ${name}`, () => dns.srv(name)),
    addresses: (name, family) => ask(`a${family} ${name}`, () => dns.addresses(name, family)),
  };
}
