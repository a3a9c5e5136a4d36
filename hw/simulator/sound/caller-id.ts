import { DtmfReceiver, dtmfSounds } from './dtmf.ts';
import { amplitudeOf, powerLevel, RATE } from './level.ts';
import type { Sound } from './voice.ts';

export interface CallerIdMessage {
  number?: string;
  name?: string;
  /** Reason why there is no number: 'private' (P) or 'unavailable' (O). */
  absence?: 'private' | 'unavailable';
  /** Month, day, hour, minute as eight digits. */
  time?: string;
  /** It tells of a message-waiting lamp and of no caller; how many messages, if that is told. */
  lamp?: boolean;
  messages?: number;
  /** Of the caller, one digit; told with classic АОН only. */
  category?: string;
}

export type CallerIdScheme = 'fsk-v23' | 'fsk-bell202' | 'dtmf';

/** Mark and space of 1200 baud FSK: ITU-T V.23 mode 2, and Bell 202. */
const TONES = { 'fsk-v23': [1300, 2100], 'fsk-bell202': [1200, 2200] } as const;
const BAUD = 1200;

/** ETSI EN 300 659-3 and GR-30-CORE: message types, those of the single data format first. */
const SINGLE = 0x04;
const SINGLE_LAMP = 0x06;
const CALL_SETUP = 0x80;
const LAMP = 0x82;
const TYPES = [SINGLE, SINGLE_LAMP, CALL_SETUP, LAMP];
/** Parameter types. */
const TIME = 1;
const NUMBER = 2;
const NO_NUMBER = 4;
const NAME = 7;
const VISUAL = 0x0b;
const MESSAGES = 0x13;

const ascii = (s: string) => [...s].map((c) => c.charCodeAt(0) & 0xff);
const parameter = (type: number, value: string) => [type, value.length, ...ascii(value)];

/** Call set-up message with its checksum, in MDMF, or in SDMF with the time it cannot do without. */
export function callerIdBytes(m: CallerIdMessage, single = false): number[] {
  const reason = m.absence === 'private' ? 'P' : 'O';
  if (single) return whole(SINGLE, ascii((m.time ?? '01010000') + (m.number ?? reason)));
  const body: number[] = [];
  if (m.time) body.push(...parameter(TIME, m.time));
  if (m.number !== undefined) body.push(...parameter(NUMBER, m.number));
  else body.push(...parameter(NO_NUMBER, reason));
  if (m.name) body.push(...parameter(NAME, m.name));
  return whole(CALL_SETUP, body);
}

function whole(type: number, body: readonly number[]): number[] {
  const message = [type, body.length, ...body];
  const sum = message.reduce((a, b) => a + b, 0);
  return [...message, (0x100 - (sum & 0xff)) & 0xff];
}

/** Bits as sound: 300 bits of channel seizure, 180 of mark, the bytes with start and stop bits (EN 300 659-1 6.2). */
function modulate(bytes: readonly number[], scheme: 'fsk-v23' | 'fsk-bell202', level: number): Int16Array {
  const bits: number[] = [];
  for (let i = 0; i < 300; i++) bits.push(i & 1);
  for (let i = 0; i < 180; i++) bits.push(1);
  for (const byte of bytes) {
    bits.push(0);
    for (let b = 0; b < 8; b++) bits.push((byte >> b) & 1);
    bits.push(1);
  }
  for (let i = 0; i < 10; i++) bits.push(1);
  const [mark, space] = TONES[scheme];
  const amplitude = amplitudeOf(level);
  const out = new Int16Array(Math.ceil((bits.length * RATE) / BAUD));
  let phase = 0;
  for (let i = 0; i < out.length; i++) {
    const bit = bits[Math.min(bits.length - 1, Math.floor((i * BAUD) / RATE))];
    phase += (2 * Math.PI * (bit ? mark : space)) / RATE;
    out[i] = amplitude * Math.sin(phase);
  }
  return out;
}

/**
 * On-hook caller ID as an exchange sends it; DTMF begins with 'A' and ends with 'C', or tells behind 'B' why
 * there is no number.
 */
export function callerIdSounds(
  m: CallerIdMessage,
  scheme: CallerIdScheme,
  level = -13.5,
  single = false,
): Sound[] {
  if (scheme !== 'dtmf') return [{ type: 'pcm', samples: modulate(callerIdBytes(m, single), scheme, level) }];
  const reason = m.absence === 'private' ? 'B10C' : 'B00C';
  return dtmfSounds(m.number === undefined ? reason : `A${m.number}C`, { onMs: 70, offMs: 70, level: -10 });
}

/** Sign of each sample: 1 mark, 0 space, judged over one bit around it without a carrier phase. */
function slice(samples: Int16Array, scheme: 'fsk-v23' | 'fsk-bell202'): Uint8Array {
  const width = 7;
  const bits = new Uint8Array(samples.length).fill(1);
  const power = TONES[scheme].map((freq) => {
    const w = (2 * Math.PI * freq) / RATE;
    const out = new Float64Array(samples.length);
    for (let i = 0; i + width <= samples.length; i++) {
      let re = 0;
      let im = 0;
      for (let k = 0; k < width; k++) {
        re += samples[i + k]! * Math.cos(w * k);
        im += samples[i + k]! * Math.sin(w * k);
      }
      out[i] = re * re + im * im;
    }
    return out;
  });
  for (let i = 0; i + width <= samples.length; i++) bits[i + 3] = power[0]![i]! >= power[1]![i]! ? 1 : 0;
  return bits;
}

