import { parentPort } from 'node:worker_threads';
import { type FromRecorder, serveRecorder, type ToRecorder } from '../media/recording/remote.ts';
import { batch } from './batch.ts';

if (!parentPort) throw new Error('this module is the entry of the recorder thread');
const port = parentPort;
const outbox = batch<FromRecorder>((messages) => port.postMessage(messages));
const take = serveRecorder(outbox.post);
port.on('message', (messages: ToRecorder[]) => {
  for (const message of messages) take(message);
});
