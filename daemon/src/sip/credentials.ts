import type { TrunkConfig } from '../config/schema.ts';
import { splitHostPort } from './address.ts';
import {
  answerChallenge,
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
    this.#nonceCount = challenge.nonce === this.#nonce ? this.#nonceCount + 1 : 1;
    this.#nonce = challenge.nonce;
    const value = answerChallenge(challenge, {
      username: this.#config.authUser || this.#config.user,
      password: this.#config.password,
      method: where.method,
      // As it was sent: the engine may have put the dialog's remote target in place of what we wrote.
      uri: response.req.uri,
      body: where.body ?? '',
      nonceCount: this.#nonceCount,
    });
    return { answers: progress.answers + 1, headers: { ...progress.headers, [name]: value } };
  }
}

/** The sequence number of the request that a response answers, plus one; undefined if it cannot be read. */
export function nextSequence(response: SrfResponse): number | undefined {
  const number = Number.parseInt(response.get('CSeq') ?? '', 10);
  return Number.isInteger(number) && number < 2 ** 31 - 1 ? number + 1 : undefined;
}
