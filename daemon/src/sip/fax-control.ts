import type { Clock } from '../base/clock.ts';
import { codeOf } from '../base/error.ts';
import type { FaxCarrier } from '../call/leg.ts';
import type { MediaSession } from './media-session.ts';
import type { Peer } from './peer.ts';

/**
 * How long the peer has to offer T.38 by itself where the fax that answers is on its side, ms: its gateway hears the
 * flags before we do, and two offers at once cost both a pause of seconds (RFC 3261 14.1).
 */
const PEER_FIRST_MS = 1500;
/** How often, and after which pause, an offer is tried that meets another of ours, ms. */
const TRIES = 5;
const BUSY_MS = 500;

/** What a leg lends to its fax. */
export interface FaxHooks {
  clock: Clock;
  peer: Peer;
  /** Whether there is a gateway on this machine. */
  able(): boolean;
  /** The session of a call that stands; undefined before and after. */
  session(): MediaSession | undefined;
  /** Sends a re-INVITE with what `make` gives when its turn has come; without anything if that is nothing. */
  reinvite(make: () => string | undefined): Promise<void>;
  /** Who carries the audio has changed. */
  changed(by: FaxCarrier): void;
}

/** Takes one call from audio to T.38 and back, whoever proposes it. */
export class FaxControl {
  readonly #hooks: FaxHooks;
  #told: FaxCarrier = 'audio';

  constructor(hooks: FaxHooks) {
    this.#hooks = hooks;
  }

  /** Whether this call may go by T.38: as the trunk wants it, with a gateway, unprotected and not on hold. */
  get possible(): boolean {
    const { peer, able, session } = this.#hooks;
    const media = session();
    if (peer.fax === 'g711' || !media || media.protected || media.holding) return false;
    return !media.agreement?.held && able();
  }

  /**
   * A fax has been heard. `near`: the one that answers is on our side, so that the offer is ours to make. Tells how the
   * fax goes from now on: by T.38, or as audio, where the peer has refused or nothing else is possible.
   */
  async begin(near: boolean): Promise<FaxCarrier> {
    const { peer, session } = this.#hooks;
    if (!near && peer.fax === 'auto' && this.possible) await this.#pause(PEER_FIRST_MS);
    for (let tries = 0; this.possible && tries < TRIES; tries++) {
      const error = await this.#offer();
      // Another offer of ours is under way, of something else.
      if (error === 'sip/busy') await this.#pause(BUSY_MS);
      else break;
    }
    return session()?.fax ? 't38' : 'audio';
  }

  /** The fax is over and the call goes on. */
  async end(): Promise<void> {
    if (this.#hooks.session()?.fax) await this.#back();
  }

  /** An offer and answer has come to its end. */
  note(): void {
    const by: FaxCarrier = this.#hooks.session()?.fax ? 't38' : 'audio';
    if (by === this.#told) return;
    this.#told = by;
    this.#hooks.changed(by);
  }

  /** Offers T.38; gives the code of what went wrong. */
  async #offer(): Promise<string | undefined> {
    const { reinvite, session } = this.#hooks;
    try {
      // The peer's own offer may have come meanwhile, also while ours waits for its turn.
      await reinvite(() => (session()?.fax ? undefined : session()?.offerFax()));
      return undefined;
    } catch (error) {
      // 488, 415, 606 or whatever else: the session stays as it was (RFC 3261 14.1), and the fax goes as audio.
      if (codeOf(error) === 'sip/no-fax') await this.#back();
      return codeOf(error);
    }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#hooks.clock.after(ms, resolve));
  }

  async #back(): Promise<void> {
    const { reinvite, session } = this.#hooks;
    await reinvite(() => session()?.offerAudio()).catch(() => {});
  }
}
