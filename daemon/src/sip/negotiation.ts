import type { CodecName, MediaDirection, RtpParameters } from '../media/api.ts';
import type { AgreedAudio, SdpMedia, SessionDescription } from './sdp.ts';
import type { SrtpMatch, SrtpTerms } from './srtp-terms.ts';

/** Outcome of one offer and answer. */
export interface Agreement {
  audio: AgreedAudio;
  /** What the media worker is told. */
  rtp: RtpParameters;
  /** The peer has put us on hold: it sends no speech of its own, or wants none (RFC 3264 8.4). */
  held: boolean;
  /** While it holds us it goes on sending: music, or words of its own (RFC 3264 8.4, `sendonly`). */
  music: boolean;
  /** SRTP, if it is agreed on. */
  srtp?: SrtpMatch;
}

export interface LocalWishes {
  /** Codecs that may be used, the preferred first. */
  codecs: readonly CodecName[];
  ptimeMs: 10 | 20 | 30;
  /** We hold the peer: it shall hear only what we play, and we want nothing from it. */
  holding: boolean;
  /** Digits go otherwise than as events: telephone-event is not agreed on. */
  digits?: 'inband' | 'info';
  /** Keys of the call; missing: plain RTP only. */
  srtp?: SrtpTerms | undefined;
}

const isCodec = (name: string): name is CodecName => name === 'PCMA' || name === 'PCMU';

/** Profiles of plain RTP, and of SRTP (RFC 3711 12, RFC 5124). */
const PLAIN: ReadonlySet<string> = new Set(['RTP/AVP', 'RTP/AVPF']);
const SECURED: ReadonlySet<string> = new Set(['RTP/SAVP', 'RTP/SAVPF']);

/** Old form of hold (RFC 2543): the address that nothing can be sent to. */
const isNowhere = (address: string): boolean => address === '0.0.0.0' || address === '::' || address === '';

/** Direction as seen from the box, given what the peer wrote for itself and whether we hold it. */
function directionOf(remote: MediaDirection, nowhere: boolean, holding: boolean): MediaDirection {
  // RFC 3264 6.1: what the peer does not receive we do not send, and the other way round.
  const send = (remote === 'sendrecv' || remote === 'recvonly') && !nowhere;
  const receive = (remote === 'sendrecv' || remote === 'sendonly') && !holding;
  if (send) return receive ? 'sendrecv' : 'sendonly';
  return receive ? 'recvonly' : 'inactive';
}

/** Packet time to send with: the peer's wish if we can, bounded by its maximum, else ours. */
function packetTime(media: SdpMedia, own: 10 | 20 | 30): 10 | 20 | 30 {
  const wish = media.ptime ?? own;
  const limit = Math.min(wish, media.maxptime ?? wish);
  if (limit >= 30) return 30;
  return limit >= 20 ? 20 : 10;
}

/**
 * Settles on codec, addresses, direction and keys from the peer's description, be it an offer (`offered`) or the answer
 * to ours; undefined when there is no audio line that both can speak. Of several a protected one is taken.
 */
export function agree(
  remote: SessionDescription,
  wishes: LocalWishes,
  offered = true,
): Agreement | undefined {
  let plain: Agreement | undefined;
  for (const [mediaIndex, media] of remote.media.entries()) {
    const agreement = agreeOn(media, mediaIndex, wishes, offered);
    if (agreement?.srtp || !wishes.srtp) {
      if (agreement) return agreement;
    } else plain ??= agreement;
  }
  return plain;
}

function agreeOn(
  media: SdpMedia,
  mediaIndex: number,
  wishes: LocalWishes,
  offered: boolean,
): Agreement | undefined {
  const secured = SECURED.has(media.protocol.toUpperCase());
  if (media.kind !== 'audio' || media.port === 0 || !(secured || PLAIN.has(media.protocol.toUpperCase())))
    return undefined;
  // Keys under the plain profile are what many peers offer where SRTP is not insisted on.
  const srtp = media.crypto.length > 0 ? wishes.srtp?.match(media, offered) : undefined;
  if (!srtp && (secured || wishes.srtp?.required)) return undefined;
  // RFC 3264 6.1: the order of the offer decides among what both speak.
  const format = media.formats.find(
    (f) => isCodec(f.encoding) && f.clockRate === 8000 && wishes.codecs.includes(f.encoding),
  );
  if (!format || !isCodec(format.encoding)) return undefined;
  const events = wishes.digits ? [] : media.formats;
  const event = events.find((f) => f.encoding === 'TELEPHONE-EVENT' && f.clockRate === 8000);
  const nowhere = isNowhere(media.address);
  const rtp: RtpParameters = {
    remoteAddress: media.address || '0.0.0.0',
    remotePort: media.port,
    remoteRtcpPort: media.rtcpPort ?? Math.min(media.port + 1, 65535),
    rtcpMux: false,
    codec: format.encoding,
    payloadType: format.payloadType,
    ptimeMs: packetTime(media, wishes.ptimeMs),
    direction: directionOf(media.direction, nowhere, wishes.holding),
    ...(event ? { telephoneEventPayloadType: event.payloadType } : {}),
    ...(wishes.digits === 'info' ? { digitsAside: true } : {}),
    ...(srtp ? { srtp: srtp.srtp } : {}),
  };
  const audio: AgreedAudio = {
    codec: format.encoding,
    payloadType: format.payloadType,
    eventType: event?.payloadType,
    mediaIndex,
  };
  const held = nowhere || media.direction === 'sendonly' || media.direction === 'inactive';
  const music = media.direction === 'sendonly' && !nowhere;
  return { audio, rtp, held, music, ...(srtp ? { srtp } : {}) };
}
