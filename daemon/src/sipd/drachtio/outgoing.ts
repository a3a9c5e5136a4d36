import type { Timer } from '../../base/clock.ts';
import type { Leg } from '../dialog/leg.ts';
import { minSe, settledTerms } from '../dialog/session-timer.ts';
import type { SipMessage } from '../message/message.ts';
import { wireText } from '../message/stringify.ts';
import { Attempts, type AttemptUser, type Compose } from '../resolve/attempts.ts';
import { type ClientTransaction, type ClientUser, cancelOf } from '../transaction/client.ts';
import type { Flow, Target } from '../transport/flow.ts';
import { endFork, sendAck } from './ack.ts';
import { type CdrReason, type Core, sentWords, sipLeader } from './core.ts';
import { PASS_100, type Session } from './session.ts';
import { timeToken } from './wire.ts';

/** Nobody waits for the answer to a CANCEL. */
const QUIET: ClientUser = { response() {}, timeout() {}, failed() {} };

/** One request of the client, from its frame to its final response. */
export class OutgoingCall implements AttemptUser {
  readonly session: Session | undefined;
  readonly method: string;
  readonly txn: string;
  /** It may create a dialog, which ends if it is refused. */
  initial = false;
  leg: () => Leg | undefined = () => undefined;
  /** A refresh of the engine's own: its 2xx is acknowledged at once. */
  autoAck = false;
  /** What call records say of a BYE. */
  release: CdrReason = 'normal-release';
  /** Hears the final response of a request no client asked for. */
  onFinal: ((status: number, response?: SipMessage) => void) | undefined;
  /** The request carried an offer. */
  offers = false;
  /** That offer, where it changes a session that stands: it is ours only once it is taken (RFC 3261 14.1). */
  offer = '';
  readonly #core: Core;
  readonly #frameId: string;
  readonly #cseq: number;
  readonly #calls: Map<string, OutgoingCall>;
  readonly #endDialog: (leg: Leg, reason: string) => void;
  #attempts: Attempts | undefined;
  #text = '';
  #echoed = false;
  #progress = false;
  /** RSeq of the last reliable provisional response, by the To tag of the fork (RFC 3262 4). */
  #rseqs: Map<string, number> | undefined;
  #final = false;
  #cancel: string | undefined;
  #cancelSent = false;
  #cancelTimer: Timer | undefined;

  constructor(
    core: Core,
    session: Session | undefined,
    frameId: string,
    method: string,
    cseq: number,
    calls: Map<string, OutgoingCall>,
    endDialog: (leg: Leg, reason: string) => void,
  ) {
    this.#core = core;
    this.session = session;
    this.#frameId = frameId;
    this.method = method;
    this.#cseq = cseq;
    this.#calls = calls;
    this.#endDialog = endDialog;
    this.txn = core.ids.uuid();
  }

  get keeps(): boolean {
    return this.method === 'INVITE';
  }

  get flow(): Flow | undefined {
    return this.#attempts?.tx?.flow;
  }

  /** The transaction it is on, once it has been sent. */
  get sentTx(): ClientTransaction | undefined {
    return this.#attempts?.tx;
  }

  /** Sends to the targets in order, or over `flow`. */
  begin(targets: readonly Target[], compose: Compose, flow?: Flow): void {
    this.#calls.set(this.txn, this);
    this.#attempts = new Attempts(this.#core.attempts, this.method, targets, compose, this);
    this.#attempts.start(flow);
  }

