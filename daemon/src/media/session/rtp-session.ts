import type { MediaDirection, RtpParameters, RtpStatistics, SrtpParameters } from '../api.ts';
import { type AudioCodec, PCMA, PCMU } from '../dsp/g711.ts';
import { isRtcp, RtpHeader } from '../rtp/packet.ts';
import { SrtpGuard } from '../srtp/guard.ts';
import { Latch, type LatchTiming } from './latch.ts';
import { LossWatch } from './loss-watch.ts';
import type { PortPair } from './port-pair.ts';
import { RtcpReports } from './rtcp-reports.ts';
import { type DigitHandler, RtpInlet } from './rtp-inlet.ts';
import { RtpOutlet } from './rtp-outlet.ts';

/** RFC 3389: comfort noise, static payload type 13. */
const COMFORT_NOISE = 13;
/** RFC 6263 4.6: a payload type that no session here ever negotiates, for packets that only keep a NAT open. */
const KEEPALIVE_PAYLOAD_TYPE = 126;
/** RFC 6263 4.6 and 8: at least every 15 s while nothing may be sent. */
const KEEPALIVE_MS = 15_000;
/** Pause in a relayed stream after which silence keeps the peer's NAT open, ms. */
const RELAY_SILENCE_MS = 1000;
/** Pause after which packets that came past us for a while are counted anew, ms: what passed is not lost. */
const BYPASS_PAUSE_MS = 200;

/** What a session tells its owner. */
export interface SessionHandlers {
  latched(source: string): void;
  lost(): void;
  resumed(): void;
  digit: DigitHandler;
  /** A packet to be relayed is of another length than the far side asked for. */
  unfitForRelay(): void;
}

export interface SessionTiming {
  rtcpIntervalMs: number;
  rtpLossMs: number;
  latch: LatchTiming;
}

/** One RTP session: two sockets, a latch, a receiving and a sending side, reports and watch. */
export class RtpSession {
  readonly inlet: RtpInlet;
  readonly outlet: RtpOutlet;
  readonly #pair: () => PortPair;
  readonly #timing: SessionTiming;
  readonly #handlers: SessionHandlers;
  readonly #latch: Latch;
  readonly #watch = new LossWatch();
  readonly #reports: RtcpReports;
  readonly #header = new RtpHeader();
  #parameters: RtpParameters | undefined;
  #codec: AudioCodec = PCMA;
  #receiving = false;
  #sending = false;
  #ssrc = -1;
  #rejected = 0;
  #nextReport = 0;
  #rtcpAddress = '';
  #rtcpPort = 0;
  #closed = false;
  /** SRTP, while it is agreed on. */
  #guard: SrtpGuard | undefined;
  /** Set: audio is not buffered here but sent on by that session, packet by packet. */
  relayTo: RtpSession | undefined;
  /** Whether relayed packets keep their SSRC, numbers and timestamps; reports then go from end to end, too. */
  asIs = false;
  #kernel = false;
  #heardAt = Number.NEGATIVE_INFINITY;
  #suspended = false;
  #bypassed = false;

