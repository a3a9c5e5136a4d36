import { createHash, timingSafeEqual } from 'node:crypto';
import type { NextFunction, Request, Response } from 'express';
import { Router } from 'express';
import { builtInAdmin } from '../config/account-references.ts';
import { checkPassword, longestPassword, plainCode, storePassword } from './account-passwords.ts';
import { AttemptLimiter, sourceOf } from './attempt-limiter.ts';
import { Bearers, bearerIn } from './bearer.ts';
import { browserWords } from './browser-words.ts';
import type { SessionView } from './contract.ts';
import type { ApiDeps } from './deps.ts';
import { ApiFault } from './errors.ts';
import { isSecure, type Sessions, setCookie, tokenOf } from './sessions.ts';
import { SignInLimits } from './sign-in-limits.ts';
import {
  accountName,
  type SignIn,
  setViewer,
  signedInView,
  signInOf,
  type Viewer,
  viewerAs,
  viewerOf,
} from './viewer.ts';

/** Longest name that is tried. */
const longestName = 64;

/** Whose session it is now. One whose password, role or rights have changed since the sign-in ends here. */
export function viewerIn(
  deps: Pick<ApiDeps, 'admin' | 'config'>,
  sessions: Sessions,
  key: string | undefined,
): Viewer | undefined {
  const owner = key === undefined ? undefined : sessions.ownerOf(key);
  if (key === undefined || !owner) return undefined;
  const viewer = viewerAs(deps, owner.account, owner.stamp);
  if (!viewer) sessions.end(key);
  return viewer;
}

/** Lets on only who is signed in, notes who it is, and counts it as a sign of life. */
export function requireSession(deps: Pick<ApiDeps, 'admin' | 'config'>, sessions: Sessions) {
  return (request: Request, _response: Response, next: NextFunction): void => {
    const key = sessions.find(tokenOf(request));
    const viewer = viewerIn(deps, sessions, key);
    if (key === undefined || !viewer) throw new ApiFault('api/not-signed-in');
    setViewer(request, viewer);
    sessions.touch(key);
    next();
  };
}

/** Lets on a page's session or a program's token, and notes who it is; a request with a token has no session. */
export function requireSessionOrToken(deps: ApiDeps, sessions: Sessions) {
  const bearers = new Bearers(deps);
  const session = requireSession(deps, sessions);
  return (request: Request, response: Response, next: NextFunction): void => {
    const token = bearerIn(request);
    if (token === undefined) {
      session(request, response, next);
      return;
    }
    setViewer(request, bearers.viewer(request, token));
    next();
  };
}

/** Wrong codes and passwords; shared with whoever lifts what they bring. */
export class Attempts {
  readonly codes = new AttemptLimiter();
  readonly passwords = new SignInLimits();
}

/** Claiming, signing in and out, and the password. */
export function authRoutes(deps: ApiDeps, sessions: Sessions, attempts = new Attempts()): Router {
  const router = Router();
  const { codes, passwords } = attempts;
  // One claim at a time: two first visitors must not both set a password.
  let claiming = false;

  const mayGoOn = (wait: number): void => {
    if (wait > 0) throw new ApiFault('api/too-many-attempts', { retryAfterMs: Math.ceil(wait) });
  };
  const attempt = (name: string, request: Request): void =>
    mayGoOn(passwords.begin(name, addressOf(request), deps.clock.now()));
  const signIn = (request: Request, response: Response, account: string, { stamp }: SignIn): void => {
    const secure = isSecure(request);
    const from = sourceOf(addressOf(request));
    const browser = browserWords(request.headers['user-agent'] ?? '');
    const token = sessions.begin({ account, stamp }, { from, browser, secure });
    response.setHeader('Set-Cookie', setCookie(token, secure));
    response.json({ ok: true });
  };

  router.get('/session', (request, response) => {
    const viewer = viewerIn(deps, sessions, sessions.find(tokenOf(request)));
    const view: SessionView = {
      claimed: deps.admin.passwordHash() !== undefined,
      signedIn: viewer !== undefined,
      buttonPressed: deps.admin.passwordHash() === undefined && deps.claim.buttonPressed(),
      language: deps.box.language(),
      name: deps.box.name(),
      version: deps.box.version,
      idleMs: sessions.limits.idleMs,
      ...(viewer ? { who: signedInView(deps, viewer) } : {}),
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
      mayGoOn(codes.begin(addressOf(request), deps.clock.now()));
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
    signIn(request, response, builtInAdmin, signInOf(deps, builtInAdmin));
  });

  router.post('/login', async (request, response) => {
    const { password, account = '' } = fields(request);
    if (typeof password !== 'string' || password.length > longestPassword)
      throw new ApiFault('api/bad-request');
    if (typeof account !== 'string' || account.length > longestName)
      throw new ApiFault('api/bad-request', { path: '/account' });
    if (deps.admin.passwordHash() === undefined) throw new ApiFault('api/not-claimed');
    const name = accountName(account);
    attempt(name, request);
    const found = signInOf(deps, name);
    // A name that is nobody's takes as long as a wrong password, and is answered alike.
    if (!(await deps.password.verify(password, found.hash)) || found.hash === undefined) {
      // What was typed as a name may be a password.
      deps.log('warn', `wrong password from ${addressOf(request)}`);
      const said = name === builtInAdmin ? {} : { said: wrongSignIn };
      throw new ApiFault('api/wrong-password', { path: '/password', ...said });
    }
    passwords.succeeded(name, addressOf(request));
    deps.log('info', `${name} signed in from ${addressOf(request)}`);
    signIn(request, response, name, found);
  });

  router.post('/logout', (request, response) => {
    const key = sessions.find(tokenOf(request));
    if (key !== undefined) sessions.end(key);
    response.setHeader('Set-Cookie', setCookie('', isSecure(request)));
    response.json({ ok: true });
  });

  router.post('/password', requireSession(deps, sessions), async (request, response) => {
    const { current, next } = fields(request);
    const { account, who } = viewerOf(request);
    const { hash } = signInOf(deps, account);
    if (typeof current !== 'string' || typeof next !== 'string' || current.length > longestPassword)
      throw new ApiFault('api/bad-request');
    attempt(account, request);
    if (!(await deps.password.verify(current, hash)))
      throw new ApiFault('api/wrong-password', { path: '/current' });
    passwords.succeeded(account, addressOf(request));
    checkPassword(next, deps.claim.code());
    const hashed = await deps.password.hash(next);
    // An administrator may have set another one, or switched the account off, while this one was worked out.
    if (signInOf(deps, account).hash !== hash) throw new ApiFault('api/not-signed-in');
    await storePassword(deps, account, hashed, who);
    const key = sessions.find(tokenOf(request));
    if (key !== undefined) sessions.renew(key, signInOf(deps, account).stamp);
    // The account's other sessions.
    sessions.endUnless((owner) => viewerAs(deps, owner.account, owner.stamp) !== undefined);
    deps.audit.note({ who, from: request.ip ?? '', act: 'account-password', detail: account });
    deps.log('info', `${account} has changed the password`);
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

const wrongSignIn = {
  ru: 'Имя или пароль не подошли. Проверьте раскладку и Caps Lock.',
  en: 'Wrong name or password. Check the layout and Caps Lock.',
};