  /** The targets have been looked up. */
  located(targets: readonly Target[], compose: Compose, reason: string): void {
    if (targets.length > 0) this.begin(targets, compose);
    else {
      this.#release();
      if (this.#frameId !== '') this.session?.reply(this.#frameId, `NOK|${reason}`);
      this.onFinal?.(503);
    }
  }

  sent(text: string, tx: ClientTransaction): void {
    this.#text = text;
    if (this.#echoed) return;
    this.#echoed = true;
    if (this.initial && this.method === 'INVITE') this.#core.cdr.attempt('application', text);
    if (this.#frameId === '') return;
    this.session?.reply(
      this.#frameId,
      `${sentWords(this.#core, tx.flow, text.length)}|${this.txn}|Msg sent:|`,
      text,
    );
  }

  response(m: SipMessage, flow: Flow, tx: ClientTransaction): void {
    const leg = this.leg();
    // 8.1.3.3: a response that should have gone on to another was not meant for us.
    if (m.names.indexOf('via', m.names.indexOf('via') + 1) >= 0) this.#core.count('response.vias');
    else if (m.status < 200) this.#provisional(m, flow, leg);
    else if (this.#final) this.#repeated(m, flow, leg);
    else if (m.status < 300) this.#success(m, flow, leg, tx);
    else {
      this.#end();
      this.#refused(leg, m.status, m);
      if (m.status === 422 && leg) leg.minSe = Math.max(leg.minSe, minSe(m));
      this.#toClient(m, flow, leg);
      this.onFinal?.(m.status, m);
    }
  }

  gaveUp(status: 408 | 503, reason: string): void {
    if (this.#final) return;
    this.#end();
    const leg = this.leg();
    this.#refused(leg, status, undefined);
    const dialog = leg ? leg.id : '';
    const leader = `${this.#core.ids.uuid()}|sip|network|0|tcp||0|${timeToken(this.#core.clock.wall())}`;
    if (!this.#echoed) {
      // Nothing could be sent, so the client knows no transaction that a response would fit.
      if (this.#frameId !== '') this.session?.reply(this.#frameId, `NOK|${reason}`);
    } else this.session?.send(`${leader}|${this.txn}|${dialog}|`, madeUp(this.#text, status, reason));
    this.onFinal?.(status);
  }

  /**
   * Cancels the INVITE, at once or when the first provisional response comes (RFC 3261 9.1).
   * Returns the CANCEL's text, or undefined if there is nothing left to cancel.
   */
  cancel(extra: string): string | undefined {
    const tx = this.#attempts?.tx;
    if (this.#final || !tx) return undefined;
    this.#attempts?.stop();
    const leg = this.leg();
    if (leg && this.initial) leg.cancelled = true;
    this.#cancel ??= extra;
    const request = cancelOf(tx.request, this.#cancel);
    if (this.#progress) this.#sendCancel();
    return request.text;
  }

  /** The client is gone: nobody wants this any more. */
  abandon(): void {
    if (this.method !== 'INVITE') return;
    if (this.initial) this.cancel('');
  }

  #sendCancel(): void {
    const tx = this.#attempts?.tx;
    if (!tx || this.#cancelSent) return;
    this.#cancelSent = true;
    this.#core.table.send(cancelOf(tx.request, this.#cancel ?? ''), tx.flow, QUIET);
    // 9.1: 64*T1 after the CANCEL the INVITE is taken for cancelled, answer or not.
    this.#cancelTimer = this.#core.clock.after(this.#core.table.timing.give, () => {
      this.#core.attempts.abandon(tx);
      tx.drop();
      this.gaveUp(408, 'Request Timeout');
    });
  }

  #provisional(m: SipMessage, flow: Flow, leg: Leg | undefined): void {
    this.#progress = true;
    if (this.#cancel !== undefined) this.#sendCancel();
    // A drachtio-server keeps 100 to itself, so only a client that asked for it gets it.
    if (m.status === 100 && !this.session?.tags.has(PASS_100)) return;
    if (m.has('rseq') && !this.#inOrder(m)) return;
    if (leg && this.offers && m.contentLength > 0) leg.offerOut = false;
    if (leg && this.initial && m.status > 100 && m.toTag !== '') {
      leg.takeEarly(m, flow);
      this.#core.legs.index(leg);
    }
    this.#toClient(m, flow, leg);
  }

  /**
   * RFC 3262 4: a reliable response is taken once and in its order; what repeats one, or leaves one
   * out, is dropped, and the peer repeats what was left out.
   */
  #inOrder(m: SipMessage): boolean {
    const rseq = Number.parseInt(m.get('rseq') ?? '', 10);
    if (!(rseq > 0) || !m.listHas('require', '100rel')) return true;
    this.#rseqs ??= new Map();
    const last = this.#rseqs.get(m.toTag);
    if (last !== undefined && rseq !== last + 1) {
      this.#core.count(rseq === last ? 'reliable.repeated' : 'reliable.disordered');
      return false;
    }
    // A stranger behind the path cannot make us keep more than the forks of one call.
    if (this.#rseqs.size < 64) this.#rseqs.set(m.toTag, rseq);
    return true;
  }

  #success(m: SipMessage, flow: Flow, leg: Leg | undefined, tx: ClientTransaction): void {
    this.#end();
    const core = this.#core;
    if (leg) {
      if (this.offers) leg.offerOut = false;
      if (this.initial) {
        leg.takeResponse(m, flow);
        leg.state = 'confirmed';
        core.legs.index(leg);
        core.legs.dropEarly(leg);
        if (this.method === 'INVITE') core.cdr.start('network', 'uac', wireText(m));
      } else if (this.method === 'INVITE' || this.method === 'UPDATE' || this.method === 'SUBSCRIBE') {
        leg.takeTarget(m);
        leg.noteNat(m, flow);
        if (this.offer !== '') leg.localSdp = this.offer;
      }
      if (this.method === 'INVITE' || this.method === 'UPDATE') this.#session(leg, m);
      if (this.method === 'INVITE') {
        leg.inviting = false;
        leg.unacked.set(this.#cseq, undefined);
        leg.unkeep?.();
        leg.unkeep = core.attempts.keepalives.called(m, tx.flow);
        leg.atEnd.push(() => core.retire(tx, m.toTag, leg.acks.get(this.#cseq)));
        this.#guardAck(leg);
      }
      if (this.method === 'BYE') this.#released(leg);
      if (this.method === 'SUBSCRIBE' && leg.method === 'SUBSCRIBE') {
        const granted = m.get('expires') ?? /^Expires: *(\d{1,9})/im.exec(this.#text)?.[1] ?? '3600';
        core.legs.expect(leg, Number.parseInt(granted, 10) || 0, core.clock, core.table.timing.give);
      }
      // RFC 6665 4.1.3 of a subscription's own dialog; the end of a REFER's reports ends no call (RFC 3515 2.4.6).
      if (
        this.method === 'NOTIFY' &&
        leg.method === 'SUBSCRIBE' &&
        /^Subscription-State: *terminated/im.test(this.#text)
      )
        core.legs.remove(leg);
    }
    this.#toClient(m, flow, leg);
    this.onFinal?.(m.status);
  }

  /**
   * A 2xx without Session-Expires is of a peer that keeps no timer (any more): it will not refresh,
   * but we may (RFC 4028 7.2).
   */
  #session(leg: Leg, m: SipMessage): void {
    const present = leg.session?.terms;
    const terms = settledTerms(m) ?? (present && { interval: present.interval, ours: true });
    if (terms) this.#core.setSession(leg, terms);
  }

  /** A 2xx that nobody will acknowledge is acknowledged here, and its call ended. */
  #guardAck(leg: Leg): void {
    if (this.autoAck) {
      leg.acknowledged(this.#cseq);
      sendAck(this.#core, leg, this.#cseq, '', 'Content-Length: 0\r\n\r\n', () => {});
      return;
    }
    const gone = this.session === undefined || this.session.closed;
    const kill = (): void => {
      if (!leg.acknowledged(this.#cseq) || leg.state !== 'confirmed') return;
      sendAck(this.#core, leg, this.#cseq, '', 'Content-Length: 0\r\n\r\n', () => {
        this.#endDialog(leg, leg.cancelled ? 'ACK-BYE due to cancel race condition' : 'ACK timeout');
      });
    };
    if (gone) kill();
    // Ruling 15: a 200 that crossed our CANCEL is ended even if the client is silent. Otherwise the
    // client has as long as the peer repeats its 2xx.
    else {
      const { T1, give } = this.#core.table.timing;
      leg.unacked.set(this.#cseq, this.#core.clock.after(leg.cancelled ? T1 : give, kill));
    }
  }

  /** A 2xx after the first: the same again is re-acknowledged; another fork's is ended (13.2.2.4). */
  #repeated(m: SipMessage, flow: Flow, leg: Leg | undefined): void {
    if (m.status >= 300 || this.method !== 'INVITE' || !leg) return;
    if (this.initial && m.toTag !== '' && m.toTag !== leg.remoteTag) {
      endFork(this.#core, leg, m, flow, this.#cseq, (fork) => this.#endDialog(fork, ''));
      return;
    }
    const ack = leg.acks.get(this.#cseq);
    if (ack) this.#core.table.transmit(ack.flow, ack.text);
  }

  #refused(leg: Leg | undefined, status: number, m: SipMessage | undefined): void {
    if (!leg) return;
    if (this.offers) leg.offerOut = false;
    if (this.initial) {
      this.#core.legs.remove(leg);
      const why = leg.cancelled ? 'call-canceled' : 'call-rejected';
      if (this.method === 'INVITE' && m) this.#core.cdr.stop('network', why, wireText(m));
      else if (this.method === 'INVITE') this.#core.cdr.stop('application', why, this.#text);
    } else {
      if (this.method === 'INVITE') leg.inviting = false;
      if (this.method === 'BYE' && (status === 401 || status === 407) && this.session) this.#challenged(leg);
      else if (this.method === 'BYE') this.#released(leg);
    }
  }

  /** A BYE that is challenged has ended nothing yet: the client may send it again with credentials. */
  #challenged(leg: Leg): void {
    leg.state = 'confirmed';
    this.#core.clock.after(this.#core.table.timing.give, () => {
      if (leg.state === 'confirmed') this.#released(leg);
    });
  }

  #released(leg: Leg): void {
    this.#core.legs.remove(leg);
    if (leg.method === 'INVITE') this.#core.cdr.stop('application', this.release, this.#text);
  }

  #release(): void {
    const leg = this.leg();
    if (!leg) return;
    if (this.method === 'INVITE') leg.inviting = false;
    if (this.method === 'BYE') this.#core.legs.remove(leg);
  }

  #end(): void {
    this.#final = true;
    this.#cancelTimer?.cancel();
    this.#calls.delete(this.txn);
  }

  #toClient(m: SipMessage, flow: Flow, leg: Leg | undefined): void {
    if (this.#frameId === '' || !this.session) return;
    this.session.send(
      `${sipLeader(this.#core, 'network', flow, m.text.length)}|${this.txn}|${leg ? leg.id : ''}|`,
      wireText(m),
    );
  }
}

/**
 * A response of our own to a request of our own: nobody answered, or nobody could be reached. Why is told in a
 * Reason (RFC 3326), as `tls/expired` or `tcp/ECONNREFUSED`, for who has to mend it.
 */
function madeUp(request: string, status: 408 | 503, reason: string): string {
  let out = `SIP/2.0 ${status} ${status === 408 ? 'Request Timeout' : 'Service Unavailable'}\r\n`;
  for (const line of request.slice(0, request.indexOf('\r\n\r\n')).split('\r\n').slice(1)) {
    if (/^(Via|From|To|Call-ID|CSeq):/.test(line)) out += `${line}\r\n`;
  }
  if (status === 503) out += `Reason: SIP;cause=503;text="${reason.replace(/["\\\r\n]/g, ' ')}"\r\n`;
  return `${out}Content-Length: 0\r\n\r\n`;
}
