import type { RecordingFailure, RecordingOrder, RecordingOutcome } from './file.ts';
import type { RecordingSink } from './recording.ts';
import { failureOf, RecordingWriter } from './writer.ts';

/** To the thread that writes. */
export type ToRecorder =
  | { type: 'open'; order: RecordingOrder }
  /** `gap`: samples of each side that are missing before these. */
  | { type: 'audio'; id: string; samples: Int16Array; gap: number }
  | { type: 'close'; id: string; gap: number };

/** And back. */
export type FromRecorder =
  /** Samples that are off its hands. */
  { type: 'taken'; id: string; samples: number } | { type: 'ended'; id: string; outcome: RecordingOutcome };

/** Writes files as it is told by a {@link RemoteRecorder} in another thread. Gives what takes its messages. */
export function serveRecorder(post: (message: FromRecorder) => void): (message: ToRecorder) => void {
  const writers = new Map<string, RecordingWriter>();
  const end = (id: string, failed?: RecordingFailure): void => {
    const writer = writers.get(id);
    if (!writer) return;
    writers.delete(id);
    post({ type: 'ended', id, outcome: writer.close(failed) });
  };
  const guarded = (id: string, act: () => void): void => {
    try {
      act();
    } catch (error) {
      if (writers.has(id)) end(id, failureOf(error));
      else post({ type: 'ended', id, outcome: nothing(failureOf(error)) });
    }
  };
  return (message) => {
    switch (message.type) {
      case 'open':
        guarded(message.order.id, () => writers.set(message.order.id, new RecordingWriter(message.order)));
        break;
      case 'audio': {
        const { id, samples, gap } = message;
        guarded(id, () => writers.get(id)?.write(samples, gap));
        post({ type: 'taken', id, samples: samples.length / 2 });
        break;
      }
      case 'close': {
        const { id, gap } = message;
        guarded(id, () => writers.get(id)?.write(new Int16Array(0), gap));
        end(id);
        break;
      }
    }
  };
}

const nothing = (failed: RecordingFailure): RecordingOutcome => ({
  durationMs: 0,
  bytes: 0,
  gapMs: 0,
  kept: false,
  failed,
});

/** A thread that writes. */
export interface RecorderThread {
  /** All of them at once; the memory of the samples goes over to it. */
  post(messages: ToRecorder[]): void;
}

export interface RecorderThreadHandlers {
  message(message: FromRecorder): void;
  /** It has ended by itself. */
  ended(reason: string): void;
}

/** Audio of one recording that may wait for the disk, samples: 10 s. Beyond that the file gets a gap. */
const MAX_WAITING = 80_000;

interface Open {
  waiting: number;
  gap: number;
  done: (outcome: RecordingOutcome) => void;
}

/** What records: it never waits, and keeps no more than a bounded time of audio however slow the disk is. */
export interface Recorder extends RecordingSink {
  /** Begins a file. `done` is told, once, when it is over. */
  open(order: RecordingOrder, done: (outcome: RecordingOutcome) => void): void;
}

/** Recordings written in a thread of their own, which is started by the first. */
export class RemoteRecorder implements Recorder {
  readonly #start: (handlers: RecorderThreadHandlers) => RecorderThread;
  readonly #open = new Map<string, Open>();
  #thread: RecorderThread | undefined;
  #outbox: ToRecorder[] = [];

  constructor(start: (handlers: RecorderThreadHandlers) => RecorderThread) {
    this.#start = start;
  }

  open(order: RecordingOrder, done: (outcome: RecordingOutcome) => void): void {
    this.#open.set(order.id, { waiting: 0, gap: 0, done });
    this.#post({ type: 'open', order });
  }

  audio(id: string, samples: Int16Array): void {
    const recording = this.#open.get(id);
    if (!recording) return;
    const count = samples.length / 2;
    if (recording.waiting + count > MAX_WAITING) {
      recording.gap += count;
      return;
    }
    recording.waiting += count;
    this.#post({ type: 'audio', id, samples, gap: recording.gap });
    recording.gap = 0;
  }

  close(id: string): void {
    const recording = this.#open.get(id);
    if (recording) this.#post({ type: 'close', id, gap: recording.gap });
  }

  /** Whether any file is not closed yet. */
  get busy(): boolean {
    return this.#open.size > 0;
  }

  #post(message: ToRecorder): void {
    // The pieces of all recordings are made in one go, and leave together.
    if (this.#outbox.push(message) === 1) queueMicrotask(() => this.#flush());
  }

  #flush(): void {
    const messages = this.#outbox;
    this.#outbox = [];
    this.#thread ??= this.#start({
      message: (message) => this.#hear(message),
      ended: () => this.#lost(),
    });
    this.#thread.post(messages);
  }

  #hear(message: FromRecorder): void {
    const recording = this.#open.get(message.id);
    if (!recording) return;
    if (message.type === 'taken') recording.waiting -= message.samples;
    else {
      this.#open.delete(message.id);
      recording.done(message.outcome);
    }
  }

  /** What it had open is repaired at the next start; the next recording has a new thread. */
  #lost(): void {
    this.#thread = undefined;
    const lost = [...this.#open.values()];
    this.#open.clear();
    for (const { done } of lost) done(nothing('recorder-lost'));
  }
}
