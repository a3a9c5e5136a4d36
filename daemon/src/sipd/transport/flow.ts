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
  /** SHA-256 fingerprint of the certificate that whoever opened the connection has shown. */
  readonly fingerprint?: string | undefined;
  /** Sends a whole message, one byte per character. */
  send(text: string, onError?: (reason: string) => void): void;
}

/** Whether the transport delivers by itself, so that nothing need be retransmitted. */
export function isReliable(proto: Proto): boolean {
  return proto !== 'udp';
}

/** Whether it is WebSocket, plain or in TLS. */
export function isWeb(proto: Proto): proto is 'ws' | 'wss' {
  return proto === 'ws' || proto === 'wss';
}

/** Default SIP port of a transport (RFC 3261 19.1.2, RFC 7118 5.1). */
export function defaultPort(proto: Proto): number {
  if (isWeb(proto)) return proto === 'ws' ? 80 : 443;
  return proto === 'tls' ? 5061 : 5060;
}

/** The `transport` parameter of a URI that is reached so, with its semicolon; '' for UDP. RFC 7118 5.2.1 knows `ws` alone. */
export function transportParameter(proto: Proto): string {
  if (proto === 'udp') return '';
  return proto === 'wss' ? ';transport=ws' : `;transport=${proto}`;
}

/** What the sockets report upward. */
export interface FlowHandler {
  /** A datagram or a message cut from a stream. */
  received(bytes: Buffer, flow: Flow): void;
  /** A STUN message that is no request came to a SIP port. */
  stun?(bytes: Buffer, flow: Flow): void;
  /** Whether a STUN message is looked at; all are without it. */
  admitsStun?(flow: Flow): boolean;
  /** A connection was cut off for what came over it. */
  nuisance?(flow: Flow, what: 'flood' | 'malformed'): void;
  /** A stream connection is gone; `reason`: a `tls/` or `tcp/` code, or words. */
  closed(flow: Flow, reason: string): void;
  /** How a connection from that address is met: strangers get few. All are known without it. */
  welcome?(host: string): 'known' | 'stranger' | 'banned';
}
