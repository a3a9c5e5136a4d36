import { randomInt } from 'node:crypto';
import { CodedError, codeOf } from '../base/error.ts';
import type { EndpointId, Media, MediaDirection, RtpStatistics } from '../media/api.ts';
import { type Agreement, agree } from './negotiation.ts';
import type { AudioWishes } from './peer.ts';
import type { OpenRtp } from './rtp-pool.ts';
import {
  type LocalAudio,
  parseSdp,
  type SessionDescription,
  type Settled,
  writeAnswer,
  writeOffer,
} from './sdp.ts';
import { SrtpTerms, whyNoAudio } from './srtp-terms.ts';
import {
  agreeOnFax,
  audioCarrier,
  type FaxAgreement,
  faxCarrier,
  writeFaxAnswer,
  writeFaxOffer,
} from './t38-sdp.ts';

/** Where packets are to go instead of to us. */
export interface Elsewhere {
  address: string;
  port: number;
  ptimeMs: 10 | 20 | 30;
}

/** Offer and answer of one call, and the RTP session behind them (RFC 3264). */
export class MediaSession {
  readonly rtp: OpenRtp;
  readonly #media: Media;
  readonly #watchLoss: boolean;
  readonly #config: AudioWishes;
  readonly #srtp: SrtpTerms | undefined;
  // RFC 8866 5.2: any number that fits in 63 bits; kept below 2^31 for old equipment.
  readonly #sessionId = String(randomInt(1, 2 ** 31));
  #version = 1;
  #written = '';
  #agreement: Agreement | undefined;
  #settled: Settled | undefined;
  #closed: Promise<RtpStatistics | undefined> | undefined;
  #holding = false;
  /** T.38, while it is in force. */
  #fax: FaxAgreement | undefined;
  /** Our offer that is out is one of T.38. */
  #faxOffered = false;
  #heeded = true;
  /** Set: the peer is told to exchange its packets with that place (media path 1). */
  #elsewhere: Elsewhere | undefined;
  /** Our offer that is out tells so. */
  #elsewhereOffered = false;
  #away = false;
  /** The peer's packets must come to us again, since the session is another now. */
  returned: () => void = () => {};
  /** Whether the peer may go over to T.38 now. */
  mayFax: () => boolean = () => false;
  /** T.38 was agreed on and the media worker cannot carry it. */
  faxFailed: () => void = () => {};
  /** What was agreed on cannot be protected: nothing is sent then, and the call is of no use. */
  unprotected: (error: unknown) => void = () => {};

  /** `watchLoss`: whether silence of RTP is reported; never on emergency calls (ruling 23). */
  constructor(rtp: OpenRtp, media: Media, config: AudioWishes, watchLoss = true) {
    this.#watchLoss = watchLoss;
    this.rtp = rtp;
    this.#media = media;
    this.#config = config;
    this.#srtp = config.srtp && new SrtpTerms(config.srtp);
  }

  get endpoint(): EndpointId {
    return this.rtp.endpoint;
  }

  /** The present agreement; undefined until the peer has described itself. */
  get agreement(): Agreement | undefined {
    return this.#agreement;
  }

  /** T.38 in the place of the audio; undefined: there is none. */
  get fax(): FaxAgreement | undefined {
    return this.#fax;
  }

  /** Whether audio is protected, or must be: then there is no T.38, which would go in the clear (ruling 25). */
  get protected(): boolean {
    return this.#srtp?.required === true || this.#agreement?.srtp !== undefined;
  }

  /** What we described last; empty before. */
  get written(): string {
    return this.#written;
  }

  get holding(): boolean {
    return this.#holding;
  }

  /** We hold the peer from now on, or no longer; the next description says so. */
  set holding(on: boolean) {
    this.#holding = on;
  }

