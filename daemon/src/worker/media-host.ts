import type { Worker } from 'node:worker_threads';
import { type Clock, systemClock, type Timer } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { CodedError, messageOf } from '../base/error.ts';
import { startWorker } from '../base/worker-thread.ts';
import type { LineCard } from '../line/card.ts';
import { type CardReport, RemoteCard } from '../line/remote.ts';
import type { Media } from '../media/api.ts';
import type { CountryProfile } from '../media/dsp/profile.ts';
import type { MediaOptions } from '../media/options.ts';
import { type MediaReport, RemoteMedia } from '../media/remote.ts';
import { type Batch, batch } from './batch.ts';
import { Heartbeat } from './heartbeat.ts';
import type { CardPlace, FromWorker, ToWorker, Warning, WorkerStart } from './messages.ts';

export type { CardPlace, Warning } from './messages.ts';

export interface MediaWorkerOptions {
  /** Absent: no line card. */
  card?: CardPlace;
  profile: CountryProfile;
  media?: MediaOptions;
  /** Real-time priority for the worker, where the system allows; a warning where not. Default: true. */
  realtime?: boolean;
  /**
   * Whether call control works; asked four times a second. While it says no, or the main thread hangs,
   * the card is not fed and goes to its safe state (ruling 2). Default: a turning event loop is enough.
   */
  healthy?: () => boolean;
  /** How long call control may have been silent before the card is not fed any more, ms. Default: 1000. */
  heartbeatLimitMs?: number;
  clock?: Clock;
  /** Where the worker's code is; the default is the module beside this one, which suits running from source. */
  workerUrl?: URL;
  /** How long the worker may take to start, ms. */
  startTimeoutMs?: number;
}

export type MediaHostEvents = {
  /** Something a person should know: no real-time priority, the card's port cannot be opened. */
  warning: [warning: Warning];
  /** The worker ended without being asked; nothing works any more and the daemon must restart. Comes once. */
  exit: [reason: string];
};

/** Interval of the main thread's beat, ms: four in the limit of a second. */
const BEAT_MS = 250;
const START_TIMEOUT_MS = 10_000;
const CLOSE_TIMEOUT_MS = 2000;

/** The main thread's side of the media worker. */
export class MediaHost extends Emitter<MediaHostEvents> {
  readonly card: LineCard;
  readonly media: Media;
  /** Warnings so far; those of the start are here before anyone can listen. */
  readonly warnings: Warning[] = [];
  readonly #clock: Clock;
  readonly #worker: Worker;
  readonly #outbox: Batch<ToWorker>;
  readonly #heartbeat: Heartbeat;
  readonly #card: RemoteCard;
  readonly #media: RemoteMedia;
  readonly #beat: Timer;
  #hearCard: (report: CardReport) => void = () => {};
  #hearMedia: (report: MediaReport) => void = () => {};
  #beatSeen = 0n;
  #aliveAt = Number.NEGATIVE_INFINITY;
  #ready = false;
  #onReady: () => void = () => {};
  #onClosed: () => void = () => {};
  #ended: string | undefined;
  #closing = false;

