import type { Proto } from '../config.ts';
import { isIpLiteral, type Uri, uriParam } from '../message/uri.ts';
import { defaultPort, type Target } from '../transport/flow.ts';
import type { Dns, Srv } from './dns.ts';

/** What {@link locate} needs to know of its surroundings. */
export interface LocateContext {
  dns: Dns;
  /** Whether we can send over that transport. */
  has(proto: Proto): boolean;
  /** Whether we can send to IPv6 addresses, and (true if missing) to IPv4 ones. */
  v6: boolean;
  v4?: boolean;
  /** A random number from 0 up to but not including 1, for SRV weights. */
  random(): number;
  /** Where the client is that calls itself by this `.invalid` name on a connection of its own (RFC 7118 5.1). */
  alias?(name: string): Target | undefined;
}

const SERVICES: Record<string, Proto> = { 'SIP+D2U': 'udp', 'SIP+D2T': 'tcp', 'SIPS+D2T': 'tls' };

function named(transport: string): Proto | undefined {
  const t = transport.toLowerCase();
  return t === 'udp' || t === 'tcp' || t === 'tls' || t === 'ws' || t === 'wss' ? t : undefined;
}

/** The targets of a URI that needs no look-up: an IP literal; undefined for a name. */
export function literalTarget(uri: Uri): Target | 'bad-transport' | undefined {
  const host = uriParam(uri, 'maddr') ?? uri.host;
  if (!isIpLiteral(host)) return undefined;
  const asked = uriParam(uri, 'transport');
  const proto = asked === undefined ? undefined : named(asked);
  if (asked !== undefined && proto === undefined) return 'bad-transport';
  // RFC 3263 4.1: an address without a transport means UDP, or TLS for sips; RFC 7118 5.2.1: with ws that is wss.
  const web = proto === 'ws' || proto === 'wss';
  const secure = uri.scheme === 'sips' ? (web ? 'wss' : 'tls') : undefined;
  const used = secure ?? proto ?? 'udp';
  return {
    proto: used,
    host,
    port: uri.port || defaultPort(used),
    pinned: proto !== undefined,
    name: uri.host,
    ...profileOf(uri),
  };
}

/** A next hop says by a parameter of its own how TLS toward it is secured; it never leaves the engine. */
function profileOf(uri: Uri): { profile?: string } {
  const profile = uriParam(uri, 'tls-profile');
  return profile === undefined ? {} : { profile };
}

/**
 * The ordered targets of a SIP URI (RFC 3263 4): NAPTR, then SRV, then A and AAAA. Empty if the
 * name does not exist or no transport of ours serves it. Rejects if name service fails.
 */
export async function locate(uri: Uri, ctx: LocateContext): Promise<Target[]> {
  const literal = literalTarget(uri);
  if (literal === 'bad-transport') return [];
  if (literal) return [literal];
  const name = uriParam(uri, 'maddr') ?? uri.host;
  const asked = uriParam(uri, 'transport');
  const secure = uri.scheme === 'sips';
  let proto = asked === undefined ? undefined : named(asked);
  // Web clients connect to us, and are found by the connection alone.
  if ((asked !== undefined && proto === undefined) || proto === 'ws' || proto === 'wss') return [];
  if (secure && proto === 'tcp') proto = 'tls';
  if (secure && proto === 'udp') return [];
  const pinned = proto !== undefined;
  const like = { pinned, name: uri.host, ...profileOf(uri) };
  const fallback = proto ?? (secure ? 'tls' : 'udp');
  if (uri.port > 0) return resolved(ctx, name, { ...like, proto: fallback, port: uri.port });
  if (proto) return services(ctx, [{ proto, srv: srvName(proto, name) }], name, fallback, like);
  const offers = await naptrs(ctx, name, secure);
  if (offers.length > 0) return services(ctx, offers, name, fallback, like);
  const own: Proto[] = secure ? ['tls'] : ['udp', 'tcp', 'tls'];
  const tries = own.filter((p) => ctx.has(p)).map((p) => ({ proto: p, srv: srvName(p, name) }));
  return services(ctx, tries, name, fallback, like);
}

/** A transport that a domain offers: by SRV records, or (flag `a`) at a host. */
interface Service {
  proto: Proto;
  srv?: string;
  host?: string;
}

