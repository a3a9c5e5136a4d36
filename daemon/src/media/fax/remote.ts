import { CodedError, messageOf } from '../../base/error.ts';
import type { FaxGateway, GatewayMaker, GatewaySink, GatewayTerms } from './gateway.ts';

/** To the thread that has the library. */
export type ToFax =
  | { type: 'open'; id: number; terms: GatewayTerms }
  | { type: 'audio'; id: number; frame: Int16Array }
  | { type: 'ifp'; id: number; packet: Uint8Array; sequence: number }
  | { type: 'close'; id: number };

/** And back. */
export type FromFax =
  | { type: 'audio'; id: number; frame: Int16Array }
  | { type: 'ifp'; id: number; packet: Uint8Array; copies: number }
  | { type: 'failed'; id: number; message: string };

/** Serves gateways to a {@link RemoteGateways} in another thread. Gives what takes its messages. */
export function serveGateways(
  open: (terms: GatewayTerms, sink: GatewaySink) => FaxGateway,
  post: (message: FromFax) => void,
): (message: ToFax) => void {
  const gateways = new Map<number, FaxGateway>();
  const guarded = (id: number, act: () => void): void => {
    try {
      act();
    } catch (error) {
      gateways.delete(id);
      post({ type: 'failed', id, message: messageOf(error) });
    }
  };
  return (message) => {
    const { id } = message;
    switch (message.type) {
      case 'open':
        guarded(id, () => {
          const gateway = open(message.terms, {
            audio: (frame) => post({ type: 'audio', id, frame }),
            ifp: (packet, copies) => post({ type: 'ifp', id, packet, copies }),
          });
          gateways.set(id, gateway);
        });
        break;
      case 'audio':
        guarded(id, () => gateways.get(id)?.push(message.frame));
        break;
      case 'ifp':
        guarded(id, () => gateways.get(id)?.receive(message.packet, message.sequence));
        break;
      case 'close':
        gateways.get(id)?.close();
        gateways.delete(id);
        break;
    }
  };
}

/** A thread with the library in it. */
export interface FaxThread {
  post(message: ToFax): void;
  /** Ends it; its end is not told then. */
  end(): void;
}

/** What a thread tells; `ended`: it has ended by itself, and why. */
export interface FaxThreadHandlers {
  message(message: FromFax): void;
  ended(reason: string): void;
}

export interface RemoteGatewaysParts {
  start(handlers: FaxThreadHandlers): FaxThread;
  /** Something went wrong with a fax, or with the thread. */
  warn(error: CodedError): void;
  /** Calls `fn` after so many ms; gives what cancels it. */
  after(ms: number, fn: () => void): { cancel(): void };
}

/** A thread without a fax is ended after this, ms: the library and its thread hold some 15 MB. */
const IDLE_MS = 120_000;

/** Gateways in a thread of their own, which is started by the first fax and ended when none has come for a while. */
export class RemoteGateways implements GatewayMaker {
  readonly #parts: RemoteGatewaysParts;
  readonly #sinks = new Map<number, GatewaySink>();
  #thread: FaxThread | undefined;
  #idle: { cancel(): void } | undefined;
  #next = 1;

  constructor(parts: RemoteGatewaysParts) {
    this.#parts = parts;
  }

  warm(): void {
    this.#running();
    this.#rest();
  }

  open(terms: GatewayTerms, sink: GatewaySink): FaxGateway {
    const thread = this.#running();
    const id = this.#next++;
    this.#sinks.set(id, sink);
    const { maxBitRate, maxBuffer, maxDatagram } = terms;
    thread.post({ type: 'open', id, terms: { maxBitRate, maxBuffer, maxDatagram } });
    return {
      // What the caller gives is used again at once, and a message is only copied when its batch leaves.
      push: (frame) => thread.post({ type: 'audio', id, frame: Int16Array.from(frame) }),
      receive: (packet, sequence) =>
        thread.post({ type: 'ifp', id, packet: Uint8Array.from(packet), sequence }),
      close: () => {
        if (!this.#sinks.delete(id)) return;
        thread.post({ type: 'close', id });
        this.#rest();
      },
    };
  }

  /** Ends the thread. */
  close(): void {
    this.#idle?.cancel();
    this.#sinks.clear();
    this.#thread?.end();
    this.#thread = undefined;
  }

  #running(): FaxThread {
    this.#idle?.cancel();
    this.#idle = undefined;
    this.#thread ??= this.#parts.start({
      message: (message) => this.#hear(message),
      ended: (reason) => {
        this.#thread = undefined;
        this.#sinks.clear();
        this.#parts.warn(new CodedError('worker/fax-lost', `the fax thread ended: ${reason}`));
      },
    });
    return this.#thread;
  }

  #rest(): void {
    if (this.#sinks.size > 0) return;
    this.#idle?.cancel();
    this.#idle = this.#parts.after(IDLE_MS, () => this.close());
  }

  #hear(message: FromFax): void {
    const sink = this.#sinks.get(message.id);
    if (message.type === 'failed') {
      this.#sinks.delete(message.id);
      this.#parts.warn(new CodedError('media/no-fax', message.message));
    } else if (message.type === 'audio') sink?.audio(message.frame);
    else sink?.ifp(message.packet, message.copies);
  }
}
