import { promises as dns } from 'node:dns';
import { readFileSync, statSync } from 'node:fs';

/** A NAPTR record (RFC 3403) with the fields SIP uses. */
export interface Naptr {
  order: number;
  preference: number;
  /** `s`: an SRV name follows; `a`: a host's. Missing: `s`. */
  flags?: string;
  service: string;
  replacement: string;
}

/** An SRV record (RFC 2782). */
export interface Srv {
  priority: number;
  weight: number;
  port: number;
  name: string;
}

/** Addresses of a host, and for how many seconds they hold if that is known. */
export interface Addresses {
  hosts: string[];
  ttl?: number;
}

/** The look-ups RFC 3263 needs. An absent name is an empty list; a failed look-up rejects. */
export interface Dns {
  naptr(name: string): Promise<Naptr[]>;
  srv(name: string): Promise<Srv[]>;
  /** IPv4 (4) or IPv6 (6) addresses; a bare list where nobody knows how long they hold. */
  addresses(name: string, family: 4 | 6): Promise<string[] | Addresses>;
}

/** How long one question may take before it is asked again, ms; a call waits for the answer. */
const TIMEOUT_MS = 1500;
const TRIES = 2;
/** How soon a resolver that failed is made anew: its servers may be those of a network we have left. */
const RENEW_MS = 5000;

const ABSENT = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NODATA', 'EAI_NONAME', 'ENONAME']);

async function orNone<T>(work: Promise<T[]>): Promise<T[]> {
  try {
    return await work;
  } catch (e) {
    if (ABSENT.has((e as NodeJS.ErrnoException).code ?? '')) return [];
    throw e;
  }
}

/**
 * Name service of the system, or of the servers given (`address` or `address:port`): records from DNS;
 * addresses from the hosts file first, and for names without a dot, or in `.local`, from whatever the system has.
 */
export function systemDns(servers?: readonly string[]): Dns {
  // Some routers swallow questions for NAPTR: they get one short try, and SRV goes on without.
  const patient = renewed({ timeout: TIMEOUT_MS, tries: TRIES }, servers);
  const brief = renewed({ timeout: TIMEOUT_MS, tries: 1 }, servers);
  return {
    naptr: (name) => brief((resolver) => orNone(resolver.resolveNaptr(name))),
    srv: (name) => patient((resolver) => orNone(resolver.resolveSrv(name))),
    addresses: async (name, family) => {
      const own = servers ? [] : hostsFile(name, family);
      if (own.length > 0) return own;
      if (!servers && (!name.includes('.') || name.endsWith('.local'))) {
        const found = await orNone(dns.lookup(name, { family, all: true }));
        return found.map((entry) => entry.address);
      }
      const records = await patient((resolver) =>
        orNone(
          family === 4 ? resolver.resolve4(name, { ttl: true }) : resolver.resolve6(name, { ttl: true }),
        ),
      );
      const ttl = Math.min(...records.map((record) => record.ttl));
      return { hosts: records.map((record) => record.address), ...(records.length > 0 ? { ttl } : {}) };
    },
  };
}

type Ask = <T>(question: (resolver: dns.Resolver) => Promise<T>) => Promise<T>;

/** Node reads the system's DNS servers once in the life of a resolver, and a box moves between networks. */
function renewed(options: { timeout: number; tries: number }, servers: readonly string[] | undefined): Ask {
  const make = (): dns.Resolver => {
    const resolver = new dns.Resolver(options);
    if (servers) resolver.setServers([...servers]);
    return resolver;
  };
  let resolver = make();
  let made = performance.now();
  return async (question) => {
    try {
      return await question(resolver);
    } catch (e) {
      if (performance.now() - made > RENEW_MS) {
        resolver = make();
        made = performance.now();
      }
      throw e;
    }
  };
}

let hosts: { readAt: number; changedAt: number; names: Map<string, string[]> } | undefined;

/** Addresses of that family which the hosts file gives a name. */
function hostsFile(name: string, family: 4 | 6): string[] {
  const now = performance.now();
  try {
    if (!hosts || now - hosts.readAt > RENEW_MS) {
      const changedAt = statSync('/etc/hosts').mtimeMs;
      const names =
        hosts?.changedAt === changedAt ? hosts.names : namesIn(readFileSync('/etc/hosts', 'utf8'));
      hosts = { readAt: now, changedAt, names };
    }
  } catch {
    return [];
  }
  return (hosts.names.get(name.toLowerCase()) ?? []).filter((host) => host.includes(':') === (family === 6));
}

function namesIn(text: string): Map<string, string[]> {
  const names = new Map<string, string[]>();
  for (const line of text.split('\n')) {
    const [host, ...given] = line.replace(/#.*/, '').trim().split(/\s+/);
    if (!host) continue;
    for (const name of given) names.set(name.toLowerCase(), [...(names.get(name.toLowerCase()) ?? []), host]);
  }
  return names;
}
