import { isIPv4 } from 'node:net';
import type { RtpParameters } from '../api.ts';
import type { RtpEndpoint } from '../rtp-endpoint.ts';
import type { Flow, FlowCount, Place, RelayTable } from './relay-table.ts';

/** How long a call must have been fit for the kernel, with packets both ways, before it goes there, ms. */
const SETTLED_MS = 500;
/** A direction without a packet for so long is heard no more: who tells of lost media is in user space; ms. */
const SILENT_MS = 1000;
/** After that the call stays in user space for so long, ms: a peer that is silent while its user is would go up and down. */
const AFTER_SILENCE_MS = 10_000;
/** Time between two looks at the kernel's counters, ms. */
const COUNT_MS = 1000;
/** Until packets have been seen to get through once, ms, and how many may be on their way then. */
const PROOF_MS = 200;
const ON_THEIR_WAY = 3;

/** One call in the kernel. */
interface Path {
  ends: readonly [RtpEndpoint, RtpEndpoint];
  /** What the first end sends, and what the second sends. */
  flows: readonly [Flow, Flow];
  counts: [FlowCount, FlowCount];
  heardAt: [number, number];
  since: number;
}

/** What the paths stand on. */
export interface KernelPathParts {
  table: RelayTable;
  /** Monotonic ms. */
  now: () => number;
  /** Takes what waits at the sockets and sends it on. */
  poll: () => void;
  /** Whether an address is this machine's own: such packets do not go through its forwarding. */
  own: (address: string) => boolean;
  /** Packets do not get through the forwarding; the kernel is not used any more. */
  onBlocked: () => void;
}

/**
 * Calls between two trunks that the kernel relays by itself (media path 2). A call goes there once both sources are
 * settled, both ends understand each other's payload types, and nothing needs to hear or change it; it comes back at once
 * when something does, or when one side falls silent. Either way is one change of the kernel's table, and packets keep
 * their SSRC, sequence numbers and timestamps on both, so that a receiver notices nothing (ruling 24).
 */
export class KernelPaths {
  readonly #parts: KernelPathParts;
  readonly #paths = new Map<RtpEndpoint, Path>();
  /** Since when a call has been fit, or from when on it may be; by its first end. */
  readonly #fitSince = new WeakMap<RtpEndpoint, number>();
  #countedAt = 0;
  #proven = false;
  #blocked = false;

  constructor(parts: KernelPathParts) {
    this.#parts = parts;
  }

  /** Calls in the kernel now. */
  get count(): number {
    return this.#paths.size / 2;
  }

  has(endpoint: RtpEndpoint): boolean {
    return this.#paths.has(endpoint);
  }

