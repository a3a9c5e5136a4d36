import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import t from 'tap';
import { openConfigStore } from '../../src/config/store.ts';

const run = promisify(execFile);
const program = (name: string): string => join(import.meta.dirname, name);

/** Lets a process change the configuration, kills it after so many confirmed changes, and some; the last confirmed. */
async function killedAfter(directory: string, changes: number, extraMs: number): Promise<number> {
  const child = spawn(process.execPath, ['--import=tsx', program('writing-child.ts'), directory], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let confirmed = 0;
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    confirmed = Number(line);
    if (++seen === changes) setTimeout(() => child.kill('SIGKILL'), extraMs);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return confirmed;
}

t.test('kill -9 in the middle of writing loses nothing that was confirmed', async (t) => {
  const directory = t.testdir();
  for (let round = 0; round < 3; round++) {
    const confirmed = await killedAfter(directory, 3 + round, round * 3.1);
    JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'));
    const reports: string[] = [];
    const store = await openConfigStore({
      directory,
      wall: Date.now,
      report: (level, message) => void (level === 'error' && reports.push(message)),
    });
    t.same(reports, [], 'nothing was broken');
    t.ok(store.revision >= confirmed, `revision ${store.revision}, confirmed ${confirmed}`);
    t.equal(
      new Set(store.config.costCentres.map((centre) => centre.name)).size,
      1,
      'all of one change or none of it',
    );
    t.same(readdirSync(directory).sort(), ['config.json', 'history'], 'no leavings');
  }
});

t.test('a full disk refuses the change and keeps the old document', async (t) => {
  const directory = t.testdir();
  // Without tap's own additions, one of which dies of XFSZ.
  // XFSZ ignored, so that the write fails (EFBIG) instead of ending the process; 64 blocks of 1 KB.
  const script = `unset NODE_OPTIONS; trap '' XFSZ; ulimit -f 64; exec "$0" --import=tsx "$1" "$2"`;
  const { stdout } = await run(
    'bash',
    ['-c', script, process.execPath, program('full-disk-child.ts'), directory],
    {
      env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    },
  );
  t.same(JSON.parse(stdout), { failure: 'config/write-failed', kept: true, revision: 3 });
  const store = await openConfigStore({ directory, wall: Date.now });
  t.equal(store.config.costCentres.length, 4);
  t.same(readdirSync(directory).sort(), ['config.json', 'history'], 'no half-written file is left');
});
