import type { IncomingMessage } from 'node:http';
import type { NextFunction, Request, Response } from 'express';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { isSecure } from './sessions.ts';

/** Half a year, s: what HSTS is usually given (RFC 6797 6.1.1). */
const hstsSeconds = 15_552_000;

/**
 * What goes on without encryption where all else goes over HTTPS: the authority that makes HTTPS trusted, and the
 * one-time file of a telephone, which trusts nobody's authority but its maker's.
 */
const open = /^\/(?:api\/v1\/certificate\/authority\.(?:crt|pem)$|provision\/)/;

/** The port of HTTPS, if requests without it are not served. */
type SecurePort = () => number | undefined;

/** @throws ApiFault for a request (of the live socket, too) that has to come over HTTPS */
export function refuseInsecure(
  deps: Pick<ApiDeps, 'config'>,
  port: SecurePort,
): (request: IncomingMessage) => void {
  return (request) => {
    if (port() !== undefined && !isSecure(request) && deps.config.current().config.page.httpsOnly)
      throw new ApiFault('api/https-only');
  };
}

/** Leads pages to HTTPS where the admin wants that, refuses all else, and lets browsers remember it where he wants that, too. */
export function httpsOnly(deps: Pick<ApiDeps, 'config'>, port: SecurePort) {
  const refuse = refuseInsecure(deps, port);
  return (request: Request, response: Response, next: NextFunction): void => {
    if (isSecure(request)) {
      if (deps.config.current().config.page.hsts)
        response.setHeader('Strict-Transport-Security', `max-age=${hstsSeconds}`);
      next();
      return;
    }
    if (open.test(request.path)) {
      next();
      return;
    }
    try {
      refuse(request);
    } catch (error) {
      const asksForPage = /^(?:GET|HEAD)$/.test(request.method) && !request.path.startsWith('/api/');
      if (!asksForPage) throw error;
      // The guard has seen that the name is one of ours.
      const host = (request.headers.host ?? '').replace(/:\d+$/, '');
      const at = port() === 443 ? '' : `:${port()}`;
      response.setHeader('Cache-Control', 'no-store');
      // Not for good: whoever switches it off again must get in by HTTP.
      response.redirect(307, `https://${host}${at}${request.originalUrl}`);
      return;
    }
    next();
  };
}
