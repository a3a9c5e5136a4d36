import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import t from 'tap';
import { client, within } from './kit.ts';

const CLI = fileURLToPath(new URL('../../src/sipd/cli.ts', import.meta.url));

function run(t: { teardown(fn: () => void): void }, args: string[]) {
  const child = spawn(process.execPath, ['--import=tsx', CLI, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  t.teardown(() => child.kill('SIGKILL'));
  let errors = '';
  child.stderr.on('data', (d) => (errors += d));
  const closed = new Promise<number>((resolve) => child.on('close', (code) => resolve(code ?? -1)));
  return { child, closed, errors: () => errors };
}

t.test('the engine as a process: one ready line, a client, a clean end', async (t) => {
  const { child, closed } = run(t, ['--sip', '127.0.0.1:0', '--control=127.0.0.1:0', '--secret', 's']);
  const line: string = await within(
    new Promise((resolve) => createInterface(child.stdout).once('line', resolve)),
    15_000,
    'ready',
  );
  t.match(line, /^ready sip=udp\/127\.0\.0\.1:\d+,tcp\/127\.0\.0\.1:\d+ control=127\.0\.0\.1:\d+ pid=\d+$/);
  const port = Number(/control=127\.0\.0\.1:(\d+)/.exec(line)![1]);
  const srf = await client({ control: { host: '127.0.0.1', port } }, 's');
  srf.disconnect();
  child.kill('SIGTERM');
  t.equal(await within(closed, 5000, 'end'), 0);
});

t.test('wrong options are told with the usage', async (t) => {
  const { closed, errors } = run(t, ['--sip', 'nonsense', '--control', '127.0.0.1:0', '--secret', 's']);
  t.equal(await within(closed, 15_000, 'end'), 2);
  t.match(errors(), /--sip must be HOST:PORT, got nonsense\nUsage/);
});
