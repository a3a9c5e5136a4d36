import { parentPort, workerData } from 'node:worker_threads';
import { systemClock } from '../base/clock.ts';
import { CardLink } from '../line/card-link.ts';
import { type CardRequest, serveCard } from '../line/remote.ts';
import { tcpTransport } from '../line/tcp-transport.ts';
import { ttyTransport } from '../line/tty-transport.ts';
import { echoCancellers } from '../media/dsp/echo/echo-cancellers.ts';
import { MediaEngine } from '../media/engine.ts';
import { startKernelRelay } from '../media/relay/kernel-relay.ts';
import { type MediaRequest, serveMedia } from '../media/remote.ts';
import { polledSockets } from '../media/session/polled-sockets.ts';
import { batch } from './batch.ts';
import { faxThread } from './fax-thread.ts';
import { Heartbeat } from './heartbeat.ts';
import type { CardPlace, FromWorker, ToWorker, WorkerStart } from './messages.ts';
import { makeRealtime } from './realtime.ts';
import { recorderThread } from './recorder-thread.ts';

/** Interval of the worker's own proof of life, ms. */
const BEAT_MS = 100;
/** Beside this file, be it a source or a bundle. */
const faxWorkerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './fax-worker.ts' : './fax-worker.js',
  import.meta.url,
);

const recorderUrl = new URL(
  import.meta.url.endsWith('.ts') ? './recorder-worker.ts' : './recorder-worker.js',
  import.meta.url,
);

if (!parentPort) throw new Error('this module is the entry of the media worker thread');
run(workerData as WorkerStart, parentPort);

/** Composes card link and media engine in this thread, and serves both to the main thread. */
function run(start: WorkerStart, port: NonNullable<typeof parentPort>): void {
  const clock = systemClock();
  const outbox = batch<FromWorker>((messages) => port.postMessage(messages));
  const { post, postLater } = outbox;
  const heartbeat = new Heartbeat(start.heartbeat);
  let hearCard: (request: CardRequest) => void = ({ id }) =>
    post({ type: 'card-failed', id, code: 'line/link-down', message: 'there is no line card' });
  let hearMedia: (request: MediaRequest) => void = () => {};

  const link = start.card && new CardLink({ transport: transportOf(start.card), clock });
  if (link) {
    link.setAlive(() => heartbeat.mainAge <= start.heartbeatLimitMs);
    link.on('problem', (error) =>
      post({ type: 'warning', warning: { code: error.code, message: error.message } }),
    );
    serveCard(link, {
      post,
      on: (fn) => {
        hearCard = fn;
      },
    });
  }
  const polled = polledSockets(clock);
  const fax = faxThread(faxWorkerUrl, clock, ({ code, message }) =>
    post({ type: 'warning', warning: { code, message } }),
  );
  const engine = new MediaEngine({
    fax,
    recorder: recorderThread(recorderUrl),
    clock,
    profile: start.profile,
    options: start.media,
    echoCanceller: echoCancellers((message) =>
      post({ type: 'warning', warning: { code: 'media/no-wasm-simd', message } }),
    ),
    ...(link ? { line: link } : {}),
    ...(polled ? { sockets: polled.sockets, poll: () => polled.poll() } : {}),
  });
  serveMedia(engine, {
    post,
    postLater,
    on: (fn) => {
      hearMedia = fn;
    },
  });

  let closing = false;
  if (start.media.kernelRelay !== false) {
    const relay = startKernelRelay({
      now: () => clock.now(),
      poll: () => polled?.poll(),
      onBlocked: () =>
        post({
          type: 'warning',
          warning: {
            code: 'media/kernel-relay-blocked',
            message: 'the kernel relays no calls: its firewall does not let forwarded packets through',
          },
        }),
    });
    // Where it cannot be, calls are relayed here; that is as good, and nothing to be told of.
    void relay.then((made) => {
      if (!('paths' in made)) return;
      if (closing) made.paths.close();
      else engine.useKernel(made.paths);
    });
  }

  const beat = clock.every(BEAT_MS, () => heartbeat.beatWorker());
  heartbeat.beatWorker();
  const hear = (message: ToWorker): void => {
    switch (message.type) {
      case 'card-execute':
      case 'card-statistics':
        hearCard(message);
        break;
      case 'media-call':
        hearMedia(message);
        break;
      case 'close':
        closing = true;
        void engine.close().then(() => {
          fax.close();
          link?.close();
          polled?.close();
          beat.cancel();
          post({ type: 'closed' });
          outbox.flush();
          port.close();
        });
        break;
    }
  };
  port.on('message', (messages: ToWorker[]) => {
    for (const message of messages) hear(message);
  });

  if (start.realtime) {
    const refused = makeRealtime();
    if (refused !== undefined)
      post({ type: 'warning', warning: { code: 'worker/no-realtime', message: refused } });
  }
  post({ type: 'ready' });
  link?.start();
}

function transportOf(place: CardPlace): ReturnType<typeof ttyTransport> {
  if (place.type === 'tcp') return tcpTransport({ host: place.host, port: place.port });
  const { path, baudRate, unlimited } = place;
  return ttyTransport({ path, baudRate, ...(unlimited === undefined ? {} : { unlimited }) });
}
