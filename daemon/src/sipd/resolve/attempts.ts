import type { LenienceCounter } from '../message/limits.ts';
import type { SipMessage } from '../message/message.ts';
import { viaLine } from '../message/via.ts';
import type { ClientTransaction, ClientUser } from '../transaction/client.ts';
import type { TransactionTable } from '../transaction/table.ts';
import type { Flow, Target } from '../transport/flow.ts';
import type { Keepalives } from '../transport/keepalive.ts';
import type { Transport } from '../transport/transport.ts';
import type { Quarantine } from './quarantine.ts';

/** RFC 3261 18.1.1: within 200 bytes of an MTU of 1500. */
const UDP_MAX = 1300;
/** Ruling 16: how long TCP may take before a large request goes by UDP after all. */
const TCP_TRY_MS = 1000;

/** What an attempt works with. */
export interface AttemptContext {
  transport: Transport;
  table: TransactionTable;
  quarantine: Quarantine;
  keepalives: Keepalives;
  lenient: LenienceCounter;
  branch(): string;
  /** The application heeds what servers say of overload (RFC 7339). */
  heedsOverload?: boolean;
  /** An INVITE that was sent is given up without an answer. */
  abandon(tx: ClientTransaction): void;
}

/** Who sends learns what was sent, and how it ended. */
export interface AttemptUser {
  /** Its dialog may want the flow kept alive (RFC 6223). */
  readonly keeps?: boolean;
  /** What each branch ends with, so that a proxy knows its own requests again (RFC 3261 16.6 step 8). */
  readonly branchMark?: string;
  /** It has left, or is on its way, as `text`; called again for every further target. */
  sent(text: string, tx: ClientTransaction): void;
  response(message: SipMessage, flow: Flow, tx: ClientTransaction): void;
  /** No target answered (408) or could be reached (503). */
  gaveUp(status: 408 | 503, reason: string): void;
}

/** A request as text, given its Via line and the flow it leaves by. */
export type Compose = (via: string, flow: Flow) => string;

/**
 * One request tried at one target after another (RFC 3263 4.3): the next is taken on a transport
 * error, a timeout without any response, or 503. Each try is a transaction of its own.
 */
export class Attempts implements ClientUser {
  readonly #ctx: AttemptContext;
  readonly #method: string;
  readonly #targets: Target[];
  readonly #compose: Compose;
  readonly #user: AttemptUser;
  #next = 0;
  #current: Target | undefined;
  #tx: ClientTransaction | undefined;
  #progress = false;
  #stopped = false;
  #fallback: { cancel(): void } | undefined;

  constructor(
    ctx: AttemptContext,
    method: string,
    targets: readonly Target[],
    compose: Compose,
    user: AttemptUser,
  ) {
    this.#ctx = ctx;
    this.#method = method;
    this.#targets = [...ctx.quarantine.order(targets)];
    this.#compose = compose;
    this.#user = user;
  }

  /** The transaction of the present try. */
  get tx(): ClientTransaction | undefined {
    return this.#tx;
  }

  /** Sends to the first target over `flow` if given (an open connection), else as the target says. */
  start(flow?: Flow): void {
    if (flow) this.#send(flow);
    else this.#try();
  }

  /** No further target is to be tried (the request was cancelled). */
  stop(): void {
    this.#stopped = true;
  }

