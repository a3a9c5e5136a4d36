import { CodedError } from '../../base/error.ts';
import { readUint32, writeUint32 } from './packet.ts';
import type { ReceptionReport } from './reception.ts';

/** Packet types of RFC 3550 12.1. */
export const RTCP_SR = 200;
export const RTCP_RR = 201;
export const RTCP_SDES = 202;
export const RTCP_BYE = 203;

/** SDES item (RFC 3550 12.2). */
const CNAME = 1;
/** Seconds from 1900 (NTP) to 1970 (Unix). */
const NTP_UNIX = 2_208_988_800;
/** RFC 3550 6.2: the least interval between reports, ms. */
const MIN_INTERVAL_MS = 5000;

/** NTP time, 32.32 bits. */
export interface NtpTime {
  seconds: number;
  fraction: number;
}

/** The sender part of a sender report (RFC 3550 6.4.1). */
export interface SenderInfo {
  ntp: NtpTime;
  rtpTimestamp: number;
  packets: number;
  bytes: number;
}

/** What a compound packet told. */
export interface RtcpContents {
  /** SSRC of who sent it. */
  ssrc: number;
  sender?: SenderInfo;
  reports: ReceptionReport[];
  cname?: string;
  /** SSRCs that say goodbye. */
  bye: number[];
}

/** Wall-clock milliseconds (Unix) as NTP time. */
export function ntpOf(wallMs: number): NtpTime {
  const seconds = Math.floor(wallMs / 1000);
  const fraction = Math.floor(((wallMs - seconds * 1000) / 1000) * 2 ** 32);
  return { seconds: (seconds + NTP_UNIX) % 2 ** 32, fraction };
}

/** The middle 32 bits of an NTP time, as report blocks carry it. */
export function ntpMiddle(ntp: NtpTime): number {
  return (((ntp.seconds & 0xffff) << 16) | (ntp.fraction >>> 16)) >>> 0;
}

/**
 * Round trip in ms from a report block on our own sender reports, received when our clock showed
 * `nowMiddle` (RFC 3550 6.4.1, figure 2); undefined while the peer has had no report of ours.
 */
export function roundTripMs(report: ReceptionReport, nowMiddle: number): number | undefined {
  if (report.lastSenderReport === 0) return undefined;
  const trip = (nowMiddle - report.lastSenderReport - report.delaySinceLastSenderReport) | 0;
  return Math.max(0, (trip * 1000) / 65536);
}

/**
 * Milliseconds to the next report: RFC 3550 6.2 and 6.3.1 for two participants, where the 5 s
 * minimum rules. `random`: 0 (inclusive) to 1, so that peers do not fall into step.
 */
export function rtcpIntervalMs(random: number): number {
  return MIN_INTERVAL_MS * (0.5 + random);
}

/** What goes into one compound packet. */
export interface RtcpReport {
  ssrc: number;
  cname: string;
  /** Present if anything was sent since the report before last: a sender report then, else a receiver report. */
  sender?: SenderInfo;
  reports: readonly ReceptionReport[];
  bye?: boolean;
}

/**
 * Writes SR or RR, SDES with the CNAME and, if wanted, BYE (RFC 3550 6.1) into `data`; returns the
 * length in bytes.
 * @throws CodedError `media/rtcp-buffer` if it does not fit, `media/rtcp-report` for more than 31 blocks or a long CNAME.
 */
export function buildRtcp(report: RtcpReport, data: Uint8Array): number {
  const { ssrc, sender, reports, bye } = report;
  const cname = new TextEncoder().encode(report.cname);
  if (reports.length > 31 || cname.length > 255)
    throw new CodedError('media/rtcp-report', 'too many blocks or too long a CNAME');
  // The item's two bytes, its text and at least one zero, to the next multiple of four (6.5).
  const sdesChunk = 4 + Math.ceil((2 + cname.length + 1) / 4) * 4;
  const first = (sender ? 28 : 8) + 24 * reports.length;
  const length = first + 4 + sdesChunk + (bye ? 8 : 0);
  if (data.length < length)
    throw new CodedError('media/rtcp-buffer', `${length} bytes do not fit into ${data.length}`);
  let at = header(data, 0, reports.length, sender ? RTCP_SR : RTCP_RR, first);
  writeUint32(data, at, ssrc);
  at += 4;
  if (sender) {
    writeUint32(data, at, sender.ntp.seconds);
    writeUint32(data, at + 4, sender.ntp.fraction);
    writeUint32(data, at + 8, sender.rtpTimestamp);
    writeUint32(data, at + 12, sender.packets);
    writeUint32(data, at + 16, sender.bytes);
    at += 20;
  }
  for (const block of reports) at = writeBlock(data, at, block);
  at = header(data, at, 1, RTCP_SDES, 4 + sdesChunk);
  data.fill(0, at, at + sdesChunk);
  writeUint32(data, at, ssrc);
  data[at + 4] = CNAME;
  data[at + 5] = cname.length;
  data.set(cname, at + 6);
  at += sdesChunk;
  if (bye) {
    at = header(data, at, 1, RTCP_BYE, 8);
    writeUint32(data, at, ssrc);
  }
  return length;
}

