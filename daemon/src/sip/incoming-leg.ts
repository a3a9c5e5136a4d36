import type { Timer } from '../base/clock.ts';
import { CodedError, messageOf } from '../base/error.ts';
import type { ReleaseCause } from '../call/leg.ts';
import { joinHostPort, parseNameAddress } from './address.ts';
import { descriptionOf } from './body.ts';
import { causeName, localCause, parseReason, reasonHeader, refusalStatus } from './cause.ts';
import type { LegHost } from './leg-host.ts';
import { MediaSession } from './media-session.ts';
import { allowedBy, type Peer } from './peer.ts';
import { SipLeg } from './sip-leg.ts';
import type { Headers, SrfRequest, SrfResponse } from './srf-types.ts';
import { audioOver } from './srtp-terms.ts';

/** RFC 3261 13.3.1.1: a provisional response is repeated every minute, or proxies give up; and the engine drops a silent call after 64 s. */
const REPEAT_MS = 50_000;

/** RFC 3262 3: without its PRACK a reliable response is given up after 64*T1, and the call with it, ms. */
const PRACK_MS = 32_000;

/** Longest Expires of an INVITE that is minded (RFC 3261 13.3.1), s: no telephone rings for longer. */
const MAX_EXPIRES = 3600;

/** RFC 3261 8.1.1.6: what a request that says nothing of it may have left. */
const MAX_FORWARDS = 70;

function maxForwards(req: SrfRequest): number {
  const given = Number.parseInt(req.get('Max-Forwards') ?? '', 10);
  return given >= 0 && given <= 255 ? given : MAX_FORWARDS;
}

/** A call that came in from a trunk or a device. */
export class IncomingSipLeg extends SipLeg {
  readonly direction = 'incoming';
  readonly callId: string;
  readonly hopsLeft: number;
  readonly #req: SrfRequest;
  readonly #res: SrfResponse;
  /** The caller insists on reliable provisional responses (RFC 3262 3). */
  readonly #reliable: boolean;
  #provisional: { status: number; body?: string } | undefined;
  #repeat: Timer | undefined;
  #answering: Promise<void> | undefined;
  #accepted = false;
  /** Settles when the reliable provisional response sent last is acknowledged. */
  #pracked: Promise<void> = Promise.resolve();
  #opening: Promise<MediaSession> | undefined;
  #expiry: Timer | undefined;
  /** The caller's offer; empty if it made none. */
  readonly #offer: string;
  /** Our offer, where the caller made none, has its answer from a PRACK (RFC 3262 5). */
  #answeredByPrack = false;
  /** Our answer to the caller's offer; one and the same in 183 and 200 (RFC 3261 13.2.1). */
  #answer: string | undefined;

