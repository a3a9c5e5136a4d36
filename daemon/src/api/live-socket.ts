import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Clock, Timer } from '../base/clock.ts';
import type { CallRecord } from '../records/call-record.ts';
import type { LiveMessage } from './contract.ts';
import type { LiveModel } from './deps.ts';
import { ApiFault, toFault } from './errors.ts';
import { isOwnOrigin } from './guards.ts';
import { LiveHub } from './live-hub.ts';
import type { Scope } from './scope.ts';
import { ScopedFeed } from './scoped-feed.ts';
import { type Sessions, tokenOf } from './sessions.ts';
import type { Viewer } from './viewer.ts';

/** Bounds of what one page may cost. */
export interface LiveLimits {
  /** More bytes than these unread: the page gets no patches until it has caught up. */
  highWater: number;
  /** Caught up below this; then a fresh snapshot follows. */
  lowWater: number;
  /** Behind for so long, ms: closed with 4408. */
  longestLagMs: number;
  /** Without a pong for so long, ms: the page is gone. */
  deadAfterMs: number;
  mostSockets: number;
  /** Of these, pages of one account other than an administrator's. */
  mostOfOne: number;
}

export const liveLimits: LiveLimits = {
  highWater: 256 * 1024,
  lowWater: 32 * 1024,
  longestLagMs: 30_000,
  deadAfterMs: 30_000,
  mostSockets: 64,
  mostOfOne: 8,
};

interface Page {
  socket: WebSocket;
  session: string;
  /** Of a page that may not see everything. */
  feed: ScopedFeed | undefined;
  /** When it fell behind; undefined while it keeps up. */
  laggingSince: number | undefined;
  heardAt: number;
}

interface Options {
  /** Tells of upgrades: a server, or several as one. */
  server: EventEmitter;
  model: LiveModel;
  sessions: Sessions;
  /** Whose session it is now; undefined: it holds no more, and has been ended. */
  viewer(session: string): Viewer | undefined;
  scope(viewer: Viewer): Scope;
  record(id: string): CallRecord | undefined;
  clock: Clock;
  limits: LiveLimits;
  /** Throws an {@link ApiFault} for whom the network guard keeps out. */
  guard(request: IncomingMessage): void;
}

/** The live socket at /api/v1/live: lets in by session and Origin, sends, and sheds pages that do not read. */
export class LiveSocket {
  readonly #options: Options;
  readonly #hub: LiveHub;
  readonly #sockets: WebSocketServer;
  readonly #care: Timer;
  #pages = new Set<Page>();

