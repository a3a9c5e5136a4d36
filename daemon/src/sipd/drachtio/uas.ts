import { Repeater } from '../dialog/invite-2xx.ts';
import { endsSubscription, Leg } from '../dialog/leg.ts';
import { answerTerms, givenTerms } from '../dialog/session-timer.ts';
import type { SipMessage } from '../message/message.ts';
import { reasonOf } from '../message/reasons.ts';
import { copied, responseText, responseVias, wireText } from '../message/stringify.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Flow } from '../transport/flow.ts';
import { type Core, sentWords, sipLeader } from './core.ts';
import { bodyPart, type Draft } from './draft.ts';
import { decide } from './handled.ts';
import { withTag } from './headers.ts';
import {
  finished,
  hasBody,
  type IncomingCall,
  refusalOutside,
  refusalWithin,
  responseLines,
  unrouted,
} from './incoming.ts';
import { ProxyCall, type ProxyOptions, type ProxyReport, proxyOptions } from './proxy.ts';
import { Relay } from './relay.ts';
import { Reliable } from './reliable.ts';
import type { Session } from './session.ts';
import type { ClientFrame } from './wire.ts';

const UNKNOWN = 'NOK|Response not sent due to unknown transaction';

/** Requests that come from the network, and the client's responses to them. */
export class Uas {
  readonly #core: Core;
  readonly #calls = new Map<string, IncomingCall>();
  readonly #byTx = new Map<ServerTransaction, IncomingCall>();
  /** Ends a dialog with BYE; set by the bridge. */
  endDialog: (leg: Leg, reason: string) => void = () => {};

  /** Requests of dialogs that we passed on. */
  readonly relay: Relay;

  constructor(core: Core) {
    this.#core = core;
    this.relay = new Relay(core);
  }

  get pending(): number {
    return this.#calls.size;
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
    this.#answer(tx, status, reasonOf(status), this.#core.ids.tag(), extra);
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
    const call = this.#byTx.get(invite);
    const tx = core.table.serve(m, flow);
    this.#answer(tx, 200, 'OK', call?.toTag ?? core.ids.tag(), '');
    // 9.2: once a final response has been sent, CANCEL changes nothing.
    if (!call || invite.answered) return;
    if (call.proxy) {
      call.proxy.cancel();
      return;
    }
    this.#answer(invite, 487, reasonOf(487), call.toTag, '');
    this.#forget(call);
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
    const call = this.#calls.get(txn);
    if (!call || call.tx.answered || (call.held && draft.status < 300)) {
      session.reply(frame.id, UNKNOWN);
      return;
    }
    const refusal = this.#respond(call, session, frame.id, draft);
    if (refusal !== undefined) session.reply(frame.id, `NOK|${refusal}`);
  }

  /** `proxy|TXN|RR|FULL|FOLLOW|MODE|PROV|FINAL|dest...`. */
  proxy(session: Session, frame: ClientFrame, draft: Draft): void {
    const [txn = '', ...words] = frame.words;
    const call = this.#calls.get(txn);
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
      this.#answer(call.tx, 420, reasonOf(420), call.toTag, `Unsupported: ${required.join(', ')}\r\n`);
      this.#forget(call);
      report?.session.reply(report.frameId, 'OK|done');
      return;
    }
    this.#heard(call);
    if (call.request.method !== 'INVITE') this.#tryingLater(call);
    if (options.recordRoute) this.relay.remember(call.request.callId);
    call.proxy = new ProxyCall(this.#core, call.tx, options, report, () => this.#forget(call));
    call.proxy.start();
  }

