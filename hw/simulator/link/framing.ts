/** Framing of hw/protocol/frame.md section 1: COBS, CRC-16/CCITT, a reader that resynchronises. */

/** Longest coded frame a receiver collects, without its delimiter (frame.md section 1). */
const MAX_CODED = 2600;
/** type, seq and CRC. */
const MIN_BODY = 4;

export type FramingFault = 'too-long' | 'cobs' | 'too-short' | 'checksum';

const table = new Uint16Array(256);
for (let i = 0; i < 256; i++) {
  let r = i << 8;
  for (let b = 0; b < 8; b++) r = r & 0x8000 ? (r << 1) ^ 0x1021 : r << 1;
  table[i] = r;
}

/** CRC-16 with polynomial 0x1021 from 0xFFFF, most significant bit first. */
export function crc16(bytes: Uint8Array, end = bytes.length): number {
  let crc = 0xffff;
  for (let i = 0; i < end; i++) crc = ((crc << 8) & 0xffff) ^ table[(crc >> 8) ^ bytes[i]!]!;
  return crc;
}

/** COBS without delimiter. */
export function stuff(body: Uint8Array): Uint8Array {
  const out = new Uint8Array(body.length + Math.floor(body.length / 254) + 1);
  let code = 0;
  let at = 1;
  for (let i = 0; i < body.length; i++) {
    if (body[i] === 0) {
      out[code] = at - code;
      code = at++;
      continue;
    }
    out[at++] = body[i]!;
    if (at - code === 255) {
      out[code] = 255;
      // A full run that ends the body leaves the virtual zero uncoded.
      if (i === body.length - 1) return out.subarray(0, at);
      code = at++;
    }
  }
  out[code] = at - code;
  return out.subarray(0, at);
}

/** Reverses {@link stuff}; undefined when a code points past the end. */
export function unstuff(coded: Uint8Array): Uint8Array | undefined {
  const out = new Uint8Array(coded.length);
  let o = 0;
  let i = 0;
  while (i < coded.length) {
    const code = coded[i]!;
    if (code === 0 || i + code > coded.length) return undefined;
    for (let k = 1; k < code; k++) out[o++] = coded[i + k]!;
    i += code;
    if (code < 255 && i < coded.length) out[o++] = 0;
  }
  return out.subarray(0, o);
}

/** Appends the CRC to type, seq and payload and makes the wire bytes, delimiter included. */
export function seal(bare: Uint8Array): Uint8Array {
  const body = new Uint8Array(bare.length + 2);
  body.set(bare);
  const crc = crc16(bare);
  body[bare.length] = crc & 0xff;
  body[bare.length + 1] = crc >> 8;
  const coded = stuff(body);
  const wire = new Uint8Array(coded.length + 1);
  wire.set(coded);
  return wire;
}

/** Collects bytes into checked bodies (without CRC); what is broken is told to `fault` and skipped. */
export class FrameReader {
  #buffer = new Uint8Array(MAX_CODED);
  #length = 0;
  #overflow = false;
  readonly #body: (bare: Uint8Array) => void;
  readonly #fault: (fault: FramingFault) => void;

  constructor(body: (bare: Uint8Array) => void, fault: (fault: FramingFault) => void) {
    this.#body = body;
    this.#fault = fault;
  }

  push(bytes: Uint8Array): void {
    let i = 0;
    while (i < bytes.length) {
      const zero = bytes.indexOf(0, i);
      const end = zero < 0 ? bytes.length : zero;
      if (!this.#overflow && this.#length + end - i > MAX_CODED) this.#overflow = true;
      if (!this.#overflow) {
        this.#buffer.set(bytes.subarray(i, end), this.#length);
        this.#length += end - i;
      }
      if (zero < 0) return;
      this.#finish();
      i = zero + 1;
    }
  }

  /** Forgets a frame begun, as when the transport is opened anew. */
  reset(): void {
    this.#length = 0;
    this.#overflow = false;
  }

  #finish(): void {
    const length = this.#length;
    const overflow = this.#overflow;
    this.reset();
    if (length === 0 && !overflow) return;
    const body = overflow ? undefined : unstuff(this.#buffer.subarray(0, length));
    if (!body) {
      this.#fault(overflow ? 'too-long' : 'cobs');
      return;
    }
    const end = body.length - 2;
    if (body.length < MIN_BODY) this.#fault('too-short');
    else if (crc16(body, end) !== (body[end]! | (body[end + 1]! << 8))) this.#fault('checksum');
    else this.#body(body.subarray(0, end));
  }
}
