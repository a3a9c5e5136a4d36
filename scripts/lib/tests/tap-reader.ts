/** Reads what tests say: TAP 14, as the library prints it. */
import { ALL_DONE, FILE_MARK } from './marks.ts';

/** What became of a test file. */
export interface FileResult {
  file: string;
  /** Assertions. Of tests within tests only what they assert counts. */
  passed: number;
  failed: number;
  skipped: number;
  ms: number;
  /** What it printed. */
  lines: string[];
}

/** Lines of a file that are kept: a test that fails says so much and no more. */
const MOST_LINES = 3000;
const SUBTEST = '# Subtest: ';

/** Reads the output of one process. What is missing at its end is a failure of the file that was under way. */
export class TapReader {
  readonly results: FileResult[];
  readonly #shared: boolean;
  readonly #now: () => number;
  #file = -1;
  #began = 0;
  #planned: number | undefined;
  #top = 0;
  #allDone = false;

  /** @param now ms */
  constructor(files: readonly string[], shared: boolean, now: () => number) {
    this.results = files.map((file) => ({ file, passed: 0, failed: 0, skipped: 0, ms: 0, lines: [] }));
    this.#shared = shared;
    this.#now = now;
    this.#began = now();
    if (!shared) this.#file = 0;
  }

  /** Takes a line. */
  line(line: string): void {
    const planned = /^1\.\.(\d+)/.exec(line);
    if (planned) this.#planned = Number(planned[1]);
    const result = /^(\s*)(not ok|ok) \d+(?: - (.*?))?(?: \{)?$/.exec(line);
    if (result?.[1] === '') this.#top++;
    if (this.#shared && this.#mark(line, result?.[1] === '' ? result[3] : undefined)) return;
    const at = this.#current;
    at.lines.push(line);
    if (at.lines.length > MOST_LINES) at.lines.shift();
    if (!result) return;
    const [, , verdict, name = ''] = result;
    if (/# (SKIP|TODO)/.test(name)) at.skipped++;
    // A test within a test repeats in a line with its time what its assertions have said.
    else if (/# time=/.test(name)) return;
    else if (verdict === 'ok') at.passed++;
    else at.failed++;
  }

  /** The process has ended. @param why it ended otherwise than well; undefined: well. */
  end(why: string | undefined): FileResult[] {
    this.#time();
    const whole = this.#planned !== undefined && this.#planned === this.#top;
    const failed = this.results.some((result) => result.failed > 0);
    if (why !== undefined && (!failed || !whole)) this.#fail(`the process ended ${why}`);
    else if (!whole)
      this.#fail(`${this.#top} tests ended, ${this.#planned ?? 'an unknown number'} were planned`);
    else if (this.#shared && !this.#allDone) this.#fail('the process ended before all its files were done');
    for (const result of this.results)
      if (result.passed + result.failed + result.skipped === 0) {
        result.lines.push('    no test ran');
        result.failed++;
      }
    return this.results;
  }

  get #current(): FileResult {
    return this.results[Math.max(0, this.#file)]!;
  }

  #fail(why: string): void {
    this.#current.lines.push(`not ok - ${why}`);
    this.#current.failed++;
  }

  /** Whether the line is a mark. @param top the name, if the line is the result of a test of the process itself */
  #mark(line: string, top: string | undefined): boolean {
    const begun = line.startsWith(SUBTEST) ? line.slice(SUBTEST.length) : undefined;
    const name = begun ?? top?.replace(/ # time=.*/, '');
    if (name === ALL_DONE) this.#allDone = true;
    const file = this.results.findIndex((result) => FILE_MARK + result.file === name);
    if (file >= 0 && file !== this.#file) {
      this.#time();
      this.#file = file;
    }
    return file >= 0 || name === ALL_DONE;
  }

  #time(): void {
    const now = this.#now();
    if (this.#file >= 0) this.#current.ms += now - this.#began;
    this.#began = now;
  }
}
