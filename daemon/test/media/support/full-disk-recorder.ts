import { join } from 'node:path';
import { type FromRecorder, serveRecorder } from '../../../src/media/recording/remote.ts';

// Runs with a limit on the size of files, which refuses writes as a full disk does.
const take = serveRecorder((message: FromRecorder) => {
  if (message.type === 'ended') process.stdout.write(JSON.stringify(message.outcome));
});
const file = join(process.argv[2] ?? '', 'a.wav');
take({ type: 'open', order: { id: 'a', file, format: 'wav', minFreeBytes: 0 } });
for (let i = 0; i < 200; i++)
  take({ type: 'audio', id: 'a', samples: new Int16Array(1600).fill(1234), gap: 0 });
take({ type: 'close', id: 'a', gap: 0 });
