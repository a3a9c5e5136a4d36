import { size } from './disk.ts';

/** One line that tells how far a step is: `writing  [#####     ]  42 %  18.3 MB/s  0:41 left`. Pure. */
export function progressLine(what: string, done: number, total: number, seconds: number): string {
  const part = total > 0 ? Math.min(1, done / total) : 1;
  const width = 24;
  const bar = '#'.repeat(Math.round(part * width)).padEnd(width, ' ');
  const rate = seconds > 0 ? done / seconds : 0;
  const left = rate > 0 ? Math.ceil((total - done) / rate) : 0;
  const time = `${Math.floor(left / 60)}:${String(left % 60).padStart(2, '0')} left`;
  return `${what.padEnd(9)} [${bar}] ${String(Math.floor(part * 100)).padStart(3)} %  ${size(Math.round(rate))}/s  ${time}`;
}

/** Draws progress: on a terminal one line that changes, into a log a line each tenth. */
export function progressBar(
  what: string,
  total: number | undefined,
  out: { isTTY?: boolean; write(text: string): unknown } = process.stderr,
): { at(done: number): void; end(): void } {
  const began = performance.now();
  let drawn = Number.NEGATIVE_INFINITY;
  let tenth = 0;
  const line = (done: number): string => {
    const seconds = (performance.now() - began) / 1000;
    if (total !== undefined) return progressLine(what, done, total, seconds);
    return `${what.padEnd(9)} ${size(done)}`;
  };
  return {
    at(done) {
      if (out.isTTY) {
        const now = performance.now();
        if (now - drawn < 100 && done !== total) return;
        drawn = now;
        out.write(`\r${line(done)}\x1b[K`);
      } else if (total !== undefined && Math.floor((10 * done) / total) > tenth) {
        tenth = Math.floor((10 * done) / total);
        out.write(`${line(done)}\n`);
      }
    },
    end() {
      if (out.isTTY) out.write('\n');
    },
  };
}
