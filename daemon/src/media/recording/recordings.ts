import type { Clock } from '../../base/clock.ts';
import { CodedError } from '../../base/error.ts';
import type { Endpoint } from '../endpoint.ts';
import type { RecordingLimit, RecordingOrder, RecordingOutcome } from './file.ts';
import { Recording } from './recording.ts';
import type { Recorder } from './remote.ts';

/** What follows from recordings for the engine. */
export interface RecordingsHost {
  /** An endpoint is recorded now, or no longer: its audio may need another path. */
  changed(endpoint: Endpoint): void;
  ended(id: string, outcome: RecordingOutcome): void;
}

interface Running {
  readonly recording: Recording;
  endpoint: Endpoint | undefined;
  by?: RecordingLimit;
}

/** How long the end of the engine waits for files to be closed, ms. */
const CLOSE_MS = 1000;

/** The recordings in progress, and which endpoint each of them listens to. */
export class Recordings {
  readonly #clock: Clock;
  readonly #recorder: Recorder | undefined;
  readonly #host: RecordingsHost;
  readonly #running = new Map<string, Running>();
  /** Files that are not closed yet. */
  readonly #files = new Map<string, Running>();
  #allClosed: () => void = () => {};

  constructor(clock: Clock, recorder: Recorder | undefined, host: RecordingsHost) {
    this.#clock = clock;
    this.#recorder = recorder;
    this.#host = host;
  }

  /** @throws CodedError `media/no-recorder`, `media/recorded` if the endpoint is recorded already. */
  begin(endpoint: Endpoint, order: RecordingOrder): void {
    const recorder = this.#recorder;
    if (!recorder) throw new CodedError('media/no-recorder', 'nothing can be recorded here');
    if (endpoint.recording || this.#files.has(order.id))
      throw new CodedError('media/recorded', `${endpoint.id} is recorded already`);
    recorder.open(order, (outcome) => this.#over(order.id, outcome));
    const recording = new Recording(order.id, recorder, this.#clock.now(), order);
    const running: Running = { recording, endpoint: undefined };
    this.#files.set(order.id, running);
    this.#running.set(order.id, running);
    this.move(order.id, endpoint, order.mirrored);
  }

  move(id: string, endpoint: Endpoint, mirrored = false): void {
    const running = this.#running.get(id);
    if (!running) return;
    const taken = endpoint.recording !== undefined && running.endpoint !== endpoint;
    if (taken) throw new CodedError('media/recorded', `${endpoint.id} is recorded already`);
    this.#leave(running);
    running.recording.mirrored = mirrored;
    endpoint.recording = running.recording;
    running.endpoint = endpoint;
    this.#host.changed(endpoint);
  }

  mute(id: string, muted: boolean): void {
    const running = this.#running.get(id);
    if (running) running.recording.muted = muted;
  }

  stop(id: string): void {
    const running = this.#running.get(id);
    if (!running) return;
    this.#leave(running);
    this.#running.delete(id);
    running.recording.close(this.#clock.now());
  }

  /** An endpoint is closed; its file goes on until it is told where, or to end. */
  left(endpoint: Endpoint): void {
    for (const running of this.#running.values()) if (running.endpoint === endpoint) this.#leave(running);
  }

  /** Hands on what has come; asked each 100 ms. */
  flush(now: number): void {
    for (const [id, running] of this.#running) {
      running.recording.flush(now);
      const by = running.recording.limit(now);
      if (by === undefined) continue;
      running.by = by;
      this.stop(id);
    }
  }

  /** Ends all, and waits a moment for their files. */
  async close(): Promise<void> {
    for (const id of [...this.#running.keys()]) this.stop(id);
    if (this.#files.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.#clock.after(CLOSE_MS, resolve);
      this.#allClosed = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  #leave(running: Running): void {
    const { endpoint } = running;
    if (!endpoint) return;
    endpoint.recording = undefined;
    running.endpoint = undefined;
    this.#host.changed(endpoint);
  }

  #over(id: string, outcome: RecordingOutcome): void {
    const running = this.#files.get(id);
    if (running) this.#leave(running);
    this.#running.delete(id);
    this.#files.delete(id);
    const sounded = running?.recording.sounded;
    this.#host.ended(id, {
      ...outcome,
      ...(running?.by === undefined ? {} : { by: running.by }),
      ...(sounded === undefined ? {} : { sounded }),
    });
    if (this.#files.size === 0) this.#allClosed();
  }
}
