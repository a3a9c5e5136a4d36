import type { Clock } from '../../base/clock.ts';
import type { EngineLimits, TimerConfig } from '../config.ts';
import type { SipMessage } from '../message/message.ts';
import type { Flow } from '../transport/flow.ts';
import { ClientTransaction, type ClientUser, type OutgoingRequest } from './client.ts';
import { ict } from './ict.ts';
import { ist } from './ist.ts';
import { clientKey, mergeKey, serverKey } from './key.ts';
import { nict } from './nict.ts';
import { nist } from './nist.ts';
import { Remains } from './remains.ts';
import { ServerTransaction } from './server.ts';
import { type Timing, type TxMachine, timingOf } from './timing.ts';

/** How the table reaches the sockets. */
export interface TableIo {
  transmit(flow: Flow, text: string, onError?: (reason: string) => void): void;
  reply(request: SipMessage, flow: Flow, text: string): void;
}

/** A pair of machines, for unreliable and reliable transports. */
type Pair = readonly [TxMachine, TxMachine];

/** All transactions, found in constant time by their RFC 3261 keys. */
export class TransactionTable {
  readonly clock: Clock;
  readonly timing: Timing;
  readonly #io: TableIo;
  readonly #limits: Pick<EngineLimits, 'serverTransactions' | 'clientTransactions' | 'serverBytes'>;
  /** Bytes of the requests that server transactions hold. */
  #bytes = 0;
  readonly #servers = new Map<string, ServerTransaction>();
  readonly #clients = new Map<string, ClientTransaction>();
  readonly #remains: Remains;
  /** Client transactions other than INVITE that have had their final response, for the time of timer K. */
  readonly #answered: Remains;
  /** Requests outside of a dialog by {@link mergeKey}, to find those that came two ways. */
  readonly #merged = new Map<string, ServerTransaction>();
  readonly #ict: Pair;
  readonly #nict: Pair;
  readonly #ist: Pair;
  readonly #nist: Pair;

  constructor(
    clock: Clock,
    timers: Partial<TimerConfig> | undefined,
    limits: Pick<EngineLimits, 'serverTransactions' | 'clientTransactions' | 'serverBytes'>,
    io: TableIo,
  ) {
    this.clock = clock;
    this.#io = io;
    this.#limits = limits;
    const t = timingOf(timers);
    this.timing = t;
    this.#remains = new Remains(clock, t.give, limits.serverTransactions);
    this.#answered = new Remains(clock, t.T4, limits.clientTransactions);
    this.#ict = [ict(t, false), ict(t, true)];
    this.#nict = [nict(t, false), nict(t, true)];
    this.#ist = [ist(t, false), ist(t, true)];
    this.#nist = [nist(t, false), nist(t, true)];
  }

