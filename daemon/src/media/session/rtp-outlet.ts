import { type AudioCodec, PCMA } from '../dsp/g711.ts';
import { FRAME_SAMPLES } from '../line-audio.ts';
import { RTP_HEADER_BYTES, type RtpHeader, writeRtpHeader } from '../rtp/packet.ts';
import { sequenceDelta, timestampDelta } from '../rtp/sequence.ts';
import { EVENT_BYTES, eventOfDigit, TelephoneEventSender } from '../rtp/telephone-event.ts';

/** What a session sends with, from the answer. */
export interface OutletParameters {
  codec: AudioCodec;
  payloadType: number;
  /** Samples per packet: 80, 160 or 240. */
  packetSamples: number;
  eventPayloadType: number | undefined;
}

/** Packets that may wait in the kernel's queue while the next are written. */
const BUFFERS = 8;
/** A pause in sending longer than this moves the timestamp on by the time that passed, ms. */
const PAUSE_MS = 100;
/** How long after a switch to relaying packets from before it are known for such. */
const RELAY_GUARD = 200;
/** Stands in while no digit was ever sent. */
const NO_EVENT = Buffer.alloc(0);
/** C03: events nearer together than 40 ms are taken for one by some receivers. */
const EVENT_GAP_MS = 40;
/** RFC 4733 2.3.4: power level told in events, dBm0 without its sign. */
const EVENT_VOLUME = 10;

/**
 * The sending side of one RTP session: one SSRC, one row of sequence numbers and one run of
 * timestamps for its whole life, whether the packets are made here from frames of audio, carry
 * RFC 4733 events, or are relayed from another session.
 */
export class RtpOutlet {
  readonly ssrc: number;
  readonly #send: (data: Uint8Array) => void;
  #audio: Buffer[] = [];
  #event: Buffer[] = [];
  #parameters: OutletParameters;
  #events: TelephoneEventSender | undefined;
  #buffer = 0;
  #filled = 0;
  #sequence: number;
  /** Timestamp of the next sample to be sent. */
  #timestamp: number;
  #lastAt = Number.NEGATIVE_INFINITY;
  /** When a packet of this session's own row was last sent, ms. */
  #ownAt = Number.NEGATIVE_INFINITY;
  #marker = true;
  #relaying = false;
  #relaySsrc = 0;
  #relayFirst = 0;
  #relayCount = 0;
  #sequenceOffset = 0;
  #timestampOffset = 0;
  packetsSent = 0;
  octetsSent = 0;

  /** `random` gives 32 random bits for SSRC and start values (RFC 3550 5.1). */
  constructor(send: (data: Uint8Array) => void, random: () => number) {
    this.#send = send;
    this.ssrc = random() >>> 0;
    // RFC 4568 6.4: in the lower half, so that a first packet lost cannot hide the number's turning over from SRTP.
    this.#sequence = random() & 0x7fff;
    this.#timestamp = random() >>> 0;
    this.#parameters = { codec: PCMA, payloadType: 8, packetSamples: 160, eventPayloadType: undefined };
  }

