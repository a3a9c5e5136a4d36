import { FieldFault } from './fields.ts';

/** Reads little-endian fields; everything past the end is `malformed`. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    if (this.left < 1) throw new FieldFault('malformed', 'too short');
    return this.#bytes[this.#at++]!;
  }

  u16(): number {
    return this.u8() | (this.u8() << 8);
  }

  i16(): number {
    return (this.u16() << 16) >> 16;
  }

  u32(): number {
    return this.u16() + this.u16() * 0x10000;
  }

  bool(): boolean {
    const value = this.u8();
    if (value > 1) throw new FieldFault('malformed', `bool ${value}`);
    return value === 1;
  }

  string(): string {
    const length = this.u8();
    if (length > 63) throw new FieldFault('malformed', 'string too long');
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(this.take(length));
    } catch (error) {
      if (error instanceof FieldFault) throw error;
      throw new FieldFault('malformed', 'string is not UTF-8');
    }
  }

  take(length: number): Uint8Array {
    if (this.left < length) throw new FieldFault('malformed', 'too short');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** States that nothing may follow. */
  end(): void {
    if (this.left > 0) throw new FieldFault('malformed', `${this.left} bytes too many`);
  }
}

/** Writes little-endian fields into a growing buffer. */
export class ByteWriter {
  #bytes: Uint8Array;
  #at = 0;

  constructor(capacity = 128) {
    this.#bytes = new Uint8Array(capacity);
  }

  u8(value: number): void {
    this.#room(1);
    this.#bytes[this.#at++] = value & 0xff;
  }

  u16(value: number): void {
    this.u8(value);
    this.u8(value >> 8);
  }

  u32(value: number): void {
    this.u16(value & 0xffff);
    this.u16(Math.floor(value / 0x10000) & 0xffff);
  }

  string(value: string): void {
    const bytes = new TextEncoder().encode(value).subarray(0, 63);
    this.u8(bytes.length);
    this.raw(bytes);
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#at);
    this.#at += bytes.length;
  }

  get bytes(): Uint8Array {
    return this.#bytes.slice(0, this.#at);
  }

  #room(length: number): void {
    if (this.#at + length <= this.#bytes.length) return;
    const bigger = new Uint8Array(Math.max(this.#bytes.length * 2, this.#at + length));
    bigger.set(this.#bytes);
    this.#bytes = bigger;
  }
}
