/**
 * The outermost layer of the card's wire protocol (hw/protocol/frame.md section 1): bodies with a
 * CRC, stuffed so that a zero only ever ends a frame.
 */

/** Most coded bytes of a frame, the ending zero not counted. */
export const MAX_CODED = 2600;

/** Why received bytes were no frame. */
export type FramingFault = 'too-long' | 'cobs' | 'too-short' | 'checksum';

const CRC_TABLE = new Uint16Array(256);
for (let i = 0; i < 256; i++) {
  let crc = i << 8;
  for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ 0x1021 : crc << 1;
  CRC_TABLE[i] = crc & 0xffff;
}

/** CRC-16/CCITT over the first `length` bytes: polynomial 0x1021, start 0xFFFF, no final inversion. */
export function crc16(bytes: Uint8Array, length = bytes.length): number {
  let crc = 0xffff;
  for (let i = 0; i < length; i++) crc = ((crc << 8) & 0xffff) ^ CRC_TABLE[(crc >> 8) ^ bytes[i]!]!;
  return crc;
}

/** Removes every zero: each run up to a zero becomes its length + 1 and the run. */
export function cobsEncode(raw: Uint8Array): Uint8Array {
  const coded = new Uint8Array(raw.length + Math.floor(raw.length / 254) + 1);
  let codeAt = 0;
  let out = 1;
  for (let i = 0; i < raw.length; i++) {
    const byte = raw[i]!;
    if (byte !== 0) coded[out++] = byte;
    const full = out - codeAt === 0xff;
    if (byte !== 0 && !full) continue;
    coded[codeAt] = out - codeAt;
    codeAt = out++;
    // A full run that ends the body stands for no zero, and nothing follows it.
    if (byte !== 0 && i === raw.length - 1) return coded.subarray(0, codeAt);
  }
  coded[codeAt] = out - codeAt;
  return coded.subarray(0, out);
}

/** Undoes {@link cobsEncode} in place of a new array; undefined if a code points past the end. */
export function cobsDecode(coded: Uint8Array, length = coded.length): Uint8Array | undefined {
  const raw = new Uint8Array(length);
  let out = 0;
  for (let at = 0; at < length; ) {
    const code = coded[at]!;
    const end = at + code;
    if (code === 0 || end > length) return undefined;
    for (at++; at < end; at++) raw[out++] = coded[at]!;
    if (code !== 0xff && at < length) raw[out++] = 0;
  }
  return raw.subarray(0, out);
}

/** A whole frame for the wire from type, sequence number and payload. */
export function encodeWire(type: number, seq: number, payload: Uint8Array): Uint8Array {
  const body = new Uint8Array(payload.length + 4);
  body[0] = type;
  body[1] = seq;
  body.set(payload, 2);
  const crc = crc16(body, body.length - 2);
  body[body.length - 2] = crc & 0xff;
  body[body.length - 1] = crc >> 8;
  const coded = cobsEncode(body);
  const wire = new Uint8Array(coded.length + 1);
  wire.set(coded);
  return wire;
}

/** Cuts a byte stream into frame bodies. After any fault it goes on with the next zero. */
export class FrameReader {
  readonly #buffer = new Uint8Array(MAX_CODED);
  readonly #body: (body: Uint8Array) => void;
  readonly #fault: (fault: FramingFault) => void;
  #length = 0;
  #tooLong = false;

  /** `body` gets type, seq and payload, the CRC checked and cut off; the array is its own to keep. */
  constructor(body: (body: Uint8Array) => void, fault: (fault: FramingFault) => void) {
    this.#body = body;
    this.#fault = fault;
  }

  push(bytes: Uint8Array): void {
    for (const byte of bytes) {
      if (byte === 0) this.#end();
      else if (this.#length < MAX_CODED) this.#buffer[this.#length++] = byte;
      else this.#tooLong = true;
    }
  }

  /** Forgets a frame begun, for a new stream. */
  reset(): void {
    this.#length = 0;
    this.#tooLong = false;
  }

  #end(): void {
    const length = this.#length;
    const tooLong = this.#tooLong;
    this.reset();
    if (length === 0) return;
    if (tooLong) {
      this.#fault('too-long');
      return;
    }
    const body = cobsDecode(this.#buffer, length);
    if (!body) this.#fault('cobs');
    else if (body.length < 4) this.#fault('too-short');
    else if (crc16(body, body.length - 2) !== body[body.length - 2]! + body[body.length - 1]! * 256) {
      this.#fault('checksum');
    } else this.#body(body.subarray(0, body.length - 2));
  }
}
