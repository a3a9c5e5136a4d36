import { promises as dns } from 'node:dns';

/** A NAPTR record (RFC 3403) with the fields SIP uses. */
export interface Naptr {
  order: number;
  preference: number;
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

/** The look-ups RFC 3263 needs. An absent name is an empty list; a failed look-up rejects. */
export interface Dns {
  naptr(name: string): Promise<Naptr[]>;
  srv(name: string): Promise<Srv[]>;
  /** IPv4 (4) or IPv6 (6) addresses. */
  addresses(name: string, family: 4 | 6): Promise<string[]>;
}

const ABSENT = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NODATA', 'EAI_NONAME', 'ENONAME']);

async function orNone<T>(work: Promise<T[]>): Promise<T[]> {
  try {
    return await work;
  } catch (e) {
    if (ABSENT.has((e as NodeJS.ErrnoException).code ?? '')) return [];
    throw e;
  }
}

/** Name service of the system: records from DNS, addresses from the hosts file too. */
export function systemDns(timeoutMs = 3000): Dns {
  const resolver = new dns.Resolver({ timeout: timeoutMs, tries: 2 });
  return {
    naptr: (name) => orNone(resolver.resolveNaptr(name)),
    srv: (name) => orNone(resolver.resolveSrv(name)),
    addresses: async (name, family) =>
      (await orNone(dns.lookup(name, { family, all: true }))).map((found) => found.address),
  };
}
