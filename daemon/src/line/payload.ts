/** Thrown inside the codec when a payload does not fit its type; it does not leave this layer. */
export class MalformedPayload extends Error {}

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Most bytes of a string on the link (frame.md, preamble). */
export const MAX_STRING = 63;

/** Reads little-endian fields one after the other. @throws MalformedPayload past the end or on a bad value. */
export class PayloadReader {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at = 0) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#at = at;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  bool(): boolean {
    const value = this.u8();
    if (value > 1) throw new MalformedPayload(`bool ${value}`);
    return value === 1;
  }

  string(): string {
    const length = this.u8();
    if (length > MAX_STRING) throw new MalformedPayload(`string of ${length} bytes`);
    const at = this.#take(length);
    try {
      return utf8.decode(this.#bytes.subarray(at, at + length));
    } catch {
      throw new MalformedPayload('string that is no UTF-8');
    }
  }

  /** A field whose value must lie within bounds, both included. */
  within(value: number, min: number, max: number): number {
    if (value < min || value > max) throw new MalformedPayload(`${value} is not within ${min}..${max}`);
    return value;
  }

  /** For payloads after which nothing may follow. */
  end(): void {
    if (this.left !== 0) throw new MalformedPayload(`${this.left} bytes too many`);
  }

  #take(count: number): number {
    const at = this.#at;
    if (count > this.left) throw new MalformedPayload('payload too short');
    this.#at += count;
    return at;
  }
}

/** Collects little-endian fields. @throws RangeError for a value that its field cannot hold. */
export class PayloadWriter {
  #bytes: number[] = [];

  u8(value: number): this {
    return this.#unsigned(value, 1);
  }

  u16(value: number): this {
    return this.#unsigned(value, 2);
  }

  u32(value: number): this {
    return this.#unsigned(value, 4);
  }

  i16(value: number): this {
    if (!Number.isInteger(value) || value < -0x8000 || value > 0x7fff)
      throw new RangeError(`${value} is no i16`);
    return this.#unsigned(value & 0xffff, 2);
  }

  bool(value: boolean): this {
    return this.u8(value ? 1 : 0);
  }

  string(value: string): this {
    const bytes = new TextEncoder().encode(value);
    if (bytes.length > MAX_STRING)
      throw new RangeError(`string of ${bytes.length} bytes, at most ${MAX_STRING}`);
    this.u8(bytes.length);
    this.#bytes.push(...bytes);
    return this;
  }

  done(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }

  #unsigned(value: number, bytes: number): this {
    if (!Number.isInteger(value) || value < 0 || value >= 256 ** bytes) {
      throw new RangeError(`${value} does not fit ${bytes} byte(s)`);
    }
    for (let i = 0; i < bytes; i++) this.#bytes.push(Math.floor(value / 256 ** i) & 0xff);
    return this;
  }
}
