import { CodedError } from '../../base/error.ts';

/** Size of a header without CSRC list and extension (RFC 3550 5.1). */
export const RTP_HEADER_BYTES = 12;

/** Why a datagram is not an RTP packet. */
export type RtpFault = 'too-short' | 'version' | 'rtcp' | 'truncated' | 'padding';

/** The fields of one packet; the same object is filled again and again. */
export class RtpHeader {
  payloadType = 0;
  marker = false;
  /** 16 bits. */
  sequence = 0;
  /** 32 bits, unsigned. */
  timestamp = 0;
  /** 32 bits, unsigned. */
  ssrc = 0;
  /** Where the payload begins in the datagram. */
  payloadOffset = 0;
  /** Bytes of payload, padding not counted; may be 0. */
  payloadLength = 0;

  /**
   * Reads the datagram `data[0..length)`. Returns undefined when the header is sound (RFC 3550 5.1
   * and the checks of A.1), else the fault, and then the fields are as before.
   */
  parse(data: Uint8Array, length = data.length): RtpFault | undefined {
    if (length < RTP_HEADER_BYTES) return 'too-short';
    const first = data[0]!;
    const second = data[1]!;
    if (first >> 6 !== 2) return 'version';
    // RFC 5761 4: on a shared port, 64-95 in the payload type's place is RTCP (packet types 192-223).
    const payloadType = second & 0x7f;
    if (payloadType >= 64 && payloadType <= 95) return 'rtcp';
    let offset = RTP_HEADER_BYTES + 4 * (first & 0x0f);
    if (first & 0x10) {
      if (offset + 4 > length) return 'truncated';
      offset += 4 + 4 * ((data[offset + 2]! << 8) | data[offset + 3]!);
    }
    if (offset > length) return 'truncated';
    let end = length;
    if (first & 0x20) {
      const padding = data[length - 1]!;
      if (padding === 0 || offset + padding > length) return 'padding';
      end -= padding;
    }
    this.payloadType = payloadType;
    this.marker = (second & 0x80) !== 0;
    this.sequence = (data[2]! << 8) | data[3]!;
    this.timestamp = readUint32(data, 4);
    this.ssrc = readUint32(data, 8);
    this.payloadOffset = offset;
    this.payloadLength = end - offset;
    return undefined;
  }
}

/**
 * Writes a 12-byte header at the start of `data`; the payload goes to {@link RTP_HEADER_BYTES}.
 * @throws CodedError `media/rtp-buffer` if `data` is shorter than a header.
 */
export function writeRtpHeader(
  data: Uint8Array,
  payloadType: number,
  marker: boolean,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  if (data.length < RTP_HEADER_BYTES)
    throw new CodedError('media/rtp-buffer', `${data.length} bytes hold no RTP header`);
  data[0] = 0x80;
  data[1] = (marker ? 0x80 : 0) | (payloadType & 0x7f);
  data[2] = sequence >> 8;
  data[3] = sequence;
  writeUint32(data, 4, timestamp);
  writeUint32(data, 8, ssrc);
}

/** Whether a datagram on a shared port is RTCP (RFC 5761 4). */
export function isRtcp(data: Uint8Array, length = data.length): boolean {
  return length >= 8 && data[0]! >> 6 === 2 && data[1]! >= 192 && data[1]! <= 223;
}

/** Reads 32 bits, most significant byte first. */
export function readUint32(data: Uint8Array, at: number): number {
  return ((data[at]! << 24) | (data[at + 1]! << 16) | (data[at + 2]! << 8) | data[at + 3]!) >>> 0;
}

/** Writes the low 32 bits of `value`, most significant byte first. */
export function writeUint32(data: Uint8Array, at: number, value: number): void {
  data[at] = value >>> 24;
  data[at + 1] = value >>> 16;
  data[at + 2] = value >>> 8;
  data[at + 3] = value;
}