  response(message: SipMessage, flow: Flow, tx: ClientTransaction): void {
    if (tx !== this.#tx) return;
    this.#fallback?.cancel();
    if (message.status < 200 && message.status > 100) this.#progress = true;
    if (message.status === 503 && !this.#progress && this.#more()) {
      const after = Number.parseInt(message.get('retry-after') ?? '', 10);
      this.#ctx.quarantine.add(this.#current!, after > 0 ? Math.min(after, 3600) * 1000 : undefined);
      this.#try();
      return;
    }
    if (this.#current && message.status !== 503) this.#ctx.quarantine.worked(this.#current);
    if (this.#method === 'REGISTER' && message.status >= 200 && message.status < 300)
      this.#ctx.keepalives.registered(message, tx.flow, endsBinding(tx.request.text));
    this.#user.response(message, flow, tx);
  }

  timeout(tx: ClientTransaction): void {
    if (tx !== this.#tx) return;
    this.#ctx.abandon(tx);
    this.#failed(408, 'Request Timeout');
  }

  failed(tx: ClientTransaction, reason: string): void {
    if (tx === this.#tx) this.#failed(503, reason);
  }

  #more(): boolean {
    return !this.#stopped && this.#next < this.#targets.length;
  }

  #failed(status: 408 | 503, reason: string): void {
    this.#fallback?.cancel();
    if (this.#current) this.#ctx.quarantine.add(this.#current);
    if (this.#more()) this.#try();
    else this.#user.gaveUp(status, reason);
  }

  #try(): void {
    const target = this.#targets[this.#next++];
    if (!target) {
      this.#user.gaveUp(503, 'no target');
      return;
    }
    this.#current = target;
    const flow = this.#ctx.transport.flowTo(target);
    if (!flow) {
      this.#failed(503, 'requested protocol/transport not available');
      return;
    }
    this.#send(flow, target);
  }

  #send(flow: Flow, target?: Target): void {
    const { transport, table } = this.#ctx;
    const branch = `${this.#ctx.branch()}${this.#user.branchMark ?? ''}`;
    const { host, port } = transport.localOf(flow);
    const text = this.#compose(this.#via(flow.proto.toUpperCase(), host, port, branch), flow);
    if (flow.proto === 'udp' && text.length > UDP_MAX) {
      if (target && !target.pinned && transport.has('tcp')) {
        this.#tcpFirst(target);
        return;
      }
      this.#ctx.lenient.peer = flow.remote.host;
      if (!this.#ctx.lenient.forgives('udp-over-mtu')) {
        // The target is not to blame: another might have TCP.
        this.#current = undefined;
        this.#failed(503, 'request longer than UDP may carry');
        return;
      }
    }
    const request = { method: this.#method, text, branch };
    // The transaction must be known before it sends: a failure may be told at once.
    this.#tx = table.prepare(request, flow, this);
    this.#user.sent(text, this.#tx);
    this.#tx.start();
  }

  /** RFC 6223 4.3: a REGISTER, and an INVITE of our own, ask whether the flow may be kept alive. */
  #via(transport: string, host: string, port: number, branch: string): string {
    const plain = viaLine(transport, host, port, branch);
    // RFC 7339 4.1: who heeds what a server says of overload says so in every request.
    const line = this.#ctx.heedsOverload ? plain.replace('\r\n', ';oc;oc-algo="loss"\r\n') : plain;
    return this.#method === 'REGISTER' || this.#user.keeps ? line.replace(';rport', ';rport;keep') : line;
  }

  /** RFC 3261 18.1.1: a large request goes by TCP, and by UDP should that not work. */
  #tcpFirst(target: Target): void {
    this.#targets.splice(this.#next, 0, { ...target, pinned: true });
    this.#current = { ...target, proto: 'tcp', pinned: true };
    const flow = this.#ctx.transport.flowTo(this.#current);
    if (!flow) {
      this.#try();
      return;
    }
    this.#send(flow, this.#current);
    const tx = this.#tx;
    this.#fallback = this.#ctx.table.clock.after(TCP_TRY_MS, () => {
      if (tx !== this.#tx || tx?.at === 'terminated' || !this.#more() || flow.connected) return;
      if (tx) {
        this.#ctx.abandon(tx);
        tx.drop();
      }
      this.#try();
    });
  }
}

/** Whether a REGISTER takes bindings back: Expires 0 (RFC 3261 10.2.2). */
function endsBinding(text: string): boolean {
  return /\r\nExpires: *0+\r\n/i.test(text);
}
