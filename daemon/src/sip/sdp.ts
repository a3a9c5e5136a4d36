import { CodedError } from '../base/error.ts';
import type { CodecName, MediaDirection } from '../media/api.ts';
import { type CryptoLine, writeCryptoLine } from './crypto-line.ts';

/** One payload format of an audio line. */
export interface SdpFormat {
  payloadType: number;
  /** Encoding name, upper case. */
  encoding: string;
  clockRate: number;
  fmtp: string | undefined;
}

/** One m= line with what concerns it. */
export interface SdpMedia {
  kind: string;
  /** 0: refused or given up (RFC 3264 5.1, 6). */
  port: number;
  protocol: string;
  /** Formats as written, for an answer that refuses the line. */
  formatList: string;
  formats: SdpFormat[];
  address: string;
  rtcpPort: number | undefined;
  rtcpMux: boolean;
  ptime: number | undefined;
  maxptime: number | undefined;
  direction: MediaDirection;
  /** Values of its a=crypto lines, in order (RFC 4568). */
  crypto: string[];
  /** Its attributes of T.38, by their names in lower case: the case they are written in varies (T.38 annex D). */
  t38: ReadonlyMap<string, string>;
}

export interface SessionDescription {
  sessionId: string;
  sessionVersion: string;
  /** Value of t=; an answer repeats it (RFC 3264 6). */
  timing: string;
  media: SdpMedia[];
}

/** Bounds of a description that is looked at; an audio offer of a telephone has some 20 lines. */
const MAX_LENGTH = 16_384;
const MAX_LINES = 400;
const MAX_MEDIA = 16;
const MAX_FORMATS = 64;
const MAX_CRYPTO = 16;
const MAX_T38 = 16;

/** Static payload types that need no rtpmap (RFC 3551 table 4), as far as the box speaks them. */
const STATIC = new Map<number, string>([
  [0, 'PCMU'],
  [8, 'PCMA'],
]);

const DIRECTIONS: ReadonlySet<string> = new Set(['sendrecv', 'sendonly', 'recvonly', 'inactive']);

interface Pending {
  kind: string;
  port: number;
  protocol: string;
  types: number[];
  formatList: string;
  address: string | undefined;
  maps: Map<number, { encoding: string; clockRate: number }>;
  fmtp: Map<number, string>;
  rtcpPort: number | undefined;
  rtcpMux: boolean;
  ptime: number | undefined;
  maxptime: number | undefined;
  direction: MediaDirection | undefined;
  crypto: string[];
  t38: Map<string, string>;
}

function bad(what: string): CodedError {
  return new CodedError('sip/sdp', `session description refused: ${what}`);
}

function whole(text: string | undefined, max: number): number | undefined {
  if (text === undefined || !/^\d{1,9}$/.test(text)) return undefined;
  const value = Number(text);
  return value <= max ? value : undefined;
}

function connection(value: string): string | undefined {
  // `IN IP4 192.0.2.1/127`: the TTL of a multicast address is not ours to use.
  return /^IN\s+IP[46]\s+([^\s/]{1,255})/i.exec(value)?.[1];
}

function mediaLine(value: string): Pending {
  const [kind = '', portText = '', protocol = '', ...types] = value.trim().split(/\s+/);
  const port = whole(portText.split('/', 1)[0], 65535);
  if (!kind || port === undefined || !protocol) throw bad(`m=${value.slice(0, 60)}`);
  return {
    kind: kind.toLowerCase(),
    port,
    protocol,
    formatList: types.slice(0, MAX_FORMATS).join(' '),
    types: types.slice(0, MAX_FORMATS).flatMap((t) => whole(t, 127) ?? []),
    address: undefined,
    maps: new Map(),
    fmtp: new Map(),
    rtcpPort: undefined,
    rtcpMux: false,
    ptime: undefined,
    maxptime: undefined,
    direction: undefined,
    crypto: [],
    t38: new Map(),
  };
}

