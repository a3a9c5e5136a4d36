import { CodedError } from '../../base/error.ts';
import type { CallerIdInfo } from '../api.ts';
import { type NameLetters, nameBytes, nameOf } from './caller-id-name.ts';
import { checksumHolds } from './fsk-message.ts';

/** How caller ID travels on an analog line. */
export type CallerIdScheme = 'fsk-v23' | 'fsk-bell202' | 'dtmf';

/** What to send: {@link CallerIdInfo} and the time of the call, as it is on the wall. */
export interface CallerIdData extends CallerIdInfo {
  /** Local time; missing: none is sent (the single format cannot do without). */
  time?: Date;
  /** Letters of the name; missing: Latin. */
  letters?: NameLetters;
}

/** Message types: EN 300 659-3 table 1 and GR-30-CORE; the first of each pair is the single data format. */
export const SDMF = 0x04;
export const MDMF = 0x80;
export const SDMF_WAITING = 0x06;
export const MDMF_WAITING = 0x82;
export const MESSAGE_TYPES = [SDMF, MDMF, SDMF_WAITING, MDMF_WAITING] as const;

/** Parameter types: EN 300 659-3 table 2. */
const PARAMETER = {
  time: 0x01,
  number: 0x02,
  noNumber: 0x04,
  name: 0x07,
  noName: 0x08,
  visualIndicator: 0x0b,
  callType: 0x11,
  messages: 0x13,
} as const;

/** EN 300 659-3 5.4.2: a number has at most 20 digits. */
const MAX_NUMBER = 20;
/** EN 300 659-3: the call type of such a message. */
const MESSAGE_WAITING_CALL = 0x81;
/** Visual indicator: EN 300 659-3 in the multiple, GR-30-CORE in the single format (three times). */
const LAMP = { multiple: { on: 0xff, off: 0x00 }, single: { on: 0x42, off: 0x6f } } as const;

/** The message `type` with its length and checksum around `body` (EN 300 659-3 5.1). */
function message(type: number, body: readonly number[]): Uint8Array {
  const bytes = Uint8Array.from([type, body.length, ...body, 0]);
  let sum = 0;
  for (const b of bytes) sum += b;
  bytes[bytes.length - 1] = -sum & 0xff;
  return bytes;
}

const ascii = (text: string): number[] => [...text].map((c) => c.charCodeAt(0));
const two = (n: number): string => String(n).padStart(2, '0');
/** MMDDhhmm. */
const stamp = (t: Date): string =>
  two(t.getMonth() + 1) + two(t.getDate()) + two(t.getHours()) + two(t.getMinutes());
/** GR-30-CORE: `P` private, `O` out of area; a caller of whom nothing is known has to be `O` as well. */
const reason = (absence: CallerIdInfo['absence']): string => (absence === 'private' ? 'P' : 'O');

/**
 * A number as it goes on a line: without the plus, 20 digits at most.
 * @throws CodedError `media/caller-id` for a number that is none.
 */
