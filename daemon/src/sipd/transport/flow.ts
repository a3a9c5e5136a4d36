import type { Proto } from '../config.ts';

/** An address and port. */
export interface HostPort {
  host: string;
  port: number;
}

/** Where a request is to go, resolved. */
export interface Target extends HostPort {
  proto: Proto;
  /** The transport was asked for (`;transport=`, SRV): it is not changed for size (ruling 16). */
  pinned: boolean;
  /** Name the peer's certificate must carry (RFC 5922); '' to check the address. */
  name: string;
  /** How TLS toward it is secured, by name; undefined: as it was last, else the default. */
  profile?: string;
}

/**
 * One way to a peer: a UDP socket and the peer's address, or a stream connection. Sending never
 * throws; what fails is told to `onError`.
 */
export interface Flow {
  readonly proto: Proto;
  readonly local: HostPort;
  readonly remote: HostPort;
  /** False once a stream is closed; always true for UDP. */
  readonly open: boolean;
  /** Whether a stream has been connected; always true for UDP. */
  readonly connected: boolean;
  /** Sends a whole message, one byte per character. */
  send(text: string, onError?: (reason: string) => void): void;
}

/** Whether the transport delivers by itself, so that nothing need be retransmitted. */
export function isReliable(proto: Proto): boolean {
  return proto !== 'udp';
}

/** Default SIP port of a transport (RFC 3261 19.1.2). */
export function defaultPort(proto: Proto): number {
  return proto === 'tls' ? 5061 : 5060;
}

/** What the sockets report upward. */
export interface FlowHandler {
  /** A datagram or a message cut from a stream. */
  received(bytes: Buffer, flow: Flow): void;
  /** A STUN message that is no request came to a SIP port. */
  stun?(bytes: Buffer, flow: Flow): void;
  /** A stream connection is gone; `reason`: a `tls/` or `tcp/` code, or words. */
  closed(flow: Flow, reason: string): void;
  /** How a connection from that address is met: strangers get few. All are known without it. */
  welcome?(host: string): 'known' | 'stranger' | 'banned';
}