/** Start-stop receiver over sliced samples. */
function characters(bits: Uint8Array): number[] {
  const bytes: number[] = [];
  const step = RATE / BAUD;
  let i = 1;
  while (i < bits.length - step * 10) {
    if (!(bits[i - 1] === 1 && bits[i] === 0)) {
      i++;
      continue;
    }
    const at = (n: number) => bits[Math.round(i + step * (n + 0.5))];
    let byte = 0;
    for (let b = 0; b < 8; b++) byte |= (at(b + 1) ?? 1) << b;
    if (at(0) === 0 && at(9) === 1) {
      bytes.push(byte);
      i += Math.round(step * 9.5);
    } else i++;
  }
  return bytes;
}

function parse(bytes: readonly number[]): CallerIdMessage | undefined {
  for (let i = 0; i + 3 <= bytes.length; i++) {
    if (!TYPES.includes(bytes[i]!)) continue;
    const length = bytes[i + 1]!;
    const whole = bytes.slice(i, i + length + 3);
    if (whole.length < length + 3 || (whole.reduce((a, b) => a + b, 0) & 0xff) !== 0) continue;
    const body = whole.slice(2, length + 2);
    if (bytes[i] === SINGLE_LAMP) return { lamp: body[0] === 0x42 };
    return bytes[i] === SINGLE ? parseSingle(body) : parseParameters(body);
  }
  return undefined;
}

function parseSingle(body: readonly number[]): CallerIdMessage {
  const text = String.fromCharCode(...body);
  const [time, rest] = [text.slice(0, 8), text.slice(8)];
  if (rest === 'P' || rest === 'O') return { time, absence: rest === 'P' ? 'private' : 'unavailable' };
  return { time, number: rest };
}

function parseParameters(body: readonly number[]): CallerIdMessage {
  const message: CallerIdMessage = {};
  for (let p = 0; p + 2 <= body.length; p += body[p + 1]! + 2) {
    const bytes = body.slice(p + 2, p + 2 + body[p + 1]!);
    const value = String.fromCharCode(...bytes);
    if (body[p] === TIME) message.time = value;
    if (body[p] === NUMBER) message.number = value;
    if (body[p] === NAME) message.name = value;
    if (body[p] === NO_NUMBER) message.absence = value === 'P' ? 'private' : 'unavailable';
    if (body[p] === VISUAL) message.lamp = bytes[0] !== 0;
    if (body[p] === MESSAGES) message.messages = bytes[0]!;
  }
  return message;
}

/** Reads FSK caller ID from a recording; undefined if there is none with a right checksum. */
export function readFsk(samples: Int16Array): (CallerIdMessage & { scheme: CallerIdScheme }) | undefined {
  for (const scheme of ['fsk-v23', 'fsk-bell202'] as const) {
    const message = parse(characters(slice(samples, scheme)));
    if (message) return { ...message, scheme };
  }
  return undefined;
}

/** Reads DTMF caller ID: 'A' or 'D', digits, 'C' or '#'; or 'B', why there is no number, 'C'. */
export function readDtmf(samples: Int16Array): (CallerIdMessage & { scheme: CallerIdScheme }) | undefined {
  let keys = '';
  const receiver = new DtmfReceiver((key) => {
    keys += key;
  });
  for (let i = 0; i + 80 <= samples.length; i += 80) receiver.push(samples.subarray(i, i + 80));
  const reason = /B(\d\d)C/.exec(keys)?.[1];
  if (reason) return { absence: reason === '10' ? 'private' : 'unavailable', scheme: 'dtmf' };
  const match = /[AD](\d*)[C#]/.exec(keys);
  return match ? { number: match[1]!, scheme: 'dtmf' } : undefined;
}

/** Listens on-hook; gathers bursts of sound and reads each when 150 ms of silence end it. */
export class CallerIdReader {
  #blocks: Int16Array[] = [];
  #quiet = 0;
  readonly #found: (message: CallerIdMessage & { scheme: CallerIdScheme }) => void;

  constructor(found: (message: CallerIdMessage & { scheme: CallerIdScheme }) => void) {
    this.#found = found;
  }

  reset(): void {
    this.#blocks = [];
    this.#quiet = 0;
  }

  push(block: Int16Array): void {
    const loud = powerLevel(block) > -45;
    if (!loud && this.#blocks.length === 0) return;
    this.#blocks.push(block.slice());
    this.#quiet = loud ? 0 : this.#quiet + 1;
    if (this.#quiet < 15 && this.#blocks.length < 500) return;
    const samples = new Int16Array(this.#blocks.length * 80);
    this.#blocks.forEach((b, i) => void samples.set(b, i * 80));
    this.reset();
    const message = readFsk(samples) ?? readDtmf(samples);
    if (message) this.#found(message);
  }
}
