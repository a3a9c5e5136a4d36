import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';

const unit = join(
  import.meta.dirname,
  '../../../buildroot/board/common/rootfs-overlay/usr/lib/systemd/system/linegate.service',
);

t.test('systemd accepts the unit, and it holds what supervision stands on', async (t) => {
  const text = readFileSync(unit, 'utf8');
  for (const line of [
    'Type=notify',
    'NotifyAccess=all',
    'Restart=always',
    'LimitRTPRIO=50',
    'ProtectSystem=strict',
  ]) {
    t.ok(text.split('\n').includes(line), line);
  }
  t.match(text, /^WatchdogSec=\d+$/m);
  // The program is on the image, not here: something that exists stands in for it.
  const file = join(t.testdir(), 'linegate.service');
  writeFileSync(
    file,
    text.replace(/^ExecStart=.*$/m, 'ExecStart=/bin/true').replace(/^(User|Group)=.*$/gm, '$1=root'),
  );
  const verified = spawnSync('systemd-analyze', ['verify', '--man=no', file], { encoding: 'utf8' });
  t.equal(verified.error, undefined, 'systemd-analyze is there');
  const complaints = verified.stderr.split('\n').filter((line) => line.includes('linegate'));
  t.same(complaints, []);
});
