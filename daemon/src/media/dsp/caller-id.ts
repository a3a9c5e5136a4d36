import { CodedError } from '../../base/error.ts';
import type { CallerIdInfo } from '../api.ts';

/** How caller ID travels on an analog line. */
export type CallerIdScheme = 'fsk-v23' | 'fsk-bell202' | 'dtmf';

/** What to send: {@link CallerIdInfo} and the time of the call, as it is on the wall. */
export interface CallerIdData extends CallerIdInfo {
  /** Local time; missing: none is sent (the single format cannot do without). */
  time?: Date;
}

/** Message types: EN 300 659-3 table 1 and GR-30-CORE. */
export const SDMF = 0x04;
export const MDMF = 0x80;

/** Parameter types: EN 300 659-3 table 2. */
const PARAMETER_TIME = 0x01;
const PARAMETER_NUMBER = 0x02;
const PARAMETER_NO_NUMBER = 0x04;
const PARAMETER_NAME = 0x07;
const PARAMETER_NO_NAME = 0x08;

/** EN 300 659-3 5.4.2: a number has at most 20 digits. */
const MAX_NUMBER = 20;
/** GR-1188-CORE: 15 characters of a name; the displays have no more. */
const MAX_NAME = 15;

const LATIN: Readonly<Record<string, string>> = {
  а: 'a',
  б: 'b',
  в: 'v',
  г: 'g',
  д: 'd',
  е: 'e',
  ё: 'e',
  ж: 'zh',
  з: 'z',
  и: 'i',
  й: 'i',
  к: 'k',
  л: 'l',
  м: 'm',
  н: 'n',
  о: 'o',
  п: 'p',
  р: 'r',
  с: 's',
  т: 't',
  у: 'u',
  ф: 'f',
  х: 'kh',
  ц: 'ts',
  ч: 'ch',
  ш: 'sh',
  щ: 'shch',
  ъ: '',
  ы: 'y',
  ь: '',
  э: 'e',
  ю: 'iu',
  я: 'ia',
};

/** A name as telephones can show it: Russian letters in Latin (as in ICAO Doc 9303), other signs left out, 15 at most. */
export function displayName(name: string): string {
  let out = '';
  for (const c of name) {
    const small = c.toLowerCase();
    const latin = LATIN[small];
    if (latin !== undefined) out += c === small ? latin : latin.charAt(0).toUpperCase() + latin.slice(1);
    else if (c >= ' ' && c <= '~') out += c;
  }
  return out.trim().slice(0, MAX_NAME);
}

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
const reason = (absence: CallerIdInfo['absence']): string => (absence === 'private' ? 'P' : 'O');

function checkNumber(number: string | undefined): string | undefined {
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
  const add = (type: number, text: string): void => void body.push(type, text.length, ...ascii(text));
  const number = checkNumber(data.number);
  const name = data.name === undefined ? '' : displayName(data.name);
  if (data.time) add(PARAMETER_TIME, stamp(data.time));
  if (number && !data.absence) add(PARAMETER_NUMBER, number);
  else add(PARAMETER_NO_NUMBER, reason(data.absence));
  if (name !== '' && data.absence !== 'private') add(PARAMETER_NAME, name);
  else if (data.absence) add(PARAMETER_NO_NAME, reason(data.absence));
  return message(MDMF, body);
}

/** Call set-up message in the single data format (GR-30-CORE): time and number only. */
export function buildSdmf(data: CallerIdData): Uint8Array {
  const number = checkNumber(data.number);
  const time = stamp(data.time ?? new Date(0));
  return message(SDMF, ascii(time + (number && !data.absence ? number : reason(data.absence))));
}

/** A message read, with the caller's time as sent (month and day count from 1). */
export interface ReceivedCallerId extends CallerIdInfo {
  time?: { month: number; day: number; hour: number; minute: number };
}

/**
 * Reads a whole message, checksum included.
 * @throws CodedError `media/caller-id` if it is cut off, wrong, of another type or tells nothing.
 */
