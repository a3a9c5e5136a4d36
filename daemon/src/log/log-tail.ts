import type { LogEntry, LogSink } from './logger.ts';
import { textOf } from './text-sink.ts';

/** Characters of all lines together: a few hours of a quiet box. */
const MOST_CHARACTERS = 200_000;
/** A line is not longer in here; what is may be a message of somebody hostile. */
const LONGEST_LINE = 1000;

/** Remembers the last lines of the log, for whoever is asked to help. */
export class LogTail {
  #lines: string[] = [];
  #from = 0;
  #characters = 0;

  /** Goes on to `sink`, and remembers. */
  beside(sink: LogSink): LogSink {
    return (entry) => {
      this.#add(entry);
      sink(entry);
    };
  }

  /** Oldest first. */
  get lines(): readonly string[] {
    return this.#lines.slice(this.#from);
  }

  #add(entry: LogEntry): void {
    const line = `${new Date(entry.at).toISOString()} ${entry.level} ${textOf(entry)}`.slice(0, LONGEST_LINE);
    this.#lines.push(line);
    this.#characters += line.length;
    while (this.#characters > MOST_CHARACTERS) this.#characters -= this.#lines[this.#from++]?.length ?? 0;
    // Now and then only: each time would cost as much as there are lines.
    if (this.#from > 1000) {
      this.#lines = this.#lines.slice(this.#from);
      this.#from = 0;
    }
  }
}
