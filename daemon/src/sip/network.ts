import { type AddressesChange, AddressWatch } from '../base/address-watch.ts';
import type { Clock } from '../base/clock.ts';
import { Emitter, type Events } from '../base/emitter.ts';
import type { HostPort } from './srf-facade.ts';

/** What becomes of the ways into the network, told by whoever holds the sockets. */
export type NetworkEvent =
  /** Addresses of this machine came and went; `bound`: what SIP listens on now. */
  | ({ kind: 'addresses'; bound: readonly HostPort[] } & AddressesChange)
  /** A connection, or a NAT's binding, is dead although nothing was being sent over it (RFC 5626 4.4). */
  | { kind: 'flow-failed'; protocol: string; host: string; port: number; reason: string };

export type NetworkNews = Events<{ network: [event: NetworkEvent] }>;

/** Where our own engine does not tell of the network, as with a drachtio-server, we look ourselves. */
export function watchedNetwork(
  clock: Clock,
  listening: () => readonly HostPort[],
): NetworkNews & { close(): void } {
  const news = new Emitter<{ network: [event: NetworkEvent] }>();
  const watch = new AddressWatch(clock, (change) =>
    news.emit('network', { kind: 'addresses', bound: listening(), ...change }),
  );
  return Object.assign(news, { close: () => watch.close() });
}

/**
 * Why the trunks may have to be told where we are. `interfaces`: an address of this machine came or went.
 * `nat`: a trunk's server sees us at another address or port than before. `flow`: the way to a trunk is dead.
 */
export interface AddressChange {
  cause: 'interfaces' | 'nat' | 'flow';
  came: readonly string[];
  gone: readonly string[];
  /** Set for `nat` and `flow`: the trunk it is about, and for `nat` where its server sees us now. */
  trunkId?: string;
  seenAt?: { host: string; port: number };
}
