import type { Clock } from '../base/clock.ts';
import { CodedError } from '../base/error.ts';
import type { Resolver } from '../sip/index.ts';
import { hostPort, parseUri } from '../sipd/message/uri.ts';
import { cachedDns } from '../sipd/resolve/cache.ts';
import { type Dns, systemDns } from '../sipd/resolve/dns.ts';
import { locate } from '../sipd/resolve/locate.ts';
import { isWeb } from '../sipd/transport/flow.ts';

/**
 * Finds the servers of trunks as RFC 3263 says, by the engine's own code, with the last answers standing in while
 * DNS is down. `families`: whether we can send over IPv4 and IPv6.
 */
export function trunkResolver(
  clock: Clock,
  families: () => { v4: boolean; v6: boolean },
  dns: Dns = systemDns(),
): Resolver {
  const cached = cachedDns(dns, clock);
  return {
    locate: async (host, port, transport) => {
      const asked = transport === 'auto' ? '' : `;transport=${transport}`;
      const uri = parseUri(`sip:${hostPort(host, port ?? 0)}${asked}`);
      if (!uri) throw new CodedError('main/bad-server', `${host} is no name of a server`);
      const targets = await locate(uri, {
        dns: cached,
        has: () => true,
        ...families(),
        random: Math.random,
      });
      return targets.flatMap(({ host: address, port, proto }) =>
        isWeb(proto) ? [] : { address, port, transport: proto },
      );
    },
  };
}
