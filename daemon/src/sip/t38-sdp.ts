import type { T38Parameters } from '../media/api.ts';
import { head, type LocalAudio, refusedLine, type SdpMedia, type SessionDescription } from './sdp.ts';

/** What the gateway does at most: V.17 (T.38 D.2.1.2). */
const MAX_BIT_RATE = 14_400;
/** What we take: a V.17 packet of 30 ms and three before it are 250 octets; old gateways choke on more than this. */
const MAX_DATAGRAM = 400;
const MAX_BUFFER = 2000;
/** Earlier packets in each datagram: 5 % of loss then leaves one packet in 160000 missing. */
const REDUNDANCY = 3;
/** What a peer is taken to accept that does not say. */
const DEFAULT_DATAGRAM = 400;
/** Below this not even one packet of V.17 fits, and the figure means something else. */
const LEAST_DATAGRAM = 64;

/** What offer and answer have settled for T.38. */
export interface FaxAgreement {
  /** Index of the m= line. */
  mediaIndex: number;
  t38: T38Parameters;
}

/** A whole number of an attribute, within bounds; undefined if it is none. */
function figure(media: SdpMedia, name: string, most: number): number | undefined {
  const text = media.t38.get(name);
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined;
  return Math.min(Number(text), most);
}

/**
 * Settles on T.38 from the peer's description, offer or answer (T.38 annex D.2); undefined where it has no line for
 * UDPTL that the gateway can serve. Over UDP the training check is passed on; a peer that makes its own is refused.
 */
export function agreeOnFax(remote: SessionDescription): FaxAgreement | undefined {
  for (const [mediaIndex, media] of remote.media.entries()) {
    if (media.kind !== 'image' || media.port === 0 || media.protocol.toLowerCase() !== 'udptl') continue;
    if (!media.formatList.toLowerCase().split(' ').includes('t38') || nowhere(media.address)) continue;
    const management = media.t38.get('t38faxratemanagement')?.toLowerCase();
    if (management !== undefined && management !== 'transferredtcf') continue;
    const datagram = figure(media, 't38faxmaxdatagram', 1400) ?? DEFAULT_DATAGRAM;
    const correction = media.t38.get('t38faxudpec')?.toLowerCase();
    const rate = figure(media, 't38maxbitrate', MAX_BIT_RATE) ?? MAX_BIT_RATE;
    return {
      mediaIndex,
      t38: {
        remoteAddress: media.address,
        remotePort: media.port,
        maxBitRate: rate >= 2400 ? rate : MAX_BIT_RATE,
        maxBuffer: figure(media, 't38faxmaxbuffer', 65_535) || MAX_BUFFER,
        maxDatagram: datagram >= LEAST_DATAGRAM ? datagram : DEFAULT_DATAGRAM,
        // Datagrams tell of what kind they are, so that whoever can do forward correction takes redundancy as well.
        redundancy: correction === 't38udpnoec' ? 0 : REDUNDANCY,
      },
    };
  }
  return undefined;
}

const nowhere = (address: string): boolean => address === '0.0.0.0' || address === '::' || address === '';

/** The m= line of T.38 with its attributes; `maxBitRate` answers no more than was offered. */
function faxLines(port: number, maxBitRate = MAX_BIT_RATE): string[] {
  return [
    `m=image ${port} udptl t38`,
    // The grammar of 1998: whoever knows a later one knows it, too.
    'a=T38FaxVersion:0',
    `a=T38MaxBitRate:${maxBitRate}`,
    'a=T38FaxRateManagement:transferredTCF',
    `a=T38FaxMaxBuffer:${MAX_BUFFER}`,
    `a=T38FaxMaxDatagram:${MAX_DATAGRAM}`,
    'a=T38FaxUdpEC:t38UDPRedundancy',
  ];
}

/**
 * Our offer of T.38 in the place of the audio: the line changes its kind (RFC 3264 8.3.3), or an image line that the
 * session has already is used; all others are given up.
 */
export function writeFaxOffer(
  local: LocalAudio,
  media: readonly Pick<SdpMedia, 'kind' | 'protocol' | 'formatList'>[],
  carrier: number,
): string {
  const lines = head(local, '0 0');
  media.forEach((line, index) => {
    lines.push(...(index === carrier ? faxLines(local.port) : [refusedLine(line)]));
  });
  return `${lines.join('\r\n')}\r\n`;
}

/** Our answer to an offer of T.38: every other line is refused. */
export function writeFaxAnswer(local: LocalAudio, offer: SessionDescription, agreed: FaxAgreement): string {
  const lines = head(local, offer.timing);
  offer.media.forEach((line, index) => {
    if (index === agreed.mediaIndex) lines.push(...faxLines(local.port, agreed.t38.maxBitRate));
    else lines.push(refusedLine(line));
  });
  return `${lines.join('\r\n')}\r\n`;
}

/** The line that T.38 takes the place of: an image line of old, else the one that carries the call. */
export function faxCarrier(media: readonly Pick<SdpMedia, 'kind' | 'protocol'>[], audio: number): number {
  const image = media.findIndex((line) => line.kind === 'image' && line.protocol.toLowerCase() === 'udptl');
  return image < 0 ? audio : image;
}

/** The line in which audio comes back: where it was, unless an audio line stands elsewhere. */
export function audioCarrier(media: readonly Pick<SdpMedia, 'kind'>[], audio: number): number {
  if (media[audio]?.kind === 'audio') return audio;
  const other = media.findIndex((line) => line.kind === 'audio');
  return other < 0 ? audio : other;
}
