import { connect, createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Session, type SessionHost } from './session.ts';
import type { ClientFrame } from './wire.ts';

/** The version told to clients; srf sends pings from v0.8.2 on. */
const VERSION = 'v0.9.9';
const MAX_SESSIONS = 32;
/** Applications that we connect to may want a connection for each call. */
const MAX_DIALED = 1000;

/** What the hub asks of the engine. */
export interface HubOwner {
  /** Addresses peers see, and bound ones: `proto/host:port`. */
  addresses(): { advertised: string[]; bound: string[] };
  frame(session: Session, frame: ClientFrame): boolean;
  opened(session: Session): void;
  closed(session: Session): void;
  uuid(): string;
}

/** All control connections: who may speak, and who gets which requests. */
export class Hub implements SessionHost {
  readonly secret: string;
  readonly #owner: HubOwner;
  readonly #sessions = new Set<Session>();
  /** Sessions by verb, in the order of their route frames; requests go round. */
  readonly #routes = new Map<string, { sessions: Session[]; next: number }>();
  /** Sessions of our own making, and who waits for them to be ready. */
  readonly #dialed = new Map<Session, ((session: Session | undefined) => void) | undefined>();
  #turn = 0;
  #server: Server | undefined;

  constructor(secret: string, owner: HubOwner) {
    this.secret = secret;
    this.#owner = owner;
  }

  /** @throws the system's error if the address cannot be bound. */
  async listen(
    host: string,
    port: number,
    tls?: { key: string; cert: string },
  ): Promise<{ host: string; port: number }> {
    const accept = (socket: Socket): void => {
      if (this.#sessions.size - this.#dialed.size >= MAX_SESSIONS) socket.destroy();
      else this.#sessions.add(new Session(socket, this));
    };
    const server = tls ? createTlsServer(tls, accept) : createServer(accept);
    // A client that cannot do TLS is its own affair.
    server.on('tlsClientError', () => {});
    this.#server = server;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, exclusive: true }, () => {
        server.off('error', reject);
        server.on('error', () => {});
        resolve();
      });
    });
    const address = server.address() as { address: string; port: number };
    return { host: address.address, port: address.port };
  }

  /** The next session in turn that asked for `verb` (lower case). */
  pick(verb: string): Session | undefined {
    const route = this.#routes.get(verb);
    if (!route || route.sessions.length === 0) return undefined;
    route.next = (route.next + 1) % route.sessions.length;
    return route.sessions[route.next];
  }

  /** The next in turn of the sessions that carry a tag. */
  tagged(tag: string): Session | undefined {
    const having = [...this.#sessions].filter((s) => s.authenticated && !s.closed && s.tags.has(tag));
    this.#turn += 1;
    return having[this.#turn % having.length];
  }

  /** Connects to an application that waits for that; undefined if it cannot be had. */
  dial(host: string, port: number): Promise<Session | undefined> {
    if (this.#dialed.size >= MAX_DIALED) return Promise.resolve(undefined);
    const session = new Session(connect({ host, port }), this);
    this.#sessions.add(session);
    return new Promise((resolve) => this.#dialed.set(session, resolve));
  }

  /** Every session that asked for `verb`. */
  all(verb: string): readonly Session[] {
    return this.#routes.get(verb)?.sessions ?? [];
  }

  /** Any session that can answer. */
  any(): Session | undefined {
    for (const s of this.#sessions) if (s.authenticated && !s.closed && !this.#dialed.has(s)) return s;
    return undefined;
  }

  get size(): number {
    return this.#sessions.size;
  }

  welcome(): string {
    const { advertised, bound } = this.#owner.addresses();
    return `${advertised.join(',')}|${VERSION}|${bound.join(',')}`;
  }

  request(session: Session, frame: ClientFrame): boolean {
    return this.#owner.frame(session, frame);
  }

  route(session: Session, verb: string, on: boolean): void {
    const route = this.#routes.get(verb) ?? { sessions: [], next: -1 };
    this.#routes.set(verb, route);
    const at = route.sessions.indexOf(session);
    if (on && at < 0) route.sessions.push(session);
    if (!on && at >= 0) route.sessions.splice(at, 1);
    if (route.sessions.length === 0) this.#routes.delete(verb);
  }

  authenticated(session: Session): void {
    this.#owner.opened(session);
    const waiting = this.#dialed.get(session);
    if (!waiting) return;
    this.#dialed.set(session, undefined);
    waiting(session);
  }

  closed(session: Session): void {
    this.#sessions.delete(session);
    this.#dialed.get(session)?.(undefined);
    this.#dialed.delete(session);
    for (const [verb, route] of this.#routes) {
      route.sessions = route.sessions.filter((s) => s !== session);
      if (route.sessions.length === 0) this.#routes.delete(verb);
    }
    if (session.authenticated) this.#owner.closed(session);
  }

  uuid(): string {
    return this.#owner.uuid();
  }

  async close(): Promise<void> {
    for (const session of [...this.#sessions]) session.close();
    const server = this.#server;
    if (server) await new Promise<void>((resolve) => server.close(() => resolve()));
  }
}