  constructor(options: Options) {
    this.#options = options;
    this.#hub = new LiveHub(options.model, options.clock, () => this.#pages.size > 0);
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
    options.server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) =>
      this.#upgrade(request, socket, head),
    );
    options.sessions.events.on('ended', (key) => this.#closeSession(key));
    this.#hub.events.on('message', (message) => {
      if (this.#pages.size === 0) return;
      // One text for all pages that may see everything.
      let text: string | undefined;
      for (const page of this.#pages) {
        if (!this.#holds(page)) continue;
        if (page.feed) this.#tell(page, page.feed.take(message));
        else this.#send(page, (text ??= JSON.stringify(message)));
      }
    });
    this.#care = options.clock.every(1000, () => this.#lookAfter());
  }

  /** Pages connected now, and how many of them have fallen behind. */
  get figures(): { pages: number; lagging: number } {
    return {
      pages: this.#pages.size,
      lagging: [...this.#pages].filter((p) => p.laggingSince !== undefined).length,
    };
  }

  close(): void {
    this.#care.cancel();
    this.#hub.close();
    for (const page of this.#pages) page.socket.terminate();
    this.#sockets.close();
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://box');
    // The programs' own: see event-socket.ts.
    if (url.pathname === '/api/v1/events') return;
    socket.on('error', () => socket.destroy());
    let session: string;
    try {
      this.#options.guard(request);
      if (url.pathname !== '/api/v1/live') throw new ApiFault('api/not-found');
      if (!isOwnOrigin(request, true)) throw new ApiFault('api/wrong-origin');
      const found = this.#options.sessions.find(tokenOf(request));
      const viewer = found === undefined ? undefined : this.#options.viewer(found);
      if (found === undefined || !viewer) throw new ApiFault('api/not-signed-in');
      if (this.#tooMany(viewer)) throw new ApiFault('api/busy');
      if (this.#pages.size >= this.#options.limits.mostSockets) throw new ApiFault('api/busy');
      session = found;
    } catch (error) {
      refuseUpgrade(socket, toFault(error));
      return;
    }
    this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#open(ws, session, url.searchParams));
  }

  #open(socket: WebSocket, session: string, query: URLSearchParams): void {
    const { clock, sessions } = this.#options;
    const viewer = this.#options.viewer(session);
    if (!viewer) {
      socket.close(4401, 'session ended');
      return;
    }
    const feed = viewer.role === 'admin' ? undefined : this.#feed(session, viewer);
    const page: Page = { socket, session, feed, laggingSince: undefined, heardAt: clock.now() };
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#pages.delete(page));
    socket.on('pong', () => (page.heardAt = clock.now()));
    socket.on('message', (data) => {
      page.heardAt = clock.now();
      if (isActive(String(data))) sessions.touch(session);
      else socket.close(1008, 'not understood');
    });
    sessions.touch(session);
    const since = query.get('since');
    const missed =
      since === null || feed ? undefined : this.#hub.missed(query.get('epoch') ?? '', Number(since));
    for (const message of missed ?? [this.#snapshot(page)]) socket.send(JSON.stringify(message));
    this.#pages.add(page);
  }

  /** Whether an account has so many pages open that it would crowd others out. */
  #tooMany({ account, role }: Viewer): boolean {
    if (role === 'admin') return false;
    const theirs = [...this.#pages].filter(
      (page) => this.#options.sessions.ownerOf(page.session)?.account === account,
    );
    return theirs.length >= this.#options.limits.mostOfOne;
  }

  /** What a page may see is asked anew for each message: groups change while it is open. */
  #feed(session: string, viewer: Viewer): ScopedFeed {
    const { scope, record, model } = this.#options;
    return new ScopedFeed({
      scope: () =>
        scope(this.#options.viewer(session) ?? { ...viewer, role: 'user', groups: [], queues: [] }),
      record,
      state: () => model.snapshot(),
    });
  }

  #snapshot(page: Page): LiveMessage {
    const all = this.#hub.snapshot();
    return page.feed && all.type === 'snapshot' ? page.feed.snapshot(all) : all;
  }

  /** Nothing is sent to a page whose session is over, whatever ended it. */
  #holds(page: Page): boolean {
    if (this.#options.viewer(page.session)) return true;
    page.socket.close(4401, 'session ended');
    return false;
  }

  #tell(page: Page, message: LiveMessage | undefined): void {
    if (message) this.#send(page, JSON.stringify(message));
  }

  #send(page: Page, text: string): void {
    const { limits, clock } = this.#options;
    if (page.laggingSince !== undefined || page.socket.readyState !== page.socket.OPEN) return;
    if (page.socket.bufferedAmount > limits.highWater) page.laggingSince = clock.now();
    else page.socket.send(text);
  }

  #lookAfter(): void {
    const { limits, clock } = this.#options;
    const now = clock.now();
    for (const page of this.#pages) {
      if (!this.#holds(page)) continue;
      if (now - page.heardAt > limits.deadAfterMs) {
        page.socket.terminate();
      } else if (page.laggingSince === undefined) {
        if (now - page.heardAt > limits.deadAfterMs / 2) page.socket.ping();
      } else if (page.socket.bufferedAmount < limits.lowWater) {
        page.laggingSince = undefined;
        page.heardAt = now;
        page.socket.send(JSON.stringify(this.#snapshot(page)));
      } else if (now - page.laggingSince > limits.longestLagMs) {
        page.socket.close(4408, 'too slow');
        // The close frame waits behind what is not being read, so the connection is cut as well.
        page.socket.terminate();
      }
    }
  }

  #closeSession(key: string): void {
    for (const page of this.#pages) if (page.session === key) page.socket.close(4401, 'session ended');
  }
}

function isActive(text: string): boolean {
  try {
    return (JSON.parse(text) as { type?: unknown } | null)?.type === 'active';
  } catch {
    return false;
  }
}

/** Answers an upgrade that is not to be with the fault. */
export function refuseUpgrade(socket: Duplex, fault: ApiFault): void {
  const body = JSON.stringify(fault.body);
  socket.end(
    `HTTP/1.1 ${fault.status} ${fault.code}\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\nConnection: close\r\n\r\n${body}`,
  );
}
