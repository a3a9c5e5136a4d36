import type { Worker } from 'node:worker_threads';
import { Emitter, type Events } from '../base/emitter.ts';
import { CodedError } from '../base/error.ts';
import { startWorker } from '../base/worker-thread.ts';
import type { EngineConfig } from './config.ts';
import type { Engine, EngineStats, Protection } from './engine.ts';
import type { Ban } from './guard/ban-list.ts';
import type { NetworkEvent } from './network.ts';
import type { CaptureSettings } from './trace/hep.ts';
import type { TraceEntry, TraceQuery } from './trace/ring.ts';
import type { WorkerOrder, WorkerReport } from './worker.ts';

/** How often the worker is asked whether it lives, in ms. */
const PING_MS = 250;
const START_MS = 10_000;
const CLOSE_MS = 3000;

/** Where the worker's code is, and how it runs. */
export interface SipdOptions {
  /** The bundled worker; without it, worker.ts beside this file (development, with tsx). */
  workerUrl?: URL;
}

export type SipdEvents = {
  /** The worker has ended without being asked to. The handle is of no more use. */
  exited: [reason: string];
  /** Addresses came or went, or a connection died. */
  network: [event: NetworkEvent];
  /** Bans began or were lifted: all that is worth keeping over a restart, and the one that began. */
  bans: [keep: Ban[], begun: Ban | undefined];
};

/** The engine in its worker thread, seen from the main thread. */
export interface SipdHandle extends Events<SipdEvents> {
  control: Engine['control'];
  sip: Engine['sip'];
  /** When the worker last answered a ping: performance.now() of this thread, in ms. */
  alive(): number;
  stats(): Promise<EngineStats>;
  /** The last messages, oldest first, secrets masked; those that are asked for, or that hold a text. */
  trace(query?: string | TraceQuery): Promise<TraceEntry[]>;
  /** Takes new terms: who is who, what is forgiven. */
  protect(terms: Protection): void;
  /** From now on tells a collector of every message (HEP), without secrets; undefined: nobody any more. */
  capture(settings: CaptureSettings | undefined): void;
  /** Takes a ban back; false if there is none of that source. */
  lift(source: string): Promise<boolean>;
  /** Orders for tests of supervision. */
  order(order: WorkerOrder): void;
  close(): Promise<void>;
}

/**
 * Starts the engine in a worker thread and waits until it listens.
 * @throws CodedError `sipd/start` if it cannot listen or does not start within 10 s.
 */
export async function startSipd(config: EngineConfig, options: SipdOptions = {}): Promise<SipdHandle> {
  const url = options.workerUrl ?? new URL('./worker.ts', import.meta.url);
  const worker = startWorker(url, { workerData: config, name: 'sipd' });
  const ready = await whenReady(worker);
  return new Host(worker, ready);
}

function whenReady(worker: Worker): Promise<Extract<WorkerReport, { kind: 'ready' }>> {
  return new Promise((resolve, reject) => {
    const settle = (): void => {
      clearTimeout(timer);
      // One by one: removeAllListeners would take the thread's own hooks with them.
      worker.off('error', onError).off('exit', onExit).off('message', onMessage);
    };
    const fail = (message: string, cause?: unknown): void => {
      settle();
      worker.on('error', () => {});
      void worker.terminate();
      reject(new CodedError('sipd/start', message, { cause }));
    };
    const onError = (e: Error): void => fail('the SIP engine failed to start', e);
    const onExit = (code: number): void => fail(`the SIP engine ended at its start (${code})`);
    const onMessage = (report: WorkerReport): void => {
      if (report.kind === 'ready') {
        settle();
        resolve(report);
      } else fail(report.kind === 'failed' ? report.message : `unexpected ${report.kind}`);
    };
    const timer = setTimeout(() => fail('the SIP engine did not start in time'), START_MS);
    worker.on('error', onError).on('exit', onExit).on('message', onMessage);
  });
}

function answerOf(report: Extract<WorkerReport, { kind: 'stats' | 'trace' | 'lifted' }>): unknown {
  if (report.kind === 'stats') return report.stats;
  return report.kind === 'trace' ? report.entries : report.done;
}

class Host extends Emitter<SipdEvents> implements SipdHandle {
  readonly control: Engine['control'];
  readonly sip: Engine['sip'];
  readonly #worker: Worker;
  readonly #pings: NodeJS.Timeout;
  readonly #asked = new Map<number, { resolve: (value: never) => void; reject: (e: Error) => void }>();
  #next = 0;
  #alive = performance.now();
  #closing = false;
  #ended = false;
  #onClosed: (() => void) | undefined;

  constructor(worker: Worker, ready: Extract<WorkerReport, { kind: 'ready' }>) {
    super();
    this.#worker = worker;
    this.control = ready.control;
    this.sip = ready.sip;
    worker.on('message', (report: WorkerReport) => this.#report(report));
    worker.on('error', (e) => this.#end(e.message));
    worker.on('exit', (code) => this.#end(`exit code ${code}`));
    this.#pings = setInterval(() => this.order({ kind: 'ping', id: this.#next++ }), PING_MS);
    this.#pings.unref();
  }

  alive(): number {
    return this.#alive;
  }

  stats(): Promise<EngineStats> {
    return this.#ask((id) => ({ kind: 'stats', id }));
  }

  trace(query?: string | TraceQuery): Promise<TraceEntry[]> {
    return this.#ask((id) => ({ kind: 'trace', id, ...(query === undefined ? {} : { query }) }));
  }

  capture(settings: CaptureSettings | undefined): void {
    this.order({ kind: 'capture', settings });
  }

  protect(terms: Protection): void {
    this.order({ kind: 'protect', terms });
  }

  lift(source: string): Promise<boolean> {
    return this.#ask((id) => ({ kind: 'lift', id, source }));
  }

  order(order: WorkerOrder): void {
    if (!this.#ended) this.#worker.postMessage(order);
  }

  async close(): Promise<void> {
    if (this.#ended) return;
    this.#closing = true;
    const closed = new Promise<void>((resolve) => (this.#onClosed = resolve));
    const late = setTimeout(() => this.#onClosed?.(), CLOSE_MS);
    this.order({ kind: 'close' });
    await closed;
    clearTimeout(late);
    await this.#worker.terminate();
    this.#end('closed');
  }

  #ask<T>(make: (id: number) => WorkerOrder): Promise<T> {
    if (this.#ended) return Promise.reject(new CodedError('sipd/gone', 'the SIP engine has ended'));
    const id = this.#next++;
    return new Promise<T>((resolve, reject) => {
      this.#asked.set(id, { resolve: resolve as (value: never) => void, reject });
      this.order(make(id));
    });
  }

  #report(report: WorkerReport): void {
    this.#alive = performance.now();
    if (report.kind === 'closed') this.#onClosed?.();
    if (report.kind === 'network') this.emit('network', report.event);
    if (report.kind === 'bans') this.emit('bans', report.keep, report.begun);
    if (report.kind !== 'stats' && report.kind !== 'trace' && report.kind !== 'lifted') return;
    const asked = this.#asked.get(report.id);
    this.#asked.delete(report.id);
    asked?.resolve(answerOf(report) as never);
  }

  #end(reason: string): void {
    if (this.#ended) return;
    this.#ended = true;
    clearInterval(this.#pings);
    this.#onClosed?.();
    for (const { reject } of this.#asked.values())
      reject(new CodedError('sipd/gone', 'the SIP engine has ended'));
    this.#asked.clear();
    if (!this.#closing) this.emit('exited', reason);
  }
}