  /** Ends, without a word to the client, requests it has not answered on a dialog that is over. */
  abortOn(leg: Leg): void {
    for (const call of [...this.#calls.values()]) {
      if (call.leg !== leg || call.request.method !== 'INVITE' || call.tx.answered) continue;
      this.#answer(call.tx, 487, reasonOf(487), call.toTag, '');
      this.#forget(call);
    }
  }

  /** The client is gone: what it has not answered is refused. */
  abandon(session: Session): void {
    for (const call of [...this.#calls.values()]) {
      if (call.session !== session || call.tx.answered || call.proxy) continue;
      this.#answer(call.tx, 503, reasonOf(503), call.toTag, '');
      this.#forget(call);
      if (call.initial && call.leg) this.#core.legs.remove(call.leg);
    }
  }

  #outOfDialog(m: SipMessage, flow: Flow): void {
    const core = this.#core;
    const { method } = m;
    if (core.table.isMerged(m)) {
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
    const call = this.#begin(m, flow, session, undefined);
    if (session) this.#offer(call, session);
    else this.#ask(call);
    if (method === 'INVITE') core.cdr.attempt('network', wireText(m));
  }

  /** Gives a new request to a client. */
  #offer(call: IncomingCall, session: Session): void {
    const { request, tx } = call;
    const { host, port } = this.#core.transport.localOf(tx.flow);
    call.session = session;
    session.send(
      `${sipLeader(this.#core, 'network', tx.flow, request.text.length)}|${call.txn}||${host}|${port}|`,
      wireText(request),
    );
  }

  /** Has the request handler decide. */
  #ask(call: IncomingCall): void {
    const core = this.#core;
    const waiting = (): boolean => this.#calls.get(call.txn) === call && !call.tx.answered;
    decide(core, call.request, call.tx.flow, waiting, {
      offer: (session) => this.#offer(call, session),
      proxy: (options) => this.#passOn(call, options, undefined),
      refuse: (status, reason, lines) => {
        this.#answer(call.tx, status, reason || reasonOf(status), call.toTag, lines);
        this.#forget(call);
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
    if (m.method === 'PRACK' && !this.#acknowledged(m, leg)) {
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
    const call = this.#begin(m, flow, owner, leg);
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

  #begin(m: SipMessage, flow: Flow, session: Session | undefined, leg: Leg | undefined): IncomingCall {
    const core = this.#core;
    const tx = core.table.serve(m, flow);
    const call: IncomingCall = {
      txn: core.ids.uuid(),
      tx,
      request: m,
      session,
      leg,
      toTag: m.toTag || core.ids.tag(),
      initial: leg === undefined,
      silence: undefined,
      reliable: undefined,
      held: undefined,
      proxy: undefined,
    }; // prettier-ignore
    this.#calls.set(call.txn, call);
    this.#byTx.set(tx, call);
    tx.onEnd = () => this.#forget(call);
    if (m.method === 'INVITE') {
      tx.onAck = (ack, way) => this.ack(ack, way);
      // 17.2.1 allows 200 ms; at once, because the client may take its time.
      tx.respond(100, responseText(m, tx.vias, 100, 'Trying', '', copied(m, 'timestamp'), ''));
    }
    if (m.method === 'INVITE') this.#expectClient(call, 0);
    else this.#tryingLater(call);
    return call;
  }

  #expectClient(call: IncomingCall, waited: number): void {
    const { clock, table } = this.#core;
    call.silence = clock.after(table.timing.give * 2 - waited, () => this.#silent(call));
  }

  /** RFC 4320 4.1: a request other than INVITE gets 100 once its sender repeats it every T2, not before. */
  #tryingLater(call: IncomingCall): void {
    const { late } = this.#core.table.timing;
    call.silence = this.#core.clock.after(late, () => {
      if (!call.proxy) this.#expectClient(call, late);
      if (!call.tx.answered) this.#answer(call.tx, 100, 'Trying', '', '');
    });
  }

  /** Sends the client's response; returns why it cannot be sent, or undefined. */
  #respond(call: IncomingCall, client: Session, id: string, draft: Draft): string | undefined {
    const core = this.#core;
    const { request, tx } = call;
    const body = bodyPart(draft);
    if (body === undefined) return 'missing content-type';
    const { status } = draft;
    const invite = request.method === 'INVITE';
    if (status === 100 && invite) return undefined;
    if (!invite && status < 200) return 'only INVITE has provisional responses (RFC 4320 4.1)';
    // RFC 4320 4.2: whoever waited that long has given up; a late 408 would only look like another's.
    if (!invite && status === 408) {
      call.tx.drop();
      return 'no 408 to a request other than INVITE (RFC 4320 4.2)';
    }
    if (invite && status >= 200 && status < 300 && call.reliable?.holdsAnswer) {
      this.#hold(call, client, id, draft);
      return undefined;
    }
    if (call.initial && draft.to !== undefined && !call.leg) {
      call.toTag = withTag(draft.to, call.toTag).tag;
    }
    const forms = invite || request.method === 'SUBSCRIBE';
    if (forms && call.initial && status > 100 && status < 300) this.#ensureLeg(call, client);
    const { leg } = call;
    const modifies = invite || request.method === 'UPDATE';
    const session =
      modifies && status >= 200 && status < 300 && draft.sessionExpires === ''
        ? answerTerms(request, leg?.session?.terms)
        : undefined;
    const early = status > 100 && status < 200;
    const asked = early && draft.require.toLowerCase().includes('100rel');
    // RFC 3262 3: a caller that requires it gets every provisional response reliably.
    const required = early && request.has('require') && request.listHas('require', '100rel');
    const wants100rel = asked || required;
    if (asked && !required && !request.listHas('supported', '100rel'))
      return 'Remote endpoint does not support 100rel';
    const reason = draft.reason === '' ? reasonOf(status) : draft.reason;
    const extra =
      responseLines(call, draft, core.transport.localOf(tx.flow), tx.flow) +
      (session?.lines ?? '') +
      (required && !asked ? 'Require: 100rel\r\n' : '');
    let text = '';
    const send = (): void => {
      tx.respond(status, text);
      client.reply(
        id,
        `${sentWords(core, tx.flow, text.length)}|${call.txn}|${leg && !(request.method === 'BYE' && status >= 200) ? leg.id : ''}||Msg sent:|`,
        text,
      );
    };
    if (wants100rel) {
      call.reliable ??= new Reliable(core);
      const { reliable } = call;
      if (leg) leg.reliable = reliable;
      reliable.add(
        (rseq) => {
          text = finished(call, status, reason, `${extra}RSeq: ${rseq}\r\n`, body);
          send();
          return { send: () => core.table.reply(request, tx.flow, text), gaveUp: () => this.#unproved(call) };
        },
        request.cseq,
        draft.body !== '',
      );
      if (leg) this.#described(leg, request, draft.body !== '', false);
      this.#heard(call);
      return undefined;
    }
    text = finished(call, status, reason, extra, body);
    this.#heard(call);
    send();
    if (status >= 200) this.#final(call, status, text);
    if (status >= 200 && !invite) tx.settle();
    if (leg && modifies) {
      this.#described(leg, request, draft.body !== '' && status < 300, status >= 200);
      if (status < 200 || status >= 300) return undefined;
      if (draft.body !== '') leg.localSdp = draft.body;
      const terms = session?.terms ?? givenTerms(draft.sessionExpires);
      if (terms) core.setSession(leg, terms);
    }
    return undefined;
  }

  /** Keeps the 2xx back until its PRACK has come and been answered. */
  #hold(call: IncomingCall, client: Session, id: string, draft: Draft): void {
    this.#heard(call);
    call.held = {
      send: () => {
        const refusal = this.#respond(call, client, id, draft);
        if (refusal !== undefined) client.reply(id, `NOK|${refusal}`);
      },
      gone: () => client.reply(id, UNKNOWN),
    };
  }