  /** `pair` gives the bound sockets; it is not called before they are bound. */
  constructor(pair: () => PortPair, timing: SessionTiming, handlers: SessionHandlers, random: () => number) {
    this.#pair = pair;
    this.#timing = timing;
    this.#handlers = handlers;
    this.#latch = new Latch(timing.latch);
    this.#reports = new RtcpReports(random().toString(36) + random().toString(36));
    this.inlet = new RtpInlet(handlers.digit);
    this.outlet = new RtpOutlet((data) => this.#send(data), random);
  }

  get parameters(): RtpParameters | undefined {
    return this.#parameters;
  }

  get codec(): AudioCodec {
    return this.#codec;
  }

  /** Whether audio may be sent: a far side is known and the direction allows it. */
  get sending(): boolean {
    return this.#sending;
  }

  get receiving(): boolean {
    return this.#receiving;
  }

  /**
   * Sets the far side. A changed address is latched anew (ruling 23); a changed codec empties the buffer.
   * @throws CodedError `media/no-srtp`, `media/srtp`: nothing is then changed, and nothing goes out unprotected
   */
  set(parameters: RtpParameters, now: number): void {
    this.#protect(parameters.srtp);
    const old = this.#parameters;
    this.#suspended = false;
    this.#bypassed = false;
    this.#parameters = parameters;
    this.#codec = parameters.codec === 'PCMA' ? PCMA : PCMU;
    this.#receiving = mayReceive(parameters.direction);
    this.#sending = maySend(parameters.direction) && isReachable(parameters);
    if (this.#latch.expect(parameters.remoteAddress, parameters.remotePort)) {
      this.#pair().rtp.disconnect();
      this.#ssrc = -1;
      this.#nextReport = now + this.#timing.rtcpIntervalMs;
    }
    this.#rtcpAddress = parameters.remoteAddress;
    this.#rtcpPort = parameters.remoteRtcpPort;
    if (old && (old.codec !== parameters.codec || old.payloadType !== parameters.payloadType))
      this.inlet.resetAudio();
    this.outlet.configure({
      codec: this.#codec,
      payloadType: parameters.payloadType,
      packetSamples: parameters.ptimeMs * 8,
      eventPayloadType: parameters.telephoneEventPayloadType,
    });
    this.#watch.watch(parameters.direction === 'sendrecv', now);
    // The first packet opens the NAT on the way before the peer has anything to say.
    if (this.#sending && !old) this.outlet.sendSilence(now);
  }

  /** Something else has the port (T.38): no report goes out, and that nothing comes is no loss, until {@link set}. */
  suspend(now: number): void {
    this.#suspended = true;
    this.#bypassed = false;
    this.#watch.watch(false, now);
    this.inlet.resetAudio();
  }

  /** Whether the peer's packets go past us: then nothing of our own is sent, and that nothing comes is no loss. */
  get bypassed(): boolean {
    return this.#bypassed;
  }

  bypass(on: boolean, now: number): void {
    if (on === this.#bypassed) return;
    this.#bypassed = on;
    this.#watch.watch(!on && this.#parameters?.direction === 'sendrecv', now);
    this.#nextReport = now + this.#timing.rtcpIntervalMs;
  }

  /** Where the peer sends from, once that is settled. */
  get source(): { address: string; port: number } | undefined {
    return this.#latch.locked ? { address: this.#latch.address, port: this.#latch.port } : undefined;
  }

  /** When a packet was last taken, ms. */
  get heardAt(): number {
    return this.#heardAt;
  }

  /** Whether the packets of both ways pass by in the kernel. Nothing is sent from here meanwhile. */
  set kernelRelays(on: boolean) {
    // What passed unseen would count as lost, and the event that ended there as still going on.
    if (this.#kernel && !on) this.#ssrc = -1;
    this.#kernel = on;
  }

  /** Packets that passed in the kernel since the last time, from the peer and to it. */
  relayedByKernel(received: number, sent: number, now: number): void {
    if (received > 0) {
      this.#reports.packetsReceived += received;
      if (this.#watch.rtp(now, false) === 'resumed') this.#handlers.resumed();
    }
    if (sent > 0) this.outlet.passed(sent, now);
  }

  /** A datagram on the RTP port. */
  onRtp(datagram: Buffer, address: string, port: number, now: number, wall: number): void {
    const parameters = this.#parameters;
    // Before the answer is known there is nothing to judge a packet by.
    if (!parameters || this.#closed) return;
    if (parameters.rtcpMux && isRtcp(datagram)) {
      this.onRtcp(datagram, address, port, now, wall);
      return;
    }
    // What is not authentic must not settle the source either.
    const data = this.#guard ? this.#guard.unprotect(datagram) : datagram;
    if (data === undefined) {
      this.#rejected++;
      return;
    }
    const header = this.#header;
    if (header.parse(data) !== undefined) {
      this.#rejected++;
      return;
    }
    const type = header.payloadType;
    const audio = type === parameters.payloadType;
    const event = type === parameters.telephoneEventPayloadType;
    if (!audio && !event && type !== COMFORT_NOISE) {
      this.#rejected++;
      return;
    }
    const verdict = this.#latch.judge(address, port, header.ssrc, header.sequence, now);
    if (verdict === 'held') return;
    if (verdict === 'rejected') {
      this.#rejected++;
      return;
    }
    if (verdict === 'locked') {
      this.#pair().rtp.connect(port, address);
      if (address !== parameters.remoteAddress || port !== parameters.remotePort) {
        // Behind a NAT the SDP's RTCP port means nothing; the one above is the best guess until RTCP comes.
        this.#rtcpAddress = address;
        this.#rtcpPort = port + 1;
      }
      this.#handlers.latched(address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`);
    }
    if (this.#bypassed && now - this.#heardAt > BYPASS_PAUSE_MS) this.#ssrc = -1;
    if (header.ssrc !== this.#ssrc) {
      this.#ssrc = header.ssrc;
      this.#reports.newSource(header.ssrc);
      this.inlet.resetStream();
    }
    // An event repeats its first timestamp; with its length it is as far on as audio would be (RFC 4733 2.2).
    const length = event && header.payloadLength >= 4 ? data.readUInt16BE(header.payloadOffset + 2) : 0;
    this.#reports.received(header.sequence, header.timestamp + length, now);
    this.#heardAt = now;
    if (this.#watch.rtp(now, type === COMFORT_NOISE) === 'resumed') this.#handlers.resumed();
    if (!this.#receiving) return;
    const relay = this.relayTo;
    if (event) {
      this.inlet.pushEvent(data, header, now);
      if (relay?.sending) this.#relay(relay, data, 0, now);
    } else if (type === COMFORT_NOISE && this.asIs && relay?.sending) {
      relay.outlet.pass(data, header.payloadLength, now);
    } else if (audio && header.payloadLength > 0) {
      if (relay && header.payloadLength !== relay.packetSamples) this.#handlers.unfitForRelay();
      if (this.relayTo) {
        if (this.relayTo.sending) this.#relay(this.relayTo, data, header.payloadLength, now);
      } else this.inlet.pushAudio(data, header, this.#codec, now);
    }
  }

  /** A datagram on the RTCP port (or RTCP on the shared one). Only the peer's own host is listened to. */
  onRtcp(datagram: Buffer, address: string, port: number, now: number, wall: number): void {
    const parameters = this.#parameters;
    if (!parameters || this.#closed) return;
    const known = address === this.#latch.address;
    const data = known && this.#guard ? this.#guard.unprotect(datagram, true) : datagram;
    if (!known || data === undefined) {
      this.#rejected++;
      return;
    }
    const passed = this.asIs && this.relayTo ? this.relayTo.#ssrc : undefined;
    if (!this.#reports.take(data, this.outlet.ssrc, now, wall, passed)) return;
    this.#watch.rtcp(now);
    if (this.asIs && this.relayTo) this.relayTo.#passReport(data);
    if (this.#latch.locked && !parameters.rtcpMux) {
      // RFC 4961: reports go back to where the peer's come from.
      this.#rtcpAddress = address;
      this.#rtcpPort = port;
    }
  }

  /** Samples in a packet that the far side asked for. */
  get packetSamples(): number {
    return (this.#parameters?.ptimeMs ?? 20) * 8;
  }

  /** To be called about every 100 ms: reports, watch, NAT. `wall` is the wall clock in ms. */
  housekeep(now: number, wall: number): void {
    const parameters = this.#parameters;
    if (!parameters || this.#closed || this.#suspended || this.#bypassed) return;
    this.inlet.poll(now);
    if (this.#watch.check(now, parameters.lossMs ?? this.#timing.rtpLossMs) === 'lost') this.#handlers.lost();
    const idle = now - this.outlet.lastSentAt;
    if (this.#kernel) {
      // From this socket nothing may go out now, or it would overtake or double what passes.
    } else if (this.#sending) {
      if (idle >= RELAY_SILENCE_MS) this.outlet.sendSilence(now);
    } else if (isReachable(parameters) && idle >= KEEPALIVE_MS) {
      this.outlet.sendKeepalive(KEEPALIVE_PAYLOAD_TYPE, now);
    }
    if (now >= this.#nextReport) {
      this.#nextReport = now + this.#timing.rtcpIntervalMs;
      if (!this.asIs) this.#report(parameters, now, wall);
    }
  }

  /** Ends the session with a BYE; gives the last figures. */
  close(now: number, wall: number): RtpStatistics {
    const figures = this.statistics();
    if (!this.#closed && this.#parameters) this.#report(this.#parameters, now, wall, true);
    this.#closed = true;
    this.relayTo = undefined;
    // It stays in its place: whatever should still be sent is then not sent, instead of unprotected.
    this.#guard?.close();
    return figures;
  }

  statistics(): RtpStatistics {
    const { roundTripMs, peer } = this.#reports;
    const { playoutMs } = this.inlet;
    const latched = this.#latch;
    const address = latched.address.includes(':') ? `[${latched.address}]` : latched.address;
    return {
      packetsSent: this.outlet.packetsSent,
      packetsReceived: this.#reports.packetsReceived,
      packetsLost: this.#reports.packetsLost,
      packetsLate: this.inlet.packetsLate,
      jitterMs: this.#reports.jitterMs,
      ...(roundTripMs === undefined ? {} : { roundTripMs }),
      ...(latched.locked ? { latched: `${address}:${latched.port}` } : {}),
      rejected: this.#rejected,
      ...(this.relayTo || playoutMs === undefined ? {} : { playoutMs }),
      ...(peer === undefined ? {} : { peer }),
    };
  }

  #relay(to: RtpSession, data: Buffer, samples: number, now: number): void {
    if (this.asIs) to.outlet.pass(data, this.#header.payloadLength, now);
    else to.outlet.relay(data, this.#header, samples, now);
  }

  /** The other side's report, about streams that both sides see alike. */
  #passReport(data: Uint8Array): void {
    if (this.#sending && this.#rtcpPort > 0) this.#pair().rtcp.send(data, this.#rtcpPort, this.#rtcpAddress);
  }

  #protect(srtp: SrtpParameters | undefined): void {
    if (srtp) {
      if (this.#guard) this.#guard.set(srtp);
      else this.#guard = new SrtpGuard(srtp);
    } else {
      this.#guard?.close();
      this.#guard = undefined;
    }
  }

  #send(data: Uint8Array): void {
    let packet = data;
    if (this.#guard) {
      const sealed = this.#guard.protect(data);
      if (!sealed) {
        // A relayed packet came twice, or its row began anew with the same SSRC: its number is used. The next goes on.
        this.outlet.endRelay();
        return;
      }
      packet = sealed;
    }
    this.#pair().rtp.send(packet, this.#latch.port, this.#latch.address);
  }

  #report(parameters: RtpParameters, now: number, wall: number, bye = false): void {
    if (!isReachable(parameters)) return;
    const report = this.#reports.compose(this.outlet, now, wall, bye);
    const data = this.#guard ? this.#guard.protect(report, true) : report;
    if (!data) return;
    if (parameters.rtcpMux) this.#pair().rtp.send(data, this.#latch.port, this.#latch.address);
    else if (this.#rtcpPort > 0) this.#pair().rtcp.send(data, this.#rtcpPort, this.#rtcpAddress);
  }
}

const mayReceive = (direction: MediaDirection): boolean =>
  direction === 'sendrecv' || direction === 'recvonly';
const maySend = (direction: MediaDirection): boolean => direction === 'sendrecv' || direction === 'sendonly';

/** Port 0 is a stream refused (RFC 3264 6), the unspecified address the old way to hold (RFC 3264 8.4). */
const isReachable = ({ remoteAddress, remotePort }: RtpParameters): boolean =>
  remotePort > 0 && remoteAddress !== '0.0.0.0' && remoteAddress !== '::';
