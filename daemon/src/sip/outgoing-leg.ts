import type { Timer } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { randomHex } from '../base/random.ts';
import type { EarlyDialog, Leg, ReleaseCause } from '../call/leg.ts';
import { parseNameAddress } from './address.ts';
import { descriptionOf } from './body.ts';
import { causeName, failureCause, localCause, parseReason, reasonHeader } from './cause.ts';
import { type DigestProgress, nextSequence, noDigestYet } from './credentials.ts';
import { MAX_DIVERSIONS, timesOf } from './diversion.ts';
import type { LegHost } from './leg-host.ts';
import { MediaSession } from './media-session.ts';
import { allowedBy, type CalledPeer, nextHopOf, type OutgoingCall, proxyOf, type Way } from './peer.ts';
import type { OpenRtp } from './rtp-pool.ts';
import { SipLeg } from './sip-leg.ts';
import type { OutgoingInvite } from './srf-facade.ts';
import type { Headers, SrfDialog, SrfResponse } from './srf-types.ts';
import { whyNot } from './trunk-request.ts';

/**
 * How much longer than configured the first sign of life may take where 100 Trying does not reach us
 * (a drachtio-server keeps it to itself): operators send 100 at once, but 18x only after seconds.
 */
const HIDDEN_TRYING_MS = 8_000;

/** The least that a way is given, ms: a live server answers in a round trip. */
const MIN_TRY_MS = 500;

/** RFC 4028 4: half an hour is the interval recommended; a call whose other end is dead lasts no longer, s. */
const SESSION_SECONDS = 1800;

/** A call of ours on a trunk or to a device. */
export class OutgoingSipLeg extends SipLeg {
  readonly direction = 'outgoing';
  readonly callId = randomHex(16);
  #call: OutgoingCall;
  #tag = randomHex(8);
  readonly #showsTrying: boolean;
  readonly #peer: CalledPeer;
  #way: Way | undefined;
  /** What is tried next if the present way leads nowhere. */
  #further: Way[] = [];
  /** Counts the ways tried: what comes of an earlier one does not concern the call any more. */
  #round = 0;
  #offer = '';
  #leftMs = 0;
  #triedAt = 0;
  #invite: OutgoingInvite | undefined;
  #noAnswer: Timer | undefined;
  #sequence = 1;
  /** Interval of the session timer that we ask for, s, and the least that the peer has asked for (RFC 4028 7.3). */
  #sessionSeconds = SESSION_SECONDS;
  #minSe = 0;
  #alerted = false;
  /** Reason of a provisional response. */
  #announced: string | undefined;
  /** The tag of whoever rings. */
  #theirTag: string | undefined;
  #counted = false;
  #hops: number | undefined;

  /** `showsTrying`: the engine passes 100 Trying on. */
  constructor(peer: CalledPeer, host: LegHost, call: OutgoingCall, showsTrying: boolean) {
    super(peer, host);
    this.#peer = peer;
    this.#call = call;
    this.#showsTrying = showsTrying;
  }

