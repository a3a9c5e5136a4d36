import { CodedError } from '../../base/error.ts';
import { oggPackets, oggPages } from './ogg.ts';
import { OpusReader } from './opus-library.ts';
import { WAV_HEAD } from './wav.ts';

/** Packets decoded before others have their turn: some 2 ms. */
const SLICE = 50;
/** Granule positions count samples at 48 kHz (RFC 7845 4); we play at 8. */
const GRANULE_PER_SAMPLE = 6;

/**
 * The sound of one of our own files of one channel, 8 kHz. Decoding lets others have their turn in between, for calls
 * wait on the same thread.
 * @throws CodedError `media/recording-damaged`, `media/no-opus`
 */
export async function readSound(data: Buffer, format: 'wav' | 'opus'): Promise<Int16Array> {
  if (format === 'opus') return readOpus(data);
  const bytes = data.subarray(WAV_HEAD);
  const samples = new Int16Array(bytes.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = bytes.readInt16LE(2 * i);
  return samples;
}

async function readOpus(data: Buffer): Promise<Int16Array> {
  const pages = oggPages(data);
  const packets = pages.flatMap((page) => oggPackets(data, page));
  const head = packets[0];
  const last = pages.at(-1);
  if (!last || head?.toString('latin1', 0, 8) !== 'OpusHead' || head[9] !== 1)
    throw new CodedError('media/recording-damaged', 'this is no Opus of one channel');
  const reader = new OpusReader();
  const parts: Int16Array[] = [];
  try {
    // The first two packets are the headers (RFC 7845 3).
    for (const [i, packet] of packets.slice(2).entries()) {
      parts.push(reader.decode(packet));
      if (i % SLICE === SLICE - 1) await new Promise((resolve) => setImmediate(resolve));
    }
  } finally {
    reader.close();
  }
  const skip = Math.round(head.readUInt16LE(10) / GRANULE_PER_SAMPLE);
  const end = Math.floor(last.granule / GRANULE_PER_SAMPLE);
  const whole = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole.slice(skip, Math.min(end, whole.length));
}
