import { CodedError } from '../../base/error.ts';
import { PCMA, PCMU } from '../dsp/g711.ts';

/** Frames (a sample of each channel) read in one go. */
const BLOCK = 8192;
/** Rates that some sound card or telephone ever had, Hz. */
const RATES = { min: 4000, max: 192_000 };

/** Codings of WAV by their registered numbers, and the widths they have here. */
const codings: Record<number, { bits: readonly number[]; read: Reader }> = {
  1: { bits: [8, 16, 24, 32], read: (data, at, bits) => integer(data, at, bits) },
  3: {
    bits: [32, 64],
    read: (data, at, bits) => finite(bits === 32 ? data.readFloatLE(at) : data.readDoubleLE(at)) * 32_768,
  },
  6: { bits: [8], read: (data, at) => aLaw[data[at]!]! },
  7: { bits: [8], read: (data, at) => muLaw[data[at]!]! },
};

type Reader = (data: Buffer, at: number, bits: number) => number;

const everyByte = Uint8Array.from({ length: 256 }, (_, i) => i);
const aLaw = new Int16Array(256);
const muLaw = new Int16Array(256);
PCMA.decode(everyByte, aLaw);
PCMU.decode(everyByte, muLaw);

const finite = (value: number): number => (Number.isFinite(value) ? value : 0);

/** In units of 16 bit. Eight bits are written without a sign, all others with one. */
function integer(data: Buffer, at: number, bits: number): number {
  if (bits === 8) return (data[at]! - 128) * 256;
  return data.readIntLE(at, bits / 8) / 2 ** (bits - 16);
}

export const isWav = (data: Buffer): boolean =>
  data.toString('latin1', 0, 4) === 'RIFF' && data.toString('latin1', 8, 12) === 'WAVE';

/** A WAV file read as one channel. */
export interface WavSound {
  rate: number;
  /** Frames that there are. */
  frames: number;
  /** The sound in pieces, in 16-bit units. */
  blocks(): Iterable<Float32Array>;
}

/**
 * Reads a WAV file: PCM of 8 to 32 bit, floating point, A-law or mu-law, at any rate, with up to 8 channels.
 * @throws CodedError `media/sound-broken`, `media/sound-format`
 */
export function openWav(data: Buffer): WavSound {
  let format: Buffer | undefined;
  let sound: Buffer | undefined;
  for (let at = 12; at + 8 <= data.length; ) {
    const name = data.toString('latin1', at, at + 4);
    const length = data.readUInt32LE(at + 4);
    // A program that writes into a pipe knows no length, and tells a very large one.
    const body = data.subarray(at + 8, at + 8 + length);
    if (name === 'fmt ' && body.length >= 16) format ??= body;
    else if (name === 'data') sound ??= body;
    // Chunks are padded to an even length.
    at += 8 + length + (length & 1);
  }
  if (!format || !sound) throw new CodedError('media/sound-broken', 'this WAV file is not whole');
  const channels = format.readUInt16LE(2);
  const rate = format.readUInt32LE(4);
  const bits = format.readUInt16LE(14);
  // 0xfffe: what it is stands further on, at the begin of a GUID.
  const tag = format.readUInt16LE(0);
  const number = tag === 0xfffe && format.length >= 26 ? format.readUInt16LE(24) : tag;
  const coding = codings[number];
  if (!coding?.bits.includes(bits) || channels < 1 || channels > 8 || rate < RATES.min || rate > RATES.max)
    throw new CodedError(
      'media/sound-format',
      `a WAV file of coding ${number}, ${bits} bit, ${channels} channels, ${rate} Hz is not read`,
    );
  const width = bits / 8;
  const frames = Math.floor(sound.length / (width * channels));
  const samples = sound;
  return {
    rate,
    frames,
    *blocks() {
      for (let from = 0; from < frames; from += BLOCK) {
        const block = new Float32Array(Math.min(BLOCK, frames - from));
        for (let i = 0; i < block.length; i++) {
          let sum = 0;
          for (let c = 0; c < channels; c++)
            sum += coding.read(samples, ((from + i) * channels + c) * width, bits);
          block[i] = sum / channels;
        }
        yield block;
      }
    },
  };
}

/** 8 kHz mono 16 bit as a WAV file. */
export function writeWav(samples: Int16Array): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + samples.length * 2, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(8000, 24);
  header.writeUInt32LE(16_000, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.length * 2, 40);
  return Buffer.concat([header, Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength)]);
}
