import { BlockList, isIP, type LookupFunction } from 'node:net';

/**
 * Addresses that no request of a flow goes to, whoever has named them: this box itself, the link's own addresses, where
 * clouds keep their secrets (169.254.169.254), groups, and ways of writing an IPv4 address in IPv6 (RFC 6890, 6052, 3056).
 */
const never = subnets([
  ...['0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '192.0.0.0/24', '224.0.0.0/4', '240.0.0.0/4'],
  ...['::/127', 'fe80::/10', 'ff00::/8', '64:ff9b::/96', '64:ff9b:1::/48', '2002::/16', '2001::/32'],
]);

/** Networks of offices (RFC 1918, 6598, 4193): a name alone does not open them, since whoever answers for it could. */
const inside = subnets(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7']);

function subnets(list: readonly string[]): BlockList {
  const made = new BlockList();
  for (const entry of list) {
    const [address = '', bits] = entry.split('/');
    const family = isIP(address);
    const most = family === 6 ? 128 : 32;
    const prefix = bits === undefined ? most : Number(bits);
    if (family !== 0 && Number.isInteger(prefix) && prefix >= 0 && prefix <= most)
      made.addSubnet(address, prefix, family === 6 ? 'ipv6' : 'ipv4');
  }
  return made;
}

const has = (list: BlockList, address: string): boolean =>
  list.check(address, isIP(address) === 6 ? 'ipv6' : 'ipv4');

/** An IPv4 address that is written as IPv6 (RFC 4291 2.5.5.2) as what it is. */
function plain(address: string): string {
  const dotted = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (dotted) return dotted;
  const [, high, low] = /^::ffff:([0-9a-f]{1,4}):([0-9a-f]{1,4})$/i.exec(address) ?? [];
  if (high === undefined || low === undefined) return address;
  const value = Number.parseInt(high, 16) * 65_536 + Number.parseInt(low, 16);
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 255).join('.');
}

/** Has a request go to this address, whatever its host's name may lead to by now. */
export function pinnedTo(address: string): LookupFunction {
  return (_name, options, done) => {
    const family = isIP(address);
    if (options.all) done(null, [{ address, family }]);
    else done(null, address, family);
  };
}

/**
 * Which of a host's addresses a request may go to: one that the admin has named, or a public one of a name that he has.
 * @param host as it stands in the URL, without brackets
 * @param addresses what it resolves to; itself where it is an address
 * @param allowed names, addresses and subnets of the settings
 * @param own addresses of this box
 */
export function hookAddress(
  host: string,
  addresses: readonly string[],
  allowed: readonly string[],
  own: readonly string[],
): string | undefined {
  const named = subnets(allowed);
  const byName = isIP(host) === 0 && allowed.some((entry) => entry.toLowerCase() === host.toLowerCase());
  return addresses.map(plain).find((address) => {
    if (isIP(address) === 0 || has(never, address) || own.includes(address)) return false;
    return has(named, address) || (byName && !has(inside, address));
  });
}
