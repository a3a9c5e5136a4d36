import type { Clock } from '../base/clock.ts';
import type { CodedError } from '../base/error.ts';
import { startWorker } from '../base/worker-thread.ts';
import { type FromFax, RemoteGateways, type ToFax } from '../media/fax/remote.ts';
import { batch } from './batch.ts';

/** Gateways in a thread of their own; it is started by the first fax. `url`: where its code is. */
export function faxThread(url: URL, clock: Clock, warn: (error: CodedError) => void): RemoteGateways {
  return new RemoteGateways({
    warn,
    after: (ms, fn) => clock.after(ms, fn),
    start: ({ message, ended }) => {
      const worker = startWorker(url, { name: 'fax' });
      let asked = false;
      let reason = 'exit';
      worker.on('message', (messages: FromFax[]) => {
        for (const one of messages) message(one);
      });
      worker.on('error', (error) => {
        reason = error.message;
      });
      worker.on('exit', () => {
        if (!asked) ended(reason);
      });
      const outbox = batch<ToFax>((messages) => worker.postMessage(messages));
      return {
        post: outbox.post,
        end: () => {
          asked = true;
          void worker.terminate();
        },
      };
    },
  });
}
