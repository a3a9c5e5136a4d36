import { RECORDING_RATE, type RecordingEncoder } from './file.ts';

/** RIFF header, `fmt ` of PCM (16 bytes) and the head of `data`: Multimedia Programming Interface 1.0, "WAVE". */
export const WAV_HEAD = 44;
const BYTES_PER_SAMPLE = 2;

/** Header of a file of 16 bit at 8 kHz with `dataBytes` of samples. */
export function wavHead(dataBytes: number, channels = 2): Buffer {
  const head = Buffer.alloc(WAV_HEAD);
  head.write('RIFF', 0, 'latin1');
  head.writeUInt32LE(WAV_HEAD - 8 + dataBytes, 4);
  head.write('WAVEfmt ', 8, 'latin1');
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(channels, 22);
  head.writeUInt32LE(RECORDING_RATE, 24);
  head.writeUInt32LE(RECORDING_RATE * BYTES_PER_SAMPLE * channels, 28);
  head.writeUInt16LE(BYTES_PER_SAMPLE * channels, 32);
  head.writeUInt16LE(16, 34);
  head.write('data', 36, 'latin1');
  head.writeUInt32LE(dataBytes, 40);
  return head;
}

/** How many channels a file has that begins with `head`. */
export const wavChannels = (head: Buffer): number => head.readUInt16LE(22);

/** Bytes of whole samples, of all channels, in a file of `bytes`. */
export function wavDataBytes(bytes: number, channels = 2): number {
  const frame = BYTES_PER_SAMPLE * channels;
  return Math.max(0, Math.floor((bytes - WAV_HEAD) / frame) * frame);
}

/** Writes WAV: what comes in goes out, and the header is put right at the end. */
export class WavEncoder implements RecordingEncoder {
  readonly #channels: number;

  constructor(channels: number) {
    this.#channels = channels;
  }

  head(): Buffer {
    return wavHead(0, this.#channels);
  }

  encode(samples: Int16Array): Buffer {
    return Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
  }

  tail(): Buffer {
    return Buffer.alloc(0);
  }

  patch(bytes: number): { at: number; data: Buffer }[] {
    return [{ at: 0, data: wavHead(wavDataBytes(bytes, this.#channels), this.#channels) }];
  }
}
