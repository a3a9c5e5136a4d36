import { EventEmitter } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import express, { type ErrorRequestHandler, type Express } from 'express';
import { CodedError, messageOf } from '../base/error.ts';
import { accountRoutes } from './account-routes.ts';
import { auditRoutes } from './audit-routes.ts';
import { Attempts, authRoutes, requireSessionOrToken, viewerIn } from './auth-routes.ts';
import { backupRoutes } from './backup-routes.ts';
import { callRoutes } from './call-routes.ts';
import { authorityRoutes } from './certificate-routes.ts';
import { clickRoutes } from './click-routes.ts';
import { configRoutes } from './config-routes.ts';
import { contactRoutes } from './contact-routes.ts';
import type { ApiDeps } from './deps.ts';
import { DeviceLinks } from './device-links.ts';
import { deviceRoutes, provisioningRoutes } from './device-routes.ts';
import { confirmRoutes, draftRoutes } from './draft-routes.ts';
import { ApiFault, toFault } from './errors.ts';
import { EventSocket } from './event-socket.ts';
import { flowRoutes } from './flow-routes.ts';
import { forgeryGuard, networkGuard, securityHeaders } from './guards.ts';
import { helpRoutes } from './help-routes.ts';
import { httpsOnly, refuseInsecure } from './https-only.ts';
import { importRoutes } from './import-routes.ts';
import { limited, limitedSecure, type Shown } from './limited-server.ts';
import { lineRoutes } from './line-routes.ts';
import { type LiveLimits, LiveSocket, liveLimits } from './live-socket.ts';
import { mailRoutes } from './mail-routes.ts';
import { messageRoutes } from './message-routes.ts';
import { metricsRoutes } from './metrics-routes.ts';
import { musicRoutes } from './music-routes.ts';
import { observationRoutes } from './observation-routes.ts';
import { officeRoutes } from './office-routes.ts';
import { openapiRoutes } from './openapi-routes.ts';
import { programRoutes } from './program-routes.ts';
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
import { setupRoutes } from './setup-routes.ts';
import { spendingRoutes } from './spending-routes.ts';
import { staticFiles } from './static-files.ts';
import { tokenRoutes } from './token-routes.ts';
import { traceRoutes } from './trace-routes.ts';
import { updateRoutes } from './update-routes.ts';
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
  readonly #app: Express;
  readonly #server: Server;
  #secure: SecureServer | undefined;
  /** Upgrades of both servers. */
  readonly #upgrades = new EventEmitter();
  readonly #sessions: Sessions;
  readonly #live: LiveSocket;
  readonly #events: EventSocket;

  constructor({ deps, webRoot, hostNames = [], sessions, live }: ApiOptions) {
    const names = (): readonly string[] => [...hostNames, ...deps.help.certificate.ownNames];
    const guard = networkGuard((remote, local) => deps.onLink(remote, local), names);
    const secureOnly = refuseInsecure(deps, () => this.securePort);
    this.#sessions = new Sessions(deps.clock, { ...sessionLimits, ...sessions });
    const app = express();
    app.disable('x-powered-by');
    app.set('query parser', 'simple');
    app.use((request, _response, next) => {
      guard(request);
      next();
    });
    app.use(securityHeaders());
    app.use(httpsOnly(deps, () => this.securePort));
    const links = new DeviceLinks(deps.clock);
    app.use('/api/v1', apiRouter(deps, this.#sessions, links));
    app.use('/provision', provisioningRoutes(deps, links));
    app.use(staticFiles(webRoot));
    app.use(() => {
      throw new ApiFault('api/not-found');
    });
    app.use(answerFault(deps));
    this.#app = app;
    this.#server = limited(app);
    this.#forward(this.#server);
    const server = this.#upgrades;
    const allowed = (request: IncomingMessage): void => {
      guard(request);
      secureOnly(request);
    };
    const viewer = (key: string) => viewerIn(deps, this.#sessions, key);
    this.#events = new EventSocket({
      ...{ server, deps, sessions: this.#sessions, viewer },
      guard: allowed,
    });
    this.#live = new LiveSocket({
      server,
      model: deps.live,
      sessions: this.#sessions,
      viewer,
      scope: (viewer) => new Scope(viewer, deps.config.current().config),
      record: (id) => recordNow(deps, id),
      clock: deps.clock,
      limits: { ...liveLimits, ...live },
      guard: allowed,
    });
  }

  /**
   * Begins to listen; port 0 takes any free one. Resolves with the address in use.
   * @throws CodedError `api/listen` with the system's error as its cause.
   */
  listen(host: string, port: number): Promise<{ host: string; port: number }> {
    return listening(this.#server, host, port);
  }

  /** The same over HTTPS, beside HTTP. */
  async listenSecure(host: string, port: number, shown: Shown): Promise<{ host: string; port: number }> {
    this.#secure = await limitedSecure(this.#app, shown);
    this.#forward(this.#secure);
    return await listening(this.#secure, host, port);
  }

  /** Shows another certificate from the next connection on. */
  show(shown: Shown): void {
    this.#secure?.setSecureContext({ ...shown, minVersion: 'TLSv1.2' });
  }

  /** Where HTTPS is served; undefined: it is not. */
  get securePort(): number | undefined {
    const address = this.#secure?.address();
    return typeof address === 'object' ? address?.port : undefined;
  }

  /** Live pages connected, and how many of them read too slowly. */
  get figures(): { pages: number; lagging: number } {
    return this.#live.figures;
  }

  /** Ends every connection. Sessions are gone with it. */
  async close(): Promise<void> {
    this.#live.close();
    this.#events.close();
    this.#sessions.close();
    const servers = [this.#server, ...(this.#secure ? [this.#secure] : [])];
    await Promise.all(servers.map(closed));
  }

  #forward(server: Server | SecureServer): void {
    server.on('upgrade', (...upgrade: unknown[]) => this.#upgrades.emit('upgrade', ...upgrade));
  }
}

function listening(
  server: Server | SecureServer,
  host: string,
  port: number,
): Promise<{ host: string; port: number }> {
  return new Promise((resolve, reject) => {
    const failed = (cause: Error): void =>
      reject(
        new CodedError('api/listen', `cannot listen on ${host}:${port}: ${messageOf(cause)}`, { cause }),
      );
    server.once('error', failed);
    server.listen(port, host, () => {
      server.off('error', failed);
      const address = server.address() as AddressInfo;
      resolve({ host: address.address, port: address.port });
    });
  });
}

function closed(server: Server | SecureServer): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

export function apiRouter(deps: ApiDeps, sessions: Sessions, links: DeviceLinks): express.Router {
  const router = express.Router();
  router.use((_request, response, next) => {
    response.setHeader('Cache-Control', 'no-store');
    next();
  });
  router.use(forgeryGuard);
  router.use(express.json({ limit: bodyLimit, strict: true }));
  const attempts = new Attempts();
  router.use(authRoutes(deps, sessions, attempts));
  router.use(authorityRoutes(deps));
  router.use(confirmRoutes(deps));
  router.use(requireSessionOrToken(deps, sessions));
  router.use(roleGuard(deps));
  router.use(accountRoutes(deps, sessions));
  router.use(tokenRoutes(deps));
  router.use(programRoutes(deps));
  router.use(openapiRoutes(deps));
  router.use(metricsRoutes(deps));
  router.use(clickRoutes(deps));
  router.use(contactRoutes(deps));
  router.use(draftRoutes(deps));
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
  router.use(setupRoutes(deps));
  router.use(backupRoutes(deps));
  router.use(updateRoutes(deps));
  router.use(helpRoutes(deps, sessions, attempts));
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