  constructor(options: MediaWorkerOptions) {
    super();
    this.#clock = options.clock ?? systemClock();
    this.#heartbeat = new Heartbeat();
    const healthy = options.healthy ?? (() => true);
    const beat = (): void => {
      if (healthy()) this.#heartbeat.beatMain();
    };
    beat();
    this.#beat = this.#clock.every(BEAT_MS, beat);
    const start: WorkerStart = {
      profile: options.profile,
      media: options.media ?? {},
      realtime: options.realtime ?? true,
      heartbeatLimitMs: options.heartbeatLimitMs ?? 1000,
      heartbeat: this.#heartbeat.shared,
      ...(options.card ? { card: options.card } : {}),
    };
    this.#worker = startWorker(options.workerUrl ?? new URL('./media-worker.ts', import.meta.url), {
      workerData: start,
      name: 'media',
    });
    this.#outbox = batch((messages) => this.#worker.postMessage(messages));
    const { post, postLater } = this.#outbox;
    this.#card = new RemoteCard({
      post,
      on: (fn) => {
        this.#hearCard = fn;
      },
    });
    this.#media = new RemoteMedia({
      post,
      postLater,
      on: (fn) => {
        this.#hearMedia = fn;
      },
    });
    this.card = this.#card;
    this.media = this.#media;
    this.#worker.on('message', (messages: FromWorker[]) => {
      for (const message of messages) this.#hear(message);
    });
    this.#worker.on('error', (error) => this.#end(messageOf(error)));
    this.#worker.on('exit', (code) => this.#end(`the media worker ended with code ${code}`));
  }

  /** Waits until the worker serves; commands given before are carried out then. @throws CodedError `worker/start`. */
  async ready(timeoutMs = START_TIMEOUT_MS): Promise<void> {
    if (this.#ready) return;
    await new Promise<void>((resolve, reject) => {
      const fail = (reason: string): void =>
        reject(new CodedError('worker/start', `media worker: ${reason}`));
      if (this.#ended !== undefined) {
        fail(this.#ended);
        return;
      }
      const timer = this.#clock.after(timeoutMs, () => fail(`not ready within ${timeoutMs} ms`));
      const off = this.once('exit', (reason) => {
        timer.cancel();
        fail(reason);
      });
      this.#onReady = () => {
        timer.cancel();
        off();
        resolve();
      };
    });
  }

  /** Clock ms at which the worker last proved that its event loop turns; for the watchdog's probe. */
  alive(): number {
    // Reckoned once for each beat: two readings of two clocks differ a little, and would seem to move.
    const beat = this.#heartbeat.workerBeat;
    if (beat !== this.#beatSeen) {
      this.#beatSeen = beat;
      this.#aliveAt = this.#clock.now() - this.#heartbeat.workerAge;
    }
    return this.#aliveAt;
  }

  /** Calls `fn` if the worker ends without being asked. */
  onExit(fn: (reason: string) => void): () => void {
    if (this.#ended !== undefined && !this.#closing) fn(this.#ended);
    return this.once('exit', fn);
  }

  /** Ends sessions, link and thread. */
  async close(): Promise<void> {
    this.#closing = true;
    this.#beat.cancel();
    if (this.#ended !== undefined) return;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(CLOSE_TIMEOUT_MS, resolve);
      this.#onClosed = () => {
        timer.cancel();
        resolve();
      };
      this.#outbox.post({ type: 'close' });
    });
    await this.#worker.terminate();
  }

  #hear(message: FromWorker): void {
    switch (message.type) {
      case 'ready':
        this.#ready = true;
        this.#onReady();
        break;
      case 'closed':
        this.#onClosed();
        break;
      case 'warning':
        this.warnings.push(message.warning);
        this.emit('warning', message.warning);
        break;
      case 'media-done':
      case 'media-failed':
      case 'media-event':
        this.#hearMedia(message);
        break;
      default:
        this.#hearCard(message);
    }
  }

  #end(reason: string): void {
    if (this.#ended !== undefined) return;
    this.#ended = reason;
    this.#beat.cancel();
    this.#onClosed();
    this.#media.lost(reason);
    this.#card.lost(reason);
    if (!this.#closing) this.emit('exit', reason);
  }
}

/**
 * Starts the media worker: card link and media engine in one thread of their own. Resolves when it
 * serves; whether the card is up is told by `card`.
 * @throws CodedError `worker/start`.
 */
export async function startMediaWorker(options: MediaWorkerOptions): Promise<MediaHost> {
  const host = new MediaHost(options);
  try {
    await host.ready(options.startTimeoutMs);
  } catch (error) {
    await host.close();
    throw error;
  }
  return host;
}
