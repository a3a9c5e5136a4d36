import { parentPort } from 'node:worker_threads';
import { codeOf, messageOf } from '../base/error.ts';
import { decodeSound } from '../media/sound/decode.ts';
import type { FromSound, ToSound } from './sound-thread.ts';

if (!parentPort) throw new Error('this module is the entry of the sound thread');
const port = parentPort;
port.on('message', ({ data, terms }: ToSound) => {
  decodeSound(Buffer.from(data), terms).then(
    (samples) => port.postMessage({ samples } satisfies FromSound, [samples.buffer as ArrayBuffer]),
    (error: unknown) =>
      port.postMessage({
        code: codeOf(error) ?? 'media/sound-broken',
        message: messageOf(error),
      } satisfies FromSound),
  );
});
