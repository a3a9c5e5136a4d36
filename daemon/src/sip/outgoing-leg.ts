import type { Timer } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { randomHex } from '../base/random.ts';
import type { Party, ReleaseCause } from '../call/leg.ts';
import { escapeUser, joinHostPort } from './address.ts';
import { causeName, failureCause, localCause, reasonHeader } from './cause.ts';
import { type DigestProgress, nextSequence, noDigestYet } from './credentials.ts';
import { type DiversionReason, identityOf } from './identity.ts';
import { MediaSession } from './media-session.ts';
import { toOperator } from './number-format.ts';
import type { OpenRtp } from './rtp-pool.ts';
import { type LegHost, SipLeg } from './sip-leg.ts';
import type { Headers, SrfDialog, SrfResponse } from './srf-types.ts';
import type { Target } from './targets.ts';
import type { Trunk } from './trunk.ts';

/** Whom to call, and as whom. */
export interface OutgoingCall {
  /** E.164 with +, a short code, or digits of an operator's service. */
  number: string;
  caller: Party;
  /** An emergency call, and the number to show (E.164) if the site has one (ruling 6). */
  emergency?: { callerNumber?: string | undefined };
  /** Forwarded by one of ours (ruling 14). */
  diversion?: { reason: DiversionReason; number?: string };
}

/**
 * How much longer than configured the first sign of life may take where 100 Trying does not reach us
 * (a drachtio-server keeps it to itself): operators send 100 at once, but 18x only after seconds.
 */
const HIDDEN_TRYING_MS = 8_000;

/** A call of ours on a trunk. */
export class OutgoingSipLeg extends SipLeg {
  readonly direction = 'outgoing';
  readonly callId = randomHex(16);
  readonly #call: OutgoingCall;
  readonly #tag = randomHex(8);
  readonly #showsTrying: boolean;
  #target: Target | undefined;
  #invite: { cancel(headers?: Headers): void } | undefined;
  #noAnswer: Timer | undefined;
  #sequence = 1;
  #alerted = false;
  #counted = false;

  /** `showsTrying`: the engine passes 100 Trying on. */
  constructor(trunk: Trunk, host: LegHost, call: OutgoingCall, showsTrying: boolean) {
    super(trunk, host);
    this.#call = call;
    this.#showsTrying = showsTrying;
  }

  start(): void {
    if (this.state !== 'idle') return;
    this.state = 'trying';
    const { trunk, host } = this;
    const refusal = trunk.refusal(this.#call.emergency !== undefined);
    const target = trunk.target;
    const address = trunk.localAddress;
    if (refusal || !target || address === undefined) {
      // Not in the caller's own turn, so that it has its leg in hand when the news comes.
      queueMicrotask(() => this.ended(refusal ?? localCause(38)));
      return;
    }
    this.#target = target;
    this.#counted = true;
    trunk.callBegan();
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
    this.trunk.callEnded();
  }

  #begin(rtp: OpenRtp): void {
    if (this.state === 'released') {
      this.host.media.closeRtp(rtp.endpoint).catch(() => {});
      return;
    }
    this.session = new MediaSession(
      rtp,
      this.host.media,
      this.trunk.config,
      this.#call.emergency === undefined,
    );
    this.#send(this.session.offer(), noDigestYet());
    const { noAnswerMs } = this.trunk.config;
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
    const { trunk, host } = this;
    const target = this.#target;
    if (!target) return;
    const { config } = trunk;
    const { caller, emergency, diversion } = this.#call;
    const identity = identityOf(config, { caller, emergency, diversion });
    const uri = `sip:${escapeUser(this.#dialed())}@${joinedServer(trunk)}`;
    const headers: Headers = {
      'Call-ID': this.callId,
      CSeq: `${this.#sequence} INVITE`,
      From: `${identity.from};tag=${this.#tag}`,
      To: `<${uri}>`,
      Contact: trunk.contact,
      Allow: 'INVITE, ACK, CANCEL, BYE, OPTIONS, INFO, UPDATE',
      Supported: '100rel',
      ...identity.headers,
      ...digest.headers,
    };
    const first = this.startedAt === undefined;
    this.startedAt ??= host.clock.now();
    this.#invite = host.facade.invite(
      { uri, headers, body: offer, proxy: trunk.proxyOf(target) },
      {
        // Post-dial delay ends when the INVITE is on the wire and not when it was handed to the engine (ruling 32).
        sent: () => {
          if (first) this.startedAt = host.clock.now();
        },
        provisional: (response) => this.#progressed(response),
        answered: (dialog) => this.#answered(dialog, target),
        rejected: (response) => this.#rejected(response, offer, digest),
        failed: (error) => {
          if (codeOf(error) !== 'sip/engine-lost') this.#saw(503, 'request not sent', false);
          this.#failedWith(localCause(codeOf(error) === 'sip/timeout' ? 102 : 38, error.message));
        },
      },
    );
  }

  /** The number as it is dialed here; an emergency short code gives way to the long number where it must (ruling 6). */
  #dialed(): string {
    const { number, emergency } = this.#call;
    const { config } = this.trunk;
    const long =
      emergency && !number.startsWith('+') && !config.emergencyShortCodes
        ? config.emergencyNumber
        : undefined;
    return toOperator(long ?? number, config.numberFormat);
  }

  #progressed(response: SrfResponse): void {
    if (this.state === 'released') return;
    this.#noAnswer?.cancel();
    if (response.status < 180) return;
    this.#alerted = true;
    let audible = false;
    if (response.body) {
      try {
        this.session?.accept(response.body);
        audible = true;
      } catch {
        // Early media that we cannot play is no reason to give the call up; the answer decides.
      }
    }
    if (this.state === 'trying' || (audible && this.state === 'alerting')) {
      this.state = 'alerting';
      this.emit('alerting', audible);
    }
  }

  #answered(dialog: SrfDialog, target: Target): void {
    const nextHop = `${this.trunk.config.transport}/${joinHostPort(target.address, target.port)}`;
    this.#noAnswer?.cancel();
    this.#saw(200, 'OK', true);
    if (this.state === 'released') {
      // Ruling 15: the 200 crossed our CANCEL.
      this.discard(dialog, nextHop, localCause(16, 'call was given up'));
      return;
    }
    const body = dialog.res.body;
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
    const next = this.trunk.credentials.answer(response, digest, {
      method: 'INVITE',
      body: offer,
      fromTrunk: this.trunk.trusts(response.source_address),
      dialog: 'outside',
    });
    if (next && this.state !== 'released') {
      this.#sequence = nextSequence(response) ?? this.#sequence + 1;
      this.#send(offer, next);
      return;
    }
    this.#saw(response.status, response.reason, answered);
    const cause = failureCause(response.status, response.reason, {
      alerted: this.#alerted,
      reason: response.get('Reason'),
    });
    this.#failedWith(answered ? cause : { ...cause, by: 'local' });
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
    if (this.#target) this.trunk.saw(this.#target, 'INVITE', status, text, answered);
  }
}

/** Host and port of the request URI: as configured, so that an operator recognises its own name. */
function joinedServer(trunk: Trunk): string {
  const { server } = trunk.config;
  return server.includes(':') && !server.startsWith('[') && server.split(':').length > 2
    ? `[${server}]`
    : server;
}
