import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { messageOf } from '../../base/error.ts';
import { KernelPaths } from './kernel-paths.ts';
import { openRelayTable } from './relay-table.ts';

/** Whether the kernel forwards at all; it is not for a telephone gateway to make a router of a machine. */
const FORWARDING = '/proc/sys/net/ipv4/ip_forward';

/** Why the kernel does not relay, or the paths by which it does. */
export type KernelRelay = { paths: KernelPaths } | { reason: string };

/**
 * Makes the kernel's relay ready where it can be: on Linux, with forwarding on, `nft` installed and the right to use it
 * (CAP_NET_ADMIN). What an earlier run has left in the kernel is cleaned away.
 */
export async function startKernelRelay(parts: {
  now: () => number;
  poll: () => void;
  onBlocked: () => void;
}): Promise<KernelRelay> {
  if (process.platform !== 'linux') return { reason: `not on ${process.platform}` };
  try {
    if (readFileSync(FORWARDING, 'latin1').trim() !== '1') return { reason: 'net.ipv4.ip_forward is off' };
    return {
      paths: new KernelPaths({ ...parts, table: await openRelayTable(), own: ownAddresses(parts.now) }),
    };
  } catch (error) {
    return { reason: messageOf(error) };
  }
}

/** How long the list of this machine's addresses is believed, ms. */
const ADDRESSES_MS = 10_000;

/** Whether an address is this machine's: packets to it are not forwarded. */
function ownAddresses(now: () => number): (address: string) => boolean {
  let known = new Set<string>();
  let readAt = Number.NEGATIVE_INFINITY;
  return (address) => {
    if (address.startsWith('127.') || address === '0.0.0.0') return true;
    if (now() - readAt > ADDRESSES_MS) {
      readAt = now();
      known = new Set(
        Object.values(networkInterfaces()).flatMap((all) => all?.map((one) => one.address) ?? []),
      );
    }
    return known.has(address);
  };
}
