import { type AddressesChange, AddressWatch, type LocalAddress } from '../../base/address-watch.ts';
import type { Clock } from '../../base/clock.ts';
import type { EngineConfig, EngineLimits, ListenAddress, Proto } from '../config.ts';
import type { SipMessage } from '../message/message.ts';
import { hostPort, isIpLiteral, isIpv6Text } from '../message/uri.ts';
import { viaParam } from '../message/via.ts';
import { addressToward, isWildcard, sameSubnet } from './addresses.ts';
import { defaultPort, type Flow, type FlowHandler, type HostPort, isWeb, type Target } from './flow.ts';
import { StreamListener } from './stream.ts';
import type { TlsProfiles } from './tls.ts';
import { UdpListener } from './udp.ts';
import type { WsFlow, WsListener } from './websocket.ts';

type Listener = UdpListener | StreamListener | WsListener;

/** What the sockets are opened with. */
export interface TransportParts {
  config: EngineConfig;
  limits: EngineLimits;
  handler: FlowHandler;
  clock: Clock;
  /** Addresses of the machine; the system's by default. */
  interfaces?: (() => LocalAddress[]) | undefined;
  /** Addresses came or went, and the sockets have followed. */
  moved?: ((change: AddressesChange) => void) | undefined;
  profiles: TlsProfiles;
}

/** All sockets: picks the one to send through, routes replies, knows our own addresses. */
export class Transport {
  readonly #listeners: Listener[];
  /** Addresses to listen on that the machine does not have at present; the port is that of before. */
  #absent: ListenAddress[] = [];
  readonly #parts: TransportParts;
  readonly #external: EngineConfig['external'];
  readonly #watch: AddressWatch;
  #closed = false;

  private constructor(listeners: Listener[], parts: TransportParts) {
    this.#listeners = listeners;
    this.#parts = parts;
    this.#external = parts.config.external;
    this.#watch = new AddressWatch(parts.clock, (change) => void this.#follow(change), parts.interfaces);
  }

  /**
   * Binds every listen address.
   * @throws the system's error of the first that cannot be bound; those bound before are closed.
   */
  static async open(parts: TransportParts): Promise<Transport> {
    const listeners: Listener[] = [];
    try {
      for (const address of parts.config.listen) {
        const listener = await opened(address, parts);
        if (listener) listeners.push(listener);
      }
    } catch (e) {
      await Promise.all(listeners.map((l) => l.close()));
      throw e;
    }
    return new Transport(listeners, parts);
  }

  /** Whether anything listens on `proto`; a URI with `ws` may mean the TLS kind too (RFC 7118 5.2.1). */
  has(proto: Proto): boolean {
    return this.#listeners.some((l) => l.proto === proto || (proto === 'ws' && l.proto === 'wss'));
  }

  /** Where the web client is that goes by that name. */
  alias(name: string): Target | undefined {
    for (const l of this.#web) {
      const flow = l.named(name);
      if (flow) return { proto: flow.proto, ...flow.remote, pinned: true, name: '' };
    }
    return undefined;
  }

  /** A message came from a web client that calls itself `host` in Via (RFC 7118 5.1). */
  named(flow: Flow, host: string): void {
    if ((flow as WsFlow).alias === host) return;
    this.#web
      .find((l) => l.connection(flow.remote.host, flow.remote.port) === flow)
      ?.name(flow as WsFlow, host);
  }

  /** Bound addresses as `proto/host:port`. */
  bound(): string[] {
    return this.#listeners.map((l) => `${l.proto}/${hostPort(l.local.host, l.local.port)}`);
  }

