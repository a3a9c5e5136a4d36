import type { Events } from '../base/emitter.ts';
import type { RecordingOrder, RecordingOutcome } from './recording/file.ts';

export type {
  RecordingFailure,
  RecordingFormat,
  RecordingOrder,
  RecordingOutcome,
} from './recording/file.ts';

/** An end of a media path: a port of the line card (`line:3`) or an RTP session (`rtp:17`). */
export type EndpointId = string;

/** The endpoint of a line-card port; it exists as long as the card has that port. */
export const lineEndpoint = (port: number): EndpointId => `line:${port}`;

/** Voice codecs; G.711 only (RFC 3551: PCMU is static payload type 0, PCMA 8). */
export type CodecName = 'PCMA' | 'PCMU';

/** Direction of media as seen from the box, RFC 3264 clause 5.1. */
export type MediaDirection = 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive';

/** Suites of SRTP by their names in SDES: RFC 4568 6.2, RFC 6188, RFC 7714. */
export type SrtpSuite =
  | 'AES_CM_128_HMAC_SHA1_80'
  | 'AES_CM_128_HMAC_SHA1_32'
  | 'AES_256_CM_HMAC_SHA1_80'
  | 'AEAD_AES_128_GCM'
  | 'AEAD_AES_256_GCM';

/** What one direction is protected with. It is a secret: never logged, never told. */
export interface SrtpKey {
  suite: SrtpSuite;
  /** Master key and salt, base64 (RFC 4568 6.1). */
  key: string;
  /** Master key identifier that its packets carry, hexadecimal; undefined: none. */
  mki?: string;
}

/** Keys of a protected session; each side protects with its own (RFC 4568 5.1.3). */
export interface SrtpParameters {
  send: SrtpKey;
  receive: SrtpKey;
}

/** Where and how one RTP session talks, from offer and answer. */
export interface RtpParameters {
  remoteAddress: string;
  remotePort: number;
  /** RTCP port of the peer, normally RTP port + 1 (or the same with rtcp-mux). */
  remoteRtcpPort: number;
  rtcpMux: boolean;
  codec: CodecName;
  payloadType: number;
  /** Packet time we send with: 10, 20 or 30 ms. Any is received. */
  ptimeMs: 10 | 20 | 30;
  /** Payload type of RFC 4733 telephone-event as negotiated; undefined: DTMF goes in-band. */
  telephoneEventPayloadType?: number;
  /**
   * Digits go beside the media, by SIP INFO: those toward the peer are told as `digitOut`, those from it come by
   * `press`, and tones are kept out of the audio both ways.
   */
  digitsAside?: boolean;
  direction: MediaDirection;
  /**
   * Silence of RTP and RTCP after which `rtpLost` is emitted, ms; 0: never (emergency calls, ruling 23).
   * Undefined: as the engine is set up.
   */
  lossMs?: number;
  /** SRTP; undefined: plain RTP, and nothing else is then understood. */
  srtp?: SrtpParameters;
  /** The peer may exchange its packets with another past us, if that one may, too ({@link Media.bypass}). */
  mayBypass?: boolean;
}

/** T.38 in the place of audio, from offer and answer. */
export interface T38Parameters {
  remoteAddress: string;
  remotePort: number;
  /** T38FaxMaxBitRate, bit/s. */
  maxBitRate: number;
  /** T38FaxMaxBuffer, octets. */
  maxBuffer: number;
  /** T38FaxMaxDatagram: the longest datagram that the peer takes, octets. */
  maxDatagram: number;
  /** Earlier packets that each datagram repeats; 0: the peer wants none (`t38UDPNoEC`). */
  redundancy: number;
}

/** How a fax by T.38 stands. */
export interface FaxProgress {
  /** Pages that the receiver has confirmed. */
  pages: number;
  /** Whether the last page of the document is among them. */
  complete: boolean;
  /** One side has said that it hangs up. */
  over: boolean;
  /** Speed of the image, bit/s; undefined before it is agreed on. */
  bitRate?: number;
  /** Error correction (ECM) of T.30. */
  errorCorrection?: boolean;
}

/** One party among several, and whom of the others it hears; `gainDb`: how much louder, 0 by default. */
export interface MixSeat {
  endpoint: EndpointId;
  hears: readonly { from: EndpointId; gainDb?: number }[];
}

/** How an endpoint's audio is treated where it is, or may be, a modem's. */
export interface ModemCare {
  /** Report V.21 flags, by which a fax is known, as `faxFlags`. */
  flags?: boolean;
  /** The audio is left as it is: no echo canceller, a fixed delay of playout, nothing made up for what is lost, no key taken out. */
  clear?: boolean;
  /** A call menu of V.8 is not let through, so that faxes of the V.34 kind go as T.38 can carry them. */
  withholdV8?: boolean;
}

