import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';

const script = join(
  import.meta.dirname,
  '../../../buildroot/board/common/rootfs-overlay/usr/lib/linegate/factory-reset',
);

/** A box that was in use; its boot state is a file. */
function box(t: Test) {
  const folder = t.testdir({
    data: {
      'config.json': '{"trunks":[{"password":"secret"}]}',
      history: { '1.json': '{}' },
      'label-code': 'ABCD-2345\n',
      'device-key': 'key',
      'records.sqlite': 'records',
      'records.sqlite-wal': 'more',
      recordings: { '2026': { 'call.opus': 'voices' } },
      '.hidden': 'x',
    },
    bin: {
      fw_printenv: '#!/bin/sh\n[ -e "$STATE" ] && cat "$STATE"\n',
      fw_setenv: '#!/bin/sh\nrm -f "$STATE"\n',
    },
  });
  for (const tool of ['fw_printenv', 'fw_setenv'])
    writeFileSync(join(folder, 'bin', tool), readFileSync(join(folder, 'bin', tool)), { mode: 0o755 });
  for (const tool of ['fw_printenv', 'fw_setenv']) spawnSync('chmod', ['+x', join(folder, 'bin', tool)]);
  const data = join(folder, 'data');
  const state = join(folder, 'state');
  const run = (cmdline = 'quiet ro', path?: string) =>
    spawnSync('sh', [script, data, cmdline], {
      encoding: 'utf8',
      env: { PATH: path ?? `${join(folder, 'bin')}:${process.env.PATH}`, STATE: state },
    });
  return { folder, data, state, run, left: () => readdirSync(data).sort() };
}

t.test('unasked, nothing happens', async (t) => {
  const { run, left } = box(t);
  const before = left();
  const done = run('quiet linegate.reset=allx xlinegate.reset=all');
  t.equal(done.status, 0, done.stderr);
  t.equal(done.stdout, '');
  t.same(left(), before);
});

t.test('asked by the page, with the network kept', async (t) => {
  const { data, run, left } = box(t);
  const kept = '{"network":{"address":"192.168.1.20/24"}}';
  writeFileSync(join(data, 'factory-reset'), kept);
  const done = run();
  t.equal(done.status, 0, done.stderr);
  t.match(done.stdout, /asked for by the page\n.*done\n$/s);
  t.same(left(), ['begin.json', 'label-code']);
  t.equal(readFileSync(join(data, 'begin.json'), 'utf8'), kept);
  t.equal(statSync(join(data, 'begin.json')).mode & 0o777, 0o600);
  t.equal(readFileSync(join(data, 'label-code'), 'utf8'), 'ABCD-2345\n', 'the code on the label holds again');
  t.equal(run().stdout, '', 'once');
});

t.test('by button, bootloader or boot state nothing of the settings stays', async (t) => {
  for (const how of ['cmdline', 'state']) {
    const { data, state, run, left } = box(t);
    // A request that the page made earlier and that never came to be does not soften this one.
    writeFileSync(join(data, 'factory-reset'), '{"network":{}}');
    if (how === 'state') writeFileSync(state, 'all');
    const done = run(how === 'cmdline' ? 'console=ttyAMA0 linegate.reset=all quiet' : 'quiet');
    t.equal(done.status, 0, done.stderr);
    t.same(left(), ['begin.json', 'label-code'], how);
    t.equal(readFileSync(join(data, 'begin.json'), 'utf8'), '{}\n');
    t.notOk(existsSync(state), 'the boot state does not ask again');
  }
});

t.test('one that was cut short is taken up again, and the key is gone before all else', async (t) => {
  const { folder, data, run, left } = box(t);
  writeFileSync(join(data, 'factory-reset'), '{}');
  // The power fails at the first thing that is removed after the key.
  mkdirSync(join(folder, 'cut'));
  writeFileSync(
    join(folder, 'cut/rm'),
    '#!/bin/sh\ncase "$*" in *device-key*) exec /bin/rm "$@" ;; *) kill -9 $PPID ;; esac\n',
    { mode: 0o755 },
  );
  const cut = run('quiet', `${join(folder, 'cut')}:${join(folder, 'bin')}:${process.env.PATH}`);
  t.not(cut.status, 0);
  t.notOk(existsSync(join(data, 'device-key')), 'what was encrypted is lost already');
  t.ok(existsSync(join(data, 'config.json')));
  t.equal(run().status, 0);
  t.same(left(), ['begin.json', 'label-code']);
});

t.test('a box without a code on its label gets no code from the reset', async (t) => {
  const { data, run, left } = box(t);
  spawnSync('rm', [join(data, 'label-code')]);
  writeFileSync(join(data, 'factory-reset'), '');
  t.equal(run().status, 0);
  t.same(left(), ['begin.json'], 'the daemon makes one at its start');
});