  /** A response of ours to INVITE or UPDATE, with a description or without: whose offer stands open now. */
  #described(leg: Leg, request: SipMessage, described: boolean, final: boolean): void {
    if (described && !hasBody(request) && request.method === 'INVITE') leg.offerOut = true;
    if ((described || final) && hasBody(request)) leg.offerIn = false;
  }

  #ensureLeg(call: IncomingCall, session: Session): void {
    if (call.leg) return;
    const leg = Leg.fromRequest(call.request, call.toTag, call.tx.flow);
    leg.owner = session;
    leg.state = 'early';
    leg.invited = call.request.method === 'INVITE';
    leg.offerIn = leg.invited && hasBody(call.request);
    call.leg = leg;
    this.#core.legs.add(leg);
    this.#core.legs.index(leg);
  }

  #heard(call: IncomingCall): void {
    call.silence?.cancel();
    call.silence = undefined;
  }

  /** What a final response means for the dialog. */
  #final(call: IncomingCall, status: number, text: string): void {
    const core = this.#core;
    const { leg, request } = call;
    if (call.initial) core.guard.answered(request, call.tx.flow, status, text);
    this.#forget(call);
    if (!leg) {
      if (call.initial && request.method === 'INVITE' && status >= 300)
        core.cdr.stop('application', 'call-rejected', text);
      return;
    }
    if (request.method === 'BYE') {
      core.legs.remove(leg);
      core.cdr.stop('network', 'normal-release', wireText(request));
      return;
    }
    if (call.initial && status >= 300) {
      core.legs.remove(leg);
      if (request.method === 'INVITE') core.cdr.stop('application', 'call-rejected', text);
      return;
    }
    if (request.method === 'PRACK') this.#sendHeld(leg);
    if (
      request.method === 'NOTIFY' &&
      leg.method === 'SUBSCRIBE' &&
      endsSubscription(request.get('subscription-state'))
    )
      core.legs.remove(leg);
    if (status >= 300) return;
    if (call.initial) leg.state = 'confirmed';
    if (request.method !== 'INVITE') return;
    if (call.initial) core.cdr.start('application', 'uas', text);
    const repeater = new Repeater(core.clock, core.table.timing, {
      capped: true,
      send: () => core.table.reply(request, call.tx.flow, text),
      gaveUp: () => {
        leg.awaitingAck = undefined;
        core.count('ack.timeout');
        const held = leg.afterAck;
        leg.afterAck = undefined;
        if (held) held.send();
        else this.endDialog(leg, 'ACK timeout');
      },
    });
    leg.awaitingAck = { cseq: request.cseq, repeater, txn: call.txn, settle: () => call.tx.settle() };
  }

  /** A PRACK has been answered: the 2xx that waited for it may go. */
  #sendHeld(leg: Leg): void {
    for (const call of this.#calls.values()) {
      if (call.leg !== leg || !call.held || call.reliable?.holdsAnswer) continue;
      const { held } = call;
      call.held = undefined;
      held.send();
      return;
    }
  }

  /** No PRACK within 64*T1 (RFC 3262 3): the call is refused with a server error. */
  #unproved(call: IncomingCall): void {
    if (call.tx.answered) return;
    this.#answer(call.tx, 504, reasonOf(504), call.toTag, '');
    this.#forget(call);
    if (call.leg && call.initial) this.#core.legs.remove(call.leg);
  }

  #acknowledged(m: SipMessage, leg: Leg): boolean {
    const [rseq, cseq, method] = (m.get('rack') ?? '').split(' ').filter((w) => w !== '');
    if (method !== 'INVITE') return false;
    return (leg.reliable as Reliable | undefined)?.acknowledge(Number(rseq), Number(cseq)) ?? false;
  }

  #answer(tx: ServerTransaction, status: number, reason: string, toTag: string, extra: string): void {
    tx.respond(status, responseText(tx.request, tx.vias, status, reason, toTag, extra, ''));
    if (status >= 200 && tx.request.method !== 'INVITE') tx.settle();
  }

  /** The client has not answered at all: what it came for is let go. */
  #silent(call: IncomingCall): void {
    this.#core.count('client.silent');
    this.#forget(call);
    const { leg, request } = call;
    if (request.method === 'BYE' && leg) {
      // The call is over whatever the client thinks of it.
      this.#answer(call.tx, 200, 'OK', call.toTag, '');
      this.#core.legs.remove(leg);
    } else call.tx.drop();
    if (request.method === 'PRACK' && leg) this.#sendHeld(leg);
  }

  #forget(call: IncomingCall): void {
    this.#heard(call);
    call.reliable?.finish();
    call.held?.gone();
    call.held = undefined;
    this.#byTx.delete(call.tx);
    if (!this.#calls.delete(call.txn) || !call.leg) return;
    if (call.request.method === 'INVITE') call.leg.invited = false;
    if (call.request.method === 'UPDATE') call.leg.updating = false;
    if (call.request.method !== 'PRACK' && hasBody(call.request)) call.leg.offerIn = false;
  }
}
