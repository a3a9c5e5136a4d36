import { hostPort } from '../message/uri.ts';
import type { Flow, HostPort } from '../transport/flow.ts';
import { Capture, type CaptureSettings } from './hep.ts';
import { masked } from './mask.ts';

/** One message as it passed a socket. */
export interface TraceEntry {
  /** Names the message: no other of this engine, or of one before or after it, has the same. */
  id: string;
  /** Wall-clock time, ms since 1970, with microseconds behind the point. */
  at: number;
  direction: 'in' | 'out';
  proto: string;
  /** `host:port`, `[v6]:port`; our address as the peer sees it. */
  local: string;
  remote: string;
  callId: string;
  /** One character per byte, secrets masked. */
  text: string;
}

/** Which messages are wanted; all conditions that are given hold. */
export interface TraceQuery {
  /** Those of these calls. */
  callIds?: readonly string[];
  /** Those that hold this text. */
  holding?: string;
  /** Messages outside of calls whose From or To holds this (`<sip:user@host>`, `sip:user@`). */
  account?: string;
  /** The newest so many; 2000 if not given. */
  last?: number;
}

/** How much is kept. */
export interface TraceLimits {
  /** Messages. */
  trace: number;
  /** Bytes of text. */
  traceBytes: number;
}

/** What a reader needs besides: time, and our address toward a peer where a socket is bound to all. */
export interface TraceHost {
  /** Monotonic ms. */
  now(): number;
  /** Wall-clock ms. */
  wall(): number;
  localOf(kept: Where): HostPort;
}

/** Addresses of a flow. */
type Where = Pick<Flow, 'proto' | 'local' | 'remote'>;

/** Messages outside of calls, kept apart so that no storm of calls washes them away: to our requests, and to those of others. */
const ASIDE = 400;

/** Methods that have nothing to do with a call, most of the time. */
const OUTSIDE: ReadonlySet<string> = new Set(['REGISTER', 'OPTIONS', 'SUBSCRIBE', 'NOTIFY', 'PUBLISH']);

/** Which ring a message belongs to: that of calls, of our requests outside of calls, or of those of others. */
export type Belongs = 'call' | 'ours' | 'theirs';

/** Where a message belongs. `ours`: the request is, or would be, one that we send. */
export function belongs(method: string, ours: boolean): Belongs {
  return OUTSIDE.has(method) ? (ours ? 'ours' : 'theirs') : 'call';
}

/** Messages of one answer; a call has some twenty. */
const MOST = 2000;

interface Kept {
  serial: number;
  at: number;
  direction: 'in' | 'out';
  flow: Where;
  /** '' until somebody asks. */
  callId: string;
  text: string;
}

/**
 * The last messages, bounded by number and bytes. Adding one stores references and nothing else; Call-IDs
 * are found, addresses written and secrets masked when someone looks, so that a call pays nothing for it.
 */
export class Trace {
  readonly #rings: Record<Belongs, Ring>;
  readonly #host: TraceHost;
  readonly #boot: string;
  #serial = 0;
  #capture: Capture | undefined;
  /** Wall minus monotonic time, as long as the wall clock is not set anew. */
  #offset: number;

