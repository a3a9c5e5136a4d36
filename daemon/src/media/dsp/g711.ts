/** A codec that turns one sample into one byte. */
export interface AudioCodec {
  /** Encoding name of RFC 3551 table 4. */
  readonly name: 'PCMA' | 'PCMU';
  /** Static RTP payload type of RFC 3551 table 4. */
  readonly payloadType: 8 | 0;
  /** The byte that stands for a sample of zero. */
  readonly silence: number;
  /** Encodes `count` samples of `pcm` into `out` from `at` on. */
  encode(pcm: Int16Array, out: Uint8Array, at?: number, count?: number): void;
  /** Decodes `count` bytes of `payload` from `at` on into `out`. */
  decode(payload: Uint8Array, out: Int16Array, at?: number, count?: number): void;
}

/** ITU-T G.711 table 1: every second bit is inverted on the line. */
const ALAW_TOGGLE = 0x55;

/** ITU-T G.711 table 2a: the bias that makes mu-law segments start at powers of two (33 on the 14-bit scale). */
const ULAW_BIAS = 33;

function alawToLinear(code: number): number {
  const byte = code ^ ALAW_TOGGLE;
  const segment = (byte >> 4) & 7;
  const step = byte & 0x0f;
  // The middle of the step, on the 16-bit scale: the 13-bit value times 8.
  const magnitude = segment === 0 ? step * 16 + 8 : (step * 16 + 264) << (segment - 1);
  return byte & 0x80 ? magnitude : -magnitude;
}

function linearToAlaw(sample: number): number {
  // One's complement for the negative half puts the decision value 0 between +0 and -0.
  const magnitude = (sample < 0 ? ~sample : sample) >> 4;
  let segment = 0;
  let step = magnitude;
  if (magnitude >= 32) {
    segment = 31 - Math.clz32(magnitude) - 4;
    step = magnitude >> segment;
    segment += 1;
  } else if (magnitude >= 16) {
    segment = 1;
  }
  const byte = (sample < 0 ? 0 : 0x80) | (segment << 4) | (step & 0x0f);
  return byte ^ ALAW_TOGGLE;
}

function ulawToLinear(code: number): number {
  const byte = ~code & 0xff;
  const segment = (byte >> 4) & 7;
  const magnitude = (((((byte & 0x0f) << 1) + ULAW_BIAS) << segment) - ULAW_BIAS) << 2;
  return byte & 0x80 ? -magnitude : magnitude;
}

function linearToUlaw(sample: number): number {
  const magnitude = Math.min(((sample < 0 ? ~sample : sample) >> 2) + ULAW_BIAS, 0x1fff);
  const segment = 31 - Math.clz32(magnitude) - 5;
  const step = (magnitude >> (segment + 1)) & 0x0f;
  const byte = (sample < 0 ? 0x80 : 0) | (segment << 4) | step;
  return ~byte & 0xff;
}

class TableCodec implements AudioCodec {
  readonly name: 'PCMA' | 'PCMU';
  readonly payloadType: 8 | 0;
  readonly silence: number;
  readonly #toByte = new Uint8Array(65536);
  readonly #toSample = new Int16Array(256);

  constructor(
    name: 'PCMA' | 'PCMU',
    payloadType: 8 | 0,
    compress: (sample: number) => number,
    expand: (code: number) => number,
  ) {
    this.name = name;
    this.payloadType = payloadType;
    for (let s = -32768; s < 32768; s++) this.#toByte[s & 0xffff] = compress(s);
    for (let b = 0; b < 256; b++) this.#toSample[b] = expand(b);
    this.silence = this.#toByte[0]!;
  }

  encode(pcm: Int16Array, out: Uint8Array, at = 0, count = pcm.length): void {
    const table = this.#toByte;
    for (let i = 0; i < count; i++) out[at + i] = table[pcm[i]! & 0xffff]!;
  }

  decode(payload: Uint8Array, out: Int16Array, at = 0, count = payload.length - at): void {
    const table = this.#toSample;
    for (let i = 0; i < count; i++) out[i] = table[payload[at + i]!]!;
  }
}

/** G.711 A-law: RTP payload type 8, the law of Russia and Europe. */
export const PCMA: AudioCodec = new TableCodec('PCMA', 8, linearToAlaw, alawToLinear);

/** G.711 mu-law: RTP payload type 0, the law of North America. */
export const PCMU: AudioCodec = new TableCodec('PCMU', 0, linearToUlaw, ulawToLinear);

/** The codec of a static payload type, or undefined. */
export function codecOfPayloadType(payloadType: number): AudioCodec | undefined {
  return payloadType === 8 ? PCMA : payloadType === 0 ? PCMU : undefined;
}