  /** Whether packets between two ends may stay as they are, on whatever path: then moving changes nothing for a receiver. */
  equal(a: RtpEndpoint, b: RtpEndpoint): boolean {
    if (this.#blocked) return false;
    const [mine, theirs] = [a.session.parameters, b.session.parameters];
    return (
      mine !== undefined &&
      theirs !== undefined &&
      this.#plain(a, mine) &&
      this.#plain(b, theirs) &&
      mine.payloadType === theirs.payloadType &&
      mine.telephoneEventPayloadType === theirs.telephoneEventPayloadType
    );
  }

  /** Takes calls up that have become fit, and those down that have fallen silent; to be called about every 100 ms. */
  look(endpoints: readonly RtpEndpoint[]): void {
    if (this.#blocked) return;
    const now = this.#parts.now();
    if (this.#paths.size > 0 && now - this.#countedAt >= (this.#proven ? COUNT_MS : PROOF_MS)) {
      this.#count(now);
      for (const path of new Set(this.#paths.values())) this.#judge(path, now);
    }
    for (const a of endpoints) {
      const b = a.peer as RtpEndpoint | undefined;
      // Each call once: at the end that stands first.
      if (!b || this.has(a) || !this.#fit(a, now) || a.id > b.id) continue;
      const since = this.#fitSince.get(a);
      if (since === undefined) this.#fitSince.set(a, now);
      else if (now - since >= SETTLED_MS && (this.#proven || this.#paths.size === 0)) this.#enter(a, b, now);
    }
  }

  /** Brings the call of an end back to user space. */
  leave(endpoint: RtpEndpoint): void {
    const path = this.#paths.get(endpoint);
    if (!path) return;
    this.#count(this.#parts.now());
    this.#parts.table.remove(path.flows);
    for (const end of path.ends) {
      this.#paths.delete(end);
      this.#fitSince.delete(end);
      end.session.kernelRelays = false;
    }
  }

  /** Brings an end's figures up to date. */
  refresh(endpoint: RtpEndpoint): void {
    if (this.has(endpoint)) this.#count(this.#parts.now());
  }

  /** Brings all calls back and takes the table away. */
  close(): void {
    for (const endpoint of [...this.#paths.keys()]) this.leave(endpoint);
    this.#parts.table.close();
  }

  #plain(endpoint: RtpEndpoint, parameters: RtpParameters): boolean {
    const { remoteAddress, srtp, rtcpMux, direction } = parameters;
    return (
      isIPv4(remoteAddress) &&
      isIPv4(endpoint.local.address) &&
      endpoint.local.address !== '0.0.0.0' &&
      !srtp &&
      !rtcpMux &&
      direction === 'sendrecv' &&
      !this.#parts.own(remoteAddress)
    );
  }

  /** Whether a call may go up now; else the time begins anew. */
  #fit(a: RtpEndpoint, now: number): boolean {
    const b = a.peer as RtpEndpoint;
    const fit =
      a.relayedAsIs &&
      b.relayedAsIs === true &&
      // Keys that come as events would pass unheard.
      !a.detection.dtmf &&
      !b.detection.dtmf &&
      this.equal(a, b) &&
      [a, b].every(({ session }) => session.source !== undefined && now - session.heardAt < SILENT_MS / 2) &&
      [a, b].every(({ session }) => !this.#parts.own(session.source!.address));
    if (!fit && (this.#fitSince.get(a) ?? 0) <= now) this.#fitSince.delete(a);
    return fit;
  }

  #enter(a: RtpEndpoint, b: RtpEndpoint, now: number): void {
    const [fromA, fromB] = [a.session.source!, b.session.source!];
    const flows: [Flow, Flow] = [flow(fromA, a.local, b.local, fromB), flow(fromB, b.local, a.local, fromA)];
    // Nothing may wait here when the kernel takes over: it would be overtaken. What comes meanwhile is sent on right after.
    this.#parts.poll();
    if (!this.#parts.table.add(flows)) {
      this.#fitSince.set(a, now + AFTER_SILENCE_MS);
      return;
    }
    this.#parts.poll();
    const none = { arrived: 0, left: 0 };
    const path: Path = { ends: [a, b], flows, counts: [none, none], heardAt: [now, now], since: now };
    for (const end of path.ends) {
      this.#paths.set(end, path);
      end.session.kernelRelays = true;
    }
    if (this.#paths.size === 2) this.#countedAt = now;
  }

  /** Reads the counters of all calls. */
  #count(now: number): void {
    this.#countedAt = now;
    const paths = [...new Set(this.#paths.values())];
    const counts = this.#parts.table.counts(paths.flatMap(({ flows }) => flows));
    for (const [i, path] of paths.entries()) {
      for (const side of [0, 1] as const) {
        const count = counts[2 * i + side]!;
        const before = path.counts[side];
        path.counts[side] = count;
        if (count.arrived > before.arrived) path.heardAt[side] = now;
        path.ends[side].session.relayedByKernel(count.arrived - before.arrived, 0, now);
        path.ends[1 - side]!.session.relayedByKernel(0, count.left - before.left, now);
      }
    }
  }

  #judge(path: Path, now: number): void {
    const [first, second] = path.counts;
    if (!this.#proven && first.arrived + second.arrived > 0) {
      if (first.arrived - first.left > ON_THEIR_WAY || second.arrived - second.left > ON_THEIR_WAY) {
        this.#blocked = true;
        for (const endpoint of [...this.#paths.keys()]) this.leave(endpoint);
        this.#parts.onBlocked();
        return;
      }
      this.#proven = first.left > ON_THEIR_WAY && second.left > ON_THEIR_WAY;
    }
    if (!path.heardAt.some((at) => now - at >= SILENT_MS)) return;
    this.leave(path.ends[0]);
    this.#fitSince.set(path.ends[0], now + AFTER_SILENCE_MS);
  }
}

const flow = (from: Place, at: Place, as: Place, to: Place): Flow => ({ from, at, as, to });