  configure(parameters: OutletParameters): void {
    const old = this.#parameters;
    this.#parameters = parameters;
    const bytes = RTP_HEADER_BYTES + parameters.packetSamples;
    if (this.#audio[0]?.length !== bytes) {
      this.#audio = buffers(bytes);
    }
    if (old.packetSamples !== parameters.packetSamples || old.codec !== parameters.codec) this.#filled = 0;
    if (parameters.eventPayloadType === undefined) this.#events = undefined;
    else if (!this.#events || old.packetSamples !== parameters.packetSamples) {
      this.#events = new TelephoneEventSender({
        samplesPerPacket: parameters.packetSamples,
        volume: EVENT_VOLUME,
        gapMs: EVENT_GAP_MS,
      });
    }
  }

  /** Whether DTMF leaves as RFC 4733 here. */
  get hasEvents(): boolean {
    return this.#events !== undefined;
  }

  /** Whether an event is being sent or waits. */
  get eventActive(): boolean {
    return this.#events?.active ?? false;
  }

  /** When a packet was last sent, ms. */
  get lastSentAt(): number {
    return this.#lastAt;
  }

  /** Begins a digit that lasts `durationMs`, or until {@link endDigit} (`hold`). */
  beginDigit(digit: string, durationMs: number | 'hold'): void {
    if (this.#event.length === 0) this.#event = buffers(RTP_HEADER_BYTES + EVENT_BYTES);
    this.#events?.enqueue(eventOfDigit(digit), durationMs);
  }

  endDigit(): void {
    this.#events?.release();
  }

  /** Drops the digits that wait, and ends the one being sent. */
  clearDigits(): void {
    this.#events?.clear();
  }

  /** Takes 10 ms of audio; sends a packet when one is full. */
  push(frame: Int16Array, now: number): void {
    const { codec, payloadType, packetSamples, eventPayloadType } = this.#parameters;
    if (this.#filled === 0) this.#resume(now);
    const packet = this.#audio[this.#buffer]!;
    codec.encode(frame, packet, RTP_HEADER_BYTES + this.#filled, FRAME_SAMPLES);
    this.#filled += FRAME_SAMPLES;
    if (this.#filled < packetSamples) return;
    this.#filled = 0;
    const eventPacket = this.#event[this.#buffer] ?? NO_EVENT;
    this.#buffer = (this.#buffer + 1) % BUFFERS;
    const event = this.#events?.next(this.#timestamp, eventPacket, RTP_HEADER_BYTES);
    if (event && eventPayloadType !== undefined) {
      writeRtpHeader(eventPacket, eventPayloadType, event.marker, this.#sequence, event.timestamp, this.ssrc);
      this.#emit(eventPacket, EVENT_BYTES, now);
      // What follows the event is a new beginning for the receiver's buffer.
      this.#marker = true;
    } else {
      writeRtpHeader(packet, payloadType, this.#marker, this.#sequence, this.#timestamp, this.ssrc);
      this.#marker = false;
      this.#emit(packet, packetSamples, now);
    }
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + packetSamples) >>> 0;
  }

  /**
   * Sends a packet of another session on, changed in place: payload type, sequence number, timestamp
   * and SSRC become this session's own, losses and order stay as they came. `samples`: 0 for an event.
   */
  relay(data: Uint8Array, header: RtpHeader, samples: number, now: number): void {
    const { payloadType, eventPayloadType } = this.#parameters;
    let marker = header.marker;
    if (!this.#relaying || header.ssrc !== this.#relaySsrc) {
      this.#resume(now);
      this.#filled = 0;
      this.#relaying = true;
      this.#relaySsrc = header.ssrc;
      this.#relayFirst = header.sequence;
      this.#relayCount = 0;
      this.#sequenceOffset = this.#sequence - header.sequence;
      this.#timestampOffset = this.#timestamp - header.timestamp;
      marker = true;
    } else if (this.#relayCount < RELAY_GUARD) {
      // From before the switch: its place in the row is taken.
      if (sequenceDelta(this.#relayFirst, header.sequence) < 0) return;
      this.#relayCount++;
    }
    const sequence = (header.sequence + this.#sequenceOffset) & 0xffff;
    const timestamp = (header.timestamp + this.#timestampOffset) >>> 0;
    let out = data;
    if (
      header.payloadOffset !== RTP_HEADER_BYTES ||
      data.length !== RTP_HEADER_BYTES + header.payloadLength
    ) {
      // CSRC list, extension or padding: they mean nothing outside the session they come from.
      data.copyWithin(RTP_HEADER_BYTES, header.payloadOffset, header.payloadOffset + header.payloadLength);
      out = data.subarray(0, RTP_HEADER_BYTES + header.payloadLength);
    }
    const type = samples > 0 ? payloadType : (eventPayloadType ?? payloadType);
    writeRtpHeader(out, type, marker, sequence, timestamp, this.ssrc);
    this.#emit(out, header.payloadLength, now);
    if (sequenceDelta(this.#sequence, sequence) >= 0) this.#sequence = (sequence + 1) & 0xffff;
    const end = (timestamp + samples) >>> 0;
    if (timestampDelta(this.#timestamp, end) > 0) this.#timestamp = end;
  }

  /**
   * Sends a packet of another session on as it is, under the SSRC of its source; the row of this session's own
   * packets waits meanwhile. The first one begins something new for the receiver, so it has the marker.
   */
  pass(data: Uint8Array, payloadBytes: number, now: number): void {
    if (!this.#relaying) data[1] = data[1]! | 0x80;
    this.#relaying = true;
    this.#relaySsrc = -1;
    this.#filled = 0;
    this.packetsSent++;
    this.octetsSent += payloadBytes;
    this.#lastAt = now;
    this.#send(data);
  }

  /** Counts packets that went out past this session; none of them was its own. */
  passed(packets: number, now: number): void {
    this.packetsSent += packets;
    this.#lastAt = now;
    this.#relaying = true;
    this.#relaySsrc = -1;
  }

  /** Ends relaying: the next packet made here goes on where it stopped. */
  endRelay(): void {
    this.#relaying = false;
  }

  /** Sends one packet of silence outside the pace of frames, so that a NAT on the way stays open. */
  sendSilence(now: number): void {
    const { codec, payloadType, packetSamples } = this.#parameters;
    this.#relaying = false;
    this.#filled = 0;
    this.#resume(now);
    const packet = this.#audio[this.#buffer]!;
    this.#buffer = (this.#buffer + 1) % BUFFERS;
    packet.fill(codec.silence, RTP_HEADER_BYTES);
    writeRtpHeader(packet, payloadType, this.#marker, this.#sequence, this.#timestamp, this.ssrc);
    this.#marker = false;
    this.#emit(packet, packetSamples, now);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#timestamp = (this.#timestamp + packetSamples) >>> 0;
  }

  /**
   * Sends a packet that carries nothing, of a payload type that the peer does not know and drops
   * (RFC 6263 4.6), while no media may be sent (RFC 3264 5.1).
   */
  sendKeepalive(payloadType: number, now: number): void {
    const packet = Buffer.alloc(RTP_HEADER_BYTES);
    this.#relaying = false;
    this.#filled = 0;
    this.#resume(now);
    writeRtpHeader(packet, payloadType, false, this.#sequence, this.#timestamp, this.ssrc);
    this.#sequence = (this.#sequence + 1) & 0xffff;
    this.#emit(packet, 0, now);
  }

  /** The timestamp that stands for `now`, for a sender report (RFC 3550 6.4.1). */
  timestampAt(now: number): number {
    if (this.#ownAt === Number.NEGATIVE_INFINITY) return this.#timestamp;
    return (this.#timestamp + Math.round((now - this.#ownAt) * 8)) >>> 0;
  }

  #resume(now: number): void {
    if (this.#ownAt === Number.NEGATIVE_INFINITY) return;
    const gap = now - this.#ownAt;
    if (gap <= PAUSE_MS) return;
    this.#timestamp = (this.#timestamp + Math.round(gap * 8)) >>> 0;
    this.#marker = true;
  }

  #emit(data: Uint8Array, octets: number, now: number): void {
    this.packetsSent++;
    this.octetsSent += octets;
    this.#lastAt = now;
    this.#ownAt = now;
    this.#send(data);
  }
}

/** {@link BUFFERS} packets cut from one piece of memory. */
function buffers(bytes: number): Buffer[] {
  const slab = Buffer.alloc(bytes * BUFFERS);
  return Array.from({ length: BUFFERS }, (_, i) => slab.subarray(i * bytes, (i + 1) * bytes));
}
