import { isIP } from 'node:net';

/**
 * What becomes of a packet: `locked` is the packet that settles the source, `accepted` one from the
 * settled source, `held` one from a source not yet trusted, `rejected` one from elsewhere.
 */
export type LatchVerdict = 'locked' | 'accepted' | 'held' | 'rejected';

/** Times and counts of the latch. */
export interface LatchTiming {
  /** How long the address of the SDP is waited for after another source was heard, ms. */
  windowMs: number;
  /** Packets in sequence that another source must have sent by then. */
  packets: number;
}

export const DEFAULT_LATCH_TIMING: LatchTiming = { windowMs: 300, packets: 5 };

/**
 * Decides once which source an RTP session listens to (ruling 23, pain C04). The address of the SDP
 * is believed at its first packet. Another one is believed only in the case that needs it, a peer
 * behind a NAT (the same host with another port, or an SDP address that cannot be reached from
 * outside), only after a window in which the SDP's address stayed silent, and only with packets in
 * sequence. Then it is settled until {@link Latch.expect} names another far side.
 */
export class Latch {
  readonly #timing: LatchTiming;
  #expectedAddress = '';
  #expectedPort = 0;
  #locked = false;
  #address = '';
  #port = 0;
  #candidateAddress = '';
  #candidatePort = 0;
  #candidateSsrc = 0;
  #candidateSequence = 0;
  #candidateCount = 0;
  #candidateSince = 0;

  constructor(timing: LatchTiming = DEFAULT_LATCH_TIMING) {
    this.#timing = timing;
  }

  /** Whether the source is settled. */
  get locked(): boolean {
    return this.#locked;
  }

  /** Where to send: the settled source, before that the address of the SDP ('' and 0: nowhere yet). */
  get address(): string {
    return this.#locked ? this.#address : this.#expectedAddress;
  }

  get port(): number {
    return this.#locked ? this.#port : this.#expectedPort;
  }

  /** Sets what the SDP says. Returns true if that is news, and the source must be found anew. */
  expect(address: string, port: number): boolean {
    if (address === this.#expectedAddress && port === this.#expectedPort) return false;
    this.#expectedAddress = address;
    this.#expectedPort = port;
    this.#locked = false;
    this.#candidateCount = 0;
    return true;
  }

  /** Judges a valid RTP packet (version and payload type are right) that came at `now` ms. */
  judge(address: string, port: number, ssrc: number, sequence: number, now: number): LatchVerdict {
    if (this.#locked) return address === this.#address && port === this.#port ? 'accepted' : 'rejected';
    if (this.#expectedPort === 0) return 'rejected';
    if (address === this.#expectedAddress && port === this.#expectedPort) return this.#lock(address, port);
    if (address !== this.#expectedAddress && isGlobal(this.#expectedAddress)) return 'rejected';

    const same =
      this.#candidateCount > 0 &&
      address === this.#candidateAddress &&
      port === this.#candidatePort &&
      ssrc === this.#candidateSsrc;
    if (!same) {
      // The first to knock keeps its turn until its window is over, so that a flood cannot push it out.
      if (this.#candidateCount > 0 && now - this.#candidateSince < 2 * this.#timing.windowMs)
        return 'rejected';
      this.#candidateAddress = address;
      this.#candidatePort = port;
      this.#candidateSsrc = ssrc;
      this.#candidateSequence = sequence;
      this.#candidateCount = 1;
      this.#candidateSince = now;
      return 'held';
    }
    const step = (sequence - this.#candidateSequence) & 0xffff;
    if (step === 0 || step >= 100) return 'held';
    this.#candidateSequence = sequence;
    this.#candidateCount++;
    if (this.#candidateCount < this.#timing.packets) return 'held';
    if (now - this.#candidateSince < this.#timing.windowMs) return 'held';
    return this.#lock(address, port);
  }

  #lock(address: string, port: number): LatchVerdict {
    this.#locked = true;
    this.#address = address;
    this.#port = port;
    return 'locked';
  }
}

/** Ranges that no peer outside can be reached at: RFC 6890 (private, shared, loopback, link-local, unspecified). */
const LOCAL_V4 =
  /^(0\.|10\.|127\.|169\.254\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|100\.(6[4-9]|[7-9]\d|1[01]\d|12[0-7])\.)/;
const LOCAL_V6 = /^(::1?$|f[cd]|fe[89ab])/i;

function isGlobal(address: string): boolean {
  return isIP(address) === 6 ? !LOCAL_V6.test(address) : !LOCAL_V4.test(address);
}
