import { alawToLinear, linearToAlaw } from './alaw.ts';
import type { PortInfo } from './card.ts';
import type { AudioChannel, AudioCoding, AudioFrame, CardFrame, HostFrame, WelcomeFrame } from './frame.ts';
import { FRAME_SAMPLES, REFUSALS } from './frame.ts';
import { encodeWire } from './framing.ts';
import { decodeIndication } from './indication-codec.ts';
import { MalformedPayload, PayloadReader, PayloadWriter } from './payload.ts';

/** Numbers of the frame types (frame.md section 2). */
const TYPE = {
  hello: 0x01,
  welcome: 0x02,
  keepalive: 0x03,
  cardKeepalive: 0x04,
  command: 0x10,
  ack: 0x11,
  nack: 0x12,
  indication: 0x20,
  indicationAck: 0x21,
  audio: 0x30,
} as const;

const CODINGS: readonly AudioCoding[] = ['linear', 'alaw'];

/** Why a body with a good CRC was no frame. */
export type FrameFault = 'unknown-type' | 'malformed';

/** A host's frame as bytes for the wire. @throws RangeError for a value that its field cannot hold. */
export function encodeFrame(frame: HostFrame): Uint8Array {
  switch (frame.type) {
    case 'hello': {
      const codings = frame.codings.reduce((bits, coding) => bits | (1 << CODINGS.indexOf(coding)), 0);
      const payload = new PayloadWriter().u8(frame.protocolMin).u8(frame.protocolMax).u8(codings);
      payload.u32(frame.bandwidth).u32(frame.session).string(frame.name);
      return encodeWire(TYPE.hello, 0, payload.done());
    }
    case 'keepalive':
      return encodeWire(TYPE.keepalive, 0, new PayloadWriter().u32(frame.session).done());
    case 'command':
      return encodeWire(TYPE.command, frame.seq, frame.payload);
    case 'indication-ack':
      return encodeWire(TYPE.indicationAck, frame.seq, new Uint8Array(0));
  }
}

/**
 * An audio frame toward the card: channels in rising order of their ports, 80 samples each,
 * `timestamp` modulo 2^32.
 */
export function encodeAudio(
  seq: number,
  timestamp: number,
  channels: readonly AudioChannel[],
  coding: AudioCoding,
): Uint8Array {
  const bytes = coding === 'linear' ? 2 : 1;
  const payload = new Uint8Array(6 + channels.length * FRAME_SAMPLES * bytes);
  const view = new DataView(payload.buffer);
  let bits = 0;
  let at = 6;
  for (const { port, samples } of channels) {
    bits |= 1 << (port - 1);
    for (let i = 0; i < FRAME_SAMPLES; i++, at += bytes) {
      const sample = samples[i] ?? 0;
      if (bytes === 2) view.setInt16(at, sample, true);
      else payload[at] = linearToAlaw(sample);
    }
  }
  view.setUint32(0, timestamp >>> 0, true);
  view.setUint16(4, bits, true);
  return encodeWire(TYPE.audio, seq, payload);
}

/** The meaning of a body whose CRC was right. `coding`: that of the session, for audio. */
export function decodeFrame(body: Uint8Array, coding: AudioCoding): CardFrame | FrameFault {
  const seq = body[1]!;
  try {
    switch (body[0]) {
      case TYPE.welcome:
        return decodeWelcome(new PayloadReader(body, 2));
      case TYPE.cardKeepalive:
        return decodeCardKeepalive(new PayloadReader(body, 2));
      case TYPE.ack:
        new PayloadReader(body, 2).end();
        return { type: 'ack', seq };
      case TYPE.nack: {
        const payload = new PayloadReader(body, 2);
        const reason = REFUSALS[payload.within(payload.u8(), 1, REFUSALS.length) - 1]!;
        payload.end();
        return { type: 'nack', seq, reason };
      }
      case TYPE.indication:
        try {
          return { type: 'indication', seq, indication: decodeIndication(new PayloadReader(body, 2)) };
        } catch (error) {
          if (error instanceof MalformedPayload) return { type: 'unreadable-indication', seq };
          throw error;
        }
      case TYPE.audio:
        return decodeAudio(body, coding);
      // A host's frames are none to a host, but a card that echoes them is no unknown type either.
      case TYPE.hello:
      case TYPE.keepalive:
      case TYPE.command:
      case TYPE.indicationAck:
        return 'malformed';
      default:
        return 'unknown-type';
    }
  } catch (error) {
    if (error instanceof MalformedPayload) return 'malformed';
    throw error;
  }
}

function decodeWelcome(payload: PayloadReader): WelcomeFrame {
  const protocol = payload.u8();
  const cardMin = payload.u8();
  const cardMax = payload.u8();
  const coding = payload.within(payload.u8(), protocol === 0 ? 0 : 1, CODINGS.length);
  const fields = {
    bandwidth: payload.u32(),
    session: payload.u32(),
    bootId: payload.u32(),
    clock: payload.u32(),
    playoutLead: payload.u16(),
    board: payload.string(),
    serial: payload.string(),
    firmware: payload.string(),
  };
  const count = payload.within(payload.u8(), protocol === 0 ? 0 : 2, 16);
  const ports: PortInfo[] = [];
  for (let i = 0; i < count; i++) {
    const port = payload.within(payload.u8(), (ports.at(-1)?.port ?? 0) + 1, 16);
    const kind = payload.within(payload.u8(), 1, 2) === 1 ? 'fxs' : 'fxo';
    const lifelinePeer = payload.within(payload.u8(), 0, 16);
    ports.push({ port, kind, ...(lifelinePeer ? { lifelinePeer } : {}) });
  }
  const named = coding === 0 ? {} : { coding: CODINGS[coding - 1]! };
  return { type: 'welcome', protocol, cardMin, cardMax, ...named, ...fields, ports };
}

function decodeCardKeepalive(payload: PayloadReader): CardFrame {
  return {
    type: 'card-keepalive',
    session: payload.u32(),
    bootId: payload.u32(),
    clock: payload.u32(),
    framesReceived: payload.u32(),
    checksumErrors: payload.u32(),
    audioLost: payload.u32(),
    audioLate: payload.u32(),
  };
}

function decodeAudio(body: Uint8Array, coding: AudioCoding): AudioFrame {
  const payload = new PayloadReader(body, 2);
  const timestamp = payload.u32();
  const bits = payload.u16();
  const bytes = coding === 'linear' ? 2 : 1;
  const channels: AudioChannel[] = [];
  let at = body.length - payload.left;
  for (let port = 1; port <= 16; port++) {
    if (!(bits & (1 << (port - 1)))) continue;
    if (at + FRAME_SAMPLES * bytes > body.length) throw new MalformedPayload('audio too short');
    const samples = new Int16Array(FRAME_SAMPLES);
    for (let i = 0; i < FRAME_SAMPLES; i++, at += bytes) {
      samples[i] = bytes === 2 ? body[at]! | (body[at + 1]! << 8) : alawToLinear(body[at]!);
    }
    channels.push({ port, samples });
  }
  if (at !== body.length) throw new MalformedPayload('audio too long');
  return { type: 'audio', seq: body[1]!, timestamp, channels };
}
