import type { SipMessage } from '../message/message.ts';
import { repeatsTag, responseVias } from '../message/stringify.ts';
import type { Flow } from '../transport/flow.ts';
import { isReliable } from '../transport/flow.ts';
import { IST_START } from './ist.ts';
import { NIST_START } from './nist.ts';
import type { TransactionTable } from './table.ts';
import { Transaction } from './transaction.ts';

/** A server transaction of either kind. */
export class ServerTransaction extends Transaction {
  readonly key: string;
  readonly request: SipMessage;
  readonly flow: Flow;
  /** Called with an ACK that reaches the Accepted state (RFC 6026 7.1): it belongs to the dialog. */
  onAck: ((ack: SipMessage, flow: Flow) => void) | undefined;
  /** Called if no ACK came for a refusal (timer H), or the transaction ends otherwise. */
  onEnd: (() => void) | undefined;
  readonly #table: TransactionTable;
  #vias: string | undefined;
  #latest = '';
  #ack: SipMessage | undefined;
  #ackFlow: Flow | undefined;

  constructor(key: string, request: SipMessage, flow: Flow, table: TransactionTable) {
    const invite = request.method === 'INVITE';
    super(table.serverMachine(invite, isReliable(flow.proto)), invite ? IST_START : NIST_START, table.clock);
    this.key = key;
    this.request = request;
    this.flow = flow;
    this.#table = table;
  }

  /** The Via lines of every response to this request. */
  get vias(): string {
    return (this.#vias ??= responseVias(this.request, this.flow.remote.host, this.flow.remote.port));
  }

  /** The last response, as sent. */
  get latest(): string {
    return this.#latest;
  }

  /** Whether all that is left to do is to repeat the response, or to absorb what is repeated. */
  get settled(): boolean {
    return this.at === 'accepted' || (this.at === 'completed' && this.request.method !== 'INVITE');
  }

  /** Nobody needs the transaction any more: see {@link TransactionTable.settle}. */
  settle(): void {
    this.#table.settle(this);
  }

  /** Whether a final response has been given. */
  get answered(): boolean {
    return this.at !== 'proceeding' && this.at !== 'trying';
  }

  /**
   * Sends a response, if the machine still lets one out: see {@link answered}. What it does not is
   * not repeated either.
   */
  respond(status: number, text: string): void {
    const success = status >= 200 && status < 300;
    if (this.answered && !(this.at === 'accepted' && success)) return;
    // RFC 4320 4.1: of provisional responses only 100, to other requests than INVITE.
    if (this.request.method !== 'INVITE' && status > 100 && status < 200) return;
    this.#latest = text;
    this.input({ kind: 'respond', status });
  }

  /** The same request, or the ACK for it, has come (again). */
  receive(message: SipMessage, flow: Flow): void {
    if (message.method === 'ACK') {
      this.#ack = message;
      this.#ackFlow = flow;
      this.input({ kind: 'ack' });
    } else this.input({ kind: 'request' });
  }

  /** Whether this ACK repeats the tag of our refusal: only who has seen that can (17.1.1.3). */
  isAnsweredBy(ack: SipMessage): boolean {
    return this.answered && repeatsTag(ack, this.#latest);
  }

  protected override carryOut(effect: 'send' | 'ack' | 'pass' | 'timeout' | 'failed'): void {
    if (effect === 'send' && this.#latest !== '') this.#table.reply(this.request, this.flow, this.#latest);
    else if (effect === 'pass') this.onAck?.(this.#ack!, this.#ackFlow!);
  }

  protected override finished(): void {
    this.#table.forgetServer(this);
    this.onEnd?.();
  }
}
