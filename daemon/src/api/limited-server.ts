import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Socket } from 'node:net';
import type { Express } from 'express';
import { sourceOf } from './attempt-limiter.ts';

/** Key and certificate that a server shows, PEM. */
export interface Shown {
  key: string;
  cert: string;
}

/** Connections of one source: all its live pages and as much again, and still not all that the server takes. */
const mostPerSource = 128;

/** A request has this long to be all there, ms; one that {@link inItsTime} lets has it for each part of it. */
const requestMs = 30_000;

const times = {
  // The very longest, for the largest file over the slowest wireless network.
  requestTimeout: 30 * 60_000,
  headersTimeout: 10_000,
  keepAliveTimeout: 5000,
  // How often the two above are looked at; Node's own 30 s would treble them.
  connectionsCheckingInterval: 2000,
};

/** A server that a slow or greedy client cannot hold for long, nor keep from everybody else. */
export function limited(app: Express): Server {
  return bounded(createServer(times, app));
}

/** The same over TLS. The code for it is loaded only where it is served. */
export async function limitedSecure(app: Express, shown: Shown): Promise<SecureServer> {
  const { createServer: createSecure } = await import('node:https');
  const server = createSecure({ ...times, ...shown, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 }, app);
  // A browser that does not trust us yet goes away in mid-handshake; that is no error of ours.
  server.on('tlsClientError', (_error, socket) => socket.destroy());
  return bounded(server);
}

function bounded<S extends Server | SecureServer>(server: S): S {
  server.maxConnections = 256;
  server.maxHeadersCount = 64;
  const perSource = new Map<string, number>();
  server.prependListener('request', (request: IncomingMessage) => {
    if (request.complete) return;
    const timer = setTimeout(() => late(request), requestMs).unref();
    timers.set(request, timer);
    for (const end of ['end', 'close'] as const) request.once(end, () => clearTimeout(timer));
  });
  server.on('connection', (socket: Socket) => {
    const source = sourceOf(socket.remoteAddress ?? '');
    const open = (perSource.get(source) ?? 0) + 1;
    perSource.set(source, open);
    socket.once('close', () => {
      const left = (perSource.get(source) ?? 1) - 1;
      if (left > 0) perSource.set(source, left);
      else perSource.delete(source);
    });
    if (open > mostPerSource) socket.destroy();
  });
  return server;
}

/** What ends requests that are not all there in time. */
const timers = new WeakMap<IncomingMessage, NodeJS.Timeout>();

/** The body of a request that may take its time, as long as something comes: a large file, from somebody who is known. */
export async function* inItsTime(request: IncomingMessage): AsyncGenerator<Uint8Array> {
  for await (const chunk of request) {
    timers.get(request)?.refresh();
    yield chunk;
  }
}

function late(request: IncomingMessage): void {
  // RFC 9110 15.5.9; what is half sent cannot be gone on with.
  request.socket.end('HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  request.socket.destroySoon();
}
