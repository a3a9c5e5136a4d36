import type { PeerReport } from '../api.ts';
import { SAMPLES_PER_MS } from '../dsp/level.ts';
import { type ReceptionReport, ReceptionStatistics } from '../rtp/reception.ts';
import { buildRtcp, ntpMiddle, ntpOf, parseRtcp, roundTripMs } from '../rtp/rtcp.ts';
import type { RtpOutlet } from './rtp-outlet.ts';

/** Room for SR with one block, SDES and BYE. */
const PACKET_BYTES = 128;

/**
 * What one session knows by and tells in RTCP: the reception of the peer's stream, through changes of
 * its SSRC, and the round trip from its reports on ours.
 */
export class RtcpReports {
  /** RFC 7022 4.2: nothing about the box or its user, new for each session. */
  readonly #cname: string;
  #source: ReceptionStatistics | undefined;
  #lostBefore = 0;
  #sentBefore = 0;
  packetsReceived = 0;
  roundTripMs: number | undefined;
  #peer: (PeerReport & { ssrc: number }) | undefined;
  /** Lost of our earlier streams, by the peer's account. */
  #peerLostBefore = 0;

  constructor(cname: string) {
    this.#cname = cname;
  }

  /** Packets missing, of all sources; never negative, although doubled ones count against losses. */
  get packetsLost(): number {
    return Math.max(0, this.#lostBefore + (this.#source?.packetsLost ?? 0));
  }

  get jitterMs(): number {
    return this.#source?.jitterMs ?? 0;
  }

  /** The peer sends with another SSRC from now on. */
  newSource(ssrc: number): void {
    this.#lostBefore += Math.max(0, this.#source?.packetsLost ?? 0);
    this.#source = new ReceptionStatistics(ssrc);
  }

  /** A valid packet came. `timestamp`: when its first sample, or what it tells of, was sampled. */
  received(sequence: number, timestamp: number, now: number): void {
    this.packetsReceived++;
    this.#source?.receive(sequence, timestamp, now);
  }

  /** What the peer says of our packets. */
  get peer(): PeerReport | undefined {
    if (!this.#peer) return undefined;
    const { packetsLost, lostPart, jitterMs } = this.#peer;
    return { packetsLost: this.#peerLostBefore + packetsLost, lostPart, jitterMs };
  }

  /**
   * Takes a compound packet; false if it is none. `passed`: the SSRC of another whose packets are passed on to the peer as
   * they are. `wall` is the wall clock in ms.
   */
  take(data: Uint8Array, ownSsrc: number, now: number, wall: number, passed?: number): boolean {
    const contents = parseRtcp(data);
    if (!contents) return false;
    if (contents.sender && contents.ssrc === this.#source?.ssrc) {
      this.#source.senderReport(ntpMiddle(contents.sender.ntp), now);
    }
    const own = contents.reports.find((report) => report.ssrc === ownSsrc);
    const trip = own && roundTripMs(own, ntpMiddle(ntpOf(wall)));
    if (trip !== undefined) this.roundTripMs = trip;
    const told = contents.reports.find(({ ssrc }) => ssrc === (passed ?? ownSsrc));
    if (told) this.#hear(told);
    return true;
  }

  #hear({ ssrc, cumulativeLost, fractionLost, jitter }: ReceptionReport): void {
    if (this.#peer && this.#peer.ssrc !== ssrc) this.#peerLostBefore += this.#peer.packetsLost;
    this.#peer = {
      ssrc,
      packetsLost: Math.max(0, cumulativeLost),
      lostPart: fractionLost / 256,
      jitterMs: jitter / SAMPLES_PER_MS,
    };
  }

  /** The compound packet for now: a sender report if anything was sent since the last. */
  compose(outlet: RtpOutlet, now: number, wall: number, bye: boolean): Uint8Array {
    const sent = outlet.packetsSent > this.#sentBefore;
    this.#sentBefore = outlet.packetsSent;
    const data = Buffer.alloc(PACKET_BYTES);
    const length = buildRtcp(
      {
        ssrc: outlet.ssrc,
        cname: this.#cname,
        reports: this.#source ? [this.#source.report(now)] : [],
        ...(sent
          ? {
              sender: {
                ntp: ntpOf(wall),
                rtpTimestamp: outlet.timestampAt(now),
                packets: outlet.packetsSent,
                bytes: outlet.octetsSent,
              },
            }
          : {}),
        ...(bye ? { bye } : {}),
      },
      data,
    );
    return data.subarray(0, length);
  }
}
