import { BlockList, isIP, isIPv6 } from 'node:net';

function listOf(networks: readonly [address: string, bits: number][]): BlockList {
  const list = new BlockList();
  for (const [address, bits] of networks) list.addSubnet(address, bits, isIPv6(address) ? 'ipv6' : 'ipv4');
  return list;
}

/** RFC 1918, 3927, 4193, 4291 2.5.6. */
const privates = listOf([
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['169.254.0.0', 16],
  ['fc00::', 7],
  ['fe80::', 10],
]);
/** RFC 6598: between a provider's translators and its subscribers. */
const shared = listOf([['100.64.0.0', 10]]);
/** This host, and nobody. */
const nowhere = listOf([
  ['0.0.0.0', 8],
  ['127.0.0.0', 8],
  ['::', 127],
]);

const isIn = (list: BlockList, address: string): boolean =>
  isIP(address) > 0 && list.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');

/** An address that means something on its own network only. */
export const isPrivate = (address: string): boolean => isIn(privates, address) || isIn(shared, address);
/** An address of a provider's translator (CGNAT). */
export const isShared = (address: string): boolean => isIn(shared, address);
/** Loopback or no address at all. */
export const isNowhere = (address: string): boolean => isIn(nowhere, address);
/** An address that is the same one from everywhere. */
export const isPublic = (address: string): boolean =>
  isIP(address) > 0 && !isPrivate(address) && !isNowhere(address);

/** `host:port` or `[host]:port` without the port. */
export function hostOf(place: string): string {
  return /^\[([^\]]+)\]/.exec(place)?.[1] ?? (isIPv6(place) ? place : place.replace(/:\d+$/, ''));
}
