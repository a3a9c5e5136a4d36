import { createHash, timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { Router } from 'express';
import { AttemptLimiter } from './attempt-limiter.ts';
import type { SessionView } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { type Sessions, setCookie, tokenIn } from './sessions.ts';

const shortestPassword = 8;
/** scrypt would take longer texts too; nobody types them. */
const longestPassword = 256;

/** Lets on only who is signed in, and counts it as a sign of life. */
export function requireSession(sessions: Sessions) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const key = sessions.find(tokenIn(request.headers.cookie));
    if (key === undefined) throw new ApiFault('api/not-signed-in');
    sessions.touch(key);
    next();
  };
}

/** Claiming, signing in and out, and the password. */
export function authRoutes(deps: ApiDeps, sessions: Sessions): Router {
  const router = Router();
  const codes = new AttemptLimiter();
  const passwords = new AttemptLimiter();
  // One claim at a time: two first visitors must not both set a password.
  let claiming = false;

  const attempt = (limiter: AttemptLimiter, request: Request): void => {
    const wait = limiter.begin(addressOf(request), deps.clock.now());
    if (wait > 0) throw new ApiFault('api/too-many-attempts', { retryAfterMs: Math.ceil(wait) });
  };
  const signIn = (response: Response): void => {
    response.setHeader('Set-Cookie', setCookie(sessions.begin()));
    response.json({ ok: true });
  };

  router.get('/session', (request, response) => {
    const view: SessionView = {
      claimed: deps.admin.passwordHash() !== undefined,
      signedIn: sessions.find(tokenIn(request.headers.cookie)) !== undefined,
      buttonPressed: deps.admin.passwordHash() === undefined && deps.claim.buttonPressed(),
      language: deps.box.language(),
      name: deps.box.name(),
      version: deps.box.version,
      idleMs: sessions.limits.idleMs,
    };
    response.json(view);
  });

  router.post('/claim', async (request, response) => {
    if (claiming || deps.admin.passwordHash() !== undefined) throw new ApiFault('api/already-claimed');
    const { code, password, language } = fields(request);
    if (typeof code !== 'string' || typeof password !== 'string') throw new ApiFault('api/bad-request');
    if (language !== undefined && language !== 'ru' && language !== 'en') {
      throw new ApiFault('api/bad-request', { path: '/language' });
    }
    if (!deps.claim.buttonPressed()) {
      attempt(codes, request);
      if (!sameCode(code, deps.claim.code())) {
        deps.log('warn', `wrong claim code from ${addressOf(request)}`);
        throw new ApiFault('api/wrong-code', { path: '/code' });
      }
      codes.succeeded(addressOf(request));
    }
    checkPassword(password, deps.claim.code());
    claiming = true;
    try {
      await deps.admin.setPasswordHash(await deps.password.hash(password), language);
    } finally {
      claiming = false;
    }
    deps.log('info', `the box was claimed from ${addressOf(request)}`);
    signIn(response);
  });

  router.post('/login', async (request, response) => {
    const { password } = fields(request);
    if (typeof password !== 'string' || password.length > longestPassword)
      throw new ApiFault('api/bad-request');
    const hash = deps.admin.passwordHash();
    if (hash === undefined) throw new ApiFault('api/not-claimed');
    attempt(passwords, request);
    if (!(await deps.password.verify(password, hash))) {
      deps.log('warn', `wrong password from ${addressOf(request)}`);
      throw new ApiFault('api/wrong-password', { path: '/password' });
    }
    passwords.succeeded(addressOf(request));
    deps.log('info', `signed in from ${addressOf(request)}`);
    signIn(response);
  });

  router.post('/logout', (request, response) => {
    const key = sessions.find(tokenIn(request.headers.cookie));
    if (key !== undefined) sessions.end(key);
    response.setHeader('Set-Cookie', setCookie(''));
    response.json({ ok: true });
  });

  router.post('/password', requireSession(sessions), async (request, response) => {
    const { current, next } = fields(request);
    const hash = deps.admin.passwordHash();
    if (
      typeof current !== 'string' ||
      typeof next !== 'string' ||
      current.length > longestPassword ||
      !hash
    ) {
      throw new ApiFault('api/bad-request');
    }
    attempt(passwords, request);
    if (!(await deps.password.verify(current, hash)))
      throw new ApiFault('api/wrong-password', { path: '/current' });
    passwords.succeeded(addressOf(request));
    checkPassword(next, deps.claim.code());
    await deps.admin.setPasswordHash(await deps.password.hash(next));
    sessions.endOthers(sessions.find(tokenIn(request.headers.cookie)));
    deps.log('info', 'the password was changed');
    response.json({ ok: true });
  });

  return router;
}

function addressOf(request: Request): string {
  return request.socket.remoteAddress ?? '';
}

/** The body as an object of unknown fields. */
export function fields(request: Request): Record<string, unknown> {
  const body: unknown = request.body;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new ApiFault('api/bad-request');
  return body as Record<string, unknown>;
}

/** Codes are compared without dashes, spaces and case, in a time that does not depend on where they differ. */
function sameCode(given: string, code: string | undefined): boolean {
  // No code opens the box to nobody, an empty one least of all.
  if (code === undefined || plainCode(code) === '') return false;
  const digest = (text: string): Buffer => createHash('sha256').update(plainCode(text)).digest();
  return timingSafeEqual(digest(given), digest(code));
}

function plainCode(text: string): string {
  return text.replace(/[\s-]/g, '').toUpperCase();
}

function checkPassword(password: string, code: string | undefined): void {
  const good = password.length >= shortestPassword && password.length <= longestPassword;
  if (!good || (code !== undefined && plainCode(password) === plainCode(code))) {
    throw new ApiFault('api/weak-password', { path: '/password' });
  }
}
