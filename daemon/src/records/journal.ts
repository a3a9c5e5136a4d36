import { closeSync, ftruncateSync, openSync, readFileSync, writeSync } from 'node:fs';
import { codeOf } from '../base/error.ts';
import type { CallRecord, DialogJournal } from './call-record.ts';

/** One line of the journal. */
export type JournalLine = { record: CallRecord } | { dialog: DialogJournal } | { forget: string };

/**
 * What happened since the last transaction, one JSON object a line. A write ends in the kernel within some
 * microseconds, so that it survives the death of the daemon (`kill -9`); the database follows in batches, and
 * is what survives a power cut.
 */
export class Journal {
  readonly #path: string;
  readonly #fd: number;
  #bytes = 0;

  /** Opens for appending; what is there stays until {@link Journal.clear}. Throws what the system throws. */
  constructor(path: string) {
    this.#path = path;
    this.#fd = openSync(path, 'a', 0o600);
  }

  /** Bytes written since the last clear. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Appends one line of JSON. */
  append(json: string): void {
    this.#bytes += writeSync(this.#fd, `${json}\n`);
  }

  /**
   * The lines that are whole. A torn one, or zeros after a power cut, ends nothing: `damaged` counts them.
   */
  read(): { lines: JournalLine[]; damaged: number } {
    let text = '';
    try {
      text = readFileSync(this.#path, 'utf8');
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    const lines: JournalLine[] = [];
    let damaged = 0;
    for (const line of text.split('\n')) {
      if (line === '') continue;
      const parsed = parse(line);
      if (parsed) lines.push(parsed);
      else damaged++;
    }
    return { lines, damaged };
  }

  /** Empties it; everything in it must be committed. */
  clear(): void {
    if (this.#bytes > 0) ftruncateSync(this.#fd, 0);
    this.#bytes = 0;
  }

  /** Empties it even of lines that were there at the opening. */
  clearAll(): void {
    ftruncateSync(this.#fd, 0);
    this.#bytes = 0;
  }

  close(): void {
    closeSync(this.#fd);
  }
}

function parse(line: string): JournalLine | undefined {
  try {
    const value = JSON.parse(line) as Partial<Record<'record' | 'dialog' | 'forget', unknown>>;
    if (typeof (value.record as { id?: unknown } | undefined)?.id === 'string') return value as JournalLine;
    if (typeof (value.dialog as { callId?: unknown } | undefined)?.callId === 'string')
      return value as JournalLine;
    if (typeof value.forget === 'string') return value as JournalLine;
  } catch {
    // Torn: counted by the caller.
  }
  return undefined;
}
