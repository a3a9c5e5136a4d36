import { parseUri, type Uri, uriParam } from '../message/uri.ts';
import { type LocateContext, literalTarget, locate } from '../resolve/locate.ts';
import { defaultPort, type Flow, type Target } from '../transport/flow.ts';
import type { Leg } from './leg.ts';

/** What was found for a URI: targets in order, or why there are none. */
export type Located = { targets: Target[]; reason: string };

/**
 * Finds the targets of a URI. An IP literal is answered before this returns, so that messages
 * keep their order; a name is answered later. `secure`: the Request-URI is a sips one, so that TLS alone
 * will do, whatever the next hop says (RFC 3261 26.2.2, RFC 5630 3.1).
 */
export function find(text: string, ctx: LocateContext, done: (found: Located) => void, secure = false): void {
  if (secure) {
    find(text, ctx, ({ targets, reason }) => {
      const fit = targets.filter((t) => t.proto === 'tls' || t.proto === 'wss');
      done({
        targets: fit,
        reason: fit.length < targets.length ? 'a sips URI needs TLS to the next hop' : reason,
      });
    });
    return;
  }
  const uri = parseUri(text);
  if (!uri || uri.host === '') {
    done({ targets: [], reason: uri ? 'unsupported URI scheme' : 'malformed URI' });
    return;
  }
  const alias = uri.host.endsWith('.invalid') ? ctx.alias?.(uri.host) : undefined;
  const literal = alias ?? literalTarget(uri);
  if (literal === 'bad-transport') done({ targets: [], reason: NO_TRANSPORT });
  else if (literal)
    done(ctx.has(literal.proto) ? { targets: [literal], reason: '' } : { targets: [], reason: NO_TRANSPORT });
  else
    locate(uri, ctx).then(
      (targets) => {
        const usable = targets.filter((t) => ctx.has(t.proto));
        done({
          targets: usable,
          reason: targets.length > 0 ? NO_TRANSPORT : `unable to resolve ${uri.host}`,
        });
      },
      () => done({ targets: [], reason: `name service failed for ${uri.host}` }),
    );
}

/** Whether a URI is a sips one. */
export function isSips(uri: string): boolean {
  return uri.charCodeAt(4) === 58 && uri.slice(0, 4).toLowerCase() === 'sips';
}

export const NO_TRANSPORT = 'requested protocol/transport not available';

/**
 * The way of a request within a dialog: an open connection or, behind a NAT, the way messages come
 * from; undefined if the URI of the next hop decides.
 */
export function knownFlow(leg: Leg, nextHop: string): Flow | undefined {
  const flow = leg.flow;
  if (!flow?.open) return undefined;
  if (leg.natted) return flow;
  if (flow.proto === 'udp') return undefined;
  const uri = parseUri(nextHop);
  return uri && sameTransport(uri, flow) && reachedBy(uri, flow, leg) ? flow : undefined;
}

function sameTransport(uri: Uri, flow: Flow): boolean {
  const asked = uriParam(uri, 'transport');
  if (asked === undefined) return true;
  // RFC 7118 5.2.1: a URI says `ws` for both.
  const proto = asked.toLowerCase();
  return proto === flow.proto || (proto === 'ws' && flow.proto === 'wss');
}

/** A peer that dialed in from a passing port is reached by its connection, not by that of its Contact. */
function reachedBy(uri: Uri, flow: Flow, leg: Leg): boolean {
  if (leg.routeSet.length === 0) return true;
  return uri.host === flow.remote.host && (uri.port || defaultPort(flow.proto)) === flow.remote.port;
}
