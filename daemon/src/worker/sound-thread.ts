import { CodedError } from '../base/error.ts';
import { startWorker } from '../base/worker-thread.ts';
import type { DecodeTerms } from '../media/sound/decode.ts';

/** A file to be decoded. */
export interface ToSound {
  data: Uint8Array;
  terms: DecodeTerms;
}

export type FromSound = { samples: Int16Array } | { code: string; message: string };

/** A file that takes longer is no honest one, ms: ten minutes of music take a slow board some 20 s. */
const patienceMs = 120_000;

const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './sound-worker.ts' : './sound-worker.js',
  import.meta.url,
);

/**
 * Decodes a sound file in a thread of its own, which lives only as long as that takes: decoders and what they need are
 * in no memory otherwise, and a file made to hang or to crash them harms nothing else.
 * @throws CodedError as decodeSound does
 */
export async function decodeAside(data: Uint8Array, terms: DecodeTerms): Promise<Int16Array> {
  // What decoders write to the console is of no use to anybody.
  const worker = startWorker(workerUrl, { name: 'sound', stderr: true, stdout: true });
  worker.stderr.resume();
  worker.stdout.resume();
  let timer: NodeJS.Timeout | undefined;
  try {
    const given = await new Promise<FromSound>((resolve, reject) => {
      const broken = (message: string, cause?: unknown): void =>
        reject(new CodedError('media/sound-broken', message, { cause }));
      worker.once('message', resolve);
      worker.once('error', (error) => broken('it cannot be decoded', error));
      worker.once('exit', () => broken('it cannot be decoded'));
      timer = setTimeout(() => broken('it takes too long to decode'), patienceMs);
      worker.postMessage({ data, terms } satisfies ToSound);
    });
    if ('samples' in given) return given.samples;
    throw new CodedError(given.code, given.message);
  } finally {
    clearTimeout(timer);
    void worker.terminate();
  }
}
