import type { Leg } from '../dialog/leg.ts';
import type { SipMessage } from '../message/message.ts';
import { reasonOf } from '../message/reasons.ts';
import { responseText, responseVias, wireText } from '../message/stringify.ts';
import type { Flow } from '../transport/flow.ts';
import { Answers, UNKNOWN } from './answers.ts';
import { type Core, sipLeader } from './core.ts';
import type { Draft } from './draft.ts';
import { decide } from './handled.ts';
import { hasBody, type IncomingCall, refusalOutside, refusalWithin, unrouted } from './incoming.ts';
import { spirals } from './loop.ts';
import { Pending } from './pending.ts';
import { ProxyCall, type ProxyOptions, type ProxyReport, proxyOptions } from './proxy.ts';
import { Relay } from './relay.ts';
import type { Session } from './session.ts';
import type { ClientFrame } from './wire.ts';

/** Requests that come from the network, and the client's responses to them. */
export class Uas {
  readonly #core: Core;
  readonly #pending: Pending;
  readonly #answers: Answers;
  /** Ends a dialog with BYE; set by the bridge. */
  endDialog: (leg: Leg, reason: string) => void = () => {};

  /** Requests of dialogs that we passed on. */
  readonly relay: Relay;

  constructor(core: Core) {
    this.#core = core;
    this.relay = new Relay(core);
    this.#pending = new Pending(core, (ack, flow) => this.ack(ack, flow));
    this.#answers = new Answers(core, this.#pending, (leg, reason) => this.endDialog(leg, reason));
  }

  get pending(): number {
    return this.#pending.size;
  }

  /** Requests that the client has not said a word about; calls that ring are none of them. */
  get waiting(): number {
    return this.#pending.waiting;
  }

  /** A request that is no repetition: not ACK, not CANCEL. */
  request(m: SipMessage, flow: Flow): void {
    if (m.toTag !== '') this.#inDialog(m, flow);
    else this.#outOfDialog(m, flow);
  }