/** A repeating or one-time signal of one or more sine waves. */
export interface ToneSpec {
  /** Frequencies in Hz sounded together; more than one list sounds in sequence with the cadence (SIT). */
  frequencies: readonly number[];
  /** Level of each frequency in dBm0. */
  levelDbm0: number;
  /** On and off times in ms in turn; empty: continuous. */
  cadence: readonly number[];
  /** How often the cadence is played; undefined: until stopped. */
  repeat?: number;
}

/** What can be played toward an endpoint. */
export type PlaySource =
  | { type: 'tone'; tone: ToneSpec | readonly ToneSpec[] }
  /** DTMF digits 0-9 * # A-D, ',' = pause of 1 s. On an RTP endpoint with telephone-event they go as RFC 4733. */
  | { type: 'dtmf'; digits: string; onMs: number; offMs: number; levelDbm0?: number }
  /** Linear PCM, 8 kHz mono 16 bit. */
  | { type: 'pcm'; samples: Int16Array; repeat?: number }
  /** Music on hold, which all who hear it hear at the same place; silence before {@link Media.setMusic}. */
  | { type: 'music' }
  /** Caller ID toward a telephone on an FXS port: on-hook, or (`offHook`) to one that waits for it in a call. */
  | {
      type: 'caller-id';
      scheme: 'fsk-v23' | 'fsk-bell202' | 'dtmf';
      number?: string;
      name?: string;
      absence?: 'private' | 'unavailable';
      time: Date;
      /** Message format of FSK; missing: the multiple data format. */
      format?: 'mdmf' | 'sdmf';
      /** Letters of the name; missing: Latin. */
      letters?: 'latin' | 'cp1251' | 'none';
      offHook?: boolean;
    }
  /** What the message-waiting lamp of an on-hook telephone is to show. */
  | {
      type: 'message-waiting';
      scheme: 'fsk-v23' | 'fsk-bell202';
      format?: 'mdmf' | 'sdmf';
      waiting: boolean;
      count?: number;
      time: Date;
    }
  /** Classic АОН: packets without pauses, to a telephone that asked for the number. */
  | { type: 'aon'; number: string; category: string; repeats: number };

/** Names of the call-progress tones a detector can report. */
export type ProgressTone = 'dial' | 'ringback' | 'busy' | 'congestion' | 'sit';

/** One "on" of a call-progress tone and the pause after it, as measured. */
export interface ToneCycle {
  readonly onMs: number;
  /** 0: the pause had not ended, or there was none. */
  readonly offMs: number;
  /** Frequency (the first of a pair), Hz. */
  readonly frequencyHz: number;
  /** Level of the whole tone, dBm0. */
  readonly levelDbm0: number;
  /** Part of the energy that was in the tone's own frequencies, 0 to 1. */
  readonly purity: number;
}

/**
 * What a tone was recognised by, so that a release can be judged afterwards (ruling 20): figures only,
 * nothing of what was said. A continuous tone is one cycle without a pause.
 */
export interface ToneEvidence {
  /** What had happened on the line, which decides what a continuous tone means (ruling 11). */
  readonly context: ToneContext;
  /** Means over the cycles. */
  readonly frequencyHz: number;
  readonly levelDbm0: number;
  /** Cycles in a row, all that were heard. */
  readonly count: number;
  /** The last of them, at most eight, oldest first. */
  readonly cycles: readonly ToneCycle[];
}

/** Which tones are being listened for decides what 425 Hz without a pause means (ruling 11). */
export type ToneContext = 'off' | 'after-seize' | 'after-digits' | 'after-answer';

/** What is watched for on the audio that an endpoint receives from its own side. */
export interface Detection {
  dtmf?: boolean;
  tones?: ToneContext;
  /** The line's own tone frequency as learnt, Hz: single tones then count only within 20 Hz of it. */
  toneHz?: number;
  /** Report speech as `voice`; for answer detection on lines without polarity reversal. */
  voice?: boolean;
  /** Report `silence` when nothing but noise came for this long, ms (release supervision, G05). */
  silenceMs?: number;
  /** Read caller ID while on-hook (FXO between rings); reported as `callerId`. */
  callerId?: boolean;
  /** Report five times a second, as `level`, how loud this frequency is; Hz. */
  levelHz?: number;
  /** Read packets of classic АОН; reported as `callerId` too. */
  aon?: boolean;
  /** Report the request of a telephone with classic АОН as `aonRequest`. */
  aonRequest?: boolean;
  /** Nothing that is heard, audio or digits, is passed on to whatever the endpoint is joined with. */
  aside?: boolean;
}

