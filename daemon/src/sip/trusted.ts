import { BlockList, isIP } from 'node:net';
import type { Clock } from '../base/clock.ts';
import type { TrunkConfig } from '../config/schema.ts';
import { type Resolver, Targets } from './targets.ts';

/** Addresses from which an operator's calls may come besides the one that ours are sent to. */
export class Trusted {
  readonly #names: Targets[] = [];
  readonly #addresses = new BlockList();
  readonly #written: string[] = [];

  constructor(
    config: Pick<TrunkConfig, 'server' | 'outboundProxy' | 'peers' | 'transport'>,
    resolver: Resolver,
    clock: Clock,
  ) {
    const named = (name: string): void =>
      void this.#names.push(new Targets(name, config.transport, resolver, clock, () => {}));
    if (config.outboundProxy) named(config.server);
    for (const peer of config.peers) {
      const [address = '', bits] = peer.trim().split('/');
      const family = isIP(address) === 6 ? 'ipv6' : 'ipv4';
      const prefix = Number(bits);
      if (isIP(address)) this.#written.push(peer.trim());
      if (!isIP(address)) named(peer);
      else if (bits === undefined) this.#addresses.addAddress(address, family);
      else if (prefix > 0 && prefix <= (family === 'ipv6' ? 128 : 32))
        this.#addresses.addSubnet(address, prefix, family);
    }
  }

  /** `address`: as text, without the prefix of a mapped IPv4 address. */
  includes(address: string): boolean {
    if (this.#names.some((targets) => targets.includes(address))) return true;
    const family = isIP(address);
    return family !== 0 && this.#addresses.check(address, family === 6 ? 'ipv6' : 'ipv4');
  }

  /** Every address and subnet, as far as names are looked up. */
  get all(): string[] {
    return [...this.#written, ...this.#names.flatMap((targets) => targets.health.map((t) => t.address))];
  }

  close(): void {
    for (const targets of this.#names) targets.close();
  }
}
