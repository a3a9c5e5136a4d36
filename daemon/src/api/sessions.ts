import { createHash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { TLSSocket } from 'node:tls';
import type { Clock, Timer } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';

export interface SessionLimits {
  /** A session ends so long after the last sign of life, ms. */
  idleMs: number;
  /** And so long after sign-in at the latest, ms. */
  longestMs: number;
  /** Sessions at once; one more ends the one silent longest. */
  most: number;
  /** Of these, sessions of one account. */
  mostOfOne: number;
}

export const sessionLimits: SessionLimits = {
  idleMs: 60 * 60_000,
  longestMs: 12 * 60 * 60_000,
  most: 50,
  mostOfOne: 20,
};

/** Who signed in, and what that rested on. */
export interface SessionOwner {
  account: string;
  /** See {@link file://./viewer.ts}: the session ends when it is no longer the account's. */
  stamp: string;
}

/** Where a browser is, and what it says it is. */
export interface SessionOrigin {
  from: string;
  browser: string;
  secure: boolean;
}

interface Session {
  /** For lists; says nothing of the token. */
  id: string;
  owner: SessionOwner;
  origin: SessionOrigin;
  startedAt: number;
  seenAt: number;
}

/** Name of the session cookie. */
export const cookieName = 'linegate-session';

/**
 * Signed-in browsers, in memory only: a restart signs everybody out. Tokens are 256 random bits and kept as
 * their SHA-256, so that looking one up takes no time that depends on the secret.
 */
export class Sessions {
  /** `ended` carries the session's key (as from {@link find}). */
  readonly events = new Emitter<{ ended: [key: string] }>();
  readonly limits: SessionLimits;
  readonly #clock: Clock;
  readonly #sweep: Timer;
  #sessions = new Map<string, Session>();

  constructor(clock: Clock, limits: SessionLimits = sessionLimits) {
    this.#clock = clock;
    this.limits = limits;
    this.#sweep = clock.every(Math.min(10_000, limits.idleMs), () => this.#dropDead());
  }

  /** Begins a session; returns the token for the cookie. */
  begin(owner: SessionOwner, origin: SessionOrigin = { from: '', browser: '', secure: false }): string {
    const token = randomBytes(32).toString('base64url');
    const now = this.#clock.now();
    const id = randomBytes(9).toString('base64url');
    this.#sessions.set(keyOf(token), { id, owner, origin, startedAt: now, seenAt: now });
    // Of one account first: nobody signs others out by signing in over and over.
    this.#thin(this.limits.mostOfOne, ([, session]) => session.owner.account === owner.account);
    this.#thin(this.limits.most, () => true);
    return token;
  }

  /** The key of a living session, or undefined. Looking does not keep it alive; {@link touch} does. */
  find(token: string | undefined): string | undefined {
    if (token === undefined || token.length > 128) return undefined;
    const key = keyOf(token);
    const session = this.#sessions.get(key);
    if (!session) return undefined;
    if (this.#alive(session)) return key;
    this.end(key);
    return undefined;
  }

  /** Whose living session it is. */
  ownerOf(key: string): SessionOwner | undefined {
    return this.#sessions.get(key)?.owner;
  }

  /** Living sessions, the latest first. Times are clock ms. */
  list(): {
    id: string;
    key: string;
    owner: SessionOwner;
    origin: SessionOrigin;
    startedAt: number;
    seenAt: number;
  }[] {
    return [...this.#sessions]
      .filter(([, session]) => this.#alive(session))
      .map(([key, { id, owner, origin, startedAt, seenAt }]) => ({
        ...{ id, key, owner, origin, startedAt, seenAt },
      }))
      .reverse();
  }

  /** The account has changed in this very session, which goes on. */
  renew(key: string, stamp: string): void {
    const session = this.#sessions.get(key);
    if (session) session.owner = { ...session.owner, stamp };
  }

  touch(key: string): void {
    const session = this.#sessions.get(key);
    if (session && this.#alive(session)) session.seenAt = this.#clock.now();
  }

  end(key: string): void {
    if (this.#sessions.delete(key)) this.events.emit('ended', key);
  }

  /** Ends every session that does not hold any more. */
  endUnless(holds: (owner: SessionOwner) => boolean): void {
    for (const [key, { owner }] of [...this.#sessions]) if (!holds(owner)) this.end(key);
  }

  close(): void {
    this.#sweep.cancel();
  }

  #thin(most: number, counts: (entry: [string, Session]) => boolean): void {
    const counted = [...this.#sessions].filter(counts);
    if (counted.length <= most) return;
    const [oldest] = counted.sort(([, a], [, b]) => a.seenAt - b.seenAt);
    if (oldest) this.end(oldest[0]);
  }

  #alive(session: Session): boolean {
    const now = this.#clock.now();
    return now - session.seenAt < this.limits.idleMs && now - session.startedAt < this.limits.longestMs;
  }

  #dropDead(): void {
    for (const [key, session] of [...this.#sessions]) if (!this.#alive(session)) this.end(key);
  }
}

function keyOf(token: string): string {
  return createHash('sha256').update(token).digest('base64url');
}

/**
 * The session token of a request. Over HTTPS the cookie has another name: one that browsers take only over HTTPS, so
 * that nobody who can answer in the box's place over HTTP plants one there (RFC 6265bis 4.1.3.2).
 */
export function tokenOf(request: IncomingMessage): string | undefined {
  return tokenIn(request.headers.cookie, nameOver(isSecure(request)));
}

/** The session token in a Cookie header. */
export function tokenIn(header: string | undefined, cookie = cookieName): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const eq = part.indexOf('=');
    if (eq > 0 && part.slice(0, eq).trim() === cookie) return part.slice(eq + 1).trim();
  }
  return undefined;
}

/** A Set-Cookie header with the token; an empty one takes the cookie away. */
export function setCookie(token: string, secure = false): string {
  // No Max-Age: the cookie goes with the browser, the session by its own limits.
  const rest = `${secure ? '; Secure' : ''}${token === '' ? '; Max-Age=0' : ''}`;
  return `${nameOver(secure)}=${token}; Path=/; HttpOnly; SameSite=Strict${rest}`;
}

/** Whether a request came over TLS. */
export function isSecure(request: IncomingMessage): boolean {
  return (request.socket as Partial<TLSSocket>).encrypted === true;
}

const nameOver = (secure: boolean): string => (secure ? `__Host-${cookieName}` : cookieName);