/** Figures of one RTP session, for the call record. */
export interface RtpStatistics {
  packetsSent: number;
  packetsReceived: number;
  packetsLost: number;
  /** Packets that came too late for the jitter buffer. */
  packetsLate: number;
  /** RFC 3550 interarrival jitter, ms. */
  jitterMs: number;
  /** Round trip from RTCP, ms; undefined while unknown. */
  roundTripMs?: number;
  /** Source that the session latched to, `address:port`. */
  latched?: string;
  /** Packets dropped because they came from elsewhere or were no valid RTP. */
  rejected: number;
  /** Delay of the playout that takes up the jitter, ms; undefined where packets only pass. */
  playoutMs?: number;
  /** What the peer reports on the packets that we send it; undefined before its first report. */
  peer?: PeerReport;
}

/** A peer's report on our packets (RFC 3550 6.4.1). */
export interface PeerReport {
  /** Of all packets so far. */
  packetsLost: number;
  /** Between its last two reports, 0 to 1. */
  lostPart: number;
  jitterMs: number;
}

/** How loud a port is, dBm0; -100: digital silence. */
export interface PortLevels {
  /** What comes from the telephone or the line. */
  fromDbm0: number;
  /** What the box sends there. */
  toDbm0: number;
}

/**
 * Who calls. `private`: withheld by the caller; `unavailable`: the network says that it does not know;
 * neither of them and no number: nothing was said at all, the caller is unknown.
 */
export interface CallerIdInfo {
  number?: string;
  name?: string;
  absence?: 'private' | 'unavailable';
  /** Category of the caller, one digit, with classic АОН. */
  category?: string;
}

/** How caller ID came on a line. */
export type CallerIdWay = 'fsk-v23' | 'fsk-bell202' | 'dtmf' | 'aon';

/** Caller ID as it was read on a line. */
export interface HeardCallerId extends CallerIdInfo {
  way: CallerIdWay;
  /** As it came: the bytes of an FSK message in hexadecimal, the digits or the signs of the others. */
  raw: string;
}

/** How the echo of a port is dealt with; absent: as the engine is set up. */
export interface EchoSettings {
  /** The longest echo that is cancelled, 16 to 64 ms. */
  tailMs?: number;
  /** Whether what the canceller leaves gives way to comfort noise (ITU-T G.168, non-linear processor). */
  suppress?: boolean;
}

/** What an answer tone of a modem or a fax machine has switched off. */
export type EchoDisabled = 'suppressor' | 'canceller';

/** What the echo canceller of a port has found in the present call, or did in the last one. */
export interface EchoFigures {
  tailMs: number;
  /** Echo return loss, dB: how much weaker the line sends back what it gets. Undefined: not known yet. */
  erlDb?: number;
  /** Echo return loss enhancement, dB: what the canceller adds to that. Undefined: not known yet. */
  erleDb?: number;
  /** Whether the path has been learnt. */
  converged: boolean;
  /** What is off for a modem or a fax machine now. */
  disabled?: EchoDisabled;
}

export type MediaEvents = {
  /** A digit was keyed on the endpoint's own side; `at` in ms of the main clock when the media worker saw it. */
  digit: [endpoint: EndpointId, digit: string, durationMs: number, source: 'dtmf' | 'rfc4733'];
  /** A digit is to go to the peer beside the media (`digitsAside`). */
  digitOut: [endpoint: EndpointId, digit: string];
  /** `evidence` is missing only where a test speaks in the engine's place. */
  tone: [endpoint: EndpointId, tone: ProgressTone, evidence?: ToneEvidence];
  /** Ringback, heard before, has stopped for longer than its cadence allows. */
  ringbackStopped: [endpoint: EndpointId];
  voice: [endpoint: EndpointId];
  silence: [endpoint: EndpointId];
  /** Level of the frequency asked for (`levelHz`), and of all that was heard, over 200 ms. */
  level: [endpoint: EndpointId, toneDbm0: number, totalDbm0: number];
  /** Caller ID has begun to come on-hook, and will be read within the next seconds if it can be. */
  callerIdBegun: [endpoint: EndpointId];
  callerId: [endpoint: EndpointId, heard: HeardCallerId];
  aonRequest: [endpoint: EndpointId];
  /** First valid RTP came; the session is locked to that source. */
  latched: [endpoint: EndpointId, source: string];
  /** No RTP and no RTCP for the configured time while media should flow (ruling 23). */
  rtpLost: [endpoint: EndpointId];
  /** RTP came again after `rtpLost`. */
  rtpResumed: [endpoint: EndpointId];
  /** A fax speaks on the endpoint's own side: a preamble of V.21 flags. */
  faxFlags: [endpoint: EndpointId];
  /** Something is new of the fax that the endpoint carries by T.38. */
  faxProgress: [endpoint: EndpointId, progress: FaxProgress];
  /** The figures of a port's echo canceller have changed; at most one each two seconds. */
  echo: [endpoint: EndpointId, figures: EchoFigures];
  /** Two joined sessions, both of which may be bypassed, have had no need of us for a while; told once until they have. */
  pathFree: [a: EndpointId, b: EndpointId];
  /** Packets that go past us are needed here again. Told once for each session that is bypassed. */
  pathNeeded: [endpoint: EndpointId];
  /** A recording is over, by itself or as it was told to. Comes once. */
  recording: [id: string, outcome: RecordingOutcome];
};

