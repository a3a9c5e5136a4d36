import { createServer as createTcpServer, type Server, type Socket, connect as tcpConnect } from 'node:net';
import { createServer as createTlsServer, connect as tlsConnect } from 'node:tls';
import type { EngineLimits } from '../config.ts';
import { StreamFramer } from '../message/stream.ts';
import { isIpLiteral } from '../message/uri.ts';
import type { Flow, FlowHandler, HostPort } from './flow.ts';

/** Keys and certificates, PEM. */
export interface TlsMaterial {
  key: string;
  cert: string;
  ca?: string;
  rejectUnauthorized?: boolean;
}

/** A connection with nothing on it for this long is closed; keepalives count. */
const IDLE_MS = 30 * 60_000;
/** An unfinished message may take this long to arrive (slow senders must not hold buffers). */
const PARTIAL_MS = 10_000;
/** Most bytes waiting to be sent before a peer that does not read is cut off. */
const MAX_BACKLOG = 1024 * 1024;

/** One stream connection (RFC 3261 18.1, 18.2), whoever opened it. */
export class StreamFlow implements Flow {
  readonly proto: 'tcp' | 'tls';
  readonly local: HostPort;
  remote: HostPort;
  readonly #socket: Socket;
  readonly #framer: StreamFramer;
  readonly #handler: FlowHandler;
  #partial: NodeJS.Timeout | undefined;
  #closed = false;
  #failure = 'connection closed';
  /** Who waits to hear whether what was sent before the connection was up has gone. */
  #early: ((reason: string) => void)[] | undefined;

