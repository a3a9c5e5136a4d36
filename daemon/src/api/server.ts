import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { CodedError, messageOf } from '../base/error.ts';
import { accountRoutes } from './account-routes.ts';
import { sourceOf } from './attempt-limiter.ts';
import { auditRoutes } from './audit-routes.ts';
import { authRoutes, requireSessionOrToken, viewerIn } from './auth-routes.ts';
import { callRoutes } from './call-routes.ts';
import { configRoutes } from './config-routes.ts';
import type { ApiDeps } from './deps.ts';
import { DeviceLinks } from './device-links.ts';
import { deviceRoutes, provisioningRoutes } from './device-routes.ts';
import { ApiFault, toFault } from './errors.ts';
import { flowRoutes } from './flow-routes.ts';
import { forgeryGuard, networkGuard, securityHeaders } from './guards.ts';
import { importRoutes } from './import-routes.ts';
import { lineRoutes } from './line-routes.ts';
import { type LiveLimits, LiveSocket, liveLimits } from './live-socket.ts';
import { mailRoutes } from './mail-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { musicRoutes } from './music-routes.ts';
import { observationRoutes } from './observation-routes.ts';
import { officeRoutes } from './office-routes.ts';
import { promptRoutes } from './prompt-routes.ts';
import { protectionRoutes } from './protection-routes.ts';
import { queueRoutes } from './queue-routes.ts';
import { ratesRoutes } from './rates-routes.ts';
import { recordNow } from './record-now.ts';
import { recordingRoutes } from './recording-routes.ts';
import { roleGuard } from './route-access.ts';
import { scheduleRoutes } from './schedule-routes.ts';
import { Scope } from './scope.ts';
import { type SessionLimits, Sessions, sessionLimits } from './sessions.ts';
import { spendingRoutes } from './spending-routes.ts';
import { staticFiles } from './static-files.ts';
import { tokenRoutes } from './token-routes.ts';
import { traceRoutes } from './trace-routes.ts';
import { voicemailRoutes } from './voicemail-routes.ts';

export interface ApiOptions {
  deps: ApiDeps;
  /** Folder of the built page (web-ui/dist). */
  webRoot: string;
  /** Names besides IP addresses and local names under which the page may be opened. */
  hostNames?: readonly string[];
  sessions?: Partial<SessionLimits>;
  live?: Partial<LiveLimits>;
}

/** Largest body of a request: the whole configuration of a large office is below 100 kB. */
const bodyLimit = '256kb';

/** The page and its API over HTTP and WebSocket. */
export class ApiServer {
  readonly #server: Server;
  readonly #sessions: Sessions;
  readonly #live: LiveSocket;

  constructor({ deps, webRoot, hostNames = [], sessions, live }: ApiOptions) {
    const guard = networkGuard((remote, local) => deps.onLink(remote, local), hostNames);
    this.#sessions = new Sessions(deps.clock, { ...sessionLimits, ...sessions });
    const app = express();
    app.disable('x-powered-by');
    app.set('query parser', 'simple');
    app.use((request, _response, next) => {
      guard(request);
      next();
    });
    app.use(securityHeaders());
    const links = new DeviceLinks(deps.clock);
    app.use('/api/v1', apiRouter(deps, this.#sessions, links));
    app.use('/provision', provisioningRoutes(deps, links));
    app.use(staticFiles(webRoot));
    app.use(() => {
      throw new ApiFault('api/not-found');
    });
    app.use(answerFault(deps));
    this.#server = limited(app);
    this.#live = new LiveSocket({
      server: this.#server,
      model: deps.live,
      sessions: this.#sessions,
      viewer: (key) => viewerIn(deps, this.#sessions, key),
      scope: (viewer) => new Scope(viewer, deps.config.current().config),
      record: (id) => recordNow(deps, id),
      clock: deps.clock,
      limits: { ...liveLimits, ...live },
      guard,
    });
  }

  /**
   * Begins to listen; port 0 takes any free one. Resolves with the address in use.
   * @throws CodedError `api/listen` with the system's error as its cause.
   */
  listen(host: string, port: number): Promise<{ host: string; port: number }> {
    return new Promise((resolve, reject) => {
      const failed = (error: Error): void =>
        reject(
          new CodedError('api/listen', `cannot listen on ${host}:${port}: ${messageOf(error)}`, {
            cause: error,
          }),
        );
      this.#server.once('error', failed);
      this.#server.listen(port, host, () => {
        this.#server.off('error', failed);
        const address = this.#server.address() as AddressInfo;
        resolve({ host: address.address, port: address.port });
      });
    });
  }

  /** Live pages connected, and how many of them read too slowly. */
  get figures(): { pages: number; lagging: number } {
    return this.#live.figures;
  }

  /** Ends every connection. Sessions are gone with it. */
  close(): Promise<void> {
    this.#live.close();
    this.#sessions.close();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }
}

export function apiRouter(deps: ApiDeps, sessions: Sessions, links: DeviceLinks): express.Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  router.use(forgeryGuard);
  router.use(express.json({ limit: bodyLimit, strict: true }));
  router.use(authRoutes(deps, sessions));
  router.use(requireSessionOrToken(deps, sessions));
  router.use(roleGuard(deps));
  router.use(accountRoutes(deps, sessions));
  router.use(tokenRoutes(deps));
  router.use(configRoutes(deps));
  router.use(callRoutes(deps));
  router.use(recordingRoutes(deps));
  router.use(auditRoutes(deps));
  router.use(observationRoutes(deps));
  router.use(musicRoutes(deps));
  router.use(promptRoutes(deps));
  router.use(lineRoutes(deps));
  router.use(traceRoutes(deps));
  router.use(deviceRoutes(deps, links));
  router.use(messageRoutes(deps));
  router.use(voicemailRoutes(deps));
  router.use(mailRoutes(deps));
  router.use(protectionRoutes(deps));
  router.use(scheduleRoutes(deps));
  router.use(flowRoutes(deps));
  router.use(spendingRoutes(deps));
  router.use(ratesRoutes(deps));
  router.use(queueRoutes(deps));
  router.use(officeRoutes(deps));
  router.use(importRoutes(deps));
  return router;
}

/** Four arguments: that is how express knows it for an error handler. */
function answerFault(deps: ApiDeps): ErrorRequestHandler {
  return (error, request, response, _next) => {
    const fault = toFault(error);
    if (fault.status >= 500) deps.log('error', `${request.method} ${request.path}: ${messageOf(error)}`);
    if (response.headersSent) return void response.destroy();
    const { retryAfterMs } = fault.body.error;
    if (retryAfterMs !== undefined) response.setHeader('Retry-After', Math.ceil(retryAfterMs / 1000));
    // Programs only: a browser would do nothing with it.
    if (fault.code === 'api/wrong-token') response.setHeader('WWW-Authenticate', 'Bearer');
    response.status(fault.status).json(fault.body);
  };
}

/** Connections of one source: all its live pages and as much again, and still not all that the server takes. */
const mostPerSource = 128;

/** A server that a slow or greedy client cannot hold for long, nor keep from everybody else. */
function limited(app: Express): Server {
  const server = createServer(
    {
      requestTimeout: 30_000,
      headersTimeout: 10_000,
      keepAliveTimeout: 5000,
      // How often the two above are looked at; Node's own 30 s would treble them.
      connectionsCheckingInterval: 2000,
    },
    app,
  );
  server.maxConnections = 256;
  const perSource = new Map<string, number>();
  server.on('connection', (socket) => {
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
  server.maxHeadersCount = 64;
  return server;
}
