import type { Timer } from '../base/clock.ts';
import { CodedError, messageOf } from '../base/error.ts';
import type { ReleaseCause } from '../call/leg.ts';
import { joinHostPort, parseNameAddress } from './address.ts';
import { causeName, localCause, parseReason, reasonHeader, refusalStatus } from './cause.ts';
import { MediaSession } from './media-session.ts';
import { allowedBy, type Peer } from './peer.ts';
import { type LegHost, SipLeg } from './sip-leg.ts';
import type { Headers, SrfRequest, SrfResponse } from './srf-types.ts';

/** RFC 3261 13.3.1.1: a provisional response is repeated every minute, or proxies give up; and the engine drops a silent call after 64 s. */
const REPEAT_MS = 50_000;

/** How long an answer waits for the PRACK of a reliable response before it; a peer that sends none may still talk, ms. */
const PRACK_MS = 2_000;

/** A call that came in from a trunk or a device. */
export class IncomingSipLeg extends SipLeg {
  readonly direction = 'incoming';
  readonly callId: string;
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
  /** Our answer to the caller's offer; one and the same in 183 and 200 (RFC 3261 13.2.1). */
  #answer: string | undefined;

  constructor(peer: Peer, host: LegHost, req: SrfRequest, res: SrfResponse) {
    super(peer, host);
    this.callId = req.get('Call-ID') ?? '';
    this.#req = req;
    this.#res = res;
    this.#reliable = /\b100rel\b/i.test(req.get('Require') ?? '');
    this.state = 'trying';
    this.startedAt = host.clock.now();
    peer.callBegan();
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
    this.#progress(180);
  }

  async openEarlyMedia(): Promise<void> {
    if (this.state === 'answered' || this.#provisional?.body !== undefined) return;
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

  #leave(): void {
    this.#repeat?.cancel();
    this.peer.callEnded();
  }

  async #accept(): Promise<void> {
    const session = await this.#media();
    // RFC 3262 3: no 2xx before the PRACK, or the two would overtake each other.
    await this.#pracked;
    if (this.state === 'released') throw new CodedError('sip/gone', 'the caller hung up');
    const body = this.#describe(session) ?? session.offer();
    const offered = this.#answer !== undefined;
    this.#repeat?.cancel();
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
      this.session = new MediaSession(rtp, this.host.media, this.peer.audio);
      return this.session;
    } catch (error) {
      this.release(localCause(47, messageOf(error)));
      throw error;
    }
  }

  /** Our answer to the caller's offer; undefined if it made none. */
  #describe(session: MediaSession): string | undefined {
    if (this.#answer !== undefined || !this.#req.body.trim()) return this.#answer;
    try {
      this.#answer = session.answer(this.#req.body);
    } catch {
      this.#answer = undefined;
    }
    if (this.#answer === undefined) {
      this.release(localCause(88, 'no audio that both sides can speak', 488));
      throw new CodedError('sip/sdp', 'no audio that both sides can speak');
    }
    return this.#answer;
  }

  #progress(status: number, body?: string): void {
    this.#provisional = { status, ...(body === undefined ? {} : { body }) };
    const headers: Headers = { ...this.#headers(), ...(this.#reliable ? { Require: '100rel' } : {}) };
    const options = { headers, ...(body === undefined ? {} : { body }) };
    if (this.#reliable) {
      this.#pracked = new Promise((resolve) => {
        const timer = this.host.clock.after(PRACK_MS, resolve);
        this.host.facade.respond(this.#res, status, options, () => {
          timer.cancel();
          resolve();
        });
      });
    } else this.host.facade.respond(this.#res, status, options);
    this.#repeat?.cancel();
    this.#repeat = this.host.clock.after(REPEAT_MS, () => this.#progress(status, body));
  }

  #headers(): Headers {
    return { Contact: this.peer.contact, Allow: allowedBy(this.peer) };
  }
}