function attribute(media: Pending, value: string): void {
  const colon = value.indexOf(':');
  const name = (colon < 0 ? value : value.slice(0, colon)).trim().toLowerCase();
  const rest = colon < 0 ? '' : value.slice(colon + 1).trim();
  if (DIRECTIONS.has(name)) media.direction = name as MediaDirection;
  else if (name === 'rtcp-mux') media.rtcpMux = true;
  else if (name.startsWith('t38')) {
    if (media.t38.size < MAX_T38) media.t38.set(name, rest.slice(0, 64));
  } else if (name === 'rtcp') media.rtcpPort = whole(rest.split(/\s/, 1)[0], 65535);
  // Some adapters write a fraction ("20.0"); its whole part is what counts.
  else if (name === 'ptime') media.ptime = whole(rest.split('.', 1)[0], 1000);
  else if (name === 'maxptime') media.maxptime = whole(rest.split('.', 1)[0], 1000);
  else if (name === 'crypto') {
    // As the RFC writes it and no other way: a key that traces do not know for one must not be used.
    if (/^crypto:/i.test(value) && media.crypto.length < MAX_CRYPTO) media.crypto.push(rest);
  } else if (name === 'rtpmap') {
    const match = /^(\d{1,3})\s+([^/\s]{1,64})\/(\d{1,6})/.exec(rest);
    if (match)
      media.maps.set(Number(match[1]), { encoding: match[2]!.toUpperCase(), clockRate: Number(match[3]) });
  } else if (name === 'fmtp') {
    const match = /^(\d{1,3})\s+(.*)$/.exec(rest);
    if (match) media.fmtp.set(Number(match[1]), match[2]!.slice(0, 256));
  }
}

/**
 * Parses what the gateway needs of a session description (RFC 8866). Tolerates bare LF, unknown
 * lines and missing ones; refuses what is too large or has no media.
 * @throws CodedError `sip/sdp`
 */
export function parseSdp(body: string): SessionDescription {
  if (body.length > MAX_LENGTH) throw bad(`${body.length} characters`);
  const lines = body.split('\n');
  if (lines.length > MAX_LINES) throw bad(`${lines.length} lines`);
  let origin: string[] = [];
  let sessionAddress: string | undefined;
  let sessionDirection: MediaDirection | undefined;
  let timing = '0 0';
  const media: Pending[] = [];
  for (const raw of lines) {
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line[1] !== '=') continue;
    const value = line.slice(2);
    const current = media.at(-1);
    switch (line[0]) {
      case 'o':
        origin = value.split(/\s+/, 6);
        break;
      case 'c':
        if (current) current.address = connection(value);
        else sessionAddress = connection(value);
        break;
      case 't':
        if (/^\d{1,19} \d{1,19}$/.test(value.trim())) timing = value.trim();
        break;
      case 'm':
        if (media.length >= MAX_MEDIA) throw bad('too many media lines');
        media.push(mediaLine(value));
        break;
      case 'a':
        if (current) attribute(current, value);
        else if (DIRECTIONS.has(value.trim())) sessionDirection = value.trim() as MediaDirection;
        break;
    }
  }
  if (media.length === 0) throw bad('no media line');
  return {
    sessionId: origin[1] ?? '',
    sessionVersion: origin[2] ?? '',
    timing,
    media: media.map((m) => ({
      kind: m.kind,
      port: m.port,
      protocol: m.protocol,
      formatList: m.formatList,
      formats: m.types.flatMap((payloadType) => {
        const mapped = m.maps.get(payloadType);
        const fixed = STATIC.get(payloadType);
        if (!mapped && !fixed) return [];
        return [
          {
            payloadType,
            encoding: mapped?.encoding ?? fixed ?? '',
            clockRate: mapped?.clockRate ?? 8000,
            fmtp: m.fmtp.get(payloadType),
          },
        ];
      }),
      address: m.address ?? sessionAddress ?? '',
      rtcpPort: m.rtcpPort,
      rtcpMux: m.rtcpMux,
      ptime: m.ptime,
      maxptime: m.maxptime,
      direction: m.direction ?? sessionDirection ?? 'sendrecv',
      crypto: m.crypto,
      t38: m.t38,
    })),
  };
}

/** What the box writes of itself. */
export interface LocalAudio {
  /** Where the peer is to send to. */
  address: string;
  /** Whose description it is, which stays the same in all of a session (RFC 3264 8); `address` where it is not told. */
  origin?: string;
  port: number;
  sessionId: string;
  /** Goes up by one whenever the description changes (RFC 3264 8). */
  sessionVersion: number;
  ptimeMs: 10 | 20 | 30;
  direction: MediaDirection;
  /** SDES (RFC 4568): lines of our keys; none: plain RTP. */
  crypto?: readonly CryptoLine[];
  /** Whether telephone-event is offered; it is where nothing is told. */
  events?: boolean;
  /** Profile of a first offer; `RTP/AVP` where it is not told. */
  profile?: 'RTP/AVP' | 'RTP/SAVP';
}