  /** RFC 7332: between two calls, too, each step takes one off, or a circle through us would never end. */
  follows(caller: Leg): void {
    // An emergency call is tried whatever it may come to (ruling 5).
    if (caller.hopsLeft !== undefined && !this.#call.emergency) this.#hops = caller.hopsLeft - 1;
    // Only what is forwarded, or brought to one of ours, is the same call still; what somebody dials in a call is another.
    if (caller instanceof SipLeg && caller.carried && (this.#call.diversion || this.peer.inside))
      this.#call = { ...this.#call, carried: caller.carried };
  }

  get ringingDialog(): EarlyDialog | undefined {
    if (this.state !== 'trying' && this.state !== 'alerting') return undefined;
    return {
      callId: this.callId,
      remoteTag: this.#tag,
      ...(this.#theirTag === undefined ? {} : { localTag: this.#theirTag }),
    };
  }

  protected get earlyTag(): string {
    return this.#tag;
  }

  start(): void {
    if (this.state !== 'idle') return;
    this.state = 'trying';
    const { host } = this;
    const peer = this.#peer;
    const refusal = this.#circle() ?? peer.refusal(this.#call.emergency !== undefined);
    const [way, ...further] = peer.ways?.() ?? [peer.way()];
    const address = peer.localAddress;
    if (refusal || !way || address === undefined) {
      // Not in the caller's own turn, so that it has its leg in hand when the news comes.
      queueMicrotask(() => this.ended(refusal ?? localCause(38)));
      return;
    }
    this.#way = way;
    this.#further = further.flatMap((other) => other ?? []);
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

  /** Whether the call has been passed on so often that it must be going in a circle. */
  #circle(): ReleaseCause | undefined {
    if ((this.#hops ?? 0) < 0) return localCause(25, 'too many hops: the call may go in a circle', 483);
    // RFC 5806 4: the counters say how often; ours would be one more.
    return this.#call.diversion && timesOf(this.#call.carried?.diversions ?? []) >= MAX_DIVERSIONS
      ? localCause(25, 'diverted too often: the call may go in a circle', 483)
      : undefined;
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
    this.session.unprotected = (error) => this.release(localCause(47, messageOf(error)));
    const { noAnswerMs } = this.#peer;
    this.#try(this.session.offer(), this.#showsTrying ? noAnswerMs : noAnswerMs + HIDDEN_TRYING_MS);
  }

  /** Sends to the present way. `leftMs`: how long any sign of life may take, of this way and what is tried after it. */
  #try(offer: string, leftMs: number): void {
    const round = ++this.#round;
    this.#offer = offer;
    this.#leftMs = leftMs;
    this.#triedAt = this.host.clock.now();
    this.#send(offer, noDigestYet());
    if (this.state !== 'trying' || round !== this.#round) return;
    // Half of what is left for each way but the last: the caller's patience is the same, however many there are.
    this.#noAnswer = this.host.clock.after(this.#further.length > 0 ? leftMs / 2 : leftMs, () => {
      this.#saw(408, 'no answer to INVITE', false);
      if (this.#tryNext()) return;
      this.#abandon(localCause(102, `no answer to INVITE within ${this.#peer.noAnswerMs} ms`, 408));
    });
  }

  /**
   * Goes on to the next way, if there is one and nothing has been heard of the call yet (RFC 3263 4.3, ruling 15).
   * The INVITE given up is cancelled; whatever comes of it after all is ended.
   */
  #tryNext(): boolean {
    const [next, ...further] = this.#further;
    if (!next || this.state !== 'trying' || this.#alerted) return false;
    this.#noAnswer?.cancel();
    this.#invite?.abandon({ Reason: reasonHeader(102, causeName(102)) });
    this.#way = next;
    this.#further = further;
    // A dialog of its own for what the first way may still bring.
    this.#tag = randomHex(8);
    this.#sequence++;
    this.#try(this.#offer, Math.max(MIN_TRY_MS, this.#leftMs - (this.host.clock.now() - this.#triedAt)));
    return true;
  }

  /** Writes and sends the INVITE; again with credentials after a challenge. */
  #send(offer: string, digest: DigestProgress): void {
    const { host } = this;
    const peer = this.#peer;
    const way = this.#way;
    if (!way) return;
    peer.goes?.(way);
    const { uri, from, headers: identity } = peer.address(this.#call);
    const headers: Headers = {
      'Call-ID': this.callId,
      CSeq: `${this.#sequence} INVITE`,
      From: `${from};tag=${this.#tag}`,
      To: `<${uri}>`,
      Contact: peer.contact,
      Allow: allowedBy(this.peer),
      Supported: `100rel, timer${this.peer.inside ? ', tdialog, norefersub' : ''}${peer.outbound ? ', outbound' : ''}`,
      ...(this.#hops === undefined ? {} : { 'Max-Forwards': String(this.#hops) }),
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
        provisional: (response) => {
          peer.heard?.(response);
          this.#progressed(response);
        },
        update: (req, res) => this.updatedEarly(req, res),
        answered: (dialog) => {
          peer.heard?.(dialog.res);
          this.#answered(dialog, way);
        },
        rejected: (response) => {
          peer.heard?.(response);
          this.#rejected(response, offer, digest);
        },
        failed: (error) => {
          if (codeOf(error) !== 'sip/engine-lost') this.#saw(503, 'request not sent', false);
          if (codeOf(error) !== 'sip/engine-lost' && this.#tryNext()) return;
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
    // RFC 6432: the network tells what became of the call while it still plays an announcement of it.
    if (parseReason(response.get('Reason')).q850 !== undefined) this.#announced = response.get('Reason');
    this.#theirTag = parseNameAddress(response.get('To') ?? '')?.params.get('tag');
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
    this.noteParty(dialog.res, undefined);
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
    this.#saw(response.status, answered ? response.reason : whyNot(response), answered);
    // RFC 5626 11.5: 430 is of a flow that broke on the way; the others of the same peer may hold.
    const broken = response.status === 503 || response.status === 430 || !answered;
    if (broken && this.#tryNext()) return;
    const cause = failureCause(response.status, response.reason, {
      alerted: this.#alerted,
      reason: this.#reasonOf(response),
      warning: response.get('Warning'),
    });
    this.#failedWith(answered ? cause : { ...cause, by: 'local' });
  }

  /** Reason of a refusal; where that has no cause of Q.850, the one announced before (RFC 6432). */
  #reasonOf(response: SrfResponse): string | undefined {
    const own = response.get('Reason');
    return parseReason(own).q850 === undefined ? (this.#announced ?? own) : own;
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
