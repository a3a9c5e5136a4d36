import type { Timer } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { randomHex } from '../base/random.ts';
import type { ReleaseCause } from '../call/leg.ts';
import { descriptionOf } from './body.ts';
import { causeName, failureCause, localCause, reasonHeader } from './cause.ts';
import { type DigestProgress, nextSequence, noDigestYet } from './credentials.ts';
import { MediaSession } from './media-session.ts';
import { allowedBy, type CalledPeer, nextHopOf, type OutgoingCall, proxyOf, type Way } from './peer.ts';
import type { OpenRtp } from './rtp-pool.ts';
import { type LegHost, SipLeg } from './sip-leg.ts';
import type { Headers, SrfDialog, SrfResponse } from './srf-types.ts';

/**
 * How much longer than configured the first sign of life may take where 100 Trying does not reach us
 * (a drachtio-server keeps it to itself): operators send 100 at once, but 18x only after seconds.
 */
const HIDDEN_TRYING_MS = 8_000;

/** RFC 4028 4: half an hour is the interval recommended; a call whose other end is dead lasts no longer, s. */
const SESSION_SECONDS = 1800;

/** A call of ours on a trunk or to a device. */
export class OutgoingSipLeg extends SipLeg {
  readonly direction = 'outgoing';
  readonly callId = randomHex(16);
  readonly #call: OutgoingCall;
  readonly #tag = randomHex(8);
  readonly #showsTrying: boolean;
  readonly #peer: CalledPeer;
  #way: Way | undefined;
  #invite: { cancel(headers?: Headers): void } | undefined;
  #noAnswer: Timer | undefined;
  #sequence = 1;
  /** Interval of the session timer that we ask for, s, and the least that the peer has asked for (RFC 4028 7.3). */
  #sessionSeconds = SESSION_SECONDS;
  #minSe = 0;
  #alerted = false;
  #counted = false;

  /** `showsTrying`: the engine passes 100 Trying on. */
  constructor(peer: CalledPeer, host: LegHost, call: OutgoingCall, showsTrying: boolean) {
    super(peer, host);
    this.#peer = peer;
    this.#call = call;
    this.#showsTrying = showsTrying;
  }

  protected get earlyTag(): string {
    return this.#tag;
  }

  start(): void {
    if (this.state !== 'idle') return;
    this.state = 'trying';
    const { host } = this;
    const peer = this.#peer;
    const refusal = peer.refusal(this.#call.emergency !== undefined);
    const way = peer.way();
    const address = peer.localAddress;
    if (refusal || !way || address === undefined) {
      // Not in the caller's own turn, so that it has its leg in hand when the news comes.
      queueMicrotask(() => this.ended(refusal ?? localCause(38)));
      return;
    }
    this.#way = way;
    this.#counted = true;
    peer.callBegan();
    const rtp = host.pool.take(address);
    if (rtp) this.#begin(rtp);
    else {
      host.pool.obtain(address).then(
        (opened) => this.#begin(opened),
        (error) => this.ended(localCause(47, `no RTP port: ${messageOf(error)}`)),
      );
    }
  }

  alert(): void {}

  openEarlyMedia(): Promise<void> {
    return Promise.resolve();
  }

  answer(): Promise<void> {
    return Promise.resolve();
  }

  protected giveUp(cause: ReleaseCause): void {
    this.#noAnswer?.cancel();
    this.#uncount();
    this.#invite?.cancel({ Reason: reasonHeader(cause.q850, cause.text || causeName(cause.q850)) });
  }

  protected override ended(cause: ReleaseCause): void {
    this.#noAnswer?.cancel();
    this.#uncount();
    super.ended(cause);
  }

  override release(cause: ReleaseCause): void {
    super.release(cause);
    this.#uncount();
  }

  #uncount(): void {
    if (!this.#counted) return;
    this.#counted = false;
    this.#peer.callEnded();
  }

  #begin(rtp: OpenRtp): void {
    if (this.state === 'released') {
      this.host.media.closeRtp(rtp.endpoint).catch(() => {});
      return;
    }
    const watchLoss = this.#call.emergency === undefined;
    this.session = new MediaSession(rtp, this.host.media, this.#peer.audio, watchLoss);
    this.#send(this.session.offer(), noDigestYet());
    const { noAnswerMs } = this.#peer;
    if (this.state !== 'trying') return;
    this.#noAnswer = this.host.clock.after(
      this.#showsTrying ? noAnswerMs : noAnswerMs + HIDDEN_TRYING_MS,
      () => {
        this.#saw(408, 'no answer to INVITE', false);
        this.#abandon(localCause(102, `no answer to INVITE within ${noAnswerMs} ms`, 408));
      },
    );
  }

