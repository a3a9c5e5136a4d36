import type { IncomingMessage } from 'node:http';
import { AttemptLimiter, sourceOf } from './attempt-limiter.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import type { TokenHolder } from './token-contract.ts';
import { signInOf, type Viewer, viewerByName } from './viewer.ts';

/** Requests of one token: so many at once, and then so many a second. */
const burst = 120;
const perSecond = 20;

interface Bucket {
  left: number;
  at: number;
}

/** What a request with `Authorization: Bearer` shows; undefined: it has none, and comes from a page. */
export function bearerIn(request: IncomingMessage): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return undefined;
  return /^bearer +([A-Za-z0-9_-]{1,128})$/i.exec(authorization)?.[1] ?? '';
}

/**
 * Lets the office's programs in by their tokens. A request that shows one has nothing of a browser's session: cookies
 * do not count in it, and so no foreign page can forge it (a browser adds no such header by itself).
 */
export class Bearers {
  readonly #deps: Pick<ApiDeps, 'tokens' | 'admin' | 'config' | 'clock' | 'log'>;
  readonly #wrong = new AttemptLimiter();
  readonly #buckets = new Map<string, Bucket>();

  constructor(deps: Pick<ApiDeps, 'tokens' | 'admin' | 'config' | 'clock' | 'log'>) {
    this.#deps = deps;
  }

  /** Who asks. @throws ApiFault `api/wrong-token`, `api/too-many-attempts`, `api/too-many-requests` */
  viewer(request: IncomingMessage, token: string): Viewer {
    const from = request.socket.remoteAddress ?? '';
    const holder = this.#deps.tokens.find(token, from);
    const viewer = holder && this.#as(holder);
    if (!holder || !viewer) throw this.#refused(from);
    const wait = this.#take(holder.id);
    if (wait > 0) throw new ApiFault('api/too-many-requests', { retryAfterMs: wait });
    return viewer;
  }

  /** Who a token is now; undefined: it was revoked or has run out, or its account is gone or off. */
  holds(token: string): Viewer | undefined {
    const holder = this.#deps.tokens.find(token, '');
    return holder && this.#as(holder);
  }

  #as({ id, account, name, scopes }: TokenHolder): Viewer | undefined {
    // Of a box that nobody has claimed, or an account without a password, nobody has the rights.
    if (signInOf(this.#deps, account).hash === undefined) return undefined;
    const viewer = viewerByName(this.#deps, account);
    return viewer && { ...viewer, who: `token:${name}`, token: { id, scopes } };
  }

  /** Whoever tries tokens out waits longer and longer; one that holds is never kept waiting by others of its source. */
  #refused(from: string): ApiFault {
    const wait = this.#wrong.begin(from, this.#deps.clock.now());
    if (wait > 0) return new ApiFault('api/too-many-attempts', { retryAfterMs: Math.ceil(wait) });
    this.#deps.log('warn', `a token that holds no more, or never did, from ${sourceOf(from)}`);
    return new ApiFault('api/wrong-token');
  }

  /** Takes one request from the token's allowance; returns how long to wait, ms. */
  #take(id: string): number {
    const now = this.#deps.clock.now();
    const bucket = this.#buckets.get(id) ?? { left: burst, at: now };
    bucket.left = Math.min(burst, bucket.left + ((now - bucket.at) / 1000) * perSecond);
    bucket.at = now;
    this.#buckets.set(id, bucket);
    if (bucket.left < 1) return Math.ceil(((1 - bucket.left) / perSecond) * 1000);
    bucket.left--;
    return 0;
  }
}
