import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { plainAddress } from './address.ts';
import type { HostPort } from './srf-facade.ts';

/**
 * The local address from which packets to `remote` leave, by the routing table; connecting a UDP
 * socket sends nothing. Rejects if there is no route.
 */
export function routedAddress(remote: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = createSocket(isIPv6(remote) ? 'udp6' : 'udp4');
    socket.once('error', (error) => {
      socket.close();
      reject(error);
    });
    // The discard port; nothing is sent to it.
    socket.connect(9, remote, () => {
      const { address } = socket.address();
      socket.close();
      resolve(plainAddress(address));
    });
  });
}

/**
 * The address that media toward a peer is bound to and announced with: the routed one, unless the
 * engine is bound elsewhere on purpose, then the engine's.
 */
export function mediaAddress(routed: string, listening: readonly HostPort[]): string {
  const family = listening.filter((entry) => entry.host.includes(':') === routed.includes(':'));
  if (family.length === 0 || family.some((e) => e.host === routed || e.host === '0.0.0.0' || e.host === '::'))
    return routed;
  return family[0]?.host ?? routed;
}
