import { createHash, randomBytes } from 'node:crypto';
import type { Message } from './message.ts';

/** Digest as a server wants it: SHA-256 and MD5 offered together, the stronger first (RFC 8760 2.4). */
export class Authority {
  readonly #realm: string;
  readonly #accounts: ReadonlyMap<string, string>;
  readonly #algorithms: readonly ('SHA-256' | 'MD5')[];
  /** Nonces given out, with the time of it; one is good for a minute. */
  #nonces = new Map<string, number>();

  constructor(
    realm: string,
    accounts: ReadonlyMap<string, string>,
    algorithms: readonly ('SHA-256' | 'MD5')[],
  ) {
    this.#realm = realm;
    this.#accounts = accounts;
    this.#algorithms = algorithms;
  }

  /** Values of WWW-Authenticate for a 401. */
  challenges(stale = false): string[] {
    const nonce = randomBytes(16).toString('base64url');
    const now = Date.now();
    for (const [old, at] of this.#nonces) if (now - at > 60_000) this.#nonces.delete(old);
    this.#nonces.set(nonce, now);
    return this.#algorithms.map(
      (name) =>
        `Digest realm="${this.#realm}", nonce="${nonce}", algorithm=${name}, qop="auth"${stale ? ', stale=true' : ''}`,
    );
  }

  /** The account that a request proves to be from, or why it does not. */
  check(request: Message): { user: string } | 'missing' | 'stale' | 'wrong' {
    for (const value of request.headers.get('authorization') ?? []) {
      const fields = new Map<string, string>();
      for (const match of value.replace(/^Digest\s+/i, '').matchAll(/(\w+)\s*=\s*(?:"([^"]*)"|([^\s,]+))/g)) {
        fields.set(match[1]!.toLowerCase(), match[2] ?? match[3] ?? '');
      }
      const get = (name: string): string => fields.get(name) ?? '';
      if (get('realm') !== this.#realm) continue;
      if (!this.#nonces.has(get('nonce'))) return 'stale';
      const password = this.#accounts.get(get('username'));
      const algorithm = get('algorithm').toUpperCase() || 'MD5';
      if (password === undefined || !this.#algorithms.some((name) => name === algorithm)) return 'wrong';
      const hash = (text: string): string =>
        createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
          .update(text)
          .digest('hex');
      const secret = hash(`${get('username')}:${this.#realm}:${password}`);
      const what = hash(`${request.method}:${get('uri')}`);
      const expected = hash([secret, get('nonce'), get('nc'), get('cnonce'), get('qop'), what].join(':'));
      return expected === get('response') && get('qop') === 'auth' ? { user: get('username') } : 'wrong';
    }
    return 'missing';
  }
}
