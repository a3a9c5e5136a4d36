import { createSocket, type Socket } from 'node:dgram';
import { isIpv6Text } from '../message/uri.ts';
import type { Flow, FlowHandler, HostPort } from './flow.ts';
import { bindingAnswer, isStun } from './stun.ts';

/** Kernel buffers asked for, in bytes: a burst of 500 INVITEs must not be lost before it is read. */
const SOCKET_BUFFER = 2 * 1024 * 1024;

/** One UDP socket bound to one address: Node does not tell the destination address of a packet. */
export class UdpListener {
  readonly proto = 'udp' as const;
  readonly local: HostPort;
  readonly #socket: Socket;

  private constructor(socket: Socket, handler: FlowHandler) {
    this.#socket = socket;
    const { address, port } = socket.address();
    this.local = { host: address, port };
    socket.on('message', (bytes, from) => {
      if (isKeepalive(bytes)) return;
      if (isStun(bytes)) {
        if (handler.admitsStun?.(this.flow(from.address, from.port)) !== false)
          this.#stun(bytes, from.address, from.port, handler);
        return;
      }
      handler.received(bytes, this.flow(from.address, from.port));
    });
    // ICMP errors of unconnected sockets say nothing of which peer; timers find out.
    socket.on('error', () => {});
  }

  /** @throws the system's error if the address cannot be bound. */
  static bind(host: string, port: number, handler: FlowHandler): Promise<UdpListener> {
    const v6 = isIpv6Text(host);
    const socket = createSocket({
      type: v6 ? 'udp6' : 'udp4',
      ipv6Only: v6,
      // Addresses are resolved before they get here; the default look-up would cost a turn.
      lookup: (name, _options, done) => done(null, name, v6 ? 6 : 4),
    });
    return new Promise((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address: host, port, exclusive: true }, () => {
        socket.off('error', reject);
        enlarge(socket);
        resolve(new UdpListener(socket, handler));
      });
    });
  }

  /** Sends bytes that are no SIP to a peer. */
  sendRaw(bytes: Buffer, to: HostPort): void {
    // As with SIP: what is lost is repeated, and a closed socket throws at once.
    try {
      this.#socket.send(bytes, to.port, to.host, () => {});
    } catch {}
  }

  /** Binding requests are answered here: they have nothing to do with SIP but the port (RFC 5626 8). */
  #stun(bytes: Buffer, host: string, port: number, handler: FlowHandler): void {
    const answer = bindingAnswer(bytes, { host, port });
    if (answer) this.sendRaw(answer, { host, port });
    else handler.stun?.(bytes, this.flow(host, port));
  }

  /** The way to a peer through this socket. */
  flow(host: string, port: number): Flow {
    return new UdpFlow(this.#socket, this.local, { host, port });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#socket.close(() => resolve()));
  }
}

class UdpFlow implements Flow {
  readonly proto = 'udp' as const;
  readonly open = true;
  readonly connected = true;
  readonly local: HostPort;
  readonly remote: HostPort;
  readonly #socket: Socket;

  constructor(socket: Socket, local: HostPort, remote: HostPort) {
    this.#socket = socket;
    this.local = local;
    this.remote = remote;
  }

  send(text: string, onError?: (reason: string) => void): void {
    try {
      const bytes = Buffer.from(text, 'latin1');
      if (!onError) this.#socket.send(bytes, this.remote.port, this.remote.host);
      else this.#socket.send(bytes, this.remote.port, this.remote.host, (e) => e && onError(e.message));
    } catch (e) {
      // A closed socket throws at once.
      onError?.(e instanceof Error ? e.message : String(e));
    }
  }
}

function enlarge(socket: Socket): void {
  try {
    socket.setRecvBufferSize(SOCKET_BUFFER);
    socket.setSendBufferSize(SOCKET_BUFFER);
  } catch {
    // The system's limit stands; nothing depends on it but the depth of a burst.
  }
}

/** RFC 5626 3.5.1 and common practice: CRLFs, or up to four zero bytes, keep a NAT binding open. */
function isKeepalive(bytes: Buffer): boolean {
  if (bytes.length > 4) return false;
  for (const b of bytes) if (b !== 13 && b !== 10 && b !== 0) return false;
  return true;
}
