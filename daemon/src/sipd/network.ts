import type { AddressesChange } from '../base/address-watch.ts';

/** What becomes of the engine's ways into the network, for who must register anew. */
export type NetworkEvent =
  /** Addresses of this machine came and went, and the sockets have followed; `bound`: what they are now. */
  | ({ kind: 'addresses'; bound: { protocol: string; host: string; port: number }[] } & AddressesChange)
  /** A connection, or the NAT binding of a UDP one, is dead although nobody was sending (RFC 5626 4.4). */
  | { kind: 'flow-failed'; protocol: string; host: string; port: number; reason: string };
