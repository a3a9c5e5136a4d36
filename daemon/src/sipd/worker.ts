/**
 * Entry of the engine's worker thread (ruling 30). workerData is an {@link EngineConfig}. Posts
 * {@link WorkerReport}s; hears {@link WorkerOrder}s.
 */
import { parentPort, workerData } from 'node:worker_threads';
import type { EngineConfig } from './config.ts';
import { type Engine, type EngineStats, type Protection, start } from './engine.ts';
import type { Ban } from './guard/ban-list.ts';
import type { NetworkEvent } from './network.ts';
import type { CaptureSettings } from './trace/hep.ts';
import type { TraceEntry, TraceQuery } from './trace/ring.ts';
import type { TlsProfile } from './transport/tls.ts';

/** What the worker tells. */
export type WorkerReport =
  | { kind: 'ready'; control: Engine['control']; sip: Engine['sip'] }
  | { kind: 'failed'; code: string; message: string }
  | { kind: 'pong'; id: number }
  | { kind: 'stats'; id: number; stats: EngineStats }
  | { kind: 'trace'; id: number; entries: TraceEntry[] }
  | { kind: 'network'; event: NetworkEvent }
  | { kind: 'bans'; keep: Ban[]; begun: Ban | undefined }
  | { kind: 'lifted'; id: number; done: boolean }
  | { kind: 'closed' };

/** What it is told. `crash` and `hang` are for tests of supervision. */
export type WorkerOrder =
  | { kind: 'ping'; id: number }
  | { kind: 'stats'; id: number }
  | { kind: 'trace'; id: number; query?: string | TraceQuery }
  | { kind: 'tls'; profiles: Readonly<Record<string, TlsProfile>> }
  | { kind: 'protect'; terms: Protection }
  | { kind: 'capture'; settings: CaptureSettings | undefined }
  | { kind: 'lift'; id: number; source: string }
  | { kind: 'close' }
  | { kind: 'crash' }
  | { kind: 'hang'; ms: number };

const port = parentPort;
if (!port) throw new Error('sipd/worker.ts runs only as a worker thread');
const report = (message: WorkerReport): void => port.postMessage(message);

try {
  const engine = await start(workerData as EngineConfig, {
    onNetwork: (event) => report({ kind: 'network', event }),
    onBans: (keep, begun) => report({ kind: 'bans', keep, begun }),
  });
  port.on('message', (order: WorkerOrder) => obey(engine, order));
  report({ kind: 'ready', control: engine.control, sip: engine.sip });
} catch (e) {
  const error = e as NodeJS.ErrnoException;
  report({ kind: 'failed', code: error.code ?? 'sipd/start', message: error.message });
  port.close();
}

function obey(engine: Engine, order: WorkerOrder): void {
  switch (order.kind) {
    case 'ping':
      report({ kind: 'pong', id: order.id });
      break;
    case 'stats':
      report({ kind: 'stats', id: order.id, stats: engine.stats() });
      break;
    case 'trace':
      report({ kind: 'trace', id: order.id, entries: engine.trace(order.query) });
      break;
    case 'tls':
      engine.setTls(order.profiles);
      break;
    case 'capture':
      engine.capture(order.settings);
      break;
    case 'protect':
      engine.protect(order.terms);
      break;
    case 'lift':
      report({ kind: 'lifted', id: order.id, done: engine.lift(order.source) });
      break;
    case 'close':
      void engine.close().then(() => {
        report({ kind: 'closed' });
        port?.close();
      });
      break;
    case 'crash':
      setImmediate(() => {
        throw new Error('crash ordered by a test');
      });
      break;
    case 'hang': {
      const end = Date.now() + order.ms;
      while (Date.now() < end);
    }
  }
}
