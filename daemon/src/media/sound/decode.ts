import { CodedError } from '../../base/error.ts';
import { SILENCE_DBM0 } from '../dsp/level.ts';
import { activeLevelDbm0, levelled } from './loudness.ts';
import { Narrowed, narrowWav } from './narrow.ts';
import { isWav } from './wav.ts';

/** How much of a file is decoded in one go, bytes: what comes out of it has to be in memory whole. */
const PIECE = 16_384;
/** A file of which so many parts cannot be read is none. */
const MOST_ERRORS = 20;

/** What one of the decoders gives for a piece of a file. */
interface Decoded {
  /** Each channel, full scale 1. */
  channelData: Float32Array[];
  samplesDecoded: number;
  sampleRate: number;
  errors: readonly unknown[];
}

interface Decoder {
  ready: Promise<void>;
  decode(data: Uint8Array): Decoded | Promise<Decoded>;
  flush?(): Promise<Decoded>;
  free(): void;
}

export interface DecodeTerms {
  /** Longer is refused, s. */
  longest: number;
  /** How loud it becomes, dBm0. */
  levelDbm0: number;
}

/**
 * Sound in a file of some common format (WAV, MP3, Ogg with Opus or Vorbis) as the box plays it: 8 kHz, one channel, as
 * loud as wanted. It takes seconds for a long file: not for a thread that has something else to do. The decoders are
 * loaded when first needed.
 * @throws CodedError `media/sound-unknown`, `-format`, `-broken`, `-empty`, `-long`
 */
export async function decodeSound(data: Buffer, terms: DecodeTerms): Promise<Int16Array> {
  const narrow = isWav(data) ? narrowWav(data, terms.longest) : await decoded(data, terms.longest);
  if (activeLevelDbm0(narrow) <= SILENCE_DBM0)
    throw new CodedError('media/sound-empty', 'there is only silence in it');
  return levelled(narrow, terms.levelDbm0);
}

async function decoded(data: Buffer, longest: number): Promise<Float32Array> {
  const decoder = await decoderFor(data);
  if (!decoder) throw new CodedError('media/sound-unknown', 'this is no sound file of a known format');
  try {
    await decoder.ready;
    let out: Narrowed | undefined;
    let errors = 0;
    const take = (piece: Decoded): void => {
      errors += piece.errors.length;
      if (errors > MOST_ERRORS) throw new CodedError('media/sound-broken', 'most of the file is unreadable');
      if (piece.samplesDecoded === 0 || piece.channelData.length === 0) return;
      out ??= new Narrowed(piece.sampleRate, longest);
      if (piece.sampleRate !== out.rate)
        throw new CodedError('media/sound-broken', 'the rate changes within the file');
      out.push(mixed(piece));
    };
    for (let at = 0; at < data.length; at += PIECE) take(await decoder.decode(data.subarray(at, at + PIECE)));
    if (decoder.flush) take(await decoder.flush());
    if (!out) throw new CodedError('media/sound-broken', 'there is no sound to be found in it');
    return out.end();
  } catch (cause) {
    if (cause instanceof CodedError) throw cause;
    throw new CodedError('media/sound-broken', 'it cannot be decoded', { cause });
  } finally {
    decoder.free();
  }
}

/** One channel of all, in 16-bit units. */
function mixed({ channelData, samplesDecoded }: Decoded): Float32Array {
  const out = new Float32Array(samplesDecoded);
  for (const channel of channelData) {
    for (let i = 0; i < samplesDecoded; i++) out[i]! += (channel[i]! * 32_768) / channelData.length;
  }
  return out;
}

/** By what the file begins with (RFC 3533, RFC 7845, Vorbis I 4.2.1, ISO 11172-3 2.4.1.3). */
async function decoderFor(data: Buffer): Promise<Decoder | undefined> {
  const beginning = data.toString('latin1', 0, 256);
  if (beginning.startsWith('OggS')) {
    if (beginning.includes('OpusHead')) {
      const { OggOpusDecoder } = await import('ogg-opus-decoder');
      return new OggOpusDecoder();
    }
    if (!beginning.includes('\x01vorbis')) return undefined;
    const { OggVorbisDecoder } = await import('@wasm-audio-decoders/ogg-vorbis');
    return new OggVorbisDecoder();
  }
  // ID3 of the pieces before the sound, or the sync word of layer I to III of MPEG audio itself.
  const sync = data[0] === 0xff && (data[1]! & 0xe0) === 0xe0 && (data[1]! & 0x06) !== 0;
  if (!sync && !beginning.startsWith('ID3')) return undefined;
  const { MPEGDecoder } = await import('mpg123-decoder');
  return new MPEGDecoder();
}
