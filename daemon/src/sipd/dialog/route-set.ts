import { parseNameAddr } from '../message/name-addr.ts';
import { parseUri, uriParam } from '../message/uri.ts';

/** Where an in-dialog request goes and what it says of it. */
export interface Routing {
  requestUri: string;
  /** Route lines with CRLF, or ''. */
  routeLines: string;
  /** URI whose host is the next hop. */
  nextHop: string;
}

/**
 * RFC 3261 12.2.1.1: with an empty route set the remote target is the next hop; a first route
 * with `;lr` is routed to loosely; one without becomes the Request-URI (strict routing).
 */
export function routing(routeSet: readonly string[], remoteTarget: string): Routing {
  const first = routeSet[0];
  if (first === undefined) return { requestUri: remoteTarget, routeLines: '', nextHop: remoteTarget };
  const uri = parseNameAddr(first)?.uri ?? first;
  const parsed = parseUri(uri);
  if (parsed && uriParam(parsed, 'lr') !== undefined)
    return { requestUri: remoteTarget, routeLines: lines(routeSet), nextHop: uri };
  return { requestUri: uri, routeLines: lines([...routeSet.slice(1), `<${remoteTarget}>`]), nextHop: uri };
}

function lines(routes: readonly string[]): string {
  return `Route: ${routes.join(', ')}\r\n`;
}
