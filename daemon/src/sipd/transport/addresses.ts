import type { LocalAddress } from '../../base/address-watch.ts';

import { isIpv4Text, isIpv6Text } from '../message/uri.ts';

/** IPv4 text as a 32-bit number. */
export function ipv4Number(host: string): number {
  let n = 0;
  let octet = 0;
  for (let i = 0; i <= host.length; i++) {
    const c = i < host.length ? host.charCodeAt(i) : 46;
    if (c === 46) {
      n = (n * 256 + octet) >>> 0;
      octet = 0;
    } else octet = octet * 10 + c - 48;
  }
  return n;
}

/** Whether an IPv4 address is private, shared, link-local or loopback (RFC 1918, 6598, 3927). */
export function isPrivateIpv4(host: string): boolean {
  if (!isIpv4Text(host)) return false;
  const n = ipv4Number(host);
  const a = n >>> 24;
  const b = (n >>> 16) & 255;
  return (
    a === 10 ||
    a === 127 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 169 && b === 254) ||
    (a === 100 && b >= 64 && b < 128)
  ); // prettier-ignore
}

/**
 * The address of this machine that a peer at `remote` can answer: one on its subnet, else loopback
 * for loopback, else the first that is neither loopback nor link-local. Undefined if there is none.
 */
export function addressToward(remote: string, addresses: readonly LocalAddress[]): string | undefined {
  const v6 = isIpv6Text(remote);
  let fallback: string | undefined;
  for (const a of addresses) {
    if (isIpv6Text(a.host) !== v6) continue;
    if (a.host === remote || (!v6 && sameSubnet(a.host, remote, a.prefix))) return a.host;
    const special = v6
      ? a.host === '::1' || a.host.startsWith('fe80')
      : a.host.startsWith('127.') || a.host.startsWith('169.254.');
    if (!special) fallback ??= a.host;
  }
  return fallback;
}

/** Whether two IPv4 addresses share their first `prefix` bits. */
export function sameSubnet(a: string, b: string, prefix: number): boolean {
  if (prefix === 0) return true;
  const shift = 32 - prefix;
  return ipv4Number(a) >>> shift === ipv4Number(b) >>> shift;
}

/** Whether a listener bound to `host` takes packets for every address. */
export function isWildcard(host: string): boolean {
  return host === '0.0.0.0' || host === '::';
}