/** Payload type that we offer for RFC 4733 events: the one that most equipment expects. */
export const OFFERED_EVENT_TYPE = 101;

const STATIC_TYPE: Record<CodecName, number> = { PCMU: 0, PCMA: 8 };

/** The lines before the first m= line. */
export function head(local: LocalAudio, timing: string): string[] {
  const network = (address: string): string => `IN ${address.includes(':') ? 'IP6' : 'IP4'} ${address}`;
  return [
    'v=0',
    `o=- ${local.sessionId} ${local.sessionVersion} ${network(local.origin ?? local.address)}`,
    's=-',
    `c=${network(local.address)}`,
    `t=${timing}`,
  ];
}

function audioLines(
  local: LocalAudio,
  protocol: string,
  codecs: readonly { payloadType: number; codec: CodecName }[],
  eventType: number | undefined,
): string[] {
  const types = codecs.map((c) => c.payloadType);
  if (eventType !== undefined) types.push(eventType);
  const lines = [`m=audio ${local.port} ${protocol} ${types.join(' ')}`];
  for (const { payloadType, codec } of codecs) lines.push(`a=rtpmap:${payloadType} ${codec}/8000`);
  if (eventType !== undefined)
    lines.push(`a=rtpmap:${eventType} telephone-event/8000`, `a=fmtp:${eventType} 0-15`);
  for (const line of local.crypto ?? []) lines.push(`a=${writeCryptoLine(line)}`);
  lines.push(`a=ptime:${local.ptimeMs}`, `a=${local.direction}`);
  return lines;
}

/** What an earlier offer and answer of the session have settled, and a later offer keeps. */
export interface Settled {
  /** Every m= line so far, in order. */
  media: readonly Pick<SdpMedia, 'kind' | 'protocol' | 'formatList'>[];
  /** The one that carries the call. */
  mediaIndex: number;
  /** The number that stands for telephone-event; undefined if none does. */
  eventType: number | undefined;
  /** Profile of the audio, where T.38 has taken its line. */
  profile?: string;
}

/**
 * Our offer: G.711 as configured, in that order, and telephone-event. A later one has as many lines
 * as were agreed on before, in their order (RFC 3264 8), and gives no number a new meaning (8.3.2).
 */
export function writeOffer(local: LocalAudio, codecs: readonly CodecName[], settled?: Settled): string {
  const formats = codecs.map((codec) => ({ payloadType: STATIC_TYPE[codec], codec }));
  const lines = head(local, '0 0');
  const media = settled?.media ?? [{ kind: 'audio', protocol: local.profile ?? 'RTP/AVP', formatList: '' }];
  const carrier = settled?.mediaIndex ?? 0;
  media.forEach((line, index) => {
    if (index === carrier)
      lines.push(
        ...audioLines(
          local,
          settled?.profile ?? line.protocol,
          formats,
          local.events === false ? undefined : (settled?.eventType ?? freeType(settled)),
        ),
      );
    else lines.push(refusedLine(line));
  });
  return `${lines.join('\r\n')}\r\n`;
}

/** 101, or where the peer uses that for something else, another dynamic number. */
function freeType(settled: Settled | undefined): number {
  const taken = new Set(settled?.media.flatMap((m) => m.formatList.split(' ')));
  let type = OFFERED_EVENT_TYPE;
  while (taken.has(String(type)) && type < 127) type++;
  return type;
}

/** An m= line that is refused, or given up. */
export const refusedLine = (media: Pick<SdpMedia, 'kind' | 'protocol' | 'formatList'>): string =>
  `m=${media.kind} 0 ${media.protocol} ${media.formatList || '0'}`;

/** A codec settled on, with the numbers that the peer gave it. */
export interface AgreedAudio {
  codec: CodecName;
  payloadType: number;
  eventType: number | undefined;
  /** Index of the m= line that carries the call. */
  mediaIndex: number;
}

/** Our answer to `offer` (RFC 3264 6): the agreed line with the offer's payload types, every other line refused. */
export function writeAnswer(local: LocalAudio, offer: SessionDescription, agreed: AgreedAudio): string {
  const lines = head(local, offer.timing);
  offer.media.forEach((media, index) => {
    if (index === agreed.mediaIndex) {
      const codecs = [{ payloadType: agreed.payloadType, codec: agreed.codec }];
      lines.push(...audioLines(local, media.protocol, codecs, agreed.eventType));
    } else lines.push(refusedLine(media));
  });
  return `${lines.join('\r\n')}\r\n`;
}