  constructor(peer: Peer, host: LegHost, req: SrfRequest, res: SrfResponse) {
    super(peer, host);
    this.callId = req.get('Call-ID') ?? '';
    this.hopsLeft = maxForwards(req);
    this.knowParty(peer.partyIn?.(req, req.get('From'))?.number);
    this.#req = req;
    this.#res = res;
    this.#offer = descriptionOf(req);
    this.#reliable = /\b100rel\b/i.test(req.get('Require') ?? '');
    this.state = 'trying';
    this.startedAt = host.clock.now();
    peer.callBegan();
    const expires = Number.parseInt(req.get('Expires') ?? '', 10);
    if (expires > 0 && expires <= MAX_EXPIRES)
      this.#expiry = host.clock.after(expires * 1000, () => this.#expired());
    req.on('update', (update, updateRes) => {
      this.updatedEarly(update, updateRes);
      // What is agreed on by UPDATE is what the 200 repeats.
      if (this.#answer !== undefined) this.#answer = this.session?.written ?? this.#answer;
    });
    req.on('cancel', (cancel) => {
      const given = parseReason(cancel.get('Reason'));
      this.ended({
        q850: given.q850 ?? 16,
        sip: 487,
        text: `CANCEL: ${given.text ?? 'caller hung up'}`,
        by: 'remote',
        final: true,
      });
    });
  }

  protected get earlyTag(): string | undefined {
    return parseNameAddress(this.#req.get('From') ?? '')?.params.get('tag');
  }

  start(): void {}

  alert(): void {
    if (this.state !== 'trying' || this.#provisional) return;
    this.state = 'alerting';
    // RFC 3261 13.2.1: the first reliable response to an INVITE without an offer makes one.
    if (this.#reliable && this.#offer === '') void this.#offerEarly().catch(() => {});
    else this.#progress(180);
  }

  async openEarlyMedia(): Promise<void> {
    if (this.state === 'answered' || this.#provisional?.body !== undefined) return;
    if (this.#reliable && this.#offer === '') {
      await this.#offerEarly();
      this.state = 'alerting';
      return;
    }
    const session = await this.#media();
    const body = this.#describe(session);
    // Without an offer there is nothing to answer before the 200; the caller then hears its own exchange's tones.
    this.#progress(body === undefined ? 180 : 183, body);
    this.state = 'alerting';
  }

  answer(): Promise<void> {
    if (this.state === 'answered') return Promise.resolve();
    this.#answering ??= this.#accept();
    return this.#answering;
  }

  protected giveUp(cause: ReleaseCause): void {
    // Once the 200 is on its way the dialog is about to stand; it is ended when it does.
    if (this.#accepted) return;
    const status = refusalStatus(cause);
    const reason = reasonHeader(cause.q850, cause.text || causeName(cause.q850));
    this.host.facade.respond(this.#res, status, { headers: { Reason: reason } });
  }

  protected override ended(cause: ReleaseCause): void {
    if (this.state === 'released') return;
    this.#leave();
    super.ended(cause);
  }

  override release(cause: ReleaseCause): void {
    if (this.state === 'released') return;
    this.#leave();
    super.release(cause);
  }

  async #offerEarly(): Promise<void> {
    const session = await this.#media();
    this.#progress(180, session.offer());
  }

  /** RFC 3261 13.3.1: an INVITE that has expired unanswered is refused with 487. */
  #expired(): void {
    if (this.state === 'released' || this.#accepted) return;
    this.host.facade.respond(this.#res, 487, { headers: { Reason: reasonHeader(102) } });
    this.ended({ q850: 102, sip: 487, text: 'INVITE expired', by: 'remote', final: true });
  }

  #leave(): void {
    this.#repeat?.cancel();
    this.#expiry?.cancel();
    this.peer.callEnded();
  }

  async #accept(): Promise<void> {
    const session = await this.#media();
    // RFC 3262 3: no 2xx before the PRACK, or the two would overtake each other.
    await this.#pracked;
    if (this.state === 'released') throw new CodedError('sip/gone', 'the caller hung up');
    const answer = this.#describe(session);
    // What a PRACK has answered is settled: a description in the 200 would be another offer.
    const body = answer ?? (this.#answeredByPrack ? '' : session.offer());
    const offered = answer !== undefined || this.#answeredByPrack;
    this.#repeat?.cancel();
    this.#expiry?.cancel();
    const nextHop = `${this.#req.protocol}/${joinHostPort(this.#req.source_address, this.#req.source_port)}`;
    this.#accepted = true;
    try {
      await this.host.facade.answer(this.#req, this.#res, { headers: this.#headers(), body }, (dialog) => {
        if (this.state === 'released')
          return this.discard(dialog, nextHop, localCause(16, 'released while answering'));
        this.adopt(dialog, nextHop);
        if (!offered) this.expectAnswerInAck(session);
        this.state = 'answered';
        this.emit('answered', 'sip');
      });
    } catch (error) {
      this.ended(localCause(41, messageOf(error)));
      throw error;
    }
    if ((this.state as string) === 'released') throw new CodedError('sip/gone', 'the caller hung up');
  }

  /** Binds the RTP session, once. */
  async #media(): Promise<MediaSession> {
    this.#opening ??= this.#open();
    const session = await this.#opening;
    if (this.state === 'released') throw new CodedError('sip/gone', 'the caller hung up');
    return session;
  }

  async #open(): Promise<MediaSession> {
    const address = this.peer.localAddress;
    try {
      if (address === undefined)
        throw new CodedError('sip/no-address', 'no local address toward the caller is known');
      const rtp = await this.host.pool.obtain(address);
      if (this.state === 'released') {
        this.host.media.closeRtp(rtp.endpoint).catch(() => {});
        throw new CodedError('sip/gone', 'the caller hung up');
      }
      const audio = audioOver(this.peer.audio, this.#req.protocol);
      this.session = new MediaSession(rtp, this.host.media, audio);
      this.session.unprotected = (error) => this.release(localCause(47, messageOf(error)));
      return this.session;
    } catch (error) {
      this.release(localCause(47, messageOf(error)));
      throw error;
    }
  }

  /** Our answer to the caller's offer; undefined if it made none. */
  #describe(session: MediaSession): string | undefined {
    if (this.#answer !== undefined || this.#offer === '') return this.#answer;
    try {
      this.#answer = session.answer(this.#offer);
    } catch {
      this.#answer = undefined;
    }
    if (this.#answer === undefined) {
      this.release(localCause(88, session.whyNot, 488));
      throw new CodedError('sip/sdp', session.whyNot);
    }
    return this.#answer;
  }

  #progress(status: number, body?: string): void {
    this.#provisional = { status, ...(body === undefined ? {} : { body }) };
    const headers: Headers = {
      ...this.#headers(),
      ...(this.#reliable ? { Require: '100rel' } : {}),
      // RFC 5009 8: whoever asks is told that what we send is meant to be heard.
      ...(body !== undefined && this.#req.has('P-Early-Media') ? { 'P-Early-Media': 'sendrecv' } : {}),
    };
    const options = { headers, ...(body === undefined ? {} : { body }) };
    if (this.#reliable) {
      this.#pracked = new Promise((resolve) => {
        const timer = this.host.clock.after(PRACK_MS, () => {
          this.release(localCause(102, 'no PRACK'));
          resolve();
        });
        this.host.facade.respond(this.#res, status, options, (prack) => {
          timer.cancel();
          this.#acknowledged(prack);
          resolve();
        });
      });
    } else this.host.facade.respond(this.#res, status, options);
    this.#repeat?.cancel();
    this.#repeat = this.host.clock.after(REPEAT_MS, () => this.#progress(status, body));
  }

  /** A PRACK; it answers our offer where the caller made none. */
  #acknowledged(prack: SrfRequest): void {
    const { session } = this;
    if (this.#offer !== '' || this.#answeredByPrack || !session || this.#provisional?.body === undefined)
      return;
    try {
      session.accept(descriptionOf(prack));
      this.#answeredByPrack = true;
    } catch (error) {
      this.release(localCause(88, messageOf(error), 488));
    }
  }

  #headers(): Headers {
    return {
      Contact: this.peer.contact,
      Allow: allowedBy(this.peer),
      // RFC 4538 3: whoever may transfer by a request of its own must know that we understand which call it means.
      ...(this.peer.inside ? { Supported: 'timer, replaces, tdialog, norefersub' } : {}),
    };
  }
}
