import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import type { NextFunction, Request, RequestHandler, Response } from 'express';
import { bearerIn } from './bearer.ts';
import { ApiFault } from './errors.ts';
import { isSecure } from './sessions.ts';
import { soundTypes, tableTypes } from './sound-body.ts';

/**
 * Whether a Host header names this box in a way that no foreign site can: an IP address, `localhost`, a name
 * without dots, or a name under a domain that exists only locally (RFC 6762, RFC 8375, ICANN's `.internal`).
 * A public name that leads here is DNS rebinding.
 */
export function isOwnHost(host: string | undefined, names: readonly string[] = []): boolean {
  const match = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i.exec(host ?? '');
  const name = match?.[1]?.toLowerCase();
  if (!name) return false;
  if (name.startsWith('[')) return isIP(name.slice(1, -1)) === 6;
  if (isIP(name) === 4) return true;
  if (names.some((own) => matchesName(own.toLowerCase(), name))) return true;
  return !name.includes('.') || /\.(local|lan|home\.arpa|internal)$/.test(name);
}

/** `*.example.org` stands for one label in front, as in certificates (RFC 6125 6.4.3). */
function matchesName(own: string, name: string): boolean {
  return own === name || (own.startsWith('*.') && name.replace(/^[^.]+/, '*') === own);
}

/** Whether the Origin header is this page's own. `required`: a missing one is foreign too. */
export function isOwnOrigin(request: IncomingMessage, required: boolean): boolean {
  const { origin, host } = request.headers;
  if (origin === undefined) {
    const site = request.headers['sec-fetch-site'];
    return !required && (site === undefined || site === 'same-origin' || site === 'none');
  }
  return origin === `${isSecure(request) ? 'https' : 'http'}://${host}`;
}

/** Headers on every answer. No inline script or style, nothing from elsewhere, no framing. */
export function securityHeaders(): RequestHandler {
  return (request, response, next) => {
    // Older WebKit does not count ws: under 'self'; the host has been checked before this.
    const socket = `ws://${request.headers.host} wss://${request.headers.host}`;
    response.setHeader(
      'Content-Security-Policy',
      `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; media-src 'self'; connect-src 'self' ${socket}; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'`,
    );
    response.setHeader('X-Content-Type-Options', 'nosniff');
    response.setHeader('X-Frame-Options', 'DENY');
    response.setHeader('Referrer-Policy', 'no-referrer');
    response.setHeader('Cross-Origin-Opener-Policy', 'same-origin');
    response.setHeader('Cross-Origin-Resource-Policy', 'same-origin');
    response.setHeader('Permissions-Policy', 'camera=(), geolocation=(), microphone=()');
    next();
  };
}

/** Lets in only who is on the office's network and came by one of our own names. */
export function networkGuard(
  onLink: (remote: string, local: string) => boolean,
  hostNames: () => readonly string[],
): (request: IncomingMessage) => void {
  return (request) => {
    const { remoteAddress, localAddress } = request.socket;
    if (!onLink(remoteAddress ?? '', localAddress ?? '')) throw new ApiFault('api/not-on-lan');
    if (!isOwnHost(request.headers.host, hostNames())) throw new ApiFault('api/wrong-host');
  };
}

/** Beside SameSite: whatever changes something comes from our own page, as JSON (no form can send that). */
export function forgeryGuard(request: Request, _response: Response, next: NextFunction): void {
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    // No foreign page can add a token to what it sends, and with one no cookie counts: see bearer.ts.
    if (bearerIn(request) === undefined && !isOwnOrigin(request, false))
      throw new ApiFault('api/wrong-origin');
    if (request.method !== 'DELETE' && !request.is(['application/json', ...soundTypes, ...tableTypes]))
      throw new ApiFault('api/wrong-type');
  }
  next();
}
