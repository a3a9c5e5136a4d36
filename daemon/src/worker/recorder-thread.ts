import { startWorker } from '../base/worker-thread.ts';
import { type FromRecorder, RemoteRecorder } from '../media/recording/remote.ts';

/** Writers of recordings in a thread of their own; it is started by the first. `url`: where its code is. */
export function recorderThread(url: URL): RemoteRecorder {
  return new RemoteRecorder(({ message, ended }) => {
    const worker = startWorker(url, { name: 'recorder' });
    let reason = 'exit';
    worker.on('message', (messages: FromRecorder[]) => {
      for (const one of messages) message(one);
    });
    worker.on('error', (error) => {
      reason = error.message;
    });
    worker.on('exit', () => ended(reason));
    // Whoever ends waits for its files by itself.
    worker.unref();
    return {
      post: (messages) =>
        worker.postMessage(
          messages,
          messages.flatMap((one) => (one.type === 'audio' ? [one.samples.buffer as ArrayBuffer] : [])),
        ),
    };
  });
}
