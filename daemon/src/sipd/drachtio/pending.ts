import type { Leg } from '../dialog/leg.ts';
import type { SipMessage } from '../message/message.ts';
import { copied, responseText } from '../message/stringify.ts';
import type { ServerTransaction } from '../transaction/server.ts';
import type { Flow } from '../transport/flow.ts';
import type { Core } from './core.ts';
import { hasBody, type IncomingCall } from './incoming.ts';
import type { Session } from './session.ts';

/** Requests of the network that the client has not answered for good, and what happens if it never does. */
export class Pending {
  readonly #core: Core;
  readonly #calls = new Map<string, IncomingCall>();
  readonly #byTx = new Map<ServerTransaction, IncomingCall>();
  /** Hears of the ACK of a 2xx. */
  readonly #onAck: (ack: SipMessage, flow: Flow) => void;

  constructor(core: Core, onAck: (ack: SipMessage, flow: Flow) => void) {
    this.#core = core;
    this.#onAck = onAck;
  }

  get size(): number {
    return this.#calls.size;
  }

  /** Those that the client has not said a word about. */
  get waiting(): number {
    let n = 0;
    for (const call of this.#calls.values()) if (call.silence !== undefined) n++;
    return n;
  }

  /** The request of the control protocol's transaction id. */
  get(txn: string): IncomingCall | undefined {
    return this.#calls.get(txn);
  }

  of(tx: ServerTransaction): IncomingCall | undefined {
    return this.#byTx.get(tx);
  }

  /** All of them as they are now. */
  all(): IncomingCall[] {
    return [...this.#calls.values()];
  }

  /** Begins a transaction for a request that goes to a client; an INVITE gets 100. */
  begin(m: SipMessage, flow: Flow, session: Session | undefined, leg: Leg | undefined): IncomingCall {
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
    tx.onEnd = () => this.forget(call);
    if (m.method === 'INVITE') {
      tx.onAck = (ack, way) => this.#onAck(ack, way);
      // 17.2.1 allows 200 ms; at once, because the client may take its time.
      tx.respond(100, responseText(m, tx.vias, 100, 'Trying', '', copied(m, 'timestamp'), ''));
    }
    if (m.method === 'INVITE') this.#expectClient(call, 0);
    else this.tryingLater(call);
    return call;
  }

  #expectClient(call: IncomingCall, waited: number): void {
    const { clock, table } = this.#core;
    call.silence = clock.after(table.timing.give * 2 - waited, () => this.#silent(call));
  }

  /** RFC 4320 4.1: a request other than INVITE gets 100 once its sender repeats it every T2, not before. */
  tryingLater(call: IncomingCall): void {
    const { late } = this.#core.table.timing;
    call.silence = this.#core.clock.after(late, () => {
      if (!call.proxy) this.#expectClient(call, late);
      if (!call.tx.answered) this.answer(call.tx, 100, 'Trying', '', '');
    });
  }

  /** The client has spoken. */
  heard(call: IncomingCall): void {
    call.silence?.cancel();
    call.silence = undefined;
  }

  /** Answers by the engine itself. */
  answer(tx: ServerTransaction, status: number, reason: string, toTag: string, extra: string): void {
    tx.respond(status, responseText(tx.request, tx.vias, status, reason, toTag, extra, ''));
    if (status >= 200 && tx.request.method !== 'INVITE') tx.settle();
  }

  /** A request needs nothing any more. */
  forget(call: IncomingCall): void {
    this.heard(call);
    call.reliable?.finish();
    call.held?.gone();
    call.held = undefined;
    this.#byTx.delete(call.tx);
    if (!this.#calls.delete(call.txn) || !call.leg) return;
    const { method } = call.request;
    if (method === 'INVITE') call.leg.invited = false;
    if (method === 'UPDATE') call.leg.updating = false;
    if ((method === 'INVITE' || method === 'UPDATE') && hasBody(call.request)) call.leg.offerIn = false;
  }

  /** A PRACK has been answered: the 2xx that waited for it may go. */
  sendHeld(leg: Leg): void {
    for (const call of this.#calls.values()) {
      if (call.leg !== leg || !call.held || call.reliable?.holdsAnswer) continue;
      const { held } = call;
      call.held = undefined;
      held.send();
      return;
    }
  }

  /** The client has not answered at all: what it came for is let go. */
  #silent(call: IncomingCall): void {
    this.#core.count('client.silent');
    this.forget(call);
    const { leg, request } = call;
    if (request.method === 'BYE' && leg) {
      // The call is over whatever the client thinks of it.
      this.answer(call.tx, 200, 'OK', call.toTag, '');
      this.#core.legs.remove(leg);
    } else call.tx.drop();
    if (request.method === 'PRACK' && leg) this.sendHeld(leg);
  }
}
