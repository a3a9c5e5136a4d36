/** Measuring in a process of its own: with its own priority, its own compiled code and its own garbage. */
import { fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { processorSleep } from '../../../../daemon/src/health/processor-sleep.ts';
import type { Figure } from '../../bench.ts';

const FLAG = '--measure';

/** Runs the module at `url` in a process of its own; it ends with {@link serveApart}. */
export async function measureApart(url: string, emit: (figure: Figure) => void): Promise<void> {
  const child = fork(fileURLToPath(url), [FLAG], { execArgv: ['--import=tsx'] });
  child.on('message', (figure) => emit(figure as Figure));
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) =>
      code === 0 ? resolve() : reject(new Error(`${fileURLToPath(url)} ended with code ${code}`)),
    );
  });
}

/** At the end of such a module: measures, if this is the process to do it. */
export function serveApart(measure: (emit: (figure: Figure) => void) => Promise<void>): void {
  if (process.argv[2] !== FLAG || !process.send) return;
  // As the daemon does while there are calls.
  processorSleep(console.error).forbid();
  measure((figure) => process.send!(figure)).then(
    () => process.disconnect(),
    (error) => {
      console.error(error);
      process.exit(1);
    },
  );
}
