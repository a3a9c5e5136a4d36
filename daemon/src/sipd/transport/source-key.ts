import { isIP } from 'node:net';

/** An address without the prefix that IPv4 gets on a dual-stack socket, and without a zone. */
export function plainHost(host: string): string {
  const mapped = host.startsWith('::ffff:') && host.indexOf('.') > 0 ? host.slice(7) : host;
  const zone = mapped.indexOf('%');
  return zone < 0 ? mapped : mapped.slice(0, zone);
}

/**
 * What is counted and banned together: an IPv4 address, or the /64 of an IPv6 one, for whoever has one
 * address of a /64 has them all.
 */
export function sourceKey(host: string): string {
  const plain = plainHost(host).toLowerCase();
  if (isIP(plain) !== 6) return plain;
  const [head = '', tail] = plain.split('::');
  const groups = head === '' ? [] : head.split(':');
  // The run of zeros that `::` stands for; an IPv4 tail takes the place of two groups.
  if (tail !== undefined) {
    const after = tail === '' ? [] : tail.split(':');
    const taken = groups.length + after.length + (tail.includes('.') ? 1 : 0);
    for (let i = taken; i < 8; i++) groups.push('0');
    groups.push(...after);
  }
  const first = groups.slice(0, 4).map((g) => (Number.parseInt(g, 16) || 0).toString(16));
  return `${first.join(':')}::/64`;
}
