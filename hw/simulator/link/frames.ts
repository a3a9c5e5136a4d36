/** Meaning of frames (hw/protocol/frame.md section 2) to and from bytes. */
import { ByteReader, ByteWriter } from './bytes.ts';
import {
  commandRows,
  FieldFault,
  indicationRows,
  type Row,
  readFields,
  refusalCode,
  refusalName,
  type Values,
  writeFields,
} from './fields.ts';

export type Coding = 'linear' | 'alaw';
export const SAMPLES = 80;
/** Bytes that one port takes in an audio frame. */
export const channelBytes = (coding: Coding) => (coding === 'linear' ? SAMPLES * 2 : SAMPLES);

export interface PortEntry {
  port: number;
  kind: 'fxs' | 'fxo';
  lifelinePeer?: number;
}

export interface Hello {
  type: 'hello';
  protocolMin: number;
  protocolMax: number;
  codings: Coding[];
  bandwidth: number;
  session: number;
  name: string;
}

export interface Welcome {
  type: 'welcome';
  protocol: number;
  cardMin: number;
  cardMax: number;
  coding?: Coding;
  bandwidth: number;
  session: number;
  bootId: number;
  clock: number;
  playoutLead: number;
  board: string;
  serial: string;
  firmware: string;
  ports: PortEntry[];
}

export interface CardKeepalive {
  type: 'card-keepalive';
  session: number;
  bootId: number;
  clock: number;
  framesReceived: number;
  checksumErrors: number;
  audioLost: number;
  audioLate: number;
}

/** A command or indication as in the tables: `type`, `port` where it has one, and its fields. */
export type Message = Values & { type: string };

export interface AudioFrame {
  type: 'audio';
  seq: number;
  timestamp: number;
  channels: { port: number; data: Uint8Array }[];
}

export type Frame =
  | Hello
  | Welcome
  | { type: 'keepalive'; session: number }
  | CardKeepalive
  | { type: 'command'; seq: number; command: Message }
  | { type: 'ack'; seq: number }
  | { type: 'nack'; seq: number; reason: string }
  | { type: 'indication'; seq: number; indication: Message }
  | { type: 'indication-ack'; seq: number }
  | AudioFrame;

/** A frame with a right CRC that is not taken. `seq` and `nack` are there where a command must be refused. */
export class FrameFault extends Error {
  readonly reason: 'unknown-type' | 'malformed';
  readonly frameType: number;
  readonly seq: number;
  readonly nack: string;
  constructor(reason: FrameFault['reason'], frameType: number, seq: number, nack: string) {
    super(`${reason} in frame 0x${frameType.toString(16)}`);
    this.reason = reason;
    this.frameType = frameType;
    this.seq = seq;
    this.nack = nack;
  }
}

function checkHook(command: Message): void {
  const hook = command.hook as Record<string, number | boolean> | undefined;
  if (!hook) return;
  const empty = hook.pulseBreakMin! > hook.pulseBreakMax! || hook.flashMin! > hook.flashMax!;
  const overlap = hook.pulseDialing && hook.flashMin! <= hook.pulseBreakMax!;
  if (empty || overlap) throw new FieldFault('out-of-range', 'hook windows');
}

function readMessage(rows: Row[], from: ByteReader): Message {
  const id = from.u8();
  const row = rows.find((r) => r.id === id);
  if (!row) throw new FieldFault('unknown-command', `id ${id}`);
  const port = from.u8();
  const values = readFields(row.fields, from);
  from.end();
  return row.port === false ? { type: row.type, ...values } : { type: row.type, port, ...values };
}

function writeMessage(rows: Row[], message: Message, to: ByteWriter): void {
  const row = rows.find((r) => r.type === message.type);
  if (!row) throw new Error(`no ${message.type} in the tables`);
  to.u8(row.id);
  to.u8((message.port as number | undefined) ?? 0);
  writeFields(row.fields, message, to);
}

function readWelcome(from: ByteReader): Welcome {
  const protocol = from.u8();
  const cardMin = from.u8();
  const cardMax = from.u8();
  const coding = from.u8();
  const head = {
    bandwidth: from.u32(),
    session: from.u32(),
    bootId: from.u32(),
    clock: from.u32(),
    playoutLead: from.u16(),
    board: from.string(),
    serial: from.string(),
    firmware: from.string(),
  };
  const ports = Array.from({ length: from.u8() }, (): PortEntry => {
    const port = from.u8();
    const kind = from.u8();
    const peer = from.u8();
    if (port < 1 || port > 16 || kind < 1 || kind > 2 || peer > 16)
      throw new FieldFault('malformed', `port ${port} kind ${kind} peer ${peer}`);
    return { port, kind: kind === 1 ? 'fxs' : 'fxo', ...(peer ? { lifelinePeer: peer } : {}) };
  });
  const base: Welcome = { type: 'welcome', protocol, cardMin, cardMax, ...head, ports };
  return coding === 1 ? { ...base, coding: 'linear' } : coding === 2 ? { ...base, coding: 'alaw' } : base;
}

function readAudio(seq: number, from: ByteReader, coding: Coding): AudioFrame {
  const timestamp = from.u32();
  const bits = from.u16();
  const channels: AudioFrame['channels'] = [];
  for (let p = 0; p < 16; p++)
    if (bits & (1 << p)) channels.push({ port: p + 1, data: from.take(channelBytes(coding)) });
  from.end();
  return { type: 'audio', seq, timestamp, channels };
}

