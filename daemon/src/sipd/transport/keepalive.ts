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
  /** What a registration wants of it, ms as above; undefined: there is none on this flow. */
  registrationMs: number | undefined;
  registeredAt: number;
  /** What calls want of it, ms each. */
  calls: Set<{ everyMs: number }>;
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
 * Keeps the flows alive that registrations hold (RFC 5626 4.4, negotiated by RFC 6223's `keep` or by Flow-Timer), and
 * those of calls whose other side has agreed to it (RFC 6223): CRLF pings on streams, STUN on UDP. A registration's
 * that is dead is told of, so that who registered by it does so again.
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
    const everyMs = ending ? 0 : intervalOf(response, flow);
    const wanted = ending || (flow.proto === 'udp' && everyMs === 0) ? undefined : everyMs;
    const kept = wanted === undefined ? this.#kept.get(key) : this.#keptFor(key, flow);
    if (!kept) return;
    kept.registrationMs = wanted;
    kept.registeredAt = this.#clock.now();
    this.#settle(key, kept);
  }

  /**
   * An INVITE of ours was answered with 2xx on that flow: keeps it alive if the other side has agreed to that by
   * `keep` in Via (RFC 6223 4.3). Returns how to end that, with the call at the latest; undefined if it did not.
   */
  called(response: SipMessage, flow: Flow): (() => void) | undefined {
    const agreed = viaParam(response.via, 'keep');
    if (agreed === undefined || agreed === '') return undefined;
    const key = keyOf(flow);
    const kept = this.#keptFor(key, flow);
    if (!kept) return undefined;
    const call = { everyMs: intervalOf(response, flow) };
    kept.calls.add(call);
    this.#settle(key, kept);
    return () => {
      if (kept.calls.delete(call) && this.#kept.get(key) === kept) this.#settle(key, kept);
    };
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

  /** What is kept of a flow; of one whose connection is another now, anew. Undefined: there are too many. */
  #keptFor(key: string, flow: Flow): Kept | undefined {
    const before = this.#kept.get(key);
    if (before?.flow.open) return before;
    this.#forget(key);
    if (this.#kept.size >= MAX_FLOWS) return undefined;
    const kept: Kept = {
      flow,
      everyMs: -1,
      registrationMs: undefined,
      registeredAt: this.#clock.now(),
      calls: new Set(),
      timer: undefined,
      id: '',
      seen: '',
    };
    this.#kept.set(key, kept);
    return kept;
  }

  /** Takes the shortest pause that anybody wants; where nobody does any more, the flow is let go. */
  #settle(key: string, kept: Kept): void {
    const pauses = [kept.registrationMs ?? 0, ...[...kept.calls].map(({ everyMs }) => everyMs)].filter(
      (ms) => ms > 0,
    );
    if (pauses.length === 0 && kept.registrationMs === undefined) {
      this.#forget(key);
      return;
    }
    const everyMs = pauses.length > 0 ? Math.min(...pauses) : 0;
    if (kept.everyMs === everyMs) return;
    kept.everyMs = everyMs;
    // A question that is out is waited for, and sets the next time by itself.
    if (kept.id === '') this.#later(kept);
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
    // A call that lost its flow has session timers and silence to end it.
    if (kept.registrationMs === undefined) return;
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
