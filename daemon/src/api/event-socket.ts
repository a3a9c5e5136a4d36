import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Timer } from '../base/clock.ts';
import { Bearers, bearerIn } from './bearer.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault, toFault } from './errors.ts';
import { isOwnOrigin } from './guards.ts';
import { refuseUpgrade } from './live-socket.ts';
import { parsedQuery } from './parsed-body.ts';
import { type EventMessage, eventsQuery } from './program-contract.ts';
import { mayAsk } from './route-access.ts';
import { type Sessions, tokenOf } from './sessions.ts';
import type { Viewer } from './viewer.ts';

export const eventsPath = '/api/v1/events';

/** Bytes that may wait to be read by a program before it is told no more for now. */
const highWater = 256 * 1024;
/** Events read from the log at a time. */
const portion = 100;
/** A program that has not read for so long is cut off, ms; it comes back with `since` and misses nothing. */
const longestLagMs = 60_000;
const beatMs = 10_000;
const mostSockets = 32;

interface Follower {
  socket: WebSocket;
  /** Number of the last event it was sent. */
  at: number;
  holds(): boolean;
  laggingSince: number | undefined;
}

interface Options {
  /** Tells of upgrades: a server, or several as one. */
  server: EventEmitter;
  deps: ApiDeps;
  sessions: Sessions;
  viewer(session: string): Viewer | undefined;
  /** Throws an {@link ApiFault} for whom the network guard keeps out. */
  guard(request: IncomingMessage): void;
}

/**
 * Events for programs over a WebSocket at /api/v1/events. The durable log is its queue: what a program has not read yet
 * stays there, and `?since=` goes on after any number that it remembers.
 */
export class EventSocket {
  readonly #options: Options;
  readonly #bearers: Bearers;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: 1024, perMessageDeflate: false });
  readonly #followers = new Set<Follower>();
  readonly #care: Timer;
  readonly #upgrade: (request: IncomingMessage, socket: Duplex, head: Buffer) => void;
  #unfollow: (() => void) | undefined;
  #beatAt = 0;

  constructor(options: Options) {
    this.#options = options;
    this.#bearers = new Bearers(options.deps);
    this.#upgrade = (request, socket, head) => this.#take(request, socket, head);
    options.server.on('upgrade', this.#upgrade);
    this.#care = options.deps.clock.every(1000, () => this.#lookAfter());
  }

  /** Programs that follow now. */
  get size(): number {
    return this.#followers.size;
  }

  close(): void {
    this.#care.cancel();
    this.#unfollow?.();
    for (const { socket } of this.#followers) socket.terminate();
    this.#sockets.close();
  }

  #take(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const url = new URL(request.url ?? '/', 'http://box');
    if (url.pathname !== eventsPath) return;
    socket.on('error', () => socket.destroy());
    try {
      this.#options.guard(request);
      const holds = this.#entry(request);
      const { since } = parsedQuery({ query: Object.fromEntries(url.searchParams) }, eventsQuery);
      if (this.#followers.size >= mostSockets) throw new ApiFault('api/busy');
      this.#sockets.handleUpgrade(request, socket, head, (ws) => this.#open(ws, holds, since));
    } catch (error) {
      refuseUpgrade(socket, toFault(error));
    }
  }

  /** @returns whether whoever asks may still follow. */
  #entry(request: IncomingMessage): () => boolean {
    const { deps, sessions, viewer } = this.#options;
    const may = (who: Viewer | undefined): boolean =>
      who !== undefined && mayAsk(who, 'GET /events') === undefined;
    const token = bearerIn(request);
    let asks: Viewer | undefined;
    let holds: () => boolean;
    if (token === undefined) {
      if (!isOwnOrigin(request, true)) throw new ApiFault('api/wrong-origin');
      const session = sessions.find(tokenOf(request));
      asks = session === undefined ? undefined : viewer(session);
      if (session === undefined || !asks) throw new ApiFault('api/not-signed-in');
      holds = () => sessions.ownerOf(session) !== undefined && may(viewer(session));
    } else {
      asks = this.#bearers.viewer(request, token);
      holds = () => may(this.#bearers.holds(token));
    }
    const refusal = mayAsk(asks, 'GET /events');
    if (refusal === undefined) return holds;
    const from = request.socket.remoteAddress ?? '';
    deps.audit.note({ who: asks.who, from, act: 'access-refused', detail: `GET ${eventsPath}` });
    throw new ApiFault(refusal);
  }

  #open(socket: WebSocket, holds: () => boolean, since: number | undefined): void {
    const { events } = this.#options.deps;
    const { last, gapBefore } = events.page(since ?? 0, 1);
    // A number that there never was: the log was begun anew.
    const at = since === undefined || since > last ? last : since;
    const gap = since === undefined || gapBefore === undefined ? {} : { gapBefore };
    const follower: Follower = { socket, at, holds, laggingSince: undefined };
    socket.on('error', () => socket.terminate());
    socket.on('close', () => this.#leave(follower));
    socket.on('message', () => socket.close(1008, 'not understood'));
    this.#followers.add(follower);
    this.#unfollow ??= events.follow(() => {
      for (const one of this.#followers) this.#feed(one);
    });
    tell(socket, { type: 'hello', last, since: at, ...gap });
    this.#feed(follower);
  }

  #leave(follower: Follower): void {
    this.#followers.delete(follower);
    if (this.#followers.size > 0) return;
    this.#unfollow?.();
    this.#unfollow = undefined;
  }

  /** Sends what is new, as far as it is being read. */
  #feed(follower: Follower): void {
    const { socket } = follower;
    if (!follower.holds()) {
      socket.close(4401, 'no longer allowed');
      return;
    }
    const { deps } = this.#options;
    while (socket.readyState === socket.OPEN) {
      if (socket.bufferedAmount > highWater) {
        follower.laggingSince ??= deps.clock.now();
        return;
      }
      follower.laggingSince = undefined;
      const { events } = deps.events.page(follower.at, portion);
      if (events.length === 0) return;
      for (const event of events) tell(socket, { type: 'event', event });
      follower.at = events.at(-1)!.number;
    }
  }

  #lookAfter(): void {
    const { clock, events } = this.#options.deps;
    const now = clock.now();
    const beat = now - this.#beatAt >= beatMs;
    if (beat) this.#beatAt = now;
    for (const follower of this.#followers) {
      const { socket, laggingSince } = follower;
      if (laggingSince !== undefined && now - laggingSince > longestLagMs) socket.terminate();
      else if (laggingSince !== undefined || !follower.holds()) this.#feed(follower);
      else if (beat) tell(socket, { type: 'beat', last: events.page(follower.at, 1).last, at: clock.wall() });
    }
  }
}

function tell(socket: WebSocket, message: EventMessage): void {
  socket.send(JSON.stringify(message));
}
