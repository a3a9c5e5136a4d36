import { parentPort, workerData } from 'node:worker_threads';
import { messageOf } from '../../base/error.ts';
import { answerOf } from './answer.ts';
import type { SearchMessage, SearchReply } from './messages.ts';
import { SearchStore } from './store.ts';

/** The thread of the index: asks nobody but SQLite, and holds up nothing but the next question. */
const { path, records } = workerData as { path: string; records: string };
const store = new SearchStore(path, records);

/** What is read between questions of a long way behind: a question waits for no more. */
const portion = 1000;
let reading = false;
let closed = false;

function readOn(): void {
  if (reading) return;
  reading = true;
  setImmediate(() => {
    reading = false;
    if (closed) return;
    try {
      if (store.follow(portion) === portion) readOn();
    } catch {
      // The next question tries again, and is told why.
    }
  });
}

parentPort?.on('message', (message: SearchMessage | 'close') => {
  if (message === 'close') {
    closed = true;
    store.close();
    parentPort?.close();
    return;
  }
  const { n, question } = message;
  const reply = (what: SearchReply): void => parentPort?.postMessage(what);
  try {
    const answer = answerOf(store, question);
    reply({ n, answer });
    if (answer.reading > 0) readOn();
  } catch (error) {
    reply({ n, failed: messageOf(error) });
  }
});
