import koffi from 'koffi';
import { CodedError, messageOf } from '../../base/error.ts';
import { RECORDING_RATE } from './file.ts';

/** opus_defines.h. */
const OPUS_APPLICATION_VOIP = 2048;
const OPUS_SET_BITRATE = 4002;
const OPUS_GET_LOOKAHEAD = 4027;
/** Of each channel, bit/s: the rate where telephone speech loses nothing. */
const BITRATE = 20_000;
/** Far more than 20 ms at that rate. */
const MAX_PACKET = 4000;

interface Functions {
  create(rate: number, channels: number, streams: number, coupled: number, mapping: Uint8Array, application: number, error: Int32Array): unknown; // biome-ignore format: a C prototype reads best in one line
  encode(encoder: unknown, pcm: Int16Array, frame: number, data: Uint8Array, max: number): number;
  set(encoder: unknown, request: number, type: 'int', value: number): number;
  get(encoder: unknown, request: number, type: 'int32_t *', value: Int32Array): number;
  destroy(encoder: unknown): void;
  createReader(rate: number, channels: number, error: Int32Array): unknown;
  decode(
    decoder: unknown,
    data: Uint8Array,
    length: number,
    pcm: Int16Array,
    frame: number,
    fec: number,
  ): number;
  destroyReader(decoder: unknown): void;
}

let loaded: Functions | undefined;

function library(): Functions {
  if (loaded) return loaded;
  try {
    const opus = koffi.load('libopus.so.0');
    loaded = {
      create: opus.func(
        'void *opus_multistream_encoder_create(int32_t, int, int, int, const uint8_t *, int, _Out_ int *)',
      ),
      encode: opus.func(
        'int opus_multistream_encode(void *, const int16_t *, int, _Out_ uint8_t *, int32_t)',
      ),
      set: opus.func('int opus_multistream_encoder_ctl(void *, int, ...)'),
      get: opus.func('int opus_multistream_encoder_ctl(void *, int, ...)'),
      destroy: opus.func('void opus_multistream_encoder_destroy(void *)'),
      createReader: opus.func('void *opus_decoder_create(int32_t, int, _Out_ int *)'),
      decode: opus.func('int opus_decode(void *, const uint8_t *, int32_t, _Out_ int16_t *, int, int)'),
      destroyReader: opus.func('void opus_decoder_destroy(void *)'),
    } as unknown as Functions;
    return loaded;
  } catch (error) {
    throw new CodedError('media/no-opus', `libopus cannot be used: ${messageOf(error)}`);
  }
}

/** Whether libopus is on this machine. */
export function opusHere(): boolean {
  try {
    library();
    return true;
  } catch {
    return false;
  }
}

/**
 * An Opus encoder with a stream for each channel, which know nothing of each other: coupled ones would let one side
 * shine through on the other. @throws CodedError `media/no-opus`
 */
export class OpusStreams {
  readonly #functions = library();
  readonly #encoder: unknown;
  readonly #channels: number;
  readonly #packet = new Uint8Array(MAX_PACKET);
  /** Samples at 48 kHz before the first of what was encoded. */
  readonly preSkip: number;

  constructor(channels: 1 | 2) {
    this.#channels = channels;
    const error = new Int32Array(1);
    this.#encoder = this.#functions.create(
      RECORDING_RATE,
      channels,
      channels,
      0,
      Uint8Array.of(0, 1).subarray(0, channels),
      OPUS_APPLICATION_VOIP,
      error,
    );
    if (!this.#encoder) throw new CodedError('media/no-opus', `libopus gives no encoder (${error[0]})`);
    this.#functions.set(this.#encoder, OPUS_SET_BITRATE, 'int', BITRATE * channels);
    const lookahead = new Int32Array(1);
    this.#functions.get(this.#encoder, OPUS_GET_LOOKAHEAD, 'int32_t *', lookahead);
    this.preSkip = lookahead[0]! * (48_000 / RECORDING_RATE);
  }

  /** 20 ms, interleaved, as one packet. */
  encode(frame: Int16Array): Buffer {
    const length = this.#functions.encode(
      this.#encoder,
      frame,
      frame.length / this.#channels,
      this.#packet,
      MAX_PACKET,
    );
    if (length < 0) throw new CodedError('media/no-opus', `libopus cannot encode (${length})`);
    return Buffer.from(this.#packet.subarray(0, length));
  }

  close(): void {
    this.#functions.destroy(this.#encoder);
  }
}

/** 120 ms, the longest packet (RFC 6716 2.1.4), samples. */
const LONGEST_PACKET = (RECORDING_RATE * 120) / 1000;

/** Decodes packets of one channel to 8 kHz. @throws CodedError `media/no-opus` */
export class OpusReader {
  readonly #functions = library();
  readonly #decoder: unknown;
  readonly #out = new Int16Array(LONGEST_PACKET);

  constructor() {
    const error = new Int32Array(1);
    this.#decoder = this.#functions.createReader(RECORDING_RATE, 1, error);
    if (!this.#decoder) throw new CodedError('media/no-opus', `libopus gives no decoder (${error[0]})`);
  }

  /** @throws CodedError `media/recording-damaged` */
  decode(packet: Uint8Array): Int16Array {
    const count = this.#functions.decode(this.#decoder, packet, packet.length, this.#out, LONGEST_PACKET, 0);
    if (count < 0) throw new CodedError('media/recording-damaged', `libopus cannot decode (${count})`);
    return this.#out.slice(0, count);
  }

  close(): void {
    this.#functions.destroyReader(this.#decoder);
  }
}
