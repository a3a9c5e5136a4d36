import { readFile } from 'node:fs/promises';

/** Samples of a WAV file of 16 bit, mono. */
export async function samplesOf(path: string): Promise<Int16Array> {
  const file = await readFile(path);
  for (let at = 12; at + 8 <= file.length; ) {
    const name = file.toString('latin1', at, at + 4);
    // A recorder that was killed has not written the length; what is there counts.
    const length = Math.min(file.readUInt32LE(at + 4), file.length - at - 8);
    if (name === 'data') {
      const samples = new Int16Array(length >> 1);
      for (let i = 0; i < samples.length; i++) samples[i] = file.readInt16LE(at + 8 + 2 * i);
      return samples;
    }
    at += 8 + length + (length & 1);
  }
  throw new Error(`${path} has no samples`);
}

/** The strongest second of a recording, as `measure` sees it. */
export function strongest(samples: Int16Array, measure: (second: Int16Array) => number): number {
  let best = -120;
  for (let at = 0; at + 8000 <= samples.length; at += 4000)
    best = Math.max(best, measure(samples.subarray(at, at + 8000)));
  return best;
}
