import type { Timer } from '../../base/clock.ts';
import type { SipMessage } from '../message/message.ts';
import { parseNameAddr } from '../message/name-addr.ts';
import { hostPort, parseUri, uriParam } from '../message/uri.ts';
import { isPrivateIpv4 } from '../transport/addresses.ts';
import type { Flow } from '../transport/flow.ts';
import type { Repeater } from './invite-2xx.ts';
import { type Routing, routing } from './route-set.ts';
import type { SessionTimer } from './session-timer.ts';

/** What is known of one early dialog (RFC 3261 12.1.2). */
export interface EarlyDialog {
  remote: string;
  target: string;
  routeSet: readonly string[];
  /** RSeq of the last reliable provisional response, or -1 (RFC 3262). */
  rseq: number;
  /** That response has been acknowledged. */
  pracked: boolean;
}

/** Our side of a dialog (RFC 3261 12), from the request that may create it to its end. */
export class Leg {
  /** The control protocol's name of it: `<Call-ID>;from-tag=<From tag of the first request>`. */
  readonly id: string;
  readonly role: 'uac' | 'uas';
  readonly callId: string;
  readonly localTag: string;
  /** Method that makes or made the dialog: INVITE or SUBSCRIBE. */
  readonly method: string;
  state: 'trying' | 'early' | 'confirmed' | 'ending' | 'ended' = 'trying';
  /** What stands in From of our requests. */
  local = '';
  /** What stands in To of our requests. */
  remote = '';
  remoteTag = '';
  remoteTarget = '';
  routeSet: readonly string[] = [];
  localSeq = 0;
  /** -1 until the peer has sent a request. */
  remoteSeq = -1;
  /** Our Contact value. */
  contact = '';
  /** The way the last message took. */
  flow: Flow | undefined;
  /** The peer's Contact cannot be reached from here: requests go where messages come from. */
  natted = false;
  /** The control session that made or answered it; undefined after that is gone. */
  owner: unknown;
  /** An INVITE of ours within the dialog has no final response yet. */
  inviting = false;
  /** An INVITE or UPDATE of the peer has no final response yet. */
  invited = false;
  updating = false;
  /** CSeq of the INVITE whose 2xx waits for its ACK, with the repetition. */
  awaitingAck: { cseq: number; repeater: Repeater; txn: string; settle(): void } | undefined;
  /** ACKs of ours to repeat for repeated 2xx, by CSeq (13.2.2.4). */
  readonly acks = new Map<number, { text: string; flow: Flow }>();
  /** The same of other forks that answered, by remote tag. */
  readonly forks = new Map<string, { text: string; flow: Flow }>();
  /** INVITEs of ours that were answered with 2xx and wait for the client's ACK, with the end of its patience. */
  readonly unacked = new Map<number, Timer | undefined>();
  /** To be done when the dialog is over: what waits for repetitions of its 2xx is let go. */
  atEnd: (() => void)[] = [];
  /** Ends the keepalives that the other side has agreed to for this dialog (RFC 6223). */
  unkeep: (() => void) | undefined;
  /** The end of a subscription that nobody renews (RFC 6665 4.1.2). */
  expiry: Timer | undefined;
  /** The first 2xx of ours has been acknowledged; before that the callee may not send BYE (RFC 3261 15). */
  acked = false;
  /** A BYE of the client that waits for that ACK. */
  afterAck: { send(): void; gone(): void } | undefined;
  /** An offer of ours, or of the peer's, has no answer yet (RFC 3264 4, RFC 3311 5.2). */
  offerOut = false;
  offerIn = false;
  /** Reliable provisional responses we sent, whose PRACKs this leg gets. */
  reliable: unknown;
  /** Session timer (RFC 4028), once one has been agreed on. */
  session: SessionTimer | undefined;
  /** The largest Min-SE that the peer or a proxy has asked for, s; 0: none (RFC 4028 7.4). */
  minSe = 0;
  /** The last session description of ours, for a refresh by re-INVITE. */
  localSdp = '';
  /** The peer has said that it takes UPDATE (RFC 3311). */
  takesUpdate = false;
  /** Authorization lines of the last INVITE: its ACK repeats them (RFC 3261 13.2.2.4). */
  credentials = '';
  /** Early dialogs by remote tag: a proxy may have forked the INVITE (13.2.2). */
  readonly early = new Map<string, EarlyDialog>();
  /** The INVITE was cancelled: should a 2xx come all the same, BYE follows the ACK. */
  cancelled = false;

  /** An INVITE of ours has its ACK; false if it waits for none. */
  acknowledged(cseq: number): boolean {
    this.unacked.get(cseq)?.cancel();
    return this.unacked.delete(cseq);
  }

  constructor(role: 'uac' | 'uas', method: string, callId: string, localTag: string, fromTag: string) {
    this.role = role;
    this.method = method;
    this.callId = callId;
    this.localTag = localTag;
    this.id = `${callId};from-tag=${fromTag}`;
  }

