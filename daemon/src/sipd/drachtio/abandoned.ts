import { Leg } from '../dialog/leg.ts';
import { LENIENCES, LenienceCounter } from '../message/limits.ts';
import type { SipMessage } from '../message/message.ts';
import { parseText } from '../message/parse.ts';
import {
  type ClientTransaction,
  type ClientUser,
  cancelOf,
  type OutgoingRequest,
} from '../transaction/client.ts';
import type { Flow } from '../transport/flow.ts';
import { sendAck } from './ack.ts';
import type { Core } from './core.ts';

const MAX_KEPT = 2000;
/** Of calls that are over: the newest, as only a repetition on its way can still come. */
const MAX_RETIRED = 500;
const QUIET: ClientUser = { response() {}, timeout() {}, failed() {} };

interface Kept {
  request: OutgoingRequest;
  flow: Flow;
  until: number;
  /** Remote tags of 2xx that have been ended, with the ACK to repeat. */
  ended: Map<string, { text: string; flow: Flow }>;
  cancelled: boolean;
}

/**
 * INVITEs we have given up though they were sent: a peer that answers late must not be left
 * ringing or connected (ruling 15). A late provisional is answered with CANCEL, a late 2xx with
 * ACK and BYE.
 */
export class Abandoned {
  readonly #core: Core;
  readonly #kept = new Map<string, Kept>();
  /** INVITEs of calls that are over. */
  readonly #retired = new Map<string, Kept>();
  readonly #end: (leg: Leg) => void;

  constructor(core: Core, end: (leg: Leg) => void) {
    this.#core = core;
    this.#end = end;
  }

  /** Remembers a transaction for as long as its peer may still answer. */
  add(tx: ClientTransaction): void {
    if (tx.request.method !== 'INVITE') return;
    if (this.#kept.size >= MAX_KEPT) this.#kept.delete(this.#kept.keys().next().value as string);
    // The peer may have got the last repetition only, and then repeats its 2xx for 64*T1.
    const until = this.#core.clock.now() + 2 * this.#core.table.timing.give;
    this.#kept.set(tx.request.branch, {
      request: tx.request,
      flow: tx.flow,
      until,
      ended: new Map(),
      cancelled: false,
    });
  }

  /**
   * The call of an answered INVITE is over: a 2xx that is repeated all the same is acknowledged again, and one of
   * another fork is ended (RFC 3261 13.2.2.4). Only what that takes is kept of it.
   */
  retire(tx: ClientTransaction, remoteTag: string, ack: { text: string; flow: Flow } | undefined): void {
    if (tx.ended) return;
    tx.drop();
    const now = this.#core.clock.now();
    for (const [oldest, { until }] of this.#retired) {
      if (until > now && this.#retired.size < MAX_RETIRED) break;
      this.#retired.delete(oldest);
    }
    const { method, branch, text } = tx.request;
    const head = text.slice(0, text.indexOf('\r\n\r\n')).replace(/\r\nContent-(Type|Length):[^\r]*/g, '');
    this.#retired.set(branch, {
      request: { method, branch, text: `${head}\r\nContent-Length: 0\r\n\r\n` },
      flow: tx.flow,
      until: now + this.#core.table.timing.give,
      ended: new Map(ack ? [[remoteTag, ack]] : []),
      cancelled: true,
    });
  }

  /** A response that no transaction waits for; false if it is not to one of these. */
  take(m: SipMessage, flow: Flow): boolean {
    const all = this.#kept.has(m.via.branch) ? this.#kept : this.#retired;
    const kept = all.get(m.via.branch);
    if (!kept || m.cseqMethod !== 'INVITE') return false;
    if (kept.until < this.#core.clock.now()) {
      all.delete(m.via.branch);
      return false;
    }
    if (m.status < 200) this.#cancel(kept);
    else if (m.status < 300) this.#kill(kept, m, flow);
    return true;
  }

  #cancel(kept: Kept): void {
    if (kept.cancelled) return;
    kept.cancelled = true;
    this.#core.table.send(cancelOf(kept.request, ''), kept.flow, QUIET);
  }

  #kill(kept: Kept, m: SipMessage, flow: Flow): void {
    const ack = kept.ended.get(m.toTag);
    if (ack) {
      this.#core.table.transmit(ack.flow, ack.text);
      return;
    }
    const invite = parseText(kept.request.text, new LenienceCounter(LENIENCES));
    if (!invite.ok) return;
    const { message } = invite;
    const leg = new Leg('uac', 'INVITE', message.callId, message.fromTag, message.fromTag);
    leg.local = message.get('from') ?? '';
    leg.localSeq = message.cseq;
    leg.contact = message.get('contact') ?? '';
    leg.takeResponse(m, flow);
    leg.state = 'confirmed';
    if (leg.remoteTarget === '') return;
    this.#core.count('late.answer');
    sendAck(this.#core, leg, message.cseq, '', 'Content-Length: 0\r\n\r\n', (text, way) => {
      if (text !== undefined && way) kept.ended.set(m.toTag, { text, flow: way });
      this.#end(leg);
    });
  }
}
