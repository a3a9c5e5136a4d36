import { BlockList, isIP } from 'node:net';
import { localAddresses } from '../../base/address-watch.ts';
import { plainHost } from '../transport/source-key.ts';

/** A set of addresses and subnets (`192.0.2.1`, `192.0.2.0/24`, `2001:db8::/32`); what is neither is left out. */
export class Subnets {
  readonly #list = new BlockList();
  readonly size: number;

  constructor(entries: readonly string[]) {
    let size = 0;
    for (const entry of entries) {
      const [address = '', bits] = plainHost(entry.trim()).split('/');
      const family = isIP(address);
      if (family === 0) continue;
      const width = bits === undefined ? (family === 6 ? 128 : 32) : Number(bits);
      if (!Number.isInteger(width) || width < 0 || width > (family === 6 ? 128 : 32)) continue;
      this.#list.addSubnet(address, width, family === 6 ? 'ipv6' : 'ipv4');
      size++;
    }
    this.size = size;
  }

  has(host: string): boolean {
    if (this.size === 0) return false;
    const plain = plainHost(host);
    const family = isIP(plain);
    return family !== 0 && this.#list.check(plain, family === 6 ? 'ipv6' : 'ipv4');
  }
}

/** The subnets this machine stands in, loopback included: the office's own network (ruling 18). */
export function ownSubnets(): string[] {
  const out = ['127.0.0.0/8', '::1'];
  for (const { host, prefix } of localAddresses()) {
    // A global IPv6 prefix is the Internet's as much as ours (ruling 18); ULA and link-local are the office's.
    if (host.includes(':') && !/^(fe[89ab]|f[cd])/i.test(host)) continue;
    out.push(`${plainHost(host)}/${prefix}`);
  }
  return out;
}
