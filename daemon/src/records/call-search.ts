import type { Worker } from 'node:worker_threads';
import type { Clock, Timer } from '../base/clock.ts';
import { CodedError } from '../base/error.ts';
import { startWorker } from '../base/worker-thread.ts';
import type { CallRecord } from './call-record.ts';
import type { Figures, FiguresQuery } from './figures/figures.ts';
import { cursorAfter, cursorOf, type RecordPage, type RecordQuery } from './query.ts';
import type { FoundCount } from './search/find.ts';
import type { SearchAnswer, SearchQuestion, SearchReply } from './search/messages.ts';

export interface CallSearchOptions {
  /** The SQLite file of the records; the index lies beside it as `PATH-index`. */
  path: string;
  clock: Clock;
  /** Writes what is pending, so that the index can read it. */
  flush(): void;
}

/** A page that was searched for. */
export interface FoundPage extends RecordPage {
  /** On the first page. */
  count?: FoundCount;
  /** Changed records that the index has yet to take in; the answer is without them. */
  reading?: number;
}

/** Unused for so long, the thread ends and gives its memory back, ms. */
const idleMs = 60_000;

const workerUrl = new URL(
  import.meta.url.endsWith('.ts') ? './search/search-worker.ts' : './search-worker.js',
  import.meta.url,
);

/**
 * Searches the calls and counts them up, in a thread that begins with the first question: a question over a million
 * records costs the main thread a message and the records that it answers with.
 */
export class CallSearch {
  readonly #options: CallSearchOptions;
  readonly #asked = new Map<number, { done(answer: SearchAnswer): void; failed(error: Error): void }>();
  #worker: Worker | undefined;
  #n = 0;
  #idle: Timer | undefined;

  constructor(options: CallSearchOptions) {
    this.#options = options;
  }

  /** A page of what a filter finds, newest first. @throws CodedError `records/search-failed` */
  async page(query: RecordQuery): Promise<FoundPage> {
    const { before: cursor, limit = 50, ...filter } = query;
    const before = cursor === undefined ? undefined : cursorOf(cursor);
    const question = { ask: 'page' as const, filter, limit: limit + 1, count: before === undefined };
    const answer = await this.#ask({ ...question, ...(before && { before }) });
    if (!('docs' in answer)) throw failure('another answer');
    const calls = answer.docs.slice(0, limit).map((doc) => JSON.parse(doc) as CallRecord);
    const last = calls.at(-1);
    return {
      calls,
      ...(answer.docs.length > limit && last ? { next: cursorAfter(last) } : {}),
      ...(answer.count ? { count: answer.count } : {}),
      ...(answer.reading > 0 ? { reading: answer.reading } : {}),
    };
  }

  /** The figures of a time. @throws CodedError `records/search-failed` */
  async figures(query: FiguresQuery): Promise<Figures & { reading?: number }> {
    const answer = await this.#ask({ ask: 'figures', query });
    if (!('figures' in answer)) throw failure('another answer');
    return { ...answer.figures, ...(answer.reading > 0 ? { reading: answer.reading } : {}) };
  }

  async close(): Promise<void> {
    this.#idle?.cancel();
    await this.#end('closed');
  }

  #ask(question: SearchQuestion): Promise<SearchAnswer> {
    this.#options.flush();
    this.#worker ??= this.#started();
    this.#idle?.cancel();
    const n = ++this.#n;
    return new Promise((done, failed) => {
      this.#asked.set(n, { done, failed });
      this.#worker?.postMessage({ n, question });
    });
  }

  #started(): Worker {
    const { path } = this.#options;
    const worker = startWorker(workerUrl, {
      name: 'search',
      workerData: { path: `${path}-index`, records: path },
      resourceLimits: { maxOldGenerationSizeMb: 64 },
    });
    worker.unref();
    worker.on('message', (reply: SearchReply) => {
      const asked = this.#asked.get(reply.n);
      this.#asked.delete(reply.n);
      if ('failed' in reply) asked?.failed(failure(reply.failed));
      else asked?.done(reply.answer);
      if (this.#asked.size === 0) this.#rest('answer' in reply && reply.answer.reading > 0);
    });
    const gone = (why: string): void => {
      if (this.#worker === worker) void this.#end(why);
    };
    worker.on('error', (error) => gone(error.message));
    worker.on('exit', () => gone('the thread has ended'));
    return worker;
  }

  /** Nobody asks. While it is still reading, it is left to it. */
  #rest(reading: boolean): void {
    this.#idle?.cancel();
    this.#idle = this.#options.clock.after(reading ? idleMs * 10 : idleMs, () => void this.#end('idle'));
  }

  /** Lets the thread close its file and end: it does so after what it is at. */
  async #end(why: string): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    for (const { failed } of this.#asked.values()) failed(failure(why));
    this.#asked.clear();
    if (worker?.threadId === undefined || worker.threadId < 0) return;
    worker.ref();
    const gone = new Promise<void>((done) => worker.once('exit', () => done()));
    worker.postMessage('close');
    await gone;
  }
}

const failure = (why: string): CodedError =>
  new CodedError('records/search-failed', `cannot search the calls: ${why}`);