  /** A new uas leg, from the request and the tag we answer with. */
  static fromRequest(request: SipMessage, localTag: string, flow: Flow): Leg {
    const leg = new Leg('uas', request.method, request.callId, localTag, request.fromTag);
    leg.local = `${request.get('to') ?? ''};tag=${localTag}`;
    leg.remote = request.get('from') ?? '';
    leg.remoteTag = request.fromTag;
    leg.remoteSeq = request.cseq;
    // 12.1.1: the route set is Record-Route in the order of the request.
    leg.routeSet = request.list('record-route');
    leg.flow = flow;
    leg.takeTarget(request);
    leg.noteNat(request, flow);
    return leg;
  }

  /** What a response to our first request tells (12.1.2): tag, target, and route set reversed. */
  takeResponse(response: SipMessage, flow: Flow): void {
    this.remoteTag = response.toTag;
    this.remote = response.get('to') ?? this.remote;
    this.routeSet = response.list('record-route').reverse();
    this.flow = flow;
    this.takeTarget(response);
    // A peer that forgot its Contact must still be sent the ACK and BYE.
    if (this.remoteTarget === '') this.remoteTarget = `sip:${hostPort(flow.remote.host, flow.remote.port)}`;
    this.noteNat(response, flow);
  }

  /** A NOTIFY that came before the 2xx of our SUBSCRIBE: it tells what the 2xx would. */
  takeNotify(request: SipMessage, flow: Flow): void {
    this.remoteTag = request.fromTag;
    this.remote = request.get('from') ?? this.remote;
    this.routeSet = request.list('record-route');
    this.flow = flow;
    this.state = 'early';
    this.takeTarget(request);
  }

  /** A provisional response with a tag makes, or is part of, an early dialog; the last is current. */
  takeEarly(response: SipMessage, flow: Flow): void {
    if (this.state === 'confirmed' || this.state === 'ending' || this.state === 'ended') return;
    this.takeResponse(response, flow);
    this.state = 'early';
    const rseq = Number.parseInt(response.get('rseq') ?? '-1', 10);
    const before = this.early.get(response.toTag);
    this.early.set(response.toTag, {
      remote: this.remote,
      target: this.remoteTarget,
      routeSet: this.routeSet,
      // One that is not reliable must not hide the one before, whose PRACK may still be to come.
      rseq: rseq >= 0 ? rseq : (before?.rseq ?? -1),
      pracked: rseq < 0 && (before?.pracked ?? false),
    });
  }

  /** To and routing of a request: those of the early dialog whose response a PRACK names, if any. */
  toward(rack: string): { remote: string; routing: Routing } {
    if (rack !== '') {
      const rseq = Number.parseInt(rack, 10);
      // Two forks may count alike; the client acknowledges in the order in which it was told.
      for (const e of this.early.values())
        if (e.rseq === rseq && !e.pracked && e.target !== '') {
          e.pracked = true;
          return { remote: e.remote, routing: routing(e.routeSet, e.target) };
        }
    }
    return { remote: this.remote, routing: this.routing() };
  }

  /** Target refresh (12.2.1.2, 12.2.2): the Contact of a message replaces the remote target. */
  takeTarget(message: SipMessage): void {
    if (message.listHas('allow', 'update')) this.takesUpdate = true;
    const uri = contactUri(message);
    if (uri !== undefined) this.remoteTarget = uri;
  }

  /**
   * A private address in Contact that came from elsewhere, with no proxy on the path to know it,
   * is a peer behind a NAT.
   */
  noteNat(message: SipMessage, flow: Flow): void {
    const uri = parseUri(this.remoteTarget);
    const source = flow.remote.host;
    // RFC 5626 4.3: `ob` asks that what follows come by the way that the request made.
    if (uri && this.routeSet.length === 0 && uriParam(uri, 'ob') !== undefined) {
      this.natted = true;
      return;
    }
    if (!uri || this.routeSet.length > 0 || uri.host === source || !isPrivateIpv4(uri.host)) {
      this.natted = false;
      return;
    }
    this.natted = !isPrivateIpv4(source) || (message.isRequest && message.via.host === uri.host);
  }

  routing(): Routing {
    return routing(this.routeSet, this.remoteTarget);
  }

  /** Whether a request can be sent: the peer's tag and target are known and it is not over. */
  get usable(): boolean {
    return this.remoteTarget !== '' && (this.state === 'early' || this.state === 'confirmed');
  }
}

/** The URI of the first Contact of a message, if there is one that can be used. */
export function contactUri(message: SipMessage): string | undefined {
  const contact = message.get('contact');
  if (contact === undefined) return undefined;
  const addr = parseNameAddr(contact.indexOf(',') < 0 ? contact : (message.list('contact')[0] ?? ''));
  return addr && parseUri(addr.uri) ? addr.uri : undefined;
}

/** Whether a Subscription-State says that the subscription is over (RFC 6665 8.4). */
export function endsSubscription(state: string | undefined): boolean {
  return state?.trim().toLowerCase().startsWith('terminated') ?? false;
}
