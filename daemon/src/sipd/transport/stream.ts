import { createServer as createTcpServer, type Server, Socket, connect as tcpConnect } from 'node:net';
import { createServer as createTlsServer, type TLSSocket, connect as tlsConnect } from 'node:tls';
import type { EngineLimits } from '../config.ts';
import { StreamFramer } from '../message/stream.ts';
import { ConnectionGate } from './connection-gate.ts';
import type { Flow, FlowHandler, HostPort, Target } from './flow.ts';
import { faultOf, fingerprintOf, listenOptions, type TlsMaterial, type TlsProfiles } from './tls.ts';

/** A connection with nothing on it for this long is closed; keepalives count. */
const IDLE_MS = 30 * 60_000;
/** A connection that is not up within this time will not be: the next target is tried. */
const CONNECT_MS = 5_000;
/** Most messages that wait for a peer to show its certificate; what is lost is sent again or fails by time. */
const MAX_HELD = 100;
/** Most bytes waiting to be sent before a peer that does not read is cut off. */
const MAX_BACKLOG = 1024 * 1024;

/** One stream connection (RFC 3261 18.1, 18.2), whoever opened it. */
export class StreamFlow implements Flow {
  readonly proto: 'tcp' | 'tls';
  readonly local: HostPort;
  remote: HostPort;
  fingerprint: string | undefined;
  readonly #socket: Socket;
  readonly #framer: StreamFramer;
  readonly #limits: EngineLimits;
  readonly #handler: FlowHandler;
  /** When the connection is given up unless what is awaited comes. */
  #deadline: NodeJS.Timeout | undefined;
  /** A whole message has come, or we opened the connection. */
  #heard = true;
  #closed = false;
  #pong: NodeJS.Timeout | undefined;
  #failure = 'connection closed';
  /** Who waits to hear whether what was sent before the connection was up has gone. */
  #early: ((reason: string) => void)[] | undefined;
  /** What may go out only once the peer has shown who it is. */
  #held: string[] | undefined;

