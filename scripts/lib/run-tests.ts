/**
 * Runs tap over the given files (all, if none) and ends with the plain line `N passed, N failed`,
 * counted in assertions. Fails if anything failed or nothing ran (ruling 39).
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { relative } from 'node:path';
import { createInterface } from 'node:readline';
import { fromCaller, refuse } from './arguments.ts';

const files = process.argv.slice(2).map((file) => {
  if (file.startsWith('-')) refuse('test', `unknown option '${file}'`);
  const path = existsSync(file) ? file : relative('.', fromCaller(file));
  return existsSync(path) ? path : refuse('test', `there is no file '${file}'`);
});
const child = spawn('npx', ['tap', 'run', '--reporter=tap', ...files], {
  stdio: ['ignore', 'pipe', 'inherit'],
  // Machines that run all tests are often shared; waiting longer costs nothing where nothing is wrong.
  env: { LINEGATE_PATIENCE: '3', ...process.env },
});
let passed = 0;
let failed = 0;
let file = '';
/** The failing parts of a file's output, shown when the file is over. */
let details: string[] = [];
const slow: { file: string; ms: number }[] = [];

for await (const line of createInterface({ input: child.stdout })) {
  const nested = /^\s{4,}/.test(line);
  const result = /^(\s*)(not ok|ok) \d+(?: - (.*?))?(?: \{)?$/.exec(line);
  if (!nested && line.startsWith('# Subtest: ')) {
    file = line.slice('# Subtest: '.length);
    details = [];
  } else if (result && result[1] === '') {
    const ms = Number(/# time=([\d.]+)(ms|s)?/.exec(result[3] ?? '')?.[1] ?? 0);
    slow.push({ file, ms });
    if (result[2] === 'not ok') {
      console.log(`FAILED ${result[3] ?? file}`);
      for (const detail of details.slice(-3000)) console.log(detail);
    } else {
      console.log(`passed ${result[3] ?? file}`);
    }
  } else {
    details.push(line);
  }
  // Only leaves count: a subtest's own line repeats what its assertions said.
  const leaf = result && !/# time=/.test(result[3] ?? '') && !/# (SKIP|TODO)/.test(result[3] ?? '');
  if (leaf) {
    if (result[2] === 'ok') passed++;
    else failed++;
  }
}
const code = await new Promise<number>((resolve) => child.on('close', (status) => resolve(status ?? 1)));
if (code !== 0 && failed === 0) failed = 1;
if (passed === 0 && failed === 0) {
  console.log('no test ran');
  failed = 1;
}
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