  constructor(limits: TraceLimits, host: TraceHost) {
    this.#rings = {
      call: new Ring(limits.trace, limits.traceBytes),
      ours: new Ring(ASIDE, limits.traceBytes / 8),
      theirs: new Ring(ASIDE, limits.traceBytes / 8),
    };
    this.#host = host;
    this.#offset = host.wall() - host.now();
    this.#boot = Math.round(host.wall() * 1000).toString(36);
  }

  /** @param callId if it is known without looking for it */
  add(direction: 'in' | 'out', flow: Flow, text: string, to: Belongs, callId = ''): void {
    // Addresses only: a whole flow would keep a closed connection in memory.
    const where = { proto: flow.proto, local: flow.local, remote: flow.remote };
    const kept = { serial: this.#serial++, at: this.#host.now(), direction, flow: where, callId, text };
    this.#rings[to].push(kept);
    if (this.#capture) {
      const at = kept.at + this.#offset;
      this.#capture.send(direction, flow, this.#host.localOf(where), text, at);
    }
  }

  /** From now on tells a collector of every message, without secrets; undefined: nobody any more. */
  capture(settings: CaptureSettings | undefined): void {
    this.#capture?.close();
    this.#capture = settings && new Capture(settings);
  }

  /** Messages and bytes held now. */
  get size(): { messages: number; bytes: number } {
    const rings = Object.values(this.#rings);
    return {
      messages: rings.reduce((sum, ring) => sum + ring.size, 0),
      bytes: rings.reduce((sum, ring) => sum + ring.bytes, 0),
    };
  }

  /** Oldest first. A text alone asks for the messages that hold it. */
  entries(wanted: string | TraceQuery = {}): TraceEntry[] {
    const query = typeof wanted === 'string' ? { holding: wanted } : wanted;
    const calls = query.callIds && new Set(query.callIds);
    const found: Kept[] = [];
    const look = (kept: Kept): void => {
      if (calls && !calls.has(callIdOf(kept))) return;
      if (query.holding !== undefined && !kept.text.includes(query.holding)) return;
      if (query.account !== undefined && !parties(kept.text).includes(query.account)) return;
      found.push(kept);
    };
    if (query.account === undefined) this.#rings.call.each(look);
    this.#rings.ours.each(look);
    this.#rings.theirs.each(look);
    found.sort((a, b) => a.serial - b.serial);
    const drift = this.#host.wall() - this.#host.now() - this.#offset;
    // Only a clock that was set: the two readings are never of quite the same instant.
    if (Math.abs(drift) > 500) this.#offset += drift;
    return found.slice(-(query.last ?? MOST)).map((kept) => this.#entry(kept));
  }

  #entry(kept: Kept): TraceEntry {
    const { flow } = kept;
    const local = this.#host.localOf(flow);
    return {
      id: `${this.#boot}.${kept.serial}`,
      at: Math.round((kept.at + this.#offset) * 1000) / 1000,
      direction: kept.direction,
      proto: flow.proto,
      local: hostPort(local.host, local.port),
      remote: hostPort(flow.remote.host, flow.remote.port),
      callId: callIdOf(kept),
      text: masked(kept.text),
    };
  }
}

/** A queue that drops its oldest where it has grown too long or too heavy. */
class Ring {
  readonly #slots: (Kept | undefined)[];
  readonly #maxBytes: number;
  #head = 0;
  size = 0;
  bytes = 0;

  constructor(capacity: number, maxBytes: number) {
    this.#slots = new Array<Kept | undefined>(Math.max(1, capacity)).fill(undefined);
    this.#maxBytes = maxBytes;
  }

  push(kept: Kept): void {
    const slots = this.#slots;
    if (this.size === slots.length) this.#drop();
    slots[(this.#head + this.size) % slots.length] = kept;
    this.size++;
    this.bytes += kept.text.length;
    while (this.bytes > this.#maxBytes && this.size > 1) this.#drop();
  }

  each(look: (kept: Kept) => void): void {
    for (let i = 0; i < this.size; i++) look(this.#slots[(this.#head + i) % this.#slots.length]!);
  }

  #drop(): void {
    const slots = this.#slots;
    this.bytes -= slots[this.#head]!.text.length;
    slots[this.#head] = undefined;
    this.#head = (this.#head + 1) % slots.length;
    this.size--;
  }
}

function callIdOf(kept: Kept): string {
  if (kept.callId === '') kept.callId = /^(?:call-id|i)[ \t]*:[ \t]*(\S+)/im.exec(kept.text)?.[1] ?? '';
  return kept.callId;
}

/** Values of From and To, as one text. */
function parties(text: string): string {
  let out = '';
  for (const [, value = ''] of text.matchAll(/^(?:from|f|to|t)[ \t]*:(.*)$/gim)) out += `${value}\n`;
  return out;
}