/** What the targets of one URI have in common. */
type Like = Pick<Target, 'pinned' | 'name' | 'profile'>;

function srvName(proto: Proto, name: string): string {
  return proto === 'tls' ? `_sips._tcp.${name}` : `_sip._${proto}.${name}`;
}

async function naptrs(ctx: LocateContext, name: string, secure: boolean): Promise<Service[]> {
  // Name service that knows no NAPTR must not keep a call from going out.
  const records = await ctx.dns.naptr(name).catch(() => []);
  return records
    .filter((r) => {
      const proto = SERVICES[r.service.toUpperCase()];
      const flag = r.flags?.toLowerCase() ?? 's';
      if (r.replacement === '' || (flag !== 's' && flag !== 'a')) return false;
      return proto !== undefined && ctx.has(proto) && (!secure || proto === 'tls');
    })
    .sort((a, b) => a.order - b.order || a.preference - b.preference)
    .map((r) => {
      const proto = SERVICES[r.service.toUpperCase()]!;
      return r.flags?.toLowerCase() === 'a' ? { proto, host: r.replacement } : { proto, srv: r.replacement };
    });
}

async function services(
  ctx: LocateContext,
  tries: Service[],
  name: string,
  fallback: Proto,
  like: Like,
): Promise<Target[]> {
  let denied = false;
  let failure: unknown;
  for (const { proto, srv, host } of tries) {
    try {
      if (host !== undefined) {
        const targets = await resolved(ctx, host, { ...like, proto, port: defaultPort(proto) });
        if (targets.length > 0) return targets;
        continue;
      }
      const records = await ctx.dns.srv(srv!);
      // RFC 2782: a lone dot says that the service is decidedly not there.
      denied ||= records.length > 0 && records.every((r) => r.name === '' || r.name === '.');
      const found = await Promise.allSettled(
        orderSrv(records, ctx.random).map((r) => resolved(ctx, r.name, { ...like, proto, port: r.port })),
      );
      const targets = found.flatMap((f) => (f.status === 'fulfilled' ? f.value : []));
      // 4.1: one transport is used; the others of NAPTR are for those that cannot speak it.
      if (targets.length > 0) return targets;
      failure ??= found.find((f) => f.status === 'rejected')?.reason;
    } catch (e) {
      // Name service that fails at SRV, as that of some routers, may still know the host.
      failure ??= e;
    }
  }
  const rest = denied
    ? []
    : await resolved(ctx, name, { ...like, proto: fallback, port: defaultPort(fallback) });
  if (rest.length === 0 && failure !== undefined) throw failure;
  return rest;
}

/** The addresses of a host as targets: IPv4 first, since few operators' IPv6 is watched as well as their IPv4. */
async function resolved(ctx: LocateContext, name: string, like: Omit<Target, 'host'>): Promise<Target[]> {
  if (isIpLiteral(name)) return [{ ...like, host: name }];
  const families: (4 | 6)[] = ctx.v4 === false ? [6] : ctx.v6 ? [4, 6] : [4];
  const found = await Promise.allSettled(families.map((family) => ctx.dns.addresses(name, family)));
  const hosts = found.flatMap((f) =>
    f.status === 'rejected' ? [] : Array.isArray(f.value) ? f.value : f.value.hosts,
  );
  const failed = found.find((f) => f.status === 'rejected');
  if (hosts.length === 0 && failed) throw failed.reason;
  return hosts.map((host) => ({ ...like, host }));
}

/** SRV records in the order to try: by priority, and by weighted lot within one (RFC 2782). */
export function orderSrv(records: readonly Srv[], random: () => number): Srv[] {
  const out: Srv[] = [];
  const rest = records
    .filter((r) => r.name !== '' && r.name !== '.')
    .sort((a, b) => a.priority - b.priority || a.weight - b.weight);
  while (rest.length > 0) {
    const priority = rest[0]!.priority;
    const group = rest.filter((r) => r.priority === priority);
    const total = group.reduce((sum, r) => sum + r.weight, 0);
    let lot = Math.floor(random() * (total + 1));
    let chosen = group[0]!;
    for (const r of group) {
      chosen = r;
      lot -= r.weight;
      if (lot <= 0) break;
    }
    out.push(chosen);
    rest.splice(rest.indexOf(chosen), 1);
  }
  return out;
}
