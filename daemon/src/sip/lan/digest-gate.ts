import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { parseUri } from '../address.ts';
import { type DigestParts, digestParameters, digestResponse } from '../digest.ts';
import { DigestManners } from './digest-manners.ts';

/** How long a nonce may be used, ms. A telephone that comes later is told `stale` and repeats by itself. */
const NONCE_MS = 300_000;

/** Algorithms offered, the preferred first (RFC 8760 2.4); adapters of old know MD5 only. */
const OFFERED = ['SHA-256', 'MD5'] as const;

/** Nonces whose use is remembered; only those that a right password was given with. */
const MAX_NONCES = 4096;

/** A request as far as its digest covers it. */
export interface SignedRequest {
  method: string;
  /** Request-URI as received. */
  uri: string;
  body: string;
  /** Authorization, repetitions joined with commas. */
  authorization: string | undefined;
}

export type Verdict =
  /** No credentials for us in it. */
  | { kind: 'none' }
  | { kind: 'right'; user: string }
  /** The password was right and the nonce too old, used up, or of before our start: once more with another (RFC 7616 3.3). */
  | { kind: 'stale'; user: string }
  | { kind: 'wrong'; user: string };

/**
 * The server's side of digest authentication (RFC 7616, RFC 8760). A nonce is its time and a seal, so that
 * nothing is stored for those who only knock; each use of one must have a higher `nc` than the last.
 */
export class DigestGate {
  readonly #realm: string;
  readonly #seal = randomBytes(32);
  /** Stands in for the password of a user that does not exist, so that the answer takes as long. */
  readonly #nobody = randomBytes(16).toString('hex');
  readonly #now: () => number;
  readonly #validMs: number;
  #used = new Map<string, number>();
  readonly #manners = new DigestManners();

  /** `now`: clock ms. */
  constructor(realm: string, now: () => number, validMs = NONCE_MS) {
    this.#realm = realm;
    this.#now = now;
    this.#validMs = validMs;
  }

  /** Values of WWW-Authenticate, one header each. `source`: who asks, as far as one peer is told from another. */
  challenges(source: string, stale: boolean): string[] {
    const nonce = this.#nonce();
    return this.#manners
      .offer(source, OFFERED, !stale)
      .map(
        (algorithm) =>
          `Digest realm="${this.#realm}", nonce="${nonce}", qop="auth", algorithm=${algorithm}${stale ? ', stale=true' : ''}`,
      );
  }

  /** The peer has answered a challenge, rightly or not: it can read what it was offered. */
  answered(source: string): void {
    this.#manners.answered(source);
  }

  /** Checks a request; `passwordOf` gives undefined for users that do not exist, who look like wrong passwords. */
  check(request: SignedRequest, passwordOf: (user: string) => string | undefined): Verdict {
    const given = digestParameters(request.authorization ?? '').find(
      (values) => values.get('realm') === this.#realm,
    );
    if (!given) return { kind: 'none' };
    const user = given.get('username') ?? '';
    const nonce = given.get('nonce') ?? '';
    const qop = given.get('qop')?.toLowerCase();
    const algorithm = (given.get('algorithm') ?? 'MD5').toUpperCase();
    const wrong: Verdict = { kind: 'wrong', user };
    if (!(OFFERED as readonly string[]).includes(algorithm)) return wrong;
    if (qop !== undefined && qop !== 'auth') return wrong;
    const known = passwordOf(user);
    const parts: DigestParts = {
      username: user,
      password: known ?? this.#nobody,
      realm: this.#realm,
      nonce,
      algorithm,
      method: request.method,
      uri: given.get('uri') ?? '',
      body: request.body,
      qop,
      nc: given.get('nc') ?? '',
      cnonce: given.get('cnonce') ?? '',
    };
    const same = equal(digestResponse(parts), (given.get('response') ?? '').toLowerCase());
    if (!same || known === undefined || known === '' || !sameUri(parts.uri, request.uri)) return wrong;
    // RFC 7616 3.3: whoever knows the password is told that only the nonce was no good.
    return this.#fresh(nonce, qop === undefined ? undefined : parts.nc)
      ? { kind: 'right', user }
      : { kind: 'stale', user };
  }

  /** Time in 12 hexadecimal digits, a random part, and the seal of both. */
  #nonce(): string {
    const plain = Math.floor(this.#now()).toString(16).padStart(12, '0') + randomBytes(6).toString('hex');
    return plain + this.#sealOf(plain);
  }

  #sealOf(plain: string): string {
    return createHmac('sha256', this.#seal).update(`${plain}:${this.#realm}`).digest('hex').slice(0, 32);
  }

  /** Whether a nonce is ours, young, and not used in this place of its sequence before; without `nc` it serves once. */
  #fresh(nonce: string, nc: string | undefined): boolean {
    if (!/^[0-9a-f]{56}$/.test(nonce) || !equal(this.#sealOf(nonce.slice(0, 24)), nonce.slice(24)))
      return false;
    const age = this.#now() - Number.parseInt(nonce.slice(0, 12), 16);
    if (age < 0 || age > this.#validMs) return false;
    const count = nc === undefined ? 1 : /^[0-9a-f]{8}$/i.test(nc) ? Number.parseInt(nc, 16) : 0;
    if (count <= (this.#used.get(nonce) ?? 0)) return false;
    this.#used.delete(nonce);
    this.#used.set(nonce, nc === undefined ? Number.POSITIVE_INFINITY : count);
    if (this.#used.size > MAX_NONCES) this.#forgetOldest();
    return true;
  }

  /** A forgotten nonce could be replayed while it is young: those that are too old go first. */
  #forgetOldest(): void {
    const now = this.#now();
    for (const nonce of this.#used.keys()) {
      const old = now - Number.parseInt(nonce.slice(0, 12), 16) > this.#validMs;
      if (old || this.#used.size > MAX_NONCES) this.#used.delete(nonce);
    }
  }
}

function equal(a: string, b: string): boolean {
  const [x, y] = [Buffer.from(a), Buffer.from(b)];
  return x.length === y.length && timingSafeEqual(x, y);
}

/** RFC 7616 3.4.6: what was signed is what was asked for; telephones differ in the parameters they sign. */
function sameUri(signed: string, requested: string): boolean {
  if (signed === requested) return true;
  const [a, b] = [parseUri(signed), parseUri(requested)];
  return (
    a !== undefined &&
    b !== undefined &&
    a.scheme === b.scheme &&
    a.user === b.user &&
    a.host.toLowerCase() === b.host.toLowerCase()
  );
}