export function plainNumber(number: string | undefined): string | undefined {
  if (number === undefined) return undefined;
  if (!/^[0-9*#+]+$/.test(number))
    throw new CodedError('media/caller-id', 'a number has digits, * and # only');
  return number.replace('+', '').slice(-MAX_NUMBER);
}

/**
 * Call set-up message in the multiple data format (EN 300 659-3 5.3).
 * @throws CodedError `media/caller-id` for a number that is none.
 */
export function buildMdmf(data: CallerIdData): Uint8Array {
  const body: number[] = [];
  const add = (type: number, bytes: readonly number[]): void => void body.push(type, bytes.length, ...bytes);
  const number = plainNumber(data.number);
  const name = data.name === undefined ? [] : nameBytes(data.name, data.letters ?? 'latin');
  if (data.time) add(PARAMETER.time, ascii(stamp(data.time)));
  if (number && !data.absence) add(PARAMETER.number, ascii(number));
  else add(PARAMETER.noNumber, ascii(reason(data.absence)));
  if (name.length > 0 && data.absence !== 'private') add(PARAMETER.name, name);
  else if (data.absence) add(PARAMETER.noName, ascii(reason(data.absence)));
  return message(MDMF, body);
}

/** Call set-up message in the single data format (GR-30-CORE): time and number only. */
export function buildSdmf(data: CallerIdData): Uint8Array {
  const number = plainNumber(data.number);
  const time = stamp(data.time ?? new Date(0));
  return message(SDMF, ascii(time + (number && !data.absence ? number : reason(data.absence))));
}

/** What the message-waiting lamp of a telephone is to show. */
export interface WaitingData {
  waiting: boolean;
  /** How many; missing: not told. */
  count?: number;
  time?: Date;
}

/** Message-waiting message: visual indicator (EN 300 659-3), or its single form (GR-30-CORE). */
export function buildWaiting(data: WaitingData, format: 'mdmf' | 'sdmf' = 'mdmf'): Uint8Array {
  const lamp = data.waiting ? 'on' : 'off';
  if (format === 'sdmf') return message(SDMF_WAITING, Array(3).fill(LAMP.single[lamp]));
  const body: number[] = [];
  if (data.time) body.push(PARAMETER.time, 8, ...ascii(stamp(data.time)));
  body.push(PARAMETER.visualIndicator, 1, LAMP.multiple[lamp]);
  if (data.count !== undefined) body.push(PARAMETER.messages, 1, Math.min(255, data.count));
  body.push(PARAMETER.callType, 1, MESSAGE_WAITING_CALL);
  return message(MDMF_WAITING, body);
}

/** A message read, with the caller's time as sent (month and day count from 1). */
export interface ReceivedCallerId extends CallerIdInfo {
  time?: { month: number; day: number; hour: number; minute: number };
  /** It is about the message-waiting lamp, and about no call. */
  waiting?: { on: boolean; count?: number };
}

/**
 * Reads a whole message, checksum included.
 * @throws CodedError `media/caller-id` if it is cut off, wrong, of another type or tells nothing.
 */
export function parseCallerId(bytes: Uint8Array): ReceivedCallerId {
  const length = bytes[1];
  if (length === undefined || bytes.length < length + 3)
    throw new CodedError('media/caller-id', 'message cut off');
  if (!checksumHolds(bytes.subarray(0, length + 3)))
    throw new CodedError('media/caller-id', 'wrong checksum');
  const body = bytes.subarray(2, length + 2);
  switch (bytes[0]) {
    case SDMF:
      return parseSingle(body);
    case SDMF_WAITING:
      return parseSingleWaiting(body);
    case MDMF:
    case MDMF_WAITING:
      return parseMultiple(body, bytes[0] === MDMF_WAITING);
    default:
      throw new CodedError('media/caller-id', `message type ${bytes[0]} is unknown`);
  }
}

function parseSingle(body: Uint8Array): ReceivedCallerId {
  const text = String.fromCharCode(...body);
  const result: ReceivedCallerId = {};
  setTime(result, text.slice(0, 8));
  setNumber(result, text.slice(8));
  if (!result.time) throw new CodedError('media/caller-id', 'no time in a single-format message');
  return result;
}

function parseSingleWaiting(body: Uint8Array): ReceivedCallerId {
  const lamp = body[0];
  const known = lamp === LAMP.single.on || lamp === LAMP.single.off;
  if (!known || body.length > 3 || body.some((byte) => byte !== lamp))
    throw new CodedError('media/caller-id', 'no lamp in a single-format message');
  return { waiting: { on: lamp === LAMP.single.on } };
}

function parseMultiple(body: Uint8Array, waiting: boolean): ReceivedCallerId {
  const result: ReceivedCallerId = {};
  let lamp: number | undefined;
  let count: number | undefined;
  for (let at = 0; at < body.length; ) {
    const type = body[at]!;
    const end = at + 2 + (body[at + 1] ?? 255);
    if (end > body.length) throw new CodedError('media/caller-id', `parameter ${type} cut off`);
    const value = body.subarray(at + 2, end);
    const text = String.fromCharCode(...value);
    if (type === PARAMETER.time) setTime(result, text);
    else if (type === PARAMETER.number) setNumber(result, text);
    else if (type === PARAMETER.noNumber) result.absence = text === 'P' ? 'private' : 'unavailable';
    else if (type === PARAMETER.name && nameOf(value) !== '') result.name = nameOf(value);
    else if (type === PARAMETER.visualIndicator) lamp = value[0];
    else if (type === PARAMETER.messages) count = value[0];
    at = end;
  }
  if (lamp !== undefined && (waiting || (!result.number && !result.absence)))
    result.waiting = { on: lamp !== LAMP.multiple.off, ...(count === undefined ? {} : { count }) };
  if (!result.number && !result.absence && !result.name && !result.waiting)
    throw new CodedError('media/caller-id', 'tells no caller');
  return result;
}

function setNumber(result: ReceivedCallerId, text: string): void {
  if (text === 'P' || text === 'O') result.absence = text === 'P' ? 'private' : 'unavailable';
  else if (/^[0-9*#+]+$/.test(text)) result.number = text;
}

function setTime(result: ReceivedCallerId, text: string): void {
  if (!/^\d{8}$/.test(text)) return;
  const [month, day, hour, minute] = [0, 2, 4, 6].map((i) => Number(text.slice(i, i + 2))) as [
    number,
    number,
    number,
    number,
  ];
  if (month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour < 24 && minute < 60) {
    result.time = { month, day, hour, minute };
  }
}

/** Whether bytes are a message that tells something: what a receiver looks for. */
export function isCallerId(bytes: Uint8Array): boolean {
  try {
    parseCallerId(bytes);
    return true;
  } catch {
    return false;
  }
}