  /** Writes and sends the INVITE; again with credentials after a challenge. */
  #send(offer: string, digest: DigestProgress): void {
    const { host } = this;
    const peer = this.#peer;
    const way = this.#way;
    if (!way) return;
    const { uri, from, headers: identity } = peer.address(this.#call);
    const headers: Headers = {
      'Call-ID': this.callId,
      CSeq: `${this.#sequence} INVITE`,
      From: `${from};tag=${this.#tag}`,
      To: `<${uri}>`,
      Contact: peer.contact,
      Allow: allowedBy(this.peer),
      Supported: '100rel, timer',
      ...this.#timerHeaders(),
      ...identity,
      ...digest.headers,
    };
    const first = this.startedAt === undefined;
    this.startedAt ??= host.clock.now();
    this.#invite = host.facade.invite(
      { uri, headers, body: offer, proxy: proxyOf(way) },
      {
        // Post-dial delay ends when the INVITE is on the wire and not when it was handed to the engine (ruling 32).
        sent: () => {
          if (first) this.startedAt = host.clock.now();
        },
        provisional: (response) => this.#progressed(response),
        update: (req, res) => this.updatedEarly(req, res),
        answered: (dialog) => this.#answered(dialog, way),
        rejected: (response) => this.#rejected(response, offer, digest),
        failed: (error) => {
          if (codeOf(error) !== 'sip/engine-lost') this.#saw(503, 'request not sent', false);
          this.#failedWith(localCause(codeOf(error) === 'sip/timeout' ? 102 : 38, error.message));
        },
      },
    );
  }

  #progressed(response: SrfResponse): void {
    if (this.state === 'released') return;
    this.#noAnswer?.cancel();
    if (response.status < 180) return;
    this.#alerted = true;
    let audible = false;
    const description = descriptionOf(response);
    if (description !== '') {
      try {
        this.session?.accept(description);
        audible = !silenced(response.get('P-Early-Media'));
      } catch {
        // Early media that we cannot play is no reason to give the call up; the answer decides.
      }
    }
    if (this.state === 'trying' || (audible && this.state === 'alerting')) {
      this.state = 'alerting';
      this.emit('alerting', audible);
    }
  }

  #answered(dialog: SrfDialog, way: Way): void {
    const nextHop = nextHopOf(way);
    this.#noAnswer?.cancel();
    this.#saw(200, 'OK', true);
    if (this.state === 'released') {
      // Ruling 15: the 200 crossed our CANCEL.
      this.discard(dialog, nextHop, localCause(16, 'call was given up'));
      return;
    }
    const body = descriptionOf(dialog.res);
    try {
      if (body) this.session?.accept(body);
      else if (!this.session?.agreement) throw new Error('200 without a session description');
    } catch (error) {
      const cause = localCause(88, messageOf(error), 488);
      this.discard(dialog, nextHop, cause);
      this.ended({ ...cause, final: true });
      return;
    }
    this.adopt(dialog, nextHop);
    this.state = 'answered';
    this.emit('answered', 'sip');
  }

  #rejected(response: SrfResponse, offer: string, digest: DigestProgress): void {
    this.#noAnswer?.cancel();
    const answered = response.source_address !== '';
    const next = this.#peer.answerChallenge(response, digest, {
      method: 'INVITE',
      body: offer,
      dialog: 'outside',
    });
    if (next && this.state !== 'released') {
      this.#sequence = nextSequence(response) ?? this.#sequence + 1;
      this.#send(offer, next);
      return;
    }
    if (response.status === 422 && this.#askLonger(response)) {
      this.#sequence = nextSequence(response) ?? this.#sequence + 1;
      this.#send(offer, digest);
      return;
    }
    this.#saw(response.status, response.reason, answered);
    const cause = failureCause(response.status, response.reason, {
      alerted: this.#alerted,
      reason: response.get('Reason'),
    });
    this.#failedWith(answered ? cause : { ...cause, by: 'local' });
  }

  /**
   * The session timer asked for. The called is to refresh: it need not be asked for our credentials then.
   * None in an emergency call, which nothing but its parties may end (ruling 5).
   */
  #timerHeaders(): Headers {
    if (this.#call.emergency) return {};
    return {
      'Session-Expires': `${this.#sessionSeconds};refresher=uas`,
      ...(this.#minSe > 0 ? { 'Min-SE': String(this.#minSe) } : {}),
    };
  }

  /** 422 (RFC 4028 7.3): whether the call can be tried again with a longer interval. */
  #askLonger(response: SrfResponse): boolean {
    const wanted = Number.parseInt(response.get('Min-SE') ?? '', 10);
    if (!(wanted > this.#minSe && wanted <= 86_400) || this.state === 'released') return false;
    this.#minSe = wanted;
    this.#sessionSeconds = Math.max(this.#sessionSeconds, wanted);
    return true;
  }

  #failedWith(cause: ReleaseCause): void {
    this.ended(this.#alerted ? { ...cause, final: true } : cause);
  }

  #abandon(cause: ReleaseCause): void {
    if (this.state === 'released') return;
    this.giveUp(cause);
    this.ended(cause);
  }

  #saw(status: number, text: string, answered: boolean): void {
    if (this.#way) this.#peer.saw(this.#way, status, text, answered);
  }
}

/** RFC 5009 8: the network beyond says that nothing of what it sends before the answer is meant to be heard. */
function silenced(earlyMedia: string | undefined): boolean {
  return earlyMedia !== undefined && /^\s*(inactive|recvonly)\b/i.test(earlyMedia);
}
