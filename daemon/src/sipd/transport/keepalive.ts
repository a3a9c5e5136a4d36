import type { Clock, Timer } from '../../base/clock.ts';
import type { SipMessage } from '../message/message.ts';
import { viaParam } from '../message/via.ts';
import type { Flow } from './flow.ts';
import { bindingRequest, bindingResult } from './stun.ts';

/** RFC 5626 4.4.1: a ping without a pong for so long means that the flow is dead. */
const PONG_MS = 10_000;
/** RFC 8489 6.2.1: first pause between repetitions of a Binding request. */
const RTO_MS = 500;
/** Sends of one: the flow is given up after 15.5 s; with the RFC's seven it would be 39.5 s, and V05 asks for 30. */
const STUN_SENDS = 5;
/** RFC 5626 4.4.1, 4.4.2: the longest pause where the peer names none, ms: over a stream, over UDP. */
const STREAM_MS = 120_000;
const UDP_MS = 29_000;
/** Nobody is believed who wants less, or wants so much that a NAT forgets us meanwhile. */
const SHORTEST_MS = 5_000;
const LONGEST_MS = 900_000;
/** RFC 5626 4.5: one that dies soon after each registration must not have us register in a loop. */
const CALM_MS = 30_000;
const MAX_FLOWS = 500;

interface Kept {
  flow: Flow;
  /** Pause between keepalives, ms; 0: the peer asked for none, and the end of the connection alone is watched. */
  everyMs: number;
  registeredAt: number;
  timer: Timer | undefined;
  /** The Binding request that waits for its answer. */
  id: string;
  seen: string;
}

/** A stream that can be pinged: resolves `dead` if no pong comes. */
export interface Pingable {
  ping(withinMs: number): void;
}

/**
 * Keeps the flows alive that registrations hold (RFC 5626 4.4, negotiated by RFC 6223's `keep` or by Flow-Timer):
 * CRLF pings on streams, STUN on UDP. One that is dead is told of, so that who registered by it does so again.
 */
export class Keepalives {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #failed: (flow: Flow, reason: string) => void;
  readonly #sendStun: (flow: Flow, bytes: Buffer) => void;
  readonly #kept = new Map<string, Kept>();

  constructor(parts: {
    clock: Clock;
    /** 0 to under 1. */
    random: () => number;
    failed: (flow: Flow, reason: string) => void;
    sendStun: (flow: Flow, bytes: Buffer) => void;
  }) {
    this.#clock = parts.clock;
    this.#random = parts.random;
    this.#failed = parts.failed;
    this.#sendStun = parts.sendStun;
  }

  /** How many flows are kept alive. */
  get size(): number {
    let n = 0;
    for (const kept of this.#kept.values()) if (kept.everyMs > 0) n++;
    return n;
  }

  /** A REGISTER of ours was answered with 2xx on that flow; `ending`: it took the binding back. */
  registered(response: SipMessage, flow: Flow, ending: boolean): void {
    const key = keyOf(flow);
    const before = this.#kept.get(key);
    if (ending) {
      this.#forget(key);
      return;
    }
    const everyMs = intervalOf(response, flow);
    if (flow.proto === 'udp' && everyMs === 0) {
      this.#forget(key);
      return;
    }
    if (before?.flow.open && before.everyMs === everyMs) {
      before.registeredAt = this.#clock.now();
      return;
    }
    this.#forget(key);
    if (this.#kept.size >= MAX_FLOWS) return;
    const kept: Kept = { flow, everyMs, registeredAt: this.#clock.now(), timer: undefined, id: '', seen: '' };
    this.#kept.set(key, kept);
    this.#later(kept);
  }

  /** A stream has ended, by whomever. */
  closed(flow: Flow, reason: string): void {
    const kept = this.#kept.get(keyOf(flow));
    if (kept?.flow === flow) this.#dead(kept, reason);
  }

  /** An answer to a Binding request came. */
  stun(bytes: Buffer, flow: Flow): void {
    const kept = this.#kept.get(keyOf(flow));
    const result = bindingResult(bytes);
    if (!kept || result?.id !== kept.id || kept.id === '') return;
    kept.id = '';
    const seen = `${result.seen.host} ${result.seen.port}`;
    // RFC 5626 4.4.2: another mapped address is another flow, and the registrar's is dead.
    if (kept.seen !== '' && kept.seen !== seen)
      this.#dead(kept, 'the address that we are seen at has changed');
    else {
      kept.seen = seen;
      this.#later(kept);
    }
  }

  close(): void {
    for (const key of [...this.#kept.keys()]) this.#forget(key);
  }

  /** RFC 6223 4.2: somewhat before it is due, and not in step with others. */
  #later(kept: Kept): void {
    kept.timer?.cancel();
    if (kept.everyMs === 0) return;
    kept.timer = this.#clock.after(kept.everyMs * (0.8 + 0.2 * this.#random()), () => this.#keep(kept));
  }

  #keep(kept: Kept): void {
    const { flow } = kept;
    if (flow.proto === 'udp') {
      const { id, bytes } = bindingRequest();
      kept.id = id;
      this.#ask(kept, bytes, 1);
      return;
    }
    // A stream that stays silent ends by itself, and `closed` tells.
    if (flow.open) (flow as Flow & Pingable).ping(PONG_MS);
    this.#later(kept);
  }

  #ask(kept: Kept, bytes: Buffer, sends: number): void {
    this.#sendStun(kept.flow, bytes);
    kept.timer = this.#clock.after(RTO_MS * 2 ** (sends - 1), () => {
      if (sends < STUN_SENDS) this.#ask(kept, bytes, sends + 1);
      else this.#dead(kept, 'no answer to STUN');
    });
  }

  #dead(kept: Kept, reason: string): void {
    const { flow } = kept;
    this.#forget(keyOf(flow));
    const wait = kept.registeredAt + CALM_MS - this.#clock.now();
    if (wait <= 0) this.#failed(flow, reason);
    else this.#clock.after(wait, () => !this.#kept.has(keyOf(flow)) && this.#failed(flow, reason));
  }

  #forget(key: string): void {
    this.#kept.get(key)?.timer?.cancel();
    this.#kept.delete(key);
  }
}

function keyOf(flow: Flow): string {
  return `${flow.proto} ${flow.local.port} ${flow.remote.host} ${flow.remote.port}`;
}

/** How often the peer wants a keepalive, ms; 0: it does not. */
function intervalOf(response: SipMessage, flow: Flow): number {
  const fallback = flow.proto === 'udp' ? UDP_MS : STREAM_MS;
  const keep = viaParam(response.via, 'keep');
  const timer = response.get('flow-timer');
  const text = keep === undefined || keep === '' ? timer : keep;
  // RFC 5626 4.4: with outbound in force keepalives are due, whether a time is named or not.
  if (text === undefined) return response.listHas('require', 'outbound') ? fallback : 0;
  const seconds = Number.parseInt(text, 10);
  // RFC 6223 8: 0 means that it will answer, and names no interval.
  if (!(seconds > 0)) return fallback;
  return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, seconds * 1000));
}