/**
 * Media as call control commands it. Every call is carried out by the media worker in the order
 * given; promises reject with CodedError `media/...`.
 */
export interface Media extends Events<MediaEvents> {
  /** Binds an even RTP port and the odd one above it on `address`. */
  openRtp(address: string): Promise<{ endpoint: EndpointId; port: number }>;
  /** Sets or changes the far side of a session (also after a re-INVITE: latches anew if the address changed). */
  setRtp(endpoint: EndpointId, parameters: RtpParameters): Promise<void>;
  /**
   * Carries a fax by T.38 instead of audio, on the same port; again with other parameters changes them, and
   * {@link setRtp} returns to audio. Rejects with `media/no-fax` where there is no gateway.
   */
  setT38(endpoint: EndpointId, parameters: T38Parameters): Promise<void>;
  /**
   * The peer's packets go past us, or are about to; or come to us again. In between nothing is sent of our own, and
   * nothing is missed; packets that come all the same are passed on to the other of the two as they are. What is to be
   * played, recorded or mixed begins when they are back. {@link setRtp} with anything new ends it, too.
   */
  bypass(endpoint: EndpointId, on: boolean): Promise<void>;
  /** Sets what is special of an endpoint's audio; stays until it is set anew. */
  care(endpoint: EndpointId, care: ModemCare): Promise<void>;
  /** Ends a session and returns its last figures. Closing twice is no error (undefined). */
  closeRtp(endpoint: EndpointId): Promise<RtpStatistics | undefined>;
  statistics(endpoint: EndpointId): Promise<RtpStatistics | undefined>;
  /** The same of many at once, in their order; undefined for what is no session, or none any more. */
  statisticsOf(endpoints: readonly EndpointId[]): Promise<(RtpStatistics | undefined)[]>;
  /**
   * How loud a port is now. It is measured only while it is asked for: the first answer is undefined, and the measuring
   * ends some seconds after the last question. Undefined, too, for a port that is silent or not there.
   */
  levels(endpoint: EndpointId): Promise<PortLevels | undefined>;
  /** Joins two endpoints both ways; each is parted from what it was joined to before. */
  connect(a: EndpointId, b: EndpointId): Promise<void>;
  /** Parts an endpoint; the other then hears silence. */
  disconnect(endpoint: EndpointId): Promise<void>;
  /**
   * Plays toward the endpoint's own side (the telephone, the RTP peer), in place of what it is joined
   * to; the joined audio comes back at the end. Resolves `true` when played to its end, `false` when
   * stopped or replaced.
   */
  play(endpoint: EndpointId, source: PlaySource): Promise<boolean>;
  stop(endpoint: EndpointId): Promise<void>;
  /** A key pressed on the endpoint's own side became known beside the media: it goes on to what the endpoint is joined to. */
  press(endpoint: EndpointId, digit: string): Promise<void>;
  detect(endpoint: EndpointId, detection: Detection): Promise<void>;
  /**
   * Joins any number of endpoints, each of which hears those that its seat names; again with other seats rearranges
   * them, and without any ends it. {@link connect} and {@link disconnect} take an endpoint out of it.
   */
  mix(id: string, seats: readonly MixSeat[]): Promise<void>;
  /**
   * Writes what an endpoint's party says (left) and hears (right) into a file; `recording` tells of its end. The file
   * goes on when the endpoint is closed, with silence, until it is told to stop.
   */
  record(endpoint: EndpointId, order: RecordingOrder): Promise<void>;
  /** Goes on with the same file at another endpoint. A recording that is over is no error. */
  moveRecording(id: string, endpoint: EndpointId, mirrored?: boolean): Promise<void>;
  /** What is said and heard stays out of a recording, which has silence there. */
  muteRecording(id: string, muted: boolean): Promise<void>;
  stopRecording(id: string): Promise<void>;
  /** Sets what `music` plays, over and over: linear PCM, 8 kHz mono 16 bit. */
  setMusic(samples: Int16Array): Promise<void>;
  /** Sets how a port's echo is dealt with, from its next call on. */
  setEcho(endpoint: EndpointId, settings: EchoSettings): Promise<void>;
}
