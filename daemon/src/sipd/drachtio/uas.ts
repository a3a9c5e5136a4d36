import type { Timer } from '../../base/clock.ts';
import { Repeater } from '../dialog/invite-2xx.ts';
import { Leg } from '../dialog/leg.ts';
import { answerTerms, MIN_SE, tooSmall } from '../dialog/session-timer.ts';
import type { SipMessage } from '../message/message.ts';
import { reasonOf } from '../message/reasons.ts';
import { copied, responseText, wireText } from '../message/stringify.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Flow } from '../transport/flow.ts';
import { type Core, sentWords, sipLeader } from './core.ts';
import { bodyPart, type Draft } from './draft.ts';
import { contactValue, withTag } from './headers.ts';
import { duration, ProxyCall } from './proxy.ts';
import { Relay } from './relay.ts';
import { Reliable } from './reliable.ts';
import type { Session } from './session.ts';
import type { ClientFrame } from './wire.ts';

const UNKNOWN = 'NOK|Response not sent due to unknown transaction';

/** A request of the network that the client has not answered for good. */
interface IncomingCall {
  txn: string;
  tx: ServerTransaction;
  request: SipMessage;
  session: Session | undefined;
  leg: Leg | undefined;
  /** The tag our responses carry. */
  toTag: string;
  /** It came outside of a dialog. */
  initial: boolean;
  /** Drops what the client never answers. */
  silence: Timer | undefined;
  reliable: Reliable | undefined;
  /** It is being passed on and not answered here. */
  proxy: ProxyCall | undefined;
}

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

  /** Answers without asking anyone, statefully so that repetitions get the same. */
  reject(m: SipMessage, flow: Flow, status: number, extra = ''): void {
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
    leg.flow = flow.proto === 'udp' || flow.open ? flow : leg.flow;
    this.#core
      .ownerOf(leg)
      ?.send(
        `${sipLeader(this.#core, 'network', flow, m.text.length)}|${waiting.txn}|${leg.id}|`,
        wireText(m),
      );
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
    if (!call || call.tx.answered) {
      session.reply(frame.id, UNKNOWN);
      return;
    }
    const refusal = this.#respond(call, session, frame.id, draft);
    if (refusal !== undefined) session.reply(frame.id, `NOK|${refusal}`);
  }

  /** `proxy|TXN|RR|FULL|FOLLOW|MODE|PROV|FINAL|dest...`. */
  proxy(session: Session, frame: ClientFrame, draft: Draft): void {
    const [txn = '', rr, full, follow, mode, provisional = '', final = '', ...destinations] = frame.words;
    const call = this.#calls.get(txn);
    if (!call || call.tx.answered || call.proxy || call.leg) {
      session.reply(frame.id, 'NOK|unknown transaction');
      return;
    }
    if (destinations.length === 0) {
      session.reply(frame.id, 'NOK|no destination to proxy to');
      return;
    }
    this.#heard(call);
    const recordRoute = rr === 'remainInDialog';
    if (recordRoute) this.relay.remember(call.request.callId);
    call.proxy = new ProxyCall(
      this.#core,
      call.tx,
      {
        destinations,
        recordRoute,
        fullResponse: full === 'fullResponse',
        followRedirects: follow === 'followRedirects',
        simultaneous: mode === 'simultaneous',
        provisionalMs: duration(provisional),
        finalMs: duration(final),
        draft,
        nextHop: undefined,
        dropRoute: false,
      },
      { session, frameId: frame.id },
      () => this.#forget(call),
    );
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
    if (method === 'BYE' || method === 'PRACK' || method === 'UPDATE') {
      this.reject(m, flow, 481);
      return;
    }
    const forms = method === 'INVITE' || method === 'SUBSCRIBE';
    if (forms && m.get('contact') === undefined) {
      this.reject(m, flow, 400);
      return;
    }
    if (method === 'INVITE' && tooSmall(m)) {
      this.reject(m, flow, 422, `Min-SE: ${MIN_SE}\r\n`);
      return;
    }
    const session = core.pick(method.toLowerCase());
    if (!session) {
      core.count('refused.unrouted');
      this.reject(
        m,
        flow,
        KNOWN.has(method) ? 503 : 405,
        KNOWN.has(method) ? '' : `Allow: ${[...KNOWN].join(', ')}\r\n`,
      );
      return;
    }
    if (method === 'INVITE' && core.legs.size >= core.maxDialogs) {
      core.count('refused.full');
      this.reject(m, flow, 503, `Retry-After: ${5 + core.ids.number(10)}\r\n`);
      return;
    }
    const call = this.#begin(m, flow, session, undefined);
    const { host, port } = core.transport.localOf(flow);
    session.send(
      `${sipLeader(core, 'network', flow, m.text.length)}|${call.txn}||${host}|${port}|`,
      wireText(m),
    );
    if (method === 'INVITE') core.cdr.attempt('network', wireText(m));
  }

  #inDialog(m: SipMessage, flow: Flow): void {
    const core = this.#core;
    const leg = core.legs.byRequest(m);
    if (!leg || leg.state === 'ended') {
      if (!this.relay.take(m, flow)) this.reject(m, flow, 481);
      return;
    }
    if (m.cseq < leg.remoteSeq) {
      // 12.2.2: out of order.
      this.reject(m, flow, 500, `Retry-After: ${core.ids.number(10)}\r\n`);
      return;
    }
    leg.remoteSeq = m.cseq;
    if (leg.state === 'ending') {
      // Two BYEs crossed (15.1.2): ours is told to the client already.
      this.reject(m, flow, m.method === 'BYE' ? 200 : 481);
      return;
    }
    const glare = this.#glare(m, leg);
    if (glare !== 0) {
      this.reject(m, flow, glare, glare === 500 ? `Retry-After: ${core.ids.number(10)}\r\n` : '');
      return;
    }
    if ((m.method === 'INVITE' || m.method === 'UPDATE') && tooSmall(m)) {
      this.reject(m, flow, 422, `Min-SE: ${MIN_SE}\r\n`);
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
    if (m.method === 'INVITE' || m.method === 'UPDATE') leg.takeTarget(m);
    leg.noteNat(m, flow);
    const call = this.#begin(m, flow, owner, leg);
    if (m.method === 'INVITE') leg.invited = true;
    if (m.method === 'UPDATE') leg.updating = true;
    if (m.method === 'BYE') this.abortOn(leg);
    owner.send(`${sipLeader(core, 'network', flow, m.text.length)}|${call.txn}|${leg.id}|`, wireText(m));
  }

  /** The status that refuses an INVITE or UPDATE which meets another (14.2, RFC 3311 5.2), or 0. */
  #glare(m: SipMessage, leg: Leg): number {
    if (m.method === 'INVITE') {
      if (leg.inviting || leg.awaitingAck) return 491;
      return leg.invited ? 500 : 0;
    }
    if (m.method === 'UPDATE') return leg.updating ? 500 : 0;
    return 0;
  }

  #begin(m: SipMessage, flow: Flow, session: Session, leg: Leg | undefined): IncomingCall {
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
      proxy: undefined,
    }; // prettier-ignore
    this.#calls.set(call.txn, call);
    this.#byTx.set(tx, call);
    tx.onEnd = () => this.#forget(call);
    if (m.method === 'INVITE') {
      tx.onAck = (ack, way) => this.ack(ack, way);
      // 17.2.1 allows 200 ms; at once, because the client may take its time.
      tx.respond(100, responseText(m, tx.vias, 100, 'Trying', '', '', ''));
    }
    call.silence = core.clock.after(core.table.timing.give * 2, () => {
      this.#forget(call);
      tx.drop();
    });
    return call;
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
    if (call.initial && draft.to !== undefined && !call.leg) {
      const chosen = withTag(draft.to, call.toTag).tag;
      call.toTag = chosen;
    }
    const forms = invite || request.method === 'SUBSCRIBE';
    if (forms && call.initial && status > 100 && status < 300) this.#ensureLeg(call, client);
    const { leg } = call;
    const modifies = invite || request.method === 'UPDATE';
    const session =
      modifies && status >= 200 && status < 300 && draft.sessionExpires === ''
        ? answerTerms(request)
        : undefined;
    const wants100rel = status > 100 && status < 200 && draft.require.toLowerCase().includes('100rel');
    if (wants100rel && !(request.listHas('supported', '100rel') || request.listHas('require', '100rel')))
      return 'Remote endpoint does not support 100rel';
    const local = core.transport.localOf(tx.flow);
    const reason = draft.reason === '' ? reasonOf(status) : draft.reason;
    let extra = '';
    if (status < 300 && status > 100) {
      if (request.has('record-route') && forms) extra += copied(request, 'record-route');
      if (forms && (status >= 200 || invite)) {
        const contact = contactValue(draft.contact ?? (leg?.contact || undefined), local, tx.flow);
        if (leg) leg.contact = contact;
        extra += `Contact: ${contact}\r\n`;
      } else if (draft.contact !== undefined) extra += `Contact: ${draft.contact}\r\n`;
    } else if (draft.contact !== undefined) extra += `Contact: ${draft.contact}\r\n`;
    extra += draft.others;
    if (session) extra += session.lines;
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
      reliable.add((rseq) => {
        text = finish(request, tx.vias, status, reason, call.toTag, `${extra}RSeq: ${rseq}\r\n`, body);
        send();
        return { send: () => core.table.reply(request, tx.flow, text), gaveUp: () => this.#unproved(call) };
      }, request.cseq);
      this.#heard(call);
      return undefined;
    }
    text = finish(request, tx.vias, status, reason, call.toTag, extra, body);
    this.#heard(call);
    send();
    if (status >= 200) this.#final(call, status, text);
    if (leg && modifies && status >= 200 && status < 300) {
      if (invite && draft.body !== '') leg.localSdp = draft.body;
      if (session || leg.session?.terms) core.setSession(leg, session?.terms ?? leg.session?.terms);
    }
    return undefined;
  }

  #ensureLeg(call: IncomingCall, session: Session): void {
    if (call.leg) return;
    const leg = Leg.fromRequest(call.request, call.toTag, call.tx.flow);
    leg.owner = session;
    leg.state = 'early';
    leg.invited = call.request.method === 'INVITE';
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
    call.reliable?.stop();
    this.#forget(call);
    if (!leg) {
      if (call.initial && request.method === 'INVITE' && status >= 300)
        core.cdr.stop('application', 'call-rejected', text);
      return;
    }
    if (request.method === 'UPDATE') leg.updating = false;
    if (request.method === 'BYE') {
      core.legs.remove(leg);
      core.cdr.stop('network', 'normal-release', wireText(request));
      return;
    }
    if (request.method === 'INVITE') leg.invited = false;
    if (call.initial && status >= 300) {
      core.legs.remove(leg);
      if (request.method === 'INVITE') core.cdr.stop('application', 'call-rejected', text);
      return;
    }
    if (status >= 300) return;
    leg.state = 'confirmed';
    if (request.method !== 'INVITE') return;
    if (call.initial) core.cdr.start('application', 'uas', text);
    const repeater = new Repeater(core.clock, core.table.timing, {
      capped: true,
      send: () => core.table.reply(request, call.tx.flow, text),
      gaveUp: () => {
        leg.awaitingAck = undefined;
        core.count('ack.timeout');
        this.endDialog(leg, 'ACK timeout');
      },
    });
    leg.awaitingAck = { cseq: request.cseq, repeater, txn: call.txn };
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
  }

  #forget(call: IncomingCall): void {
    this.#heard(call);
    call.reliable?.stop();
    this.#calls.delete(call.txn);
    this.#byTx.delete(call.tx);
  }
}

/** Methods that are answered 503 and not 405 while no client wants them. */
const KNOWN = new Set([
  'INVITE',
  'ACK',
  'CANCEL',
  'BYE',
  'OPTIONS',
  'REGISTER',
  'INFO',
  'PRACK',
  'UPDATE',
  'SUBSCRIBE',
  'NOTIFY',
  'REFER',
  'MESSAGE',
  'PUBLISH',
]); // prettier-ignore

/** A response whose end (Content-Type, Content-Length, body) is made already. */
function finish(
  request: SipMessage,
  vias: string,
  status: number,
  reason: string,
  toTag: string,
  extra: string,
  end: string,
): string {
  const tag = request.toTag === '' ? `;tag=${toTag}` : '';
  return (
    `SIP/2.0 ${status} ${reason}\r\n${vias}From: ${request.get('from') ?? ''}\r\nTo: ${request.get('to') ?? ''}${tag}\r\n` +
    `Call-ID: ${request.callId}\r\nCSeq: ${request.cseq} ${request.method}\r\n${extra}${end}`
  );
}