function readPayload(type: number, seq: number, from: ByteReader, coding: Coding): Frame | undefined {
  switch (type) {
    case 0x01: {
      const [protocolMin, protocolMax, bits] = [from.u8(), from.u8(), from.u8()];
      const codings: Coding[] = [];
      if (bits & 1) codings.push('linear');
      if (bits & 2) codings.push('alaw');
      const [bandwidth, session] = [from.u32(), from.u32()];
      return { type: 'hello', protocolMin, protocolMax, codings, bandwidth, session, name: from.string() };
    }
    case 0x02:
      return readWelcome(from);
    case 0x03:
      return { type: 'keepalive', session: from.u32() };
    case 0x04:
      return {
        type: 'card-keepalive',
        session: from.u32(),
        bootId: from.u32(),
        clock: from.u32(),
        framesReceived: from.u32(),
        checksumErrors: from.u32(),
        audioLost: from.u32(),
        audioLate: from.u32(),
      };
    case 0x10: {
      const command = readMessage(commandRows, from);
      checkHook(command);
      return { type: 'command', seq, command };
    }
    case 0x11:
      from.end();
      return { type: 'ack', seq };
    case 0x12: {
      const reason = refusalName(from.u8());
      from.end();
      if (!reason) throw new FieldFault('malformed', 'unknown refusal');
      return { type: 'nack', seq, reason };
    }
    case 0x20: {
      const at = from.u32();
      const message = readMessage(indicationRows, from);
      const port = message.port as number;
      if (port < 1 || port > 16) throw new FieldFault('malformed', `port ${port}`);
      return { type: 'indication', seq, indication: { ...message, at } };
    }
    case 0x21:
      from.end();
      return { type: 'indication-ack', seq };
    case 0x30:
      return readAudio(seq, from, coding);
    default:
      return undefined;
  }
}

/**
 * Reads type, seq and payload (CRC checked and gone). `coding` is the session's.
 * @throws FrameFault
 */
export function decodeFrame(bare: Uint8Array, coding: Coding): Frame {
  const type = bare[0]!;
  const seq = bare[1]!;
  try {
    const frame = readPayload(type, seq, new ByteReader(bare, 2), coding);
    if (frame) return frame;
  } catch (error) {
    if (error instanceof FieldFault) throw new FrameFault('malformed', type, seq, error.refusal);
    throw error;
  }
  throw new FrameFault('unknown-type', type, seq, '');
}

/** Writes type, seq and payload, without CRC. */
export function encodeFrame(frame: Frame): Uint8Array {
  const to = new ByteWriter(frame.type === 'audio' ? 8 + frame.channels.length * 160 : 128);
  const head = (type: number, seq = 0) => {
    to.u8(type);
    to.u8(seq);
  };
  switch (frame.type) {
    case 'hello':
      head(0x01);
      to.u8(frame.protocolMin);
      to.u8(frame.protocolMax);
      to.u8((frame.codings.includes('linear') ? 1 : 0) + (frame.codings.includes('alaw') ? 2 : 0));
      to.u32(frame.bandwidth);
      to.u32(frame.session);
      to.string(frame.name);
      break;
    case 'welcome':
      head(0x02);
      to.u8(frame.protocol);
      to.u8(frame.cardMin);
      to.u8(frame.cardMax);
      to.u8(frame.coding === 'linear' ? 1 : frame.coding === 'alaw' ? 2 : 0);
      for (const value of [frame.bandwidth, frame.session, frame.bootId, frame.clock]) to.u32(value);
      to.u16(frame.playoutLead);
      for (const value of [frame.board, frame.serial, frame.firmware]) to.string(value);
      to.u8(frame.ports.length);
      for (const p of frame.ports) {
        to.u8(p.port);
        to.u8(p.kind === 'fxs' ? 1 : 2);
        to.u8(p.lifelinePeer ?? 0);
      }
      break;
    case 'keepalive':
      head(0x03);
      to.u32(frame.session);
      break;
    case 'card-keepalive':
      head(0x04);
      for (const value of [frame.session, frame.bootId, frame.clock]) to.u32(value);
      for (const value of [frame.framesReceived, frame.checksumErrors]) to.u32(value);
      for (const value of [frame.audioLost, frame.audioLate]) to.u32(value);
      break;
    case 'command':
      head(0x10, frame.seq);
      writeMessage(commandRows, frame.command, to);
      break;
    case 'ack':
      head(0x11, frame.seq);
      break;
    case 'nack':
      head(0x12, frame.seq);
      to.u8(refusalCode(frame.reason));
      break;
    case 'indication':
      head(0x20, frame.seq);
      to.u32((frame.indication.at as number) % 0x1_0000_0000);
      writeMessage(indicationRows, frame.indication, to);
      break;
    case 'indication-ack':
      head(0x21, frame.seq);
      break;
    case 'audio': {
      head(0x30, frame.seq);
      to.u32(frame.timestamp % 0x1_0000_0000);
      to.u16(frame.channels.reduce((bits, c) => bits | (1 << (c.port - 1)), 0));
      for (const channel of [...frame.channels].sort((a, b) => a.port - b.port)) to.raw(channel.data);
      break;
    }
  }
  return to.bytes;
}
