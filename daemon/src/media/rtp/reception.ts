/** RFC 3550 A.1: packets in a row that make a source valid. */
const MIN_SEQUENTIAL = 2;
/** RFC 3550 A.1: a jump forward of this many is a gap, of more a restart. */
const MAX_DROPOUT = 3000;
/** RFC 3550 A.1: packets this far back are merely late. */
const MAX_MISORDER = 100;
const SEQUENCES = 1 << 16;

/** What RFC 3550 A.1 makes of one packet's sequence number. */
export type SequenceVerdict = 'valid' | 'probation' | 'stray' | 'restart';

/** Figures of a reception report (RFC 3550 6.4.1). */
export interface ReceptionReport {
  ssrc: number;
  /** Loss since the last report, in 1/256. */
  fractionLost: number;
  /** In all; 24 bits signed. */
  cumulativeLost: number;
  /** Wraps in the upper half, the highest sequence number in the lower. */
  highestSequence: number;
  /** In timestamp units. */
  jitter: number;
  /** Middle 32 bits of the last sender report's NTP time, 0 if none. */
  lastSenderReport: number;
  /** Since that report, in 1/65536 s. */
  delaySinceLastSenderReport: number;
}

/** Statistics of one received source after RFC 3550 A.1 (sequence), A.3 (loss) and A.8 (jitter). */
export class ReceptionStatistics {
  readonly ssrc: number;
  #started = false;
  #probation = MIN_SEQUENTIAL;
  #base = 0;
  #highest = 0;
  #cycles = 0;
  #bad = SEQUENCES + 1;
  #received = 0;
  #expectedPrior = 0;
  #receivedPrior = 0;
  #jitter = 0;
  #transit = 0;
  #hasTransit = false;
  #senderReport = 0;
  #senderReportMs = 0;

  constructor(ssrc: number) {
    this.ssrc = ssrc >>> 0;
  }

  /** Takes a packet come at `nowMs` of the local clock. */
  receive(sequence: number, timestamp: number, nowMs: number): SequenceVerdict {
    const verdict = this.#sequence(sequence);
    if (verdict === 'valid' || verdict === 'restart') this.#measureJitter(timestamp, nowMs);
    return verdict;
  }

  /** Notes a sender report of this source: its NTP time's middle 32 bits and when it came. */
  senderReport(ntpMiddle: number, nowMs: number): void {
    this.#senderReport = ntpMiddle >>> 0;
    this.#senderReportMs = nowMs;
  }

  get packetsReceived(): number {
    return this.#received;
  }

  /** Packets expected less those received; negative when some came twice (A.3). */
  get packetsLost(): number {
    return this.#expected - this.#received;
  }

  /** Interarrival jitter, ms (8 kHz clock). */
  get jitterMs(): number {
    return this.#jitter / 8;
  }

  /** The report block for now; the fraction counts from the last call (A.3). */
  report(nowMs: number): ReceptionReport {
    const expected = this.#expected;
    const expectedInterval = expected - this.#expectedPrior;
    const lostInterval = expectedInterval - (this.#received - this.#receivedPrior);
    this.#expectedPrior = expected;
    this.#receivedPrior = this.#received;
    const fraction =
      expectedInterval > 0 && lostInterval > 0 ? Math.floor((lostInterval * 256) / expectedInterval) : 0;
    return {
      ssrc: this.ssrc,
      fractionLost: Math.min(255, fraction),
      cumulativeLost: Math.max(-0x800000, Math.min(0x7fffff, this.packetsLost)),
      highestSequence: (this.#cycles + this.#highest) >>> 0,
      jitter: Math.floor(this.#jitter),
      lastSenderReport: this.#senderReport,
      delaySinceLastSenderReport: this.#senderReport
        ? Math.max(0, Math.round(((nowMs - this.#senderReportMs) * 65536) / 1000)) >>> 0
        : 0,
    };
  }

  get #expected(): number {
    return this.#started && this.#probation === 0 ? this.#cycles + this.#highest - this.#base + 1 : 0;
  }

  #sequence(sequence: number): SequenceVerdict {
    if (!this.#started) {
      this.#started = true;
      this.#highest = (sequence - 1) & 0xffff;
    }
    const delta = (sequence - this.#highest) & 0xffff;
    if (this.#probation > 0) {
      if (delta !== 1) this.#probation = MIN_SEQUENTIAL;
      this.#probation--;
      this.#highest = sequence;
      if (this.#probation > 0) return 'probation';
      this.#restart(sequence);
      this.#received = 1;
      return 'valid';
    }
    let verdict: SequenceVerdict = 'valid';
    if (delta < MAX_DROPOUT) {
      if (sequence < this.#highest && delta > 0) this.#cycles += SEQUENCES;
      this.#highest = sequence;
    } else if (delta <= SEQUENCES - MAX_MISORDER) {
      // Two packets in a row after a large jump: the other side started over without telling.
      if (sequence !== this.#bad) {
        this.#bad = (sequence + 1) & 0xffff;
        return 'stray';
      }
      this.#restart(sequence);
      verdict = 'restart';
    }
    this.#received++;
    return verdict;
  }

  #restart(sequence: number): void {
    this.#base = sequence;
    this.#highest = sequence;
    this.#cycles = 0;
    this.#bad = SEQUENCES + 1;
    this.#received = 0;
    this.#expectedPrior = 0;
    this.#receivedPrior = 0;
    this.#hasTransit = false;
  }

  /** RFC 3550 A.8, in timestamp units of 1/8000 s. */
  #measureJitter(timestamp: number, nowMs: number): void {
    // The origin of either clock does not matter; kept to 32 bits, their difference survives wraps.
    const transit = (Math.round(nowMs * 8) - timestamp) | 0;
    if (this.#hasTransit) {
      const d = Math.abs((transit - this.#transit) | 0);
      this.#jitter += (d - this.#jitter) / 16;
    }
    this.#transit = transit;
    this.#hasTransit = true;
  }
}
