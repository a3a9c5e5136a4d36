import type { SipMessage } from '../message/message.ts';
import type { Flow } from '../transport/flow.ts';
import { isReliable } from '../transport/flow.ts';
import { ICT_START } from './ict.ts';
import { clientKey } from './key.ts';
import { NICT_START } from './nict.ts';
import type { TransactionTable } from './table.ts';
import { Transaction } from './transaction.ts';

/** Who sent a request learns what came of it. Final responses but 2xx come once. */
export interface ClientUser {
  response(message: SipMessage, flow: Flow, tx: ClientTransaction): void;
  /** Timer B or F: nobody answered. */
  timeout(tx: ClientTransaction): void;
  /** It could not be sent. */
  failed(tx: ClientTransaction, reason: string): void;
}

/** A request on its way, as text, with the parts needed to acknowledge or cancel it. */
export interface OutgoingRequest {
  method: string;
  /** Whole text as sent, Via included. */
  text: string;
  branch: string;
}

/** A client transaction of either kind, bound to one flow. */
export class ClientTransaction extends Transaction {
  readonly key: string;
  readonly request: OutgoingRequest;
  readonly flow: Flow;
  readonly #table: TransactionTable;
  readonly #user: ClientUser;
  #response: SipMessage | undefined;
  #responseFlow: Flow | undefined;
  #error = '';
  /** The ACK of a refused INVITE, made once and repeated as it is. */
  #ack: string | undefined;

  constructor(request: OutgoingRequest, flow: Flow, user: ClientUser, table: TransactionTable) {
    const invite = request.method === 'INVITE';
    super(table.clientMachine(invite, isReliable(flow.proto)), invite ? ICT_START : NICT_START, table.clock);
    this.key = clientKey(request.branch, request.method);
    this.request = request;
    this.flow = flow;
    this.#table = table;
    this.#user = user;
  }

  /** Sends the request for the first time. */
  start(): void {
    this.input({ kind: 'start' });
  }

  /** A response from the network that matches. */
  receive(message: SipMessage, flow: Flow): void {
    this.#response = message;
    this.#responseFlow = flow;
    this.input({ kind: 'response', status: message.status });
    if (this.at === 'completed' && this.request.method !== 'INVITE') this.#table.settleClient(this);
  }

  /** The connection it was sent on is gone: without a sign that it arrived, it is taken for not sent (18.4). */
  flowClosed(reason: string): void {
    if (this.at !== 'calling' && this.at !== 'trying') return;
    this.#error = reason;
    this.input({ kind: 'transport-error' });
  }

  protected override carryOut(effect: 'send' | 'ack' | 'pass' | 'timeout' | 'failed'): void {
    switch (effect) {
      case 'send':
        this.#table.transmit(this.flow, this.request.text, (reason) => {
          this.#error = reason;
          this.input({ kind: 'transport-error' });
        });
        break;
      case 'ack':
        this.#ack ??= ackOfRefusal(this.request, this.#response!);
        this.#table.transmit(this.flow, this.#ack);
        break;
      case 'pass':
        this.#user.response(this.#response!, this.#responseFlow!, this);
        break;
      case 'timeout':
        this.#user.timeout(this);
        break;
      case 'failed':
        this.#user.failed(this, this.#error);
    }
  }

  protected override finished(): void {
    this.#table.forgetClient(this);
  }
}

/**
 * The ACK of a final response other than 2xx (RFC 3261 17.1.1.3): the INVITE's Request-URI, top
 * Via, From, Call-ID, CSeq number and Route; the response's To.
 */
export function ackOfRefusal(request: OutgoingRequest, response: SipMessage): string {
  return derived(request, 'ACK', response.get('to') ?? '', '');
}

/**
 * CANCEL for a request (RFC 3261 9.1): the same Request-URI, top Via, From, To, Call-ID, CSeq
 * number and Route. `extra` are further lines (Reason).
 */
export function cancelOf(request: OutgoingRequest, extra: string): OutgoingRequest {
  return { method: 'CANCEL', branch: request.branch, text: derived(request, 'CANCEL', undefined, extra) };
}

function derived(request: OutgoingRequest, method: string, to: string | undefined, extra: string): string {
  const head = request.text.slice(0, request.text.indexOf('\r\n\r\n'));
  const lines = head.split('\r\n');
  let out = `${method}${lines[0]!.slice(lines[0]!.indexOf(' '))}\r\n`;
  let via = false;
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    if (line.startsWith('Via:')) {
      if (!via) out += `${line}\r\n`;
      via = true;
    } else if (line.startsWith('To:')) out += to === undefined ? `${line}\r\n` : `To: ${to}\r\n`;
    else if (line.startsWith('CSeq:')) out += `CSeq: ${line.slice(5).trim().split(' ')[0]} ${method}\r\n`;
    else if (line.startsWith('From:') || line.startsWith('Call-ID:') || line.startsWith('Route:'))
      out += `${line}\r\n`;
    // 22.3: credentials of the INVITE go with its ACK; 20.22: every request has Max-Forwards.
    else if (method === 'ACK' && /^(Proxy-)?Authorization:/.test(line)) out += `${line}\r\n`;
    else if (line.startsWith('Max-Forwards:')) out += 'Max-Forwards: 70\r\n';
  }
  return `${out}${extra}Content-Length: 0\r\n\r\n`;
}
