import { isUtf8 } from 'node:buffer';
import { createServer as createHttpServer, type IncomingMessage, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';
import type { EngineLimits } from '../config.ts';
import { ConnectionGate } from './connection-gate.ts';
import type { Flow, FlowHandler, HostPort } from './flow.ts';
import { listenOptions, type TlsMaterial } from './tls.ts';

/** RFC 7118 4.1: both sides name this sub-protocol, or the connection is not for SIP. */
const SUB_PROTOCOL = 'sip';
/** A connection with nothing on it for this long is closed; pongs count. */
const IDLE_MS = 30 * 60_000;
/** How often a peer is asked whether it is there (RFC 7118 6); a browser that was closed without a word never says so. */
const PING_MS = 60_000;
/** Most bytes waiting to be sent before a peer that does not read is cut off. */
const MAX_BACKLOG = 1024 * 1024;
/** Head of the HTTP request, bytes. */
const MAX_HEAD = 8192;
/** Frames of one message: no client splits 64 kB into more. */
const MAX_FRAGMENTS = 128;
/** Pings and empty messages that a peer may send in `CALM_MS`: nothing but a flood needs more. */
const MAX_PINGS = 20;
const CALM_MS = 1000;

/** One WebSocket of a client (RFC 7118): a message of SIP in each message of it. */
export class WsFlow implements Flow {
  readonly proto: 'ws' | 'wss';
  readonly local: HostPort;
  readonly remote: HostPort;
  /** The `.invalid` name by which the client calls itself in Via, '' before it has (RFC 7118 5.1). */
  alias = '';
  readonly #ws: WebSocket;
  readonly #handler: FlowHandler;
  #deadline: NodeJS.Timeout | undefined;
  readonly #pings: NodeJS.Timeout;
  #heard = false;
  #alive = true;
  #closed = false;
  #failure = 'connection closed';
  #pinged = 0;
  #pingedAt = 0;

  constructor(
    ws: WebSocket,
    socket: Socket,
    proto: 'ws' | 'wss',
    local: HostPort,
    remote: HostPort,
    limits: EngineLimits,
    handler: FlowHandler,
  ) {
    this.#ws = ws;
    this.proto = proto;
    this.local = local;
    this.remote = remote;
    this.#handler = handler;
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    // Before the library takes them: bytes that complete no message must do so in time.
    socket.prependListener('data', () => {
      this.#alive = true;
      if (this.#heard) this.#deadline ??= this.#closing(limits.wholeMessageMs);
    });
    ws.on('message', (data) => this.#message(data));
    ws.on('ping', (data) => {
      this.#whole();
      if (this.#calm()) ws.pong(data);
    });
    ws.on('pong', () => this.#whole());
    ws.on('error', (error: Error & { code?: string }) => {
      this.#failure = `ws/${error.code ?? 'failed'}`;
      // Frames that RFC 6455 forbids, or longer than any message may be.
      if (error.code?.startsWith('WS_ERR_')) handler.nuisance?.(this, 'malformed');
      ws.terminate();
    });
    ws.on('close', () => this.#close());
    this.#pings = setInterval(() => this.#ping(), PING_MS).unref();
    this.#deadline = this.#closing(limits.firstMessageMs);
  }

  get open(): boolean {
    return !this.#closed;
  }

  readonly connected = true;

  send(text: string, onError?: (reason: string) => void): void {
    if (this.#closed) {
      onError?.(this.#failure);
      return;
    }
    if (this.#ws.bufferedAmount > MAX_BACKLOG) {
      this.#failure = 'peer does not read';
      this.#ws.terminate();
      onError?.(this.#failure);
      return;
    }
    const bytes = Buffer.from(text, 'latin1');
    // RFC 7118 5: text where it may be, as most clients are browsers; what is not UTF-8 must be binary.
    this.#ws.send(bytes, { binary: !isUtf8(bytes) }, (e) => e && onError?.(this.#failure));
  }

  /** Closes the connection at once. */
  destroy(): void {
    this.#ws.terminate();
  }

  #message(data: RawData): void {
    if (this.#closed) return;
    const bytes = data as Buffer;
    // RFC 5626 3.5.1 over WebSocket, as clients have it: CRLFs are a ping where there are two of them.
    if (bytes.length <= 4 && bytes.every((b) => b === 13 || b === 10)) {
      this.#whole();
      if (this.#calm() && bytes.length === 4) this.send('\r\n');
      return;
    }
    this.#heard = true;
    this.#whole();
    this.#handler.received(bytes, this);
  }

  /** A message or frame is whole; who has not said anything of SIP yet still has to. */
  #whole(): void {
    if (!this.#heard) return;
    clearTimeout(this.#deadline);
    this.#deadline = undefined;
  }

  /** Whether pings come at a bearable pace; one that floods is cut off. */
  #calm(): boolean {
    const now = performance.now();
    if (now - this.#pingedAt > CALM_MS) {
      this.#pingedAt = now;
      this.#pinged = 0;
    }
    if (++this.#pinged <= MAX_PINGS) return true;
    this.#failure = 'ws/ping-flood';
    this.#handler.nuisance?.(this, 'malformed');
    this.#ws.terminate();
    return false;
  }

  #closing(ms: number): NodeJS.Timeout {
    return setTimeout(() => this.#ws.terminate(), ms);
  }

  #ping(): void {
    if (this.#alive) {
      this.#alive = false;
      this.#ws.ping();
      return;
    }
    this.#failure = 'ws/no-pong';
    this.#ws.terminate();
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    clearTimeout(this.#deadline);
    clearInterval(this.#pings);
    this.#handler.closed(this, this.#failure);
  }
}

/** A listener for SIP over WebSocket, plain or in TLS (RFC 7118). It opens no connection: browsers take none. */
export class WsListener {
  readonly proto: 'ws' | 'wss';
  readonly local: HostPort;
  readonly #server: Server;
  readonly #limits: EngineLimits;
  readonly #handler: FlowHandler;
  readonly #gate: ConnectionGate;
  readonly #sockets = new WebSocketServer(socketOptions());
  /** Connections by peer, `host:port`, and by the name that the peer goes by. */
  readonly #flows = new Map<string, WsFlow>();
  readonly #aliases = new Map<string, WsFlow>();

  private constructor(server: Server, proto: 'ws' | 'wss', limits: EngineLimits, handler: FlowHandler) {
    this.#server = server;
    this.proto = proto;
    this.#limits = limits;
    this.#gate = new ConnectionGate(limits, handler.welcome?.bind(handler));
    this.#handler = {
      received: (bytes, flow) => handler.received(bytes, flow),
      nuisance: (flow, what) => handler.nuisance?.(flow, what),
      closed: (flow, reason) => {
        this.#forget(flow as WsFlow);
        handler.closed(flow, reason);
      },
    };
    const address = server.address() as { address: string; port: number };
    this.local = { host: address.address, port: address.port };
    this.#sockets.options.maxPayload = limits.messageBytes;
    server.on('connection', (socket: Socket) => this.#gate.admit(socket));
    server.on('request', (_request, response) => {
      response.writeHead(426, { Connection: 'close', Upgrade: 'websocket' }).end();
    });
    server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
    server.on('clientError', (_error, socket) => socket.destroy());
    server.on('error', () => {});
  }

  /** @throws the system's error if the address cannot be bound. */
  static listen(
    proto: 'ws' | 'wss',
    host: string,
    port: number,
    limits: EngineLimits,
    handler: FlowHandler,
    tls?: TlsMaterial,
  ): Promise<WsListener> {
    const options = {
      maxHeaderSize: MAX_HEAD,
      headersTimeout: limits.firstMessageMs,
      requestTimeout: limits.firstMessageMs,
      connectionsCheckingInterval: Math.min(1000, limits.firstMessageMs),
    };
    const server =
      proto === 'wss' ? createHttpsServer({ ...options, ...listenOptions(tls) }) : createHttpServer(options);
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true, ipv6Only: true }, () => {
        server.off('error', reject);
        resolve(new WsListener(server, proto, limits, handler));
      });
    });
  }

  /** The connection of that peer; undefined if there is none. */
  connection(host: string, port: number): WsFlow | undefined {
    const flow = this.#flows.get(`${host}:${port}`);
    return flow?.open ? flow : undefined;
  }

  /** The connection of the client that goes by that `.invalid` name. */
  named(alias: string): WsFlow | undefined {
    const flow = this.#aliases.get(alias);
    return flow?.open ? flow : undefined;
  }

  /** A client has called itself so. Its last connection is the one that counts: it comes back under the same name. */
  name(flow: WsFlow, alias: string): void {
    if (this.#aliases.get(flow.alias) === flow) this.#aliases.delete(flow.alias);
    flow.alias = alias;
    this.#aliases.set(alias, flow);
  }

  /** Closes the connections of the hosts that `belongs` names. */
  hangUp(belongs: (host: string) => boolean): void {
    for (const flow of [...this.#flows.values()]) if (belongs(flow.remote.host)) flow.destroy();
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#flows.size;
  }

  async close(): Promise<void> {
    for (const flow of [...this.#flows.values()]) flow.destroy();
    this.#sockets.close();
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    const socket = stream as Socket;
    const { remoteAddress: host, remotePort: port } = socket;
    socket.on('error', () => {});
    const offered = (request.headers['sec-websocket-protocol'] ?? '').split(',').map((word) => word.trim());
    if (host === undefined || port === undefined || !offered.includes(SUB_PROTOCOL)) {
      socket.end(`HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
      socket.destroySoon();
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (ws) => {
      const flow = new WsFlow(
        ws,
        socket,
        this.proto,
        this.local,
        { host, port },
        this.#limits,
        this.#handler,
      );
      this.#flows.set(`${host}:${port}`, flow);
    });
  }

  #forget(flow: WsFlow): void {
    const key = `${flow.remote.host}:${flow.remote.port}`;
    if (this.#flows.get(key) === flow) this.#flows.delete(key);
    if (this.#aliases.get(flow.alias) === flow) this.#aliases.delete(flow.alias);
  }
}

function socketOptions() {
  return {
    noServer: true,
    clientTracking: false,
    // Nothing is gained by compressing a kilobyte, and a few bytes must not become megabytes here.
    perMessageDeflate: false,
    // Answered by the flow, which counts them.
    autoPong: false,
    maxFragments: MAX_FRAGMENTS,
    handleProtocols: () => SUB_PROTOCOL,
  } as const;
}