function header(data: Uint8Array, at: number, count: number, type: number, bytes: number): number {
  const words = bytes / 4 - 1;
  data[at] = 0x80 | count;
  data[at + 1] = type;
  data[at + 2] = words >> 8;
  data[at + 3] = words;
  return at + 4;
}

function writeBlock(data: Uint8Array, at: number, block: ReceptionReport): number {
  writeUint32(data, at, block.ssrc);
  writeUint32(data, at + 4, ((block.fractionLost & 0xff) << 24) | (block.cumulativeLost & 0xffffff));
  writeUint32(data, at + 8, block.highestSequence);
  writeUint32(data, at + 12, block.jitter);
  writeUint32(data, at + 16, block.lastSenderReport);
  writeUint32(data, at + 20, block.delaySinceLastSenderReport);
  return at + 24;
}

/**
 * Reads a compound packet; undefined if it fails the checks of RFC 3550 A.2. Packets of types not
 * known here are skipped.
 */
export function parseRtcp(data: Uint8Array, length = data.length): RtcpContents | undefined {
  if (length < 8 || length % 4 !== 0 || !(data[1] === RTCP_SR || data[1] === RTCP_RR)) return undefined;
  const contents: RtcpContents = { ssrc: readUint32(data, 4), reports: [], bye: [] };
  let at = 0;
  while (at < length) {
    if (at + 4 > length || data[at]! >> 6 !== 2) return undefined;
    let end = at + 4 * (((data[at + 2]! << 8) | data[at + 3]!) + 1);
    if (end > length) return undefined;
    const next = end;
    if (data[at]! & 0x20) {
      // Padding: in the last packet of the compound only (6.4.1).
      const padding = data[end - 1]!;
      if (next !== length || padding === 0 || end - padding < at + 4) return undefined;
      end -= padding;
    }
    if (!readPacket(data, at, end, contents)) return undefined;
    at = next;
  }
  return contents;
}

/** Reads one packet of a compound; false if its counts and length do not agree. */
function readPacket(data: Uint8Array, at: number, end: number, contents: RtcpContents): boolean {
  const count = data[at]! & 0x1f;
  const type = data[at + 1]!;
  if (type === RTCP_SR || type === RTCP_RR) {
    const blocks = at + (type === RTCP_SR ? 28 : 8);
    if (blocks + 24 * count > end) return false;
    if (type === RTCP_SR) contents.sender = readSender(data, at + 8);
    for (let i = 0; i < count; i++) contents.reports.push(readBlock(data, blocks + 24 * i));
  } else if (type === RTCP_SDES && count > 0) {
    const cname = readCname(data, at + 4, end);
    if (cname !== undefined) contents.cname = cname;
  } else if (type === RTCP_BYE) {
    if (at + 4 + 4 * count > end) return false;
    for (let i = 0; i < count; i++) contents.bye.push(readUint32(data, at + 4 + 4 * i));
  }
  return true;
}

function readSender(data: Uint8Array, at: number): SenderInfo {
  return {
    ntp: { seconds: readUint32(data, at), fraction: readUint32(data, at + 4) },
    rtpTimestamp: readUint32(data, at + 8),
    packets: readUint32(data, at + 12),
    bytes: readUint32(data, at + 16),
  };
}

function readBlock(data: Uint8Array, at: number): ReceptionReport {
  return {
    ssrc: readUint32(data, at),
    fractionLost: data[at + 4]!,
    cumulativeLost: (readUint32(data, at + 4) << 8) >> 8,
    highestSequence: readUint32(data, at + 8),
    jitter: readUint32(data, at + 12),
    lastSenderReport: readUint32(data, at + 16),
    delaySinceLastSenderReport: readUint32(data, at + 20),
  };
}

/** The CNAME of the first chunk. */
function readCname(data: Uint8Array, from: number, end: number): string | undefined {
  for (let at = from + 4; at + 2 <= end && data[at] !== 0; ) {
    const size = data[at + 1]!;
    if (at + 2 + size > end) return undefined;
    if (data[at] === CNAME) return new TextDecoder().decode(data.subarray(at + 2, at + 2 + size));
    at += 2 + size;
  }
  return undefined;
}
