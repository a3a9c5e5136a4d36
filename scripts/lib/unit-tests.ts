/**
 * Runs test files many to a process: most unit tests take less time than starting Node and tsx for each, and
 * the inner loop wants them all within a minute. What each file says is kept apart only by its subtests' places,
 * which is enough to find a failure; `scripts/test` runs every file by itself.
 *
 *   node --import=tsx scripts/lib/unit-tests.ts FILE...
 */
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { text } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';

/** The variable by which a process is told its files: in its arguments they would become part of tap's folder names. */
const SHARE = 'LINEGATE_UNIT_TESTS';

/** Runs `files` in this process, in turn; tap prints the result and sets the exit code. */
async function runHere(files: readonly string[]): Promise<void> {
  // Each file may leave a listener on the process; a hundred of them are no leak.
  process.setMaxListeners(0);
  for (const file of files) await import(pathToFileURL(resolve(file)).href);
}

/** Runs a share in a process of its own; true if all went well, else what failed is printed. */
async function runShare(files: readonly string[]): Promise<boolean> {
  const child = spawn(process.execPath, ['--import=tsx', import.meta.filename], {
    // tap's 30 s are meant for one file.
    env: { LINEGATE_PATIENCE: '3', TAP_TIMEOUT: '300', ...process.env, [SHARE]: files.join('\n') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const code = await ended;
  if (code === 0) return true;
  for (const block of out.split(/^(?=# Subtest: )/m))
    if (/^not ok /m.test(block)) console.log(block.trimEnd());
  console.log(err.trimEnd() || `a share of the tests ended with code ${code}`);
  return false;
}

const share = process.env[SHARE];
if (share === undefined) {
  const files = process.argv.slice(2);
  const shares = Array.from({ length: availableParallelism() }, (_, n) => n);
  const good = await Promise.all(
    shares.map((n) => runShare(files.filter((_, i) => i % shares.length === n))),
  );
  process.exitCode = good.every(Boolean) ? 0 : 1;
} else {
  delete process.env[SHARE];
  await runHere(share.split('\n'));
}