  constructor(
    socket: Socket,
    proto: 'tcp' | 'tls',
    local: HostPort,
    remote: HostPort,
    limits: EngineLimits,
    handler: FlowHandler,
  ) {
    this.#socket = socket;
    this.proto = proto;
    this.local = local;
    this.remote = remote;
    this.#framer = new StreamFramer(limits);
    this.#handler = handler;
    if (socket.connecting) {
      this.#early = [];
      // A TLS handshake that fails does not tell the writes it took with it.
      socket.once(proto === 'tls' ? 'secureConnect' : 'connect', () => (this.#early = undefined));
    }
    socket.setNoDelay(true);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('data', (chunk) => this.#data(chunk));
    socket.on('error', (e) => (this.#failure = e.message));
    socket.on('close', () => this.#close());
  }

  get open(): boolean {
    return !this.#closed;
  }

  get connected(): boolean {
    return !this.#closed && this.#early === undefined;
  }

  send(text: string, onError?: (reason: string) => void): void {
    if (this.#closed) {
      onError?.(this.#failure);
      return;
    }
    if (this.#socket.writableLength > MAX_BACKLOG) {
      this.#failure = 'peer does not read';
      this.#socket.destroy();
      onError?.(this.#failure);
      return;
    }
    if (onError && this.#early) {
      this.#early.push(onError);
      this.#socket.write(text, 'latin1');
    } else if (onError) this.#socket.write(text, 'latin1', (e) => e && onError(this.#failure));
    else this.#socket.write(text, 'latin1');
  }

  /** Closes the connection at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  #data(chunk: Buffer): void {
    const sound = this.#framer.push(chunk, (item) => {
      if (this.#closed) return;
      // RFC 5626 4.4.1: the answer to CRLFCRLF is one CRLF.
      if (item.kind === 'ping') this.send('\r\n');
      else this.#handler.received(item.bytes, this);
    });
    if (!sound) {
      this.#socket.destroy();
      return;
    }
    if (this.#framer.held > 0) this.#partial ??= setTimeout(() => this.#socket.destroy(), PARTIAL_MS);
    else if (this.#partial) {
      clearTimeout(this.#partial);
      this.#partial = undefined;
    }
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    if (this.#partial) clearTimeout(this.#partial);
    this.#handler.closed(this);
    for (const onError of this.#early ?? []) onError(this.#failure);
  }
}

/** A listener for TCP or TLS, which also opens connections and reuses those it has. */
export class StreamListener {
  readonly proto: 'tcp' | 'tls';
  readonly local: HostPort;
  readonly #server: Server;
  readonly #limits: EngineLimits;
  readonly #handler: FlowHandler;
  readonly #tls: TlsMaterial | undefined;
  /** Every connection, by `host:port` of the peer. */
  readonly #flows = new Map<string, StreamFlow>();
  readonly #perPeer = new Map<string, number>();

  private constructor(
    server: Server,
    proto: 'tcp' | 'tls',
    limits: EngineLimits,
    handler: FlowHandler,
    tls: TlsMaterial | undefined,
  ) {
    this.#server = server;
    this.proto = proto;
    this.#limits = limits;
    this.#tls = tls;
    this.#handler = {
      received: handler.received.bind(handler),
      closed: (flow) => {
        this.#forget(flow as StreamFlow);
        handler.closed(flow);
      },
    };
    const address = server.address() as { address: string; port: number };
    this.local = { host: address.address, port: address.port };
    server.on(proto === 'tls' ? 'secureConnection' : 'connection', (socket: Socket) => this.#accept(socket));
    server.on('error', () => {});
  }

  /** @throws the system's error if the address cannot be bound. */
  static listen(
    proto: 'tcp' | 'tls',
    host: string,
    port: number,
    limits: EngineLimits,
    handler: FlowHandler,
    tls?: TlsMaterial,
  ): Promise<StreamListener> {
    const server =
      proto === 'tls'
        ? createTlsServer({ ...tls, requestCert: false, handshakeTimeout: 10_000 })
        : createTcpServer();
    server.on('tlsClientError', () => {});
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true, ipv6Only: true }, () => {
        server.off('error', reject);
        resolve(new StreamListener(server, proto, limits, handler, tls));
      });
    });
  }

  /** An open connection to that peer, or undefined. */
  find(host: string, port: number): StreamFlow | undefined {
    return this.#flows.get(`${host}:${port}`);
  }

  /** The connection to that peer, opened if need be; messages sent before it is up are queued. */
  connect(host: string, port: number, name: string): StreamFlow {
    const known = this.find(host, port);
    if (known?.open) return known;
    const socket = this.proto === 'tls' ? this.#tlsSocket(host, port, name) : tcpConnect({ host, port });
    return this.#add(socket, { host, port });
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#flows.size;
  }

  async close(): Promise<void> {
    for (const flow of this.#flows.values()) flow.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #tlsSocket(host: string, port: number, name: string): Socket {
    const servername = name !== '' && !isIpLiteral(name) ? name : undefined;
    const t = this.#tls;
    return tlsConnect({
      host,
      port,
      ...(servername ? { servername } : {}),
      ...(t ? { key: t.key, cert: t.cert } : {}),
      ...(t?.ca ? { ca: t.ca } : {}),
      rejectUnauthorized: t?.rejectUnauthorized ?? true,
      minVersion: 'TLSv1.2',
    });
  }

  #accept(socket: Socket): void {
    const host = socket.remoteAddress;
    const port = socket.remotePort;
    const mine = host === undefined ? 0 : (this.#perPeer.get(host) ?? 0);
    if (
      host === undefined ||
      port === undefined ||
      this.#flows.size >= this.#limits.connections ||
      mine >= this.#limits.connectionsPerPeer
    ) {
      socket.on('error', () => {});
      socket.destroy();
      return;
    }
    this.#add(socket, { host, port });
  }

  #add(socket: Socket, remote: HostPort): StreamFlow {
    const flow = new StreamFlow(socket, this.proto, this.local, remote, this.#limits, this.#handler);
    this.#flows.set(`${remote.host}:${remote.port}`, flow);
    this.#perPeer.set(remote.host, (this.#perPeer.get(remote.host) ?? 0) + 1);
    return flow;
  }

  #forget(flow: StreamFlow): void {
    const key = `${flow.remote.host}:${flow.remote.port}`;
    if (this.#flows.get(key) === flow) this.#flows.delete(key);
    const left = (this.#perPeer.get(flow.remote.host) ?? 1) - 1;
    if (left > 0) this.#perPeer.set(flow.remote.host, left);
    else this.#perPeer.delete(flow.remote.host);
  }
}
