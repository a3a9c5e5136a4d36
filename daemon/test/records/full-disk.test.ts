import { execFileSync, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import t from 'tap';
import { systemClock } from '../../src/base/clock.ts';
import { openRecords } from '../../src/records/records.ts';

t.test('while the disk is full records wait in memory, with one alarm; then they are written', async (t) => {
  const path = join(t.testdir(), 'r.sqlite');
  // Without tap's own additions, one of which dies of XFSZ.
  // The soft limit alone, so that it can be lifted; XFSZ ignored, so that writes fail instead of killing.
  const script = `unset NODE_OPTIONS; trap '' XFSZ; ulimit -S -f 128; exec "$0" --import=tsx "$1" "$2"`;
  const program = join(import.meta.dirname, 'full-disk-child.ts');
  const child = spawn('bash', ['-c', script, process.execPath, program, path], {
    env: { ...process.env, TSX_DISABLE_CACHE: '1' },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  const lines: string[] = [];
  for await (const line of createInterface({ input: child.stdout })) {
    lines.push(line);
    if (line.startsWith('kept')) execFileSync('prlimit', ['--pid', String(child.pid), '--fsize=unlimited']);
  }
  t.same(lines, ['records-write', 'kept 300 healthy false', 'well 300']);
  const records = openRecords({ path, clock: systemClock() });
  t.equal(records.count().total, 300);
  await records.close();
});
