import { escapeUser, joinHostPort } from './address.ts';
import type { Place } from './outside.ts';

/** What our Contact on a trunk is made of. */
export interface ContactParts {
  /** The account; empty: a name of ours. */
  user: string;
  transport: 'udp' | 'tcp' | 'tls';
  /** Where we are to be found; undefined: the engine writes its own address. */
  place: Place | undefined;
  /** Requests of the calls that it is part of come by the way that it went (RFC 5626 4.3). */
  outbound?: boolean;
}

const parametersOf = ({ transport, outbound }: ContactParts): string =>
  `${transport === 'udp' ? '' : `;transport=${transport}`}${outbound ? ';ob' : ''}`;

/** Contact of requests; the engine writes its own address in place of `localhost`. */
export function contactOf(parts: ContactParts): string {
  const { place } = parts;
  const where = place ? joinHostPort(place.host, place.port) : 'localhost';
  return `<sip:${escapeUser(parts.user || 'linegate')}@${where}${parametersOf(parts)}>`;
}

/**
 * Contact of a registration of all numbers (RFC 6140 5.2): no user part, as the binding stands for every
 * number. Without a user the engine has no `@localhost` to replace, so the place must be given.
 */
export function bulkContactOf(parts: ContactParts & { place: Place }): string {
  return `<sip:${joinHostPort(parts.place.host, parts.place.port)}${parametersOf(parts)};bnc>`;
}
