import type { ListenAddress } from '../sipd/config.ts';
import type { HostPort } from './arguments.ts';

/**
 * What the engine listens on for `--sip HOST:PORT`: UDP and TCP there, TLS on the next port (RFC 3261 19.1.2: 5061
 * where the others have 5060), or on any if that is taken. A wildcard of either family means both.
 */
export function sipListen({ host, port }: HostPort): ListenAddress[] {
  const wildcard = host === '0.0.0.0' || host === '::';
  const other = host === '::' ? '0.0.0.0' : '::';
  const at = (address: string, more: Partial<ListenAddress>): ListenAddress[] => [
    { transport: 'udp', host: address, port, ...more },
    { transport: 'tcp', host: address, port, ...more },
    { transport: 'tls', host: address, port: port === 0 ? 0 : port + 1, ...more, anyPort: true },
  ];
  return [...at(host, {}), ...(wildcard ? at(other, { optional: true }) : [])];
}
