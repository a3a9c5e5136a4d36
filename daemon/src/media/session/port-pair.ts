import { CodedError, codeOf } from '../../base/error.ts';
import type { DatagramHandler, DatagramSocket, SocketFactory } from './datagram.ts';

/** Range of UDP ports for RTP, both ends included. */
export interface PortRange {
  min: number;
  max: number;
}

/** Two bound sockets: RTP on the even port, RTCP on the odd one above (RFC 3550 clause 11). */
export interface PortPair {
  rtp: DatagramSocket;
  rtcp: DatagramSocket;
}

/** What a pool of ports stands on. */
export interface PortPairParts {
  sockets: SocketFactory;
  /** Monotonic ms. */
  now: () => number;
  /** 0 to under 1; picks where in the range to begin, so that a restart does not meet the old run's streams. */
  random?: () => number;
}

/** How many pairs are tried before an open fails; each costs two system calls. */
const MAX_ATTEMPTS = 64;
/** Nothing may have come to a pair for so long before another call gets it, ms: 50 packets of an old stream. */
const QUIET_MS = 1000;
/** A pair that nobody wanted for so long is closed, ms. */
const REST_MS = 10_000;
/** Pairs that may rest: as many as calls at 100 a second leave in {@link QUIET_MS}, and some more. */
const MOST_RESTING = 256;

/** A bound pair, with who listens to it now and whether it is in use. */
interface Slot extends PortPair {
  address: string;
  onRtp: DatagramHandler;
  onRtcp: DatagramHandler;
  /** When the call that had it ended, and when something last came since then, ms. */
  restingSince: number;
  heardAt: number;
}

/**
 * Hands out pairs of ports from a range. A pair that a call has done with rests, still bound, and is given to the
 * next one as soon as nothing has come to it for a second: stray packets of the old call then reach nobody, and
 * the call is spared four sockets made, bound and closed. New pairs go round the range.
 */
export class PortPairPool {
  readonly #first: number;
  readonly #pairs: number;
  readonly #sockets: SocketFactory;
  readonly #now: () => number;
  /** First ports of all pairs that are bound, resting ones included. */
  readonly #bound = new Set<number>();
  readonly #slots = new Map<PortPair, Slot>();
  /** Oldest first. */
  #resting: Slot[] = [];
  #next: number;

  /** @throws CodedError `media/port-range` if there is no whole pair in the range. */
  constructor(range: PortRange, parts: PortPairParts) {
    this.#first = range.min + (range.min % 2);
    this.#pairs = Math.floor((range.max - this.#first + 1) / 2);
    if (!(range.min >= 1 && range.max <= 65535 && this.#pairs >= 1)) {
      throw new CodedError('media/port-range', `no pair of RTP ports in ${range.min}..${range.max}`);
    }
    this.#sockets = parts.sockets;
    this.#now = parts.now;
    this.#next = Math.floor((parts.random ?? Math.random)() * this.#pairs);
  }

  /** Pairs now handed out. */
  get used(): number {
    return this.#slots.size;
  }

  /** Pairs now bound for the next call. */
  get resting(): number {
    return this.#resting.length;
  }

  /**
   * Gives a pair on `address`: a rested one, else the next free one of the range, bound now.
   * @throws CodedError `media/no-port` after a bounded number of attempts, `media/address` if the
   * address is not one of this machine.
   */
  async open(address: string, onRtp: DatagramHandler, onRtcp: DatagramHandler): Promise<PortPair> {
    const slot =
      this.#rested(address, this.#now() - QUIET_MS) ??
      (await this.#bind(address)) ??
      // The range is used up: then a port is used again at once, as without any rest.
      this.#rested(address, Number.POSITIVE_INFINITY) ??
      (this.#evict() ? await this.#bind(address) : undefined);
    if (!slot) throw new CodedError('media/no-port', `no free pair of RTP ports on ${address}`);
    slot.onRtp = onRtp;
    slot.onRtcp = onRtcp;
    this.#slots.set(slot, slot);
    return slot;
  }

  /** Takes a pair back. */
  close(pair: PortPair): void {
    const slot = this.#slots.get(pair);
    if (!slot) return;
    this.#slots.delete(pair);
    slot.rtp.disconnect();
    slot.onRtp = slot.onRtcp = () => {
      slot.heardAt = this.#now();
    };
    slot.restingSince = slot.heardAt = this.#now();
    if (this.#resting.length < MOST_RESTING) this.#resting.push(slot);
    else this.#unbind(slot);
  }

  /** Closes pairs that have rested long; to be called now and then. */
  tidy(): void {
    const before = this.#now() - REST_MS;
    while (this.#resting[0] && this.#resting[0].restingSince < before) this.#unbind(this.#resting.shift()!);
  }

  /** Closes all pairs that rest. */
  closeResting(): void {
    while (this.#evict());
  }

  /** The pair on an address that has rested longest, of those to which nothing has come since `before`. */
  #rested(address: string, before: number): Slot | undefined {
    const at = this.#resting.findIndex((slot) => slot.address === address && slot.heardAt <= before);
    return at < 0 ? undefined : this.#resting.splice(at, 1)[0];
  }

  /** Makes the port of the oldest that rests free; false if none does. */
  #evict(): boolean {
    const oldest = this.#resting.shift();
    if (oldest) this.#unbind(oldest);
    return oldest !== undefined;
  }

  #unbind(slot: Slot): void {
    this.#bound.delete(slot.rtp.port);
    slot.rtp.close();
    slot.rtcp.close();
  }

  async #bind(address: string): Promise<Slot | undefined> {
    const attempts = Math.min(MAX_ATTEMPTS, this.#pairs);
    for (let attempt = 0, looked = 0; attempt < attempts && looked < this.#pairs; looked++) {
      const port = this.#first + 2 * this.#next;
      this.#next = (this.#next + 1) % this.#pairs;
      if (this.#bound.has(port)) continue;
      attempt++;
      // Taken before the first await: two opens at once must not try the same pair.
      this.#bound.add(port);
      const slot = this.#slot(address);
      try {
        await slot.rtp.bind(port, address);
        await slot.rtcp.bind(port + 1, address);
        return slot;
      } catch (error) {
        slot.rtp.close();
        slot.rtcp.close();
        this.#bound.delete(port);
        const code = codeOf(error);
        if (code === 'EADDRINUSE' || code === 'EACCES') continue;
        throw new CodedError('media/address', `cannot bind RTP on ${address}: ${code ?? 'error'}`, {
          cause: error,
        });
      }
    }
    return undefined;
  }

  #slot(address: string): Slot {
    const nobody: DatagramHandler = () => {};
    const slot: Slot = {
      address,
      onRtp: nobody,
      onRtcp: nobody,
      restingSince: 0,
      heardAt: 0,
      rtp: this.#sockets(address, (data, from, port) => slot.onRtp(data, from, port)),
      rtcp: this.#sockets(address, (data, from, port) => slot.onRtcp(data, from, port)),
    };
    return slot;
  }
}
