import { readFileSync } from 'node:fs';
import koffi from 'koffi';
import { toneLevelDbm0 } from '../../../src/media/dsp/level.ts';
import { oggPages } from '../../../src/media/recording/ogg.ts';

/** Both sides of a recording. */
export interface Recorded {
  left: Int16Array;
  right: Int16Array;
  seconds: number;
}

/** The most that is heard of a frequency in any 200 ms of a side between two times, s; dBm0. */
export function loudest(side: Int16Array, hz: number, from = 0, to = side.length / 8000): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let at = Math.round(8000 * from); at + 1600 <= 8000 * to; at += 800)
    most = Math.max(most, toneLevelDbm0(side.subarray(at, at + 1600), hz));
  return most;
}

/** Reads a recording, WAV or Ogg Opus, with readers that know nothing of the writers but the formats. */
export function recorded(file: string): Recorded {
  return file.endsWith('.wav') ? wav(readFileSync(file)) : opus(readFileSync(file));
}

function sides(samples: Int16Array): Recorded {
  const length = samples.length / 2;
  const left = Int16Array.from({ length }, (_, i) => samples[2 * i]!);
  const right = Int16Array.from({ length }, (_, i) => samples[2 * i + 1]!);
  return { left, right, seconds: length / 8000 };
}

function wav(data: Buffer): Recorded {
  const at = data.indexOf('data') + 8;
  const length = data.readUInt32LE(at - 4);
  if (data.readUInt32LE(4) !== data.length - 8 || length !== data.length - at)
    throw new Error(`the header tells of ${length} bytes, there are ${data.length - at}`);
  const samples = new Int16Array(length / 2);
  for (let i = 0; i < samples.length; i++) samples[i] = data.readInt16LE(at + 2 * i);
  return sides(samples);
}

function opus(data: Buffer): Recorded {
  const library = koffi.load('libopus.so.0');
  const create = library.func(
    'void *opus_multistream_decoder_create(int32_t, int, int, int, const uint8_t *, _Out_ int *)',
  );
  const decode = library.func(
    'int opus_multistream_decode(void *, const uint8_t *, int32_t, _Out_ int16_t *, int, int)',
  );
  const pages = oggPages(data);
  const packets = pages.flatMap(({ at, length }) => {
    const count = data[at + 26]!;
    const found: Buffer[] = [];
    let begin = at + 27 + count;
    let size = 0;
    for (let i = 0; i < count; i++) {
      size += data[at + 27 + i]!;
      if (data[at + 27 + i]! === 255) continue;
      found.push(data.subarray(begin, begin + size));
      begin += size;
      size = 0;
    }
    if (begin !== at + length) throw new Error('lacing');
    return found;
  });
  const head = packets[0]!;
  if (head.toString('latin1', 0, 8) !== 'OpusHead') throw new Error('no OpusHead');
  const decoder = create(
    8000,
    2,
    head[19],
    head[20],
    Uint8Array.from(head.subarray(21, 23)),
    new Int32Array(1),
  );
  const whole: number[] = [];
  for (const packet of packets.slice(2)) {
    const out = new Int16Array(2 * 960);
    const count = decode(decoder, packet, packet.length, out, 960, 0) as number;
    if (count < 0) throw new Error(`opus ${count}`);
    for (let i = 0; i < 2 * count; i++) whole.push(out[i]!);
  }
  const skip = head.readUInt16LE(10) / 6;
  const end = (pages.at(-1)!.granule - head.readUInt16LE(10)) / 6;
  return sides(Int16Array.from(whole).subarray(2 * skip, 2 * (skip + end)));
}