  /**
   * Answers without asking anyone: with a transaction, so that repetitions get the same, or without
   * one when there are many already (RFC 3261 8.2.7), so that a flood costs no memory.
   */
  reject(m: SipMessage, flow: Flow, status: number, extra = ''): void {
    if (m.toTag === '') this.#core.guard.answered(m, flow, status, '');
    if (this.#core.table.crowded) {
      const vias = responseVias(m, flow.remote.host, flow.remote.port);
      this.#core.table.reply(
        m,
        flow,
        responseText(m, vias, status, reasonOf(status), 'stateless', extra, ''),
      );
      return;
    }
    const tx = this.#core.table.serve(m, flow);
    this.#pending.answer(tx, status, reasonOf(status), this.#core.ids.tag(), extra);
  }

  /** An ACK that matched no refused INVITE: it belongs to a 2xx (13.3.1.4). */
  ack(m: SipMessage, flow: Flow): void {
    const leg = this.#core.legs.byRequest(m);
    if (!leg) {
      this.relay.take(m, flow);
      return;
    }
    const waiting = leg.awaitingAck;
    if (waiting?.cseq !== m.cseq) return;
    waiting.repeater.stop();
    leg.awaitingAck = undefined;
    waiting.settle();
    leg.acked = true;
    leg.offerOut = false;
    leg.flow = flow.proto === 'udp' || flow.open ? flow : leg.flow;
    this.#core
      .ownerOf(leg)
      ?.send(
        `${sipLeader(this.#core, 'network', flow, m.text.length)}|${waiting.txn}|${leg.id}|`,
        wireText(m),
      );
    const held = leg.afterAck;
    leg.afterAck = undefined;
    held?.send();
  }

  /** CANCEL (9.2): answered here, its INVITE with 487, and the client told. */
  cancel(m: SipMessage, flow: Flow): void {
    const core = this.#core;
    const invite = core.table.findCancelled(m);
    if (invite?.request.method !== 'INVITE') {
      this.reject(m, flow, 481);
      return;
    }
    const call = this.#pending.of(invite);
    const tx = core.table.serve(m, flow);
    this.#pending.answer(tx, 200, 'OK', call?.toTag ?? core.ids.tag(), '');
    // 9.2: once a final response has been sent, CANCEL changes nothing.
    if (!call || invite.answered) return;
    if (call.proxy) {
      call.proxy.cancel();
      return;
    }
    this.#pending.answer(invite, 487, reasonOf(487), call.toTag, '');
    this.#pending.forget(call);
    if (call.leg && call.initial) core.legs.remove(call.leg);
    if (call.initial) core.cdr.stop('network', 'call-canceled', m.text);
    call.session?.send(
      `${sipLeader(core, 'network', flow, m.text.length)}|${call.txn}|${call.leg ? call.leg.id : ''}|`,
      wireText(m),
    );
  }

  /** `sip|TXN|` with a response. */
  respond(session: Session, frame: ClientFrame, draft: Draft): void {
    const txn = frame.words[0] ?? '';
    if (txn === '') {
      session.reply(frame.id, 'NOK|transaction id missing');
      return;
    }
    const call = this.#pending.get(txn);
    if (!call || call.tx.answered || (call.held && draft.status < 300)) {
      session.reply(frame.id, UNKNOWN);
      return;
    }
    const refusal = this.#answers.respond(call, session, frame.id, draft);
    if (refusal !== undefined) session.reply(frame.id, `NOK|${refusal}`);
  }

  /** `proxy|TXN|RR|FULL|FOLLOW|MODE|PROV|FINAL|dest...`. */
  proxy(session: Session, frame: ClientFrame, draft: Draft): void {
    const [txn = '', ...words] = frame.words;
    const call = this.#pending.get(txn);
    if (!call || call.tx.answered || call.proxy || call.leg) {
      session.reply(frame.id, 'NOK|unknown transaction');
      return;
    }
    const options = proxyOptions(words, draft);
    if (options.destinations.length === 0) session.reply(frame.id, 'NOK|no destination to proxy to');
    else this.#passOn(call, options, { session, frameId: frame.id });
  }

  #passOn(call: IncomingCall, options: ProxyOptions, report: ProxyReport | undefined): void {
    // 16.3 step 5: an extension that proxies must know, and we do not.
    const required = call.request.list('proxy-require');
    if (required.length > 0) {
      this.#pending.answer(
        call.tx,
        420,
        reasonOf(420),
        call.toTag,
        `Unsupported: ${required.join(', ')}\r\n`,
      );
      this.#pending.forget(call);
      report?.session.reply(report.frameId, 'OK|done');
      return;
    }
    this.#pending.heard(call);
    if (call.request.method !== 'INVITE') this.#pending.tryingLater(call);
    if (options.recordRoute) this.relay.remember(call.request.callId);
    call.proxy = new ProxyCall(this.#core, call.tx, options, report, () => this.#pending.forget(call));
    call.proxy.start();
  }

  /** Ends, without a word to the client, requests it has not answered on a dialog that is over. */
  abortOn(leg: Leg): void {
    for (const call of this.#pending.all()) {
      if (call.leg !== leg || call.request.method !== 'INVITE' || call.tx.answered) continue;
      this.#pending.answer(call.tx, 487, reasonOf(487), call.toTag, '');
      this.#pending.forget(call);
    }
  }

  /** The client is gone: what it has not answered is refused. */
  abandon(session: Session): void {
    for (const call of this.#pending.all()) {
      if (call.session !== session || call.tx.answered || call.proxy) continue;
      this.#pending.answer(call.tx, 503, reasonOf(503), call.toTag, '');
      this.#pending.forget(call);
      if (call.initial && call.leg) this.#core.legs.remove(call.leg);
    }
  }

  #outOfDialog(m: SipMessage, flow: Flow): void {
    const core = this.#core;
    const { method } = m;
    const isOwn: Parameters<typeof spirals>[1] = (proto, host, port) =>
      core.transport.isOwn(proto, host, port);
    if (core.table.isMerged(m) && !spirals(m, isOwn)) {
      // 8.2.2.2: the same request by two ways.
      this.reject(m, flow, 482);
      return;
    }
    const refusal = refusalOutside(m);
    if (refusal) {
      this.reject(m, flow, refusal.status, refusal.lines);
      return;
    }
    const asked = core.handler?.wants(method) ?? false;
    const session = asked ? undefined : core.pick(method.toLowerCase());
    if (!session && !asked) {
      core.count('refused.unrouted');
      const { status, lines } = unrouted(method);
      this.reject(m, flow, status, lines);
      return;
    }
    if (method === 'INVITE' && core.legs.size >= core.maxDialogs) {
      core.count('refused.full');
      this.reject(m, flow, 503, `Retry-After: ${5 + core.ids.number(10)}\r\n`);
      return;
    }
    const call = this.#pending.begin(m, flow, session, undefined);
    if (session) this.#offer(call, session);
    else this.#ask(call);
    if (method === 'INVITE') core.cdr.attempt('network', wireText(m));
  }

  /** Gives a new request to a client. */
  #offer(call: IncomingCall, session: Session): void {
    const { request, tx } = call;
    const { host, port } = this.#core.transport.localOf(tx.flow);
    call.session = session;
    // Where drachtio-server has its session token stands who the peer of the connection has proved to be.
    const proof = tx.flow.fingerprint ?? '';
    session.send(
      `${sipLeader(this.#core, 'network', tx.flow, request.text.length)}|${call.txn}||${host}|${port}|${proof}`,
      wireText(request),
    );
  }

  /** Has the request handler decide. */
  #ask(call: IncomingCall): void {
    const core = this.#core;
    const waiting = (): boolean => this.#pending.get(call.txn) === call && !call.tx.answered;
    decide(core, call.request, call.tx.flow, waiting, {
      offer: (session) => this.#offer(call, session),
      proxy: (options) => this.#passOn(call, options, undefined),
      refuse: (status, reason, lines) => {
        this.#pending.answer(call.tx, status, reason || reasonOf(status), call.toTag, lines);
        this.#pending.forget(call);
        if (call.request.method === 'INVITE')
          core.cdr.stop('application', 'call-rejected', wireText(call.request));
      },
    });
  }

  #inDialog(m: SipMessage, flow: Flow): void {
    const core = this.#core;
    const leg = core.legs.byRequest(m) ?? this.#subscribed(m, flow);
    if (!leg || leg.state === 'ended') {
      if (!this.relay.take(m, flow)) this.reject(m, flow, 481);
      return;
    }
    const refusal = refusalWithin(m, leg, core.ids.number(10));
    leg.remoteSeq = Math.max(leg.remoteSeq, m.cseq);
    if (refusal) {
      this.reject(m, flow, refusal.status, refusal.lines);
      return;
    }
    const owner = core.ownerOf(leg);
    if (m.method === 'PRACK' && !this.#answers.acknowledged(m, leg)) {
      this.reject(m, flow, 481);
      return;
    }
    if (!owner) {
      // Nobody is left to answer: the call is over for this side.
      this.reject(m, flow, m.method === 'BYE' ? 200 : 480);
      if (m.method === 'BYE') core.legs.remove(leg);
      return;
    }
    leg.flow = flow;
    if (m.method === 'INVITE' || m.method === 'UPDATE') {
      leg.takeTarget(m);
      if (hasBody(m)) leg.offerIn = true;
    } else if (m.method === 'PRACK' && hasBody(m)) leg.offerOut = false;
    leg.noteNat(m, flow);
    const call = this.#pending.begin(m, flow, owner, leg);
    if (m.method === 'INVITE') leg.invited = true;
    if (m.method === 'UPDATE') leg.updating = true;
    if (m.method === 'BYE') this.abortOn(leg);
    owner.send(`${sipLeader(core, 'network', flow, m.text.length)}|${call.txn}|${leg.id}|`, wireText(m));
  }

  /** A NOTIFY may come before the 2xx of its SUBSCRIBE, and makes the dialog then (RFC 6665 4.4.1). */
  #subscribed(m: SipMessage, flow: Flow): Leg | undefined {
    if (m.method !== 'NOTIFY') return undefined;
    const leg = this.#core.legs.byName(`${m.callId};from-tag=${m.toTag}`);
    if (leg?.role !== 'uac' || leg.method !== 'SUBSCRIBE' || leg.remoteTag !== '') return undefined;
    leg.takeNotify(m, flow);
    this.#core.legs.index(leg);
    return leg;
  }
}
