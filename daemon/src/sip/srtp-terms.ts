import type { SrtpParameters, SrtpSuite } from '../media/api.ts';
import { type CryptoLine, freshKey, readCryptoLine } from './crypto-line.ts';
import type { AudioWishes } from './peer.ts';
import type { SdpMedia } from './sdp.ts';

/** How a peer's media is to be protected. */
export interface SrtpWishes {
  /** Whether plain RTP will do where the peer has no SRTP. */
  required: boolean;
  /** Suites that may be used, the preferred first; empty: none can be, here and now. */
  suites: readonly SrtpSuite[];
}

/** A line of the peer's that can be used, with what we say to it. */
export interface SrtpMatch {
  own: CryptoLine;
  srtp: SrtpParameters;
}

/**
 * Keys of one call by SDES (RFC 4568). Ours stays the same through re-INVITEs, as our address does, and with it the
 * rollover counter (RFC 4568 7.1.4); the peer's is taken as it comes.
 */
export class SrtpTerms {
  readonly required: boolean;
  readonly #suites: readonly SrtpSuite[];
  /** What we have offered last. */
  #offered: readonly CryptoLine[] = [];
  /** What is in force; `plain` once the peer has agreed to none. */
  #own: CryptoLine | 'plain' | undefined;

  constructor({ required, suites }: SrtpWishes) {
    this.required = required;
    this.#suites = suites;
  }

  /** Whether anything can be protected at all. */
  get able(): boolean {
    return this.#suites.length > 0;
  }

  /** Lines for an offer of ours: all suites at first, each with a key of its own, then what is in force. */
  offer(): readonly CryptoLine[] {
    const own = this.#own;
    if (own === 'plain') this.#offered = [];
    else if (own) this.#offered = [own];
    else if (this.#offered.length === 0)
      this.#offered = this.#suites.map((suite, i) => ({ tag: String(i + 1), key: freshKey(suite) }));
    return this.#offered;
  }

  /**
   * What a media line of the peer's leads to. `offered`: it is an offer, of which the first line that we can speak
   * counts (RFC 4568 5.1.2); else it answers ours, by one line of those we wrote (5.1.3).
   */
  match(media: Pick<SdpMedia, 'crypto'>, offered: boolean): SrtpMatch | undefined {
    if (!offered) {
      const [line, ...more] = media.crypto;
      const theirs = line === undefined || more.length > 0 ? undefined : readCryptoLine(line);
      const own = this.#offered.find((l) => l.tag === theirs?.tag && l.key.suite === theirs.key.suite);
      return theirs && own && { own, srtp: { send: own.key, receive: theirs.key } };
    }
    for (const line of media.crypto) {
      const theirs = readCryptoLine(line);
      if (!theirs || !this.#suites.includes(theirs.key.suite)) continue;
      const { suite } = theirs.key;
      const before = this.#own === 'plain' ? undefined : this.#own;
      const key = before?.key.suite === suite ? before.key : freshKey(suite);
      return { own: { tag: theirs.tag, key }, srtp: { send: key, receive: theirs.key } };
    }
    return undefined;
  }

  /** What was agreed on, and is to be kept. */
  settle(match: SrtpMatch | undefined): void {
    this.#own = match?.own ?? 'plain';
  }
}

/**
 * What may be spoken with whoever sends requests over `protocol`: a key that everybody on the way can read protects
 * nothing, so SDES is for TLS only (ruling 25, RFC 4568 8.3).
 */
export function audioOver(audio: AudioWishes, protocol: string): AudioWishes {
  const { srtp } = audio;
  if (!srtp || protocol.toLowerCase() === 'tls') return audio;
  return { ...audio, srtp: { ...srtp, suites: [] } };
}

/** Why there is no audio that both sides can speak, for a Reason header. */
export function whyNoAudio(srtp: SrtpTerms | undefined): string {
  const none = 'no audio that both sides can speak';
  if (!srtp?.required) return none;
  return srtp.able ? `${none}: SRTP is required` : `${none}: SRTP is required, and keys come by TLS only`;
}