export function parseCallerId(bytes: Uint8Array): ReceivedCallerId {
  const length = bytes[1];
  if (length === undefined || bytes.length < length + 3)
    throw new CodedError('media/caller-id', 'message cut off');
  let sum = 0;
  for (let i = 0; i < length + 3; i++) sum += bytes[i]!;
  if ((sum & 0xff) !== 0) throw new CodedError('media/caller-id', 'wrong checksum');
  const body = bytes.subarray(2, length + 2);
  if (bytes[0] === SDMF) return parseSingle(body);
  if (bytes[0] === MDMF) return parseMultiple(body);
  throw new CodedError('media/caller-id', `message type ${bytes[0]} is no call set-up`);
}

function parseSingle(body: Uint8Array): ReceivedCallerId {
  const text = String.fromCharCode(...body);
  const result: ReceivedCallerId = {};
  setTime(result, text.slice(0, 8));
  setNumber(result, text.slice(8));
  if (!result.time) throw new CodedError('media/caller-id', 'no time in a single-format message');
  return result;
}

function parseMultiple(body: Uint8Array): ReceivedCallerId {
  const result: ReceivedCallerId = {};
  for (let at = 0; at + 2 <= body.length; ) {
    const type = body[at]!;
    const end = at + 2 + body[at + 1]!;
    if (end > body.length) throw new CodedError('media/caller-id', `parameter ${type} cut off`);
    const text = String.fromCharCode(...body.subarray(at + 2, end));
    if (type === PARAMETER_TIME) setTime(result, text);
    else if (type === PARAMETER_NUMBER) setNumber(result, text);
    else if (type === PARAMETER_NO_NUMBER) result.absence = text === 'P' ? 'private' : 'unavailable';
    else if (type === PARAMETER_NAME && text.trim() !== '') result.name = text.trim();
    at = end;
  }
  if (!result.number && !result.absence && !result.name)
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

/** The longest message: type, length, 255 bytes, checksum. */
const MAX_MESSAGE = 258;

/**
 * Finds messages in the stream of bytes of a demodulator: seizure reads as 0x55 and noise as
 * anything, so every byte that may begin a message is kept in view until the checksum decides.
 */
export class CallerIdAssembler {
  #bytes: number[] = [];

  /** Takes one byte; returns the message that it completed, if any. */
  push(byte: number): ReceivedCallerId | undefined {
    this.#bytes.push(byte);
    if (this.#bytes.length > MAX_MESSAGE) this.#bytes.shift();
    const all = this.#bytes;
    for (let at = 0; at + 2 < all.length; at++) {
      if (all[at] !== SDMF && all[at] !== MDMF) continue;
      if (all.length - at !== all[at + 1]! + 3) continue;
      try {
        const found = parseCallerId(Uint8Array.from(all.slice(at)));
        this.#bytes = [];
        return found;
      } catch {
        // No message begins here after all; a later byte may still begin one.
      }
    }
    return undefined;
  }

  reset(): void {
    this.#bytes = [];
  }
}

/** Start and end digit of caller ID by DTMF: `A...C` and `D...C` are usual, some networks use `#`. */
export interface DtmfCallerIdCodes {
  start: string;
  end: string;
}

/** The digits that tell a caller by DTMF (EN 300 659-3 annex A: special information after `B`: 00 unavailable, 10 withheld). */
export function buildDtmfCallerId(
  data: CallerIdInfo,
  codes: DtmfCallerIdCodes = { start: 'A', end: 'C' },
): string {
  const number = checkNumber(data.number);
  if (number && !data.absence) return codes.start + number.replace(/[^0-9]/g, '') + codes.end;
  return `B${data.absence === 'private' ? '10' : '00'}C`;
}

/** Reads digits sent before or between rings; undefined if they tell no caller. */
export function parseDtmfCallerId(digits: string): CallerIdInfo | undefined {
  // Denmark's D1# to D3# and the ETSI codes after B tell why there is no number.
  const special = /^(?:B(\d\d)C|D([123])#)$/.exec(digits);
  if (special) return { absence: special[1] === '10' || special[2] === '1' ? 'private' : 'unavailable' };
  const number = /^[AD](\d{2,20})[CD#]/.exec(digits)?.[1];
  return number === undefined ? undefined : { number };
}
