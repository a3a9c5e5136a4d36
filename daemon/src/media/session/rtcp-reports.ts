import { ReceptionStatistics } from '../rtp/reception.ts';
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

  /** Takes a compound packet; false if it is none. `wall` is the wall clock in ms. */
  take(data: Uint8Array, ownSsrc: number, now: number, wall: number): boolean {
    const contents = parseRtcp(data);
    if (!contents) return false;
    if (contents.sender && contents.ssrc === this.#source?.ssrc) {
      this.#source.senderReport(ntpMiddle(contents.sender.ntp), now);
    }
    const own = contents.reports.find((report) => report.ssrc === ownSsrc);
    const trip = own && roundTripMs(own, ntpMiddle(ntpOf(wall)));
    if (trip !== undefined) this.roundTripMs = trip;
    return true;
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
