import type { Proto } from '../config.ts';
import { find } from '../dialog/next-hop.ts';
import type { SipMessage } from '../message/message.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { parseUri, uriParam } from '../message/uri.ts';
import { viaLine } from '../message/via.ts';
import type { Flow } from '../transport/flow.ts';
import type { Core } from './core.ts';
import { forwardParts } from './forward.ts';
import { ProxyCall } from './proxy.ts';

const MAX_CALLS = 5000;

/**
 * Requests within dialogs that we passed on with Record-Route: they carry a Route that names us
 * and go where it leads. Only for calls we know, so that no stranger can use us as an open relay.
 */
export class Relay {
  readonly #core: Core;
  readonly #calls = new Set<string>();

  constructor(core: Core) {
    this.#core = core;
  }

  /** Remembers a call that was passed on with Record-Route. */
  remember(callId: string): void {
    if (this.#calls.size >= MAX_CALLS) this.#calls.delete(this.#calls.keys().next().value as string);
    this.#calls.add(callId);
  }

  /** Whether a request belongs to a call that was passed on. */
  knows(m: SipMessage): boolean {
    return this.#calls.has(m.callId);
  }

  /** Passes a request on if it belongs to such a call; false if it does not. */
  take(m: SipMessage, flow: Flow): boolean {
    if (m.toTag === '' || !this.#calls.has(m.callId)) return false;
    const routes = m.list('route');
    const top = parseUri(parseNameAddr(routes[0] ?? '')?.uri ?? '');
    const core = this.#core;
    if (!top || uriParam(top, 'lr') === undefined) return false;
    // A web client's requests come by WebSocket, whatever transport our Record-Route names.
    const named = (uriParam(top, 'transport')?.toLowerCase() ?? 'udp') as Proto;
    const { transport } = core;
    if (!transport.isOwn(flow.proto, top.host, top.port) && !transport.isOwn(named, top.host, top.port))
      return false;
    const nextHop = routes[1] ? parseNameAddr(routes[1])?.uri : m.uri;
    if (!nextHop) return false;
    if (m.method === 'ACK') this.#ack(m, nextHop);
    else this.#request(m, flow, nextHop);
    if (m.method === 'BYE') {
      this.#calls.delete(m.callId);
      // One for each side that a start was told of.
      core.cdr.stop('network', 'normal-release', m.text);
      core.cdr.stop('application', 'normal-release', m.text);
    }
    return true;
  }

  /** An ACK has no transaction: sent on as it is, with a branch of its own. */
  #ack(m: SipMessage, nextHop: string): void {
    const core = this.#core;
    find(nextHop, core.locate, ({ targets }) => {
      const [target] = core.attempts.quarantine.order(targets);
      const flow = target && core.transport.flowTo(target);
      if (!flow) return;
      const { host, port } = core.transport.localOf(flow);
      const { start, rest } = forwardParts(m, {
        requestUri: m.uri,
        recordRoute: '',
        dropRoute: true,
        draft: undefined,
      });
      core.table.transmit(
        flow,
        start + viaLine(flow.proto.toUpperCase(), host, port, core.ids.branch()) + rest,
      );
    });
  }

  #request(m: SipMessage, flow: Flow, nextHop: string): void {
    const tx = this.#core.table.serve(m, flow);
    new ProxyCall(
      this.#core,
      tx,
      {
        destinations: [m.uri],
        recordRoute: true,
        fullResponse: false,
        followRedirects: false,
        simultaneous: false,
        provisionalMs: 0,
        finalMs: 0,
        draft: undefined,
        nextHop,
        dropRoute: true,
      }, // prettier-ignore
      undefined,
      () => {},
    ).start();
  }
}