  /**
   * Whether anybody heeds the peer's keys. Where they come as events and nobody does, nothing has to listen to the
   * session, and its packets may take the shortest way; tones are listened for all the same, as the other side may need
   * them as events.
   */
  set heeded(on: boolean) {
    if (on === this.#heeded) return;
    this.#heeded = on;
    if (this.#agreement && !this.#closed) this.#listen();
  }

  /** Whether the peer has agreed to exchange its packets with somebody else. */
  get away(): boolean {
    return this.#away;
  }

  /** Whether it may be told to. */
  get mayGo(): boolean {
    const { direct, announced } = this.#config;
    return direct === true && announced === undefined && this.#watchLoss && !this.protected && !this.#holding;
  }

  /** From the next offer on: where the peer's packets are to go, if not to us. */
  set elsewhere(place: Elsewhere | undefined) {
    this.#elsewhere = place;
  }

  /** A description to offer: what is in force, T.38 unless the peer is to be held. */
  offer(): string {
    return this.#fax && !this.#holding ? this.offerFax() : this.offerAudio();
  }

  /** T.38 to offer, in the place of the audio. */
  offerFax(): string {
    this.#return();
    this.#faxOffered = true;
    this.#elsewhereOffered = false;
    const { media, mediaIndex } = this.#settled ?? { media: [], mediaIndex: 0 };
    return this.#write((local) => writeFaxOffer(local, media, faxCarrier(media, mediaIndex)));
  }

  /** Audio to offer, also where T.38 is in force. */
  offerAudio(): string {
    this.#faxOffered = false;
    if (this.#holding) this.#return();
    const place = this.#elsewhere;
    this.#elsewhereOffered = place !== undefined;
    const codecs = place && this.#agreement ? [this.#agreement.audio.codec] : this.#config.codecs;
    const held = this.#agreement?.held ?? false;
    const direction = this.#holding ? (held ? 'inactive' : 'sendonly') : 'sendrecv';
    const crypto = this.#srtp?.offer() ?? [];
    // Under the plain profile keys are an offer that a peer without SRTP passes over; RFC 4568 has SAVP alone.
    const profile = this.#srtp?.required ? 'RTP/SAVP' : 'RTP/AVP';
    return this.#write((local) =>
      writeOffer(
        { ...local, ...place, direction, crypto, profile, events: !this.#config.digits },
        codecs,
        this.#settled,
      ),
    );
  }

  /**
   * Answers an offer; `undefined` when there is nothing that both can speak.
   * @throws CodedError `sip/sdp` for what is no description
   */
  answer(body: string): string | undefined {
    const offer = parseSdp(body);
    const fax = agreeOnFax(offer);
    // Of a description that has both, the audio is meant until a fax is known to be there.
    if (fax && (this.#fax || !offer.media.some(({ kind, port }) => kind === 'audio' && port > 0))) {
      if (!this.#fax && !this.mayFax()) return undefined;
      this.#settleFax(fax, offer);
      this.#away = false;
      return this.#write((local) => writeFaxAnswer(local, offer, fax));
    }
    const agreement = this.#settle(offer, true);
    if (!agreement) return undefined;
    const place = this.#elsewhere;
    this.#away = place !== undefined;
    return this.#write((local) =>
      writeAnswer(
        {
          ...local,
          ...place,
          direction: agreement.rtp.direction,
          ...(agreement.srtp ? { crypto: [agreement.srtp.own] } : {}),
        },
        offer,
        agreement.audio,
      ),
    );
  }

  /**
   * Takes the peer's answer to our offer.
   * @throws CodedError `sip/sdp` for what is no description, or has no audio that both can speak; `sip/no-fax` where
   * T.38 was offered and is answered by none, which leaves the session without media until audio is offered again
   */
  accept(body: string): void {
    const remote = parseSdp(body);
    this.#away = this.#elsewhereOffered;
    if (this.#faxOffered) {
      const fax = agreeOnFax(remote);
      if (fax) {
        this.#settleFax(fax, remote);
        return;
      }
      // Some answer an offer of T.38 by audio in its place.
      if (!this.#settle(remote, false)) throw new CodedError('sip/no-fax', 'T.38 is answered by nothing');
      return;
    }
    const agreement = this.#settle(remote, false);
    if (!agreement) throw new CodedError('sip/sdp', `the answer cannot be taken: ${this.whyNot}`);
  }

  /** Why a description of the peer's is refused, for a Reason header. */
  get whyNot(): string {
    return whyNoAudio(this.#srtp);
  }

  /** Ends the RTP session; its figures come once, to whoever asks. */
  close(): Promise<RtpStatistics | undefined> {
    this.#closed ??= this.#media.closeRtp(this.endpoint).catch(() => undefined);
    return this.#closed;
  }

  #settle(remote: SessionDescription, offered: boolean): Agreement | undefined {
    const wishes = { ...this.#config, holding: this.#holding, srtp: this.#srtp };
    const agreement = agree(remote, wishes, offered);
    if (!agreement) return undefined;
    this.#srtp?.settle(agreement.srtp);
    const before = this.#fax ? '' : JSON.stringify(this.#agreement?.rtp);
    this.#agreement = agreement;
    this.#fax = undefined;
    const { mediaIndex, eventType } = agreement.audio;
    const profile = remote.media[mediaIndex]?.protocol ?? 'RTP/AVP';
    this.#settled = { media: remote.media, mediaIndex, eventType, profile };
    // The same parameters again (a repeated answer, a session refresh) must not make RTP latch anew.
    if (JSON.stringify(agreement.rtp) !== before && !this.#closed) {
      this.#return();
      this.#media
        .setRtp(this.endpoint, {
          ...agreement.rtp,
          ...(this.#watchLoss ? {} : { lossMs: 0 }),
          ...(this.mayGo ? { mayBypass: true } : {}),
        })
        .catch((error) => {
          if (/^media\/(no-)?srtp$/.test(codeOf(error) ?? '')) this.unprotected(error);
        });
      this.#listen();
    }
    return agreement;
  }

  /** The media worker is the one owner of DTMF: events where the peer has them, else in-band (C03). */
  #listen(): void {
    const dtmf = this.#heeded || this.#agreement?.rtp.telephoneEventPayloadType === undefined;
    this.#media.detect(this.endpoint, dtmf ? { dtmf } : {}).catch(() => {});
  }

  #settleFax(fax: FaxAgreement, remote: SessionDescription): void {
    this.#return();
    const before = JSON.stringify(this.#fax?.t38);
    this.#fax = fax;
    const { mediaIndex = 0, eventType, profile = 'RTP/AVP' } = this.#settled ?? {};
    this.#settled = {
      media: remote.media,
      mediaIndex: audioCarrier(remote.media, mediaIndex),
      eventType,
      profile,
    };
    // The same again, as a session refresh brings it, leaves the fax alone (C07).
    if (JSON.stringify(fax.t38) !== before && !this.#closed)
      this.#media.setT38(this.endpoint, fax.t38).catch(() => this.faxFailed());
  }

  /** Whatever the session becomes now is between the peer and us. */
  #return(): void {
    if (!this.#elsewhere) return;
    this.#elsewhere = undefined;
    this.returned();
  }

  #write(text: (local: LocalAudio) => string): string {
    const address = this.#config.announced ?? this.rtp.address;
    const local = {
      address,
      origin: address,
      port: this.rtp.port,
      sessionId: this.#sessionId,
      sessionVersion: this.#version,
      ptimeMs: this.#config.ptimeMs,
      direction: 'sendrecv' as MediaDirection,
    };
    let written = text(local);
    // RFC 3264 8: the version goes up by one exactly when the description is another.
    if (this.#written !== '' && written !== this.#written) {
      this.#version++;
      written = text({ ...local, sessionVersion: this.#version });
    }
    this.#written = written;
    return written;
  }
}