  clientMachine(invite: boolean, reliable: boolean): TxMachine {
    return (invite ? this.#ict : this.#nict)[reliable ? 1 : 0];
  }

  serverMachine(invite: boolean, reliable: boolean): TxMachine {
    return (invite ? this.#ist : this.#nist)[reliable ? 1 : 0];
  }

  /** The server transaction that a request, its repetition or its ACK belongs to. */
  findServer(request: SipMessage): ServerTransaction | undefined {
    return this.#servers.get(serverKey(request));
  }

  /** The INVITE transaction that a CANCEL is for (RFC 3261 9.2). */
  findCancelled(cancel: SipMessage): ServerTransaction | undefined {
    return this.#servers.get(serverKey(cancel, 'INVITE'));
  }

  /** The client transaction that a response belongs to. */
  findClient(response: SipMessage): ClientTransaction | undefined {
    return this.#clients.get(clientKey(response.via.branch, response.cseqMethod));
  }

  /** Whether the same request outside of a dialog is already being served by another way (8.2.2.2). */
  isMerged(request: SipMessage): boolean {
    const tx = this.#merged.get(mergeKey(request));
    if (!tx) return this.#remains.hasMerged(mergeKey(request));
    // After a refusal a client may try again without counting CSeq on; that is no loop.
    return !tx.answered || tx.at === 'accepted';
  }

  /** How full the server side is, 0 to 1; by number or by bytes, whichever is more. */
  get filled(): number {
    const { serverTransactions, serverBytes } = this.#limits;
    return Math.max(this.#servers.size / serverTransactions, this.#bytes / serverBytes);
  }

  /** Whether another server transaction may be begun. */
  get full(): boolean {
    return this.filled >= 1;
  }

  /** Whether there are so many that no state should be kept for what is refused. */
  get crowded(): boolean {
    return this.filled >= 0.5 || this.#remains.size >= this.#limits.serverTransactions / 4;
  }

  /** Whether another client transaction may be begun. */
  get clientsFull(): boolean {
    return this.#clients.size >= this.#limits.clientTransactions;
  }

  /** Begins a server transaction for a request that has none. */
  serve(request: SipMessage, flow: Flow): ServerTransaction {
    const tx = new ServerTransaction(serverKey(request), request, flow, this);
    this.#servers.set(tx.key, tx);
    this.#bytes += request.text.length;
    if (request.toTag === '') this.#merged.set(mergeKey(request), tx);
    return tx;
  }

  /** A client transaction that is known but has not sent anything: call its start(). */
  prepare(request: OutgoingRequest, flow: Flow, user: ClientUser): ClientTransaction {
    const tx = new ClientTransaction(request, flow, user, this);
    this.#clients.set(tx.key, tx);
    return tx;
  }

  /** Begins a client transaction and sends the request. */
  send(request: OutgoingRequest, flow: Flow, user: ClientUser): ClientTransaction {
    const tx = this.prepare(request, flow, user);
    tx.start();
    return tx;
  }

  /** A connection is gone: requests sent on it without any response so far have failed. */
  flowClosed(flow: Flow, reason: string): void {
    for (const tx of [...this.#clients.values()]) if (tx.flow === flow) tx.flowClosed(reason);
  }

  /** Nothing more will be said in a transaction: from now on its repetitions are answered without it. */
  settle(tx: ServerTransaction): void {
    if (this.#servers.get(tx.key) !== tx || !tx.settled) return;
    const accepted = tx.at === 'accepted';
    const merge = accepted && tx.request.toTag === '' ? mergeKey(tx.request) : '';
    this.#remains.add(tx.key, accepted ? '' : tx.latest, merge);
    tx.drop();
  }

  /** A request other than INVITE has its final response: what timer K still waits for needs no more than a key. */
  settleClient(tx: ClientTransaction): void {
    this.#answered.add(tx.key, '', '');
    tx.drop();
  }

  /** Whether a response repeats the final one of a transaction that {@link settleClient} ended (17.1.2.2). */
  hadAnswer(response: SipMessage): boolean {
    return this.#answered.find(clientKey(response.via.branch, response.cseqMethod)) !== undefined;
  }

  /** Deals with a request that repeats one of a settled transaction; false if it is another. */
  repeated(request: SipMessage, flow: Flow): boolean {
    const text = this.#remains.find(serverKey(request));
    if (text === undefined) return false;
    if (text !== '' && request.method !== 'ACK') this.#io.reply(request, flow, text);
    return true;
  }

  forgetServer(tx: ServerTransaction): void {
    if (this.#servers.get(tx.key) === tx) {
      this.#servers.delete(tx.key);
      this.#bytes -= tx.request.text.length;
    }
    if (tx.request.toTag !== '') return;
    const key = mergeKey(tx.request);
    if (this.#merged.get(key) === tx) this.#merged.delete(key);
  }

  forgetClient(tx: ClientTransaction): void {
    if (this.#clients.get(tx.key) === tx) this.#clients.delete(tx.key);
  }

  transmit(flow: Flow, text: string, onError?: (reason: string) => void): void {
    this.#io.transmit(flow, text, onError);
  }

  reply(request: SipMessage, flow: Flow, text: string): void {
    this.#io.reply(request, flow, text);
  }

  /** How many transactions there are, settled ones not counted. */
  get sizes(): { server: number; client: number } {
    return { server: this.#servers.size, client: this.#clients.size };
  }

  /** Ends all at once. */
  close(): void {
    for (const tx of [...this.#servers.values()]) tx.drop();
    for (const tx of [...this.#clients.values()]) tx.drop();
    this.#remains.close();
    this.#answered.close();
  }
}