  /** The same with the external host in place of the bound one, and a wildcard made concrete. */
  advertised(): string[] {
    return this.#listeners.map((l) => {
      const a = this.#advertise(l, '');
      return `${l.proto}/${hostPort(a.host, a.port)}`;
    });
  }

  /** Bound addresses with their transports. */
  addresses(): { transport: Proto; host: string; port: number }[] {
    return this.#listeners.map((l) => ({ transport: l.proto, host: l.local.host, port: l.local.port }));
  }

  /**
   * The way to a target: a UDP socket of the right family and network, or a stream connection,
   * opened if there is none. Undefined if nothing listens on that transport and family, or the web client is gone.
   */
  flowTo(target: Target): Flow | undefined {
    if (isWeb(target.proto)) {
      for (const l of this.#web) {
        const flow =
          l.proto === 'wss' || target.proto === 'ws' ? l.connection(target.host, target.port) : undefined;
        if (flow) return flow;
      }
      return undefined;
    }
    const listener = this.#listenerFor(target.proto, target.host);
    if (!listener) return undefined;
    const port = target.port > 0 ? target.port : defaultPort(target.proto);
    return listener instanceof UdpListener
      ? listener.flow(target.host, port)
      : (listener as StreamListener).connect(target, port);
  }

  /** Our address as the peer of `flow` should see it, for Via, Contact and From. */
  localOf(flow: Pick<Flow, 'proto' | 'local' | 'remote'>): HostPort {
    const own = this.#listeners.find(
      (l) => l.proto === flow.proto && l.local.port === flow.local.port && l.local.host === flow.local.host,
    );
    return own ? this.#advertise(own, flow.remote.host) : flow.local;
  }

  /** Whether an address is one of our own listeners: a request must not be sent to ourselves. */
  isOwn(proto: Proto, host: string, port: number): boolean {
    const wanted = port > 0 ? port : defaultPort(proto);
    return this.#listeners.some((l) => {
      if (l.proto !== proto || l.local.port !== wanted) return false;
      if (l.local.host === host || this.#external?.host === host) return true;
      return isWildcard(l.local.host) && this.#watch.current.some((a) => a.host === host);
    });
  }

  /**
   * Sends a response (RFC 3261 18.2.2, RFC 3581): on the connection the request came by, or to
   * maddr, or to the source address and rport, or to the source address and the sent-by port.
   */
  reply(request: SipMessage, flow: Flow, text: string): void {
    if (flow.proto !== 'udp') {
      if (flow.open) {
        flow.send(text);
        return;
      }
      const port = request.via.port;
      this.flowTo({ proto: flow.proto, host: flow.remote.host, port, pinned: true, name: '' })?.send(text);
      return;
    }
    replyFlow(request, flow, this).send(text);
  }

  /** Closes the connections of the hosts that `belongs` names. */
  hangUp(belongs: (host: string) => boolean): void {
    for (const l of this.#listeners) if (!(l instanceof UdpListener)) l.hangUp(belongs);
  }

  /** How many stream connections are open. */
  get connections(): number {
    let n = 0;
    for (const l of this.#listeners) if (!(l instanceof UdpListener)) n += l.connections;
    return n;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    await Promise.all(this.#listeners.map((l) => l.close()));
  }

  /** Sends bytes that are no SIP the way of a UDP flow. */
  sendRaw(flow: Flow, bytes: Buffer): void {
    const own = this.#listeners.find(
      (l) => l.proto === 'udp' && l.local.port === flow.local.port && l.local.host === flow.local.host,
    );
    if (own instanceof UdpListener) own.sendRaw(bytes, flow.remote);
  }

  /** The UDP socket that `flow` uses, for another peer. */
  sibling(flow: Flow, host: string, port: number): Flow {
    const own = this.#listeners.find(
      (l) => l.proto === 'udp' && l.local.port === flow.local.port && l.local.host === flow.local.host,
    );
    return own instanceof UdpListener ? own.flow(host, port) : flow;
  }

  get #web(): WsListener[] {
    return this.#listeners.filter((l): l is WsListener => isWeb(l.proto));
  }

  #listenerFor(proto: Proto, remote: string): Listener | undefined {
    const v6 = isIpv6Text(remote);
    let best: Listener | undefined;
    let bestScore = -1;
    for (const l of this.#listeners) {
      if (l.proto !== proto || isIpv6Text(l.local.host) !== v6) continue;
      const score = scoreOf(l.local.host, remote);
      if (score > bestScore) {
        best = l;
        bestScore = score;
      }
    }
    return best;
  }

  #advertise(listener: Listener, remote: string): HostPort {
    const { host, port } = listener.local;
    if (this.#external && !remote.startsWith('127.'))
      return { host: this.#external.host, port: this.#external.port ?? port };
    if (!isWildcard(host)) return { host, port };
    const found = addressToward(
      remote === '' ? (host === '::' ? '2001::1' : '192.0.2.1') : remote,
      this.#watch.current,
    );
    return { host: found ?? (host === '::' ? '::1' : '127.0.0.1'), port };
  }

  /** Sockets of an address that is gone are closed, and bound again on the same port when it is back. */
  async #follow(change: AddressesChange): Promise<void> {
    for (const l of [...this.#listeners]) {
      if (!change.gone.includes(l.local.host)) continue;
      this.#listeners.splice(this.#listeners.indexOf(l), 1);
      this.#absent.push({ transport: l.proto, ...l.local });
      await l.close();
    }
    const back = this.#absent.filter((a) => change.came.includes(a.host));
    this.#absent = this.#absent.filter((a) => !back.includes(a));
    for (const address of back) {
      try {
        const l = await listen(address, this.#parts);
        if (this.#closed) await l.close();
        else this.#listeners.push(l);
      } catch {
        // Not ready (IPv6 still looks for duplicates) or taken by another: tried at the next change.
        this.#absent.push(address);
      }
    }
    if (!this.#closed) this.#parts.moved?.(change);
  }
}

/** A listener, or nothing where the address may be absent. @throws the system's error. */
async function opened(address: ListenAddress, parts: TransportParts): Promise<Listener | undefined> {
  try {
    return await listen(address, parts);
  } catch (e) {
    const { code } = e as NodeJS.ErrnoException;
    if (address.anyPort && code === 'EADDRINUSE') return listen({ ...address, port: 0 }, parts);
    if (address.optional && (code === 'EAFNOSUPPORT' || code === 'EADDRNOTAVAIL' || code === 'EINVAL'))
      return undefined;
    throw e;
  }
}

function listen({ transport, host, port }: ListenAddress, parts: TransportParts): Promise<Listener> {
  const { config, limits, handler, profiles } = parts;
  // Loaded only where it is used: HTTP and WebSocket cost megabytes (ruling 31).
  if (isWeb(transport))
    return import('./websocket.ts').then(({ WsListener }) =>
      WsListener.listen(transport, host, port, limits, handler, config.tls),
    );
  return transport === 'udp'
    ? UdpListener.bind(host, port, handler)
    : StreamListener.listen(transport, host, port, limits, handler, profiles, config.tls);
}

function replyFlow(request: SipMessage, flow: Flow, transport: Transport): Flow {
  const { via } = request;
  if (via.params === '') return transport.sibling(flow, flow.remote.host, via.port || 5060);
  const maddr = viaParam(via, 'maddr');
  if (maddr && isIpLiteral(maddr)) return transport.sibling(flow, maddr, via.port || 5060);
  if (viaParam(via, 'rport') !== undefined) return flow;
  const port = via.port || 5060;
  return port === flow.remote.port ? flow : transport.sibling(flow, flow.remote.host, port);
}

/** How well a listener suits a peer: same subnet, then loopback with loopback, then leading octets. */
function scoreOf(local: string, remote: string): number {
  if (isWildcard(local)) return 1;
  if (local === remote) return 40;
  if (isIpv6Text(local)) return 2;
  for (let bits = 32; bits >= 8; bits -= 8) if (sameSubnet(local, remote, bits)) return 2 + bits;
  // A loopback socket cannot reach the network, nor the other way round.
  return local.startsWith('127.') || remote.startsWith('127.') ? 0 : 2;
}
