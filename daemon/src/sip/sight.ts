import { isIP } from 'node:net';
import { joinHostPort, plainAddress, splitHeader, splitHostPort } from './address.ts';
import type { SrfResponse } from './srf-types.ts';
import type { Target } from './targets.ts';

/** Servers remembered; a trunk has a handful. */
const MAX_SERVERS = 32;

/**
 * Where servers see us: the `received` and `rport` that they write into our Via (RFC 3261 18.2.1, RFC 3581 4).
 * Behind a router that is its outside address, and a change of it is how we learn that it has another.
 */
export class Sight {
  readonly #seen = new Map<string, string>();

  /** Takes a response in. Returns where we are seen now, if the same server saw us elsewhere before. */
  note(target: Target, response: SrfResponse): { host: string; port: number } | undefined {
    const seen = seenAt(response);
    if (!seen) return undefined;
    const server = joinHostPort(plainAddress(target.address), target.port);
    // Every connection of a stream has a port of its own; its end is noticed without this.
    const place = seen.stream ? seen.host : joinHostPort(seen.host, seen.port);
    const before = this.#seen.get(server);
    if (before === undefined && this.#seen.size >= MAX_SERVERS) this.#seen.clear();
    this.#seen.set(server, place);
    return before === undefined || before === place ? undefined : { host: seen.host, port: seen.port };
  }
}

/**
 * Where the server saw the request that `response` answers come from. `elsewhere`: not from where we said,
 * so that a router stands between; a stream's port is never the one we listen on and tells nothing.
 */
export function seenAt(
  response: SrfResponse,
): { host: string; port: number; stream: boolean; elsewhere: boolean } | undefined {
  // The engine's own 408 and 503 carry our Via as it left.
  if (response.source_address === '') return undefined;
  const via = splitHeader(response.get('Via') ?? '')[0];
  const parts = /^SIP\s*\/\s*2\.0\s*\/\s*(\w+)\s+([^;\s]+)(.*)$/i.exec(via ?? '');
  if (!parts) return undefined;
  const sentBy = splitHostPort(parts[2]!);
  const value = (name: string): string | undefined =>
    new RegExp(`;\\s*${name}\\s*=\\s*\\[?([^;\\]\\s]+)`, 'i').exec(parts[3]!)?.[1];
  const host = plainAddress(value('received') ?? sentBy.host);
  const said = sentBy.port ?? 5060;
  const port = Number(value('rport') || said);
  if (isIP(host) === 0 || !(port > 0 && port < 65_536)) return undefined;
  const stream = parts[1]!.toUpperCase() !== 'UDP';
  const elsewhere = host !== plainAddress(sentBy.host) || (!stream && port !== said);
  return { host, port, stream, elsewhere };
}
