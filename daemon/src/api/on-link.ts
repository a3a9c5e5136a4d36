import { readFileSync } from 'node:fs';
import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { networkInterfaces } from 'node:os';

/** One of our addresses with its subnet, as of {@link networkInterfaces}. */
export interface OwnAddress {
  address: string;
  /** `192.168.1.10/24`; null where the system does not know it. */
  cidr: string | null;
}

/**
 * Whether `remote` is on a subnet of ours, coming to our address `local` (ruling 18: one Ethernet port has no
 * WAN side, so access goes by source). The router's own address is not the LAN: a forwarded port
 * shows it as the source of the whole Internet. A global IPv6 address of ours is never let in to.
 */
export function isOnLink(
  remote: string,
  local: string,
  own: readonly OwnAddress[],
  gateways: readonly string[],
): boolean {
  const from = plainAddress(remote);
  const to = plainAddress(local);
  if (isLoopback(from)) return true;
  if (gateways.some((g) => plainAddress(g) === from)) return false;
  if (isIPv6(to) && !isLocalIPv6(to)) return false;
  if (isIPv6(from)) return isLocalIPv6(from) && inSubnets(from, own);
  return isIPv4(from) && inSubnets(from, own);
}

function inSubnets(address: string, own: readonly OwnAddress[]): boolean {
  const family = isIPv6(address) ? 'ipv6' : 'ipv4';
  const list = new BlockList();
  for (const { cidr } of own) {
    const [net, bits] = (cidr ?? '').split('/');
    if (!net || !bits || (isIPv6(net) ? 'ipv6' : 'ipv4') !== family) continue;
    // Our own address is on-link too; a /32 or /128 (point to point) has no neighbours but itself.
    list.addSubnet(net, Number(bits), family);
  }
  return list.check(address, family);
}

/** fe80::/10 (RFC 4291 2.5.6) and fc00::/7 (RFC 4193). */
function isLocalIPv6(address: string): boolean {
  return /^(fe[89ab]|f[cd])/i.test(address) || address === '::1';
}

function isLoopback(address: string): boolean {
  return address === '::1' || (isIPv4(address) && address.startsWith('127.'));
}

/** Without IPv4-in-IPv6 prefix and zone. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.)/i, '').replace(/%.*$/, '');
}

/** IPv4 and IPv6 addresses of the default gateways, of the texts of /proc/net/route and /proc/net/ipv6_route. */
export function gatewaysIn(route4: string, route6: string): string[] {
  const found = new Set<string>();
  for (const line of route4.split('\n').slice(1)) {
    const [, destination, gateway] = line.trim().split(/\s+/);
    if (destination !== '00000000' || !gateway || gateway === '00000000') continue;
    // The kernel prints the address as a native integer: little-endian on every machine we run on.
    found.add([6, 4, 2, 0].map((i) => Number.parseInt(gateway.slice(i, i + 2), 16)).join('.'));
  }
  for (const line of route6.split('\n')) {
    const [destination, bits, , , hop] = line.trim().split(/\s+/);
    if (!hop || bits !== '00' || !/^0+$/.test(destination ?? '') || /^0+$/.test(hop)) continue;
    const groups = (hop.match(/.{4}/g) ?? []).map((g) => Number.parseInt(g, 16).toString(16));
    found.add(compressed(groups));
  }
  return [...found];
}

/** RFC 5952: the longest run of zero groups becomes `::`. */
function compressed(groups: readonly string[]): string {
  let best = { at: -1, length: 1 };
  for (let i = 0; i < groups.length; i++) {
    let length = 0;
    while (groups[i + length] === '0') length++;
    if (length > best.length) best = { at: i, length };
  }
  if (best.at < 0) return groups.join(':');
  return `${groups.slice(0, best.at).join(':')}::${groups.slice(best.at + best.length).join(':')}`;
}

/** The real guard of this machine; its addresses and routes are read again every 5 s at most. */
export function systemOnLink(now: () => number): (remote: string, local: string) => boolean {
  let readAt = Number.NEGATIVE_INFINITY;
  let own: OwnAddress[] = [];
  let gateways: string[] = [];
  return (remote, local) => {
    if (now() - readAt > 5000) {
      readAt = now();
      own = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
      gateways = gatewaysIn(readText('/proc/net/route'), readText('/proc/net/ipv6_route'));
    }
    return isOnLink(remote, local, own, gateways);
  };
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