  constructor(
    socket: Socket,
    proto: 'tcp' | 'tls',
    local: HostPort,
    remote: HostPort,
    limits: EngineLimits,
    handler: FlowHandler,
    objection?: (socket: TLSSocket) => Error | undefined,
  ) {
    this.#socket = socket;
    this.proto = proto;
    this.local = local;
    this.remote = remote;
    this.#limits = limits;
    this.#framer = new StreamFramer(limits);
    this.#handler = handler;
    // One that could not even be begun is destroyed already.
    if (socket.connecting || socket.destroyed) {
      this.#early = [];
      const late = setTimeout(() => {
        this.#failure = 'tcp/ETIMEDOUT';
        socket.destroy();
      }, CONNECT_MS);
      // A TLS handshake that fails does not tell the writes it took with it.
      if (objection) this.#held = [];
      socket.once(proto === 'tls' ? 'secureConnect' : 'connect', () => {
        const wrong = objection?.(socket as TLSSocket);
        if (wrong) {
          socket.destroy(wrong);
          return;
        }
        this.#early = undefined;
        clearTimeout(late);
        for (const text of this.#held ?? []) socket.write(text, 'latin1');
        this.#held = undefined;
      });
      socket.once('close', () => clearTimeout(late));
    }
    socket.setNoDelay(true);
    socket.setTimeout(IDLE_MS, () => socket.destroy());
    socket.on('data', (chunk) => this.#data(chunk));
    socket.on('error', (e) => (this.#failure = faultOf(e)));
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
    if (this.#early && onError) this.#early.push(onError);
    if (this.#held) {
      if (this.#held.length < MAX_HELD) this.#held.push(text);
    } else if (this.#early) this.#socket.write(text, 'latin1');
    else if (onError) this.#socket.write(text, 'latin1', (e) => e && onError(this.#failure));
    else this.#socket.write(text, 'latin1');
  }

  /** Closes the connection at once. */
  destroy(): void {
    this.#socket.destroy();
  }

  /** Sends a ping; without a word from the peer within `withinMs` the connection is closed (RFC 5626 4.4.1). */
  ping(withinMs: number): void {
    this.send('\r\n\r\n');
    this.#pong ??= setTimeout(() => {
      this.#failure = 'tcp/no-pong';
      this.#socket.destroy();
    }, withinMs);
  }

  /** The peer opened it: it has to say something soon. */
  expectMessage(): void {
    this.#heard = false;
    this.#limit(this.#limits.firstMessageMs);
  }

  #limit(ms: number | undefined): void {
    if (this.#deadline) clearTimeout(this.#deadline);
    this.#deadline = ms === undefined ? undefined : setTimeout(() => this.#socket.destroy(), ms);
  }

  #data(chunk: Buffer): void {
    const pinged = this.#pong !== undefined;
    clearTimeout(this.#pong);
    this.#pong = undefined;
    let whole = false;
    const sound = this.#framer.push(chunk, (item) => {
      if (this.#closed) return;
      whole ||= item.kind === 'message';
      // RFC 5626 4.4.1: the answer to CRLFCRLF is one CRLF.
      if (item.kind === 'ping') this.send('\r\n');
      else this.#handler.received(item.bytes, this);
    });
    if (!sound) {
      this.#socket.destroy();
      return;
    }
    if (pinged) this.#framer.dropPong();
    // Each message has its own time. Nothing but a whole one ends the time of who has not said anything yet.
    this.#heard ||= whole;
    const { held } = this.#framer;
    if (this.#heard && (whole || held === 0)) this.#limit(undefined);
    if (held > 0 && !this.#deadline) this.#limit(this.#limits.wholeMessageMs);
  }

  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#limit(undefined);
    clearTimeout(this.#pong);
    this.#handler.closed(this, this.#failure);
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
  readonly #profiles: TlsProfiles;
  /** Every connection, by its peer: `host:port`, and for TLS of ours how it was verified. */
  readonly #flows = new Map<string, StreamFlow>();
  /** How peers were reached last, by `host:port`: a dialog's request knows the address only. */
  readonly #reached = new Map<string, { profile: string; name: string }>();
  readonly #keys = new WeakMap<Flow, string>();
  readonly #gate: ConnectionGate;

  private constructor(
    server: Server,
    proto: 'tcp' | 'tls',
    limits: EngineLimits,
    handler: FlowHandler,
    profiles: TlsProfiles,
  ) {
    this.#server = server;
    this.proto = proto;
    this.#limits = limits;
    this.#profiles = profiles;
    this.#gate = new ConnectionGate(limits, handler.welcome?.bind(handler));
    this.#handler = {
      received: handler.received.bind(handler),
      closed: (flow, reason) => {
        this.#forget(flow as StreamFlow);
        handler.closed(flow, reason);
      },
    };
    const address = server.address() as { address: string; port: number };
    this.local = { host: address.address, port: address.port };
    // A TLS server tells of a connection twice: before its handshake, when it holds a place already, and after.
    server.on('connection', (socket: Socket) => {
      if (this.#gate.admit(socket) && proto === 'tcp') this.#accept(socket);
    });
    if (proto === 'tls') server.on('secureConnection', (socket: Socket) => this.#accept(socket));
    server.on('error', () => {});
  }

  /** @throws the system's error if the address cannot be bound. */
  static listen(
    proto: 'tcp' | 'tls',
    host: string,
    port: number,
    limits: EngineLimits,
    handler: FlowHandler,
    profiles: TlsProfiles,
    tls?: TlsMaterial,
  ): Promise<StreamListener> {
    const server = proto === 'tls' ? createTlsServer(listenOptions(tls)) : createTcpServer();
    server.on('tlsClientError', () => {});
    return new Promise((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true, ipv6Only: true }, () => {
        server.off('error', reject);
        resolve(new StreamListener(server, proto, limits, handler, profiles));
      });
    });
  }

  /** The connection to that target, opened if need be; messages sent before it is up are queued. */
  connect(target: Target, port: number): StreamFlow {
    const { host } = target;
    if (this.proto === 'tcp')
      return (
        this.#open(`${host}:${port}`) ??
        this.#add(tcpConnect({ host, port }), { host, port }, `${host}:${port}`)
      );
    // RFC 5626 5.3: who connected to us, as telephones do, is reached by that connection and by no other.
    const accepted = target.profile === undefined ? this.#open(`${host}:${port}`) : undefined;
    if (accepted) return accepted;
    const last = this.#reached.get(`${host}:${port}`);
    const how =
      target.profile === undefined && last
        ? last
        : { profile: target.profile ?? '', name: target.name || host };
    // A connection that was verified for another name, or by other authorities, is not this one (RFC 5922 7.5).
    const pins = this.#profiles.pins(how.profile);
    const key = `${host}:${port} ${how.profile} ${how.name} ${pins?.join() ?? ''}`;
    const known = this.#open(key);
    if (known) return known;
    if (this.#reached.size >= this.#limits.connections) this.#reached.clear();
    this.#reached.set(`${host}:${port}`, how);
    const { profile } = how;
    const objection = pins ? (socket: TLSSocket) => this.#profiles.objection(profile, socket) : undefined;
    return this.#add(this.#tlsSocket(host, port, how), { host, port }, key, objection);
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
    for (const flow of this.#flows.values()) flow.destroy();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #open(key: string): StreamFlow | undefined {
    const flow = this.#flows.get(key);
    return flow?.open ? flow : undefined;
  }

  #tlsSocket(host: string, port: number, how: { profile: string; name: string }): Socket {
    try {
      return tlsConnect({ host, port, ...this.#profiles.options(how.profile, how.name) });
    } catch (e) {
      return new Socket().destroy(e as Error);
    }
  }

  #accept(socket: Socket): void {
    const { remoteAddress: host, remotePort: port } = socket;
    if (host === undefined || port === undefined) {
      socket.destroy();
      return;
    }
    const flow = this.#add(socket, { host, port }, `${host}:${port}`);
    if (this.proto === 'tls') flow.fingerprint = fingerprintOf(socket as TLSSocket);
    flow.expectMessage();
  }

  #add(
    socket: Socket,
    remote: HostPort,
    key: string,
    objection?: (socket: TLSSocket) => Error | undefined,
  ): StreamFlow {
    const flow = new StreamFlow(
      socket,
      this.proto,
      this.local,
      remote,
      this.#limits,
      this.#handler,
      objection,
    );
    this.#flows.set(key, flow);
    this.#keys.set(flow, key);
    return flow;
  }

  #forget(flow: StreamFlow): void {
    const key = this.#keys.get(flow);
    if (key !== undefined && this.#flows.get(key) === flow) this.#flows.delete(key);
  }
}
