/**
 * Runs tests and ends with the plain line `N passed, N failed`, counted in assertions. Fails if anything failed or
 * nothing ran (ruling 39).
 *
 *   node --import=tsx scripts/lib/run-tests.ts [--units] [--quiet] [FILE or FOLDER...]
 *
 * `--units`: only what takes no time; `--quiet`: only failures are told.
 */
import { existsSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { relative } from 'node:path';
import { fromCaller, refuse } from './arguments.ts';
import { expand, isUnit, plan, testFiles } from './tests/plan.ts';
import { endAll, runJob } from './tests/process.ts';
import type { FileResult } from './tests/tap-reader.ts';

let [units, quiet] = [false, false];
const given: string[] = [];
for (const argument of process.argv.slice(2)) {
  if (argument === '--units') units = true;
  else if (argument === '--quiet') quiet = true;
  else if (argument.startsWith('-')) refuse('test', `unknown option '${argument}'`);
  else {
    const path = existsSync(argument) ? argument : relative('.', fromCaller(argument));
    given.push(existsSync(path) ? path : refuse('test', `there is no file '${argument}'`));
  }
}
const files = given.length > 0 ? expand(given) : testFiles();
const jobs = plan(units ? files.filter(isUnit) : files);
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    endAll();
    process.exit(1);
  });

let [passed, failed] = [0, 0];
const tell = ({ file, ms, lines, ...counts }: FileResult): void => {
  passed += counts.passed;
  failed += counts.failed;
  const time = `# time=${ms.toFixed(0)}ms`;
  if (counts.failed === 0) {
    if (!quiet) console.log(`passed ${file} ${time}`);
    return;
  }
  console.log(`FAILED ${file} ${time}`);
  for (const line of lines) console.log(`    ${line}`);
};
// One more than there are cores: most of the long ones wait for real time most of theirs.
const workers = Array.from({ length: availableParallelism() + 1 }, async () => {
  for (let job = jobs.shift(); job; job = jobs.shift()) (await runJob(job)).forEach(tell);
});
await Promise.all(workers);
// Folders of tests are kept while tests run; another run in this tree would miss what it has there now.
if (given.length === 0) rmSync('.tap/fixtures', { recursive: true, force: true });
if (passed === 0 && failed === 0) {
  console.log('no test ran');
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
