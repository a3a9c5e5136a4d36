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

/** How many pairs are tried before an open fails; each costs two system calls. */
const MAX_ATTEMPTS = 64;

/**
 * Hands out pairs of ports from a range. It goes round the range, so that a port just closed is used
 * again as late as possible: stray packets of the old call then find nobody.
 */
export class PortPairPool {
  readonly #first: number;
  readonly #pairs: number;
  readonly #sockets: SocketFactory;
  readonly #used = new Set<number>();
  #next: number;

  /**
   * `random` picks where in the range to begin, so that a restart does not meet the old run's streams.
   * @throws CodedError `media/port-range` if there is no whole pair in the range.
   */
  constructor(range: PortRange, sockets: SocketFactory, random: () => number = Math.random) {
    this.#first = range.min + (range.min % 2);
    this.#pairs = Math.floor((range.max - this.#first + 1) / 2);
    if (!(range.min >= 1 && range.max <= 65535 && this.#pairs >= 1)) {
      throw new CodedError('media/port-range', `no pair of RTP ports in ${range.min}..${range.max}`);
    }
    this.#sockets = sockets;
    this.#next = Math.floor(random() * this.#pairs);
  }

  /** Pairs now handed out. */
  get used(): number {
    return this.#used.size;
  }

  /**
   * Binds the next free pair on `address`.
   * @throws CodedError `media/no-port` after a bounded number of attempts, `media/address` if the
   * address is not one of this machine.
   */
  async open(address: string, onRtp: DatagramHandler, onRtcp: DatagramHandler): Promise<PortPair> {
    const attempts = Math.min(MAX_ATTEMPTS, this.#pairs);
    for (let attempt = 0, looked = 0; attempt < attempts && looked < this.#pairs; looked++) {
      const port = this.#first + 2 * this.#next;
      this.#next = (this.#next + 1) % this.#pairs;
      if (this.#used.has(port)) continue;
      attempt++;
      // Taken before the first await: two opens at once must not try the same pair.
      this.#used.add(port);
      const rtp = this.#sockets(address, onRtp);
      const rtcp = this.#sockets(address, onRtcp);
      try {
        await rtp.bind(port, address);
        await rtcp.bind(port + 1, address);
        return { rtp, rtcp };
      } catch (error) {
        rtp.close();
        rtcp.close();
        this.#used.delete(port);
        const code = codeOf(error);
        if (code === 'EADDRINUSE' || code === 'EACCES') continue;
        throw new CodedError('media/address', `cannot bind RTP on ${address}: ${code ?? 'error'}`, {
          cause: error,
        });
      }
    }
    throw new CodedError('media/no-port', `no free pair of RTP ports on ${address}`);
  }

  /** Closes a pair and makes its ports free. */
  close(pair: PortPair): void {
    this.#used.delete(pair.rtp.port);
    pair.rtp.close();
    pair.rtcp.close();
  }
}
