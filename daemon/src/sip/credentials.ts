import type { TrunkConfig } from '../config/schema.ts';
import { splitHostPort } from './address.ts';
import {
  answerChallenge,
  type Challenge,
  type ChallengeContext,
  chooseChallenge,
  mayAnswer,
  parseChallenges,
} from './digest.ts';
import type { Headers, SrfResponse } from './srf-types.ts';

/** How often one request is repeated with credentials: once, once more if the nonce was stale, once for a proxy in front. */
const MAX_ANSWERS = 3;

/** What has been answered so far in one request's life. */
export interface DigestProgress {
  answers: number;
  /** Authorization headers given so far; a proxy's and the server's may both be needed. */
  headers: Headers;
}

export const noDigestYet = (): DigestProgress => ({ answers: 0, headers: {} });

/** The user name and password of one trunk, and to whom they may be shown (C09). */
export class Credentials {
  readonly #config: Pick<TrunkConfig, 'server' | 'user' | 'authUser' | 'password'>;
  #realm: string | undefined;
  /** The nonce used last, and how often (RFC 7616 3.4: nc counts per nonce). */
  #nonce = '';
  #nonceCount = 0;
  /** The challenge answered last, by the header that answers it. */
  #last: { name: string; challenge: Challenge } | undefined;
  /** The same with the nonce that the server has given for the next request. */
  #next: { name: string; challenge: Challenge } | undefined;

  constructor(config: Pick<TrunkConfig, 'server' | 'user' | 'authUser' | 'password'>) {
    this.#config = config;
  }

  /**
   * Headers with which to send a challenged request again; undefined if it is no challenge, may not be
   * answered, or was answered already and refused.
   */
  answer(
    response: SrfResponse,
    progress: DigestProgress,
    where: { method: string; body?: string; fromTrunk: boolean; dialog: ChallengeContext['dialog'] },
  ): DigestProgress | undefined {
    const proxy = response.status === 407;
    if ((!proxy && response.status !== 401) || this.#config.password === '') return undefined;
    if (progress.answers >= MAX_ANSWERS) return undefined;
    const header = response.get(proxy ? 'Proxy-Authenticate' : 'WWW-Authenticate');
    const context = {
      pinnedRealm: this.#realm,
      server: splitHostPort(this.#config.server).host,
      fromTrunk: where.fromTrunk,
      dialog: where.dialog,
      method: where.method,
    };
    const challenge = chooseChallenge(parseChallenges(header ?? '').filter((c) => mayAnswer(c, context)));
    if (!challenge) return undefined;
    const name = proxy ? 'Proxy-Authorization' : 'Authorization';
    // Asked again although the nonce was fresh: the password is wrong, and asking on would lock the account.
    if (progress.headers[name] !== undefined && !challenge.stale) return undefined;
    if (where.dialog === 'outside') this.#realm = challenge.realm;
    this.#last = { name, challenge };
    this.#next = undefined;
    // As it was sent: the engine may have put the dialog's remote target in place of what we wrote.
    const value = this.#value(challenge, where.method, response.req.uri, where.body ?? '');
    return { answers: progress.answers + 1, headers: { ...progress.headers, [name]: value } };
  }

  /** Takes note of the nonce that a success gives for the next request (RFC 7616 3.5). */
  learn(response: SrfResponse): void {
    if (!this.#last || response.status < 200 || response.status >= 300) return;
    const proxy = this.#last.name === 'Proxy-Authorization';
    const info = response.get(proxy ? 'Proxy-Authentication-Info' : 'Authentication-Info')?.slice(0, 2048);
    const nonce = /(?:^|[,\s])nextnonce\s*=\s*"([^"\\]{1,512})"/i.exec(info ?? '')?.[1];
    if (nonce) this.#next = { name: this.#last.name, challenge: { ...this.#last.challenge, nonce } };
  }

  /** Credentials for a request outside of dialogs before it is challenged; none unless the server gave a nonce. */
  ahead(method: string, uri: string, body = ''): Headers {
    if (!this.#next || this.#config.password === '') return {};
    return { [this.#next.name]: this.#value(this.#next.challenge, method, uri, body) };
  }

  #value(challenge: Challenge, method: string, uri: string, body: string): string {
    this.#nonceCount = challenge.nonce === this.#nonce ? this.#nonceCount + 1 : 1;
    this.#nonce = challenge.nonce;
    return answerChallenge(challenge, {
      username: this.#config.authUser || this.#config.user,
      password: this.#config.password,
      method,
      uri,
      body,
      nonceCount: this.#nonceCount,
    });
  }
}

/** The sequence number of the request that a response answers, plus one; undefined if it cannot be read. */
export function nextSequence(response: SrfResponse): number | undefined {
  const number = Number.parseInt(response.get('CSeq') ?? '', 10);
  return Number.isInteger(number) && number < 2 ** 31 - 1 ? number + 1 : undefined;
}
