import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, statfsSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import t, { type Test } from 'tap';
import { operatorCall, toneAtOperator, until } from '../kit/box.ts';
import type { NotifySocket } from '../kit/notify-socket.ts';
import type { Thread } from '../kit/sabotage.ts';
import { supervised, watchdogMs } from '../kit/supervised.ts';

/** No ping for the time after which systemd acts, once the trouble is seen. */
async function starves(t: Test, supervisor: NotifySocket): Promise<void> {
  // A look that was under way may still find all well, and so may the one after it.
  await wait(watchdogMs / 2);
  const from = supervisor.heard.length;
  await wait(watchdogMs);
  t.notOk(
    supervisor.heard.slice(from).some(({ line }) => line === 'WATCHDOG=1'),
    'no ping',
  );
}

for (const thread of ['media', 'sipd'] as Thread[]) {
  t.test(`the thread ${thread} hangs: pings are earned no more`, async (t) => {
    const { supervisor, sabotage, box } = await supervised(t);
    sabotage.hang(thread);
    await starves(t, supervisor);
    const { health } = await until(
      'the page shows it',
      async () => {
        const live = await box.live();
        return live.health.ok ? undefined : live;
      },
      8000,
    );
    const bad = health.probes.filter((probe) => !probe.ok).map((probe) => probe.id);
    t.ok(bad.includes(thread === 'sipd' ? 'sip' : 'media'), bad.join());
  });
}

/** A small disk of its own; undefined where the system does not let us have one. */
function smallDisk(): string | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'full-'));
  t.teardown(() => rmSync(folder, { recursive: true, force: true }));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=8m', 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  t.teardown(() => execFileSync('umount', ['-l', folder]));
  return folder;
}

const disk = smallDisk();
const skip = disk === undefined && 'a disk of its own cannot be mounted here';

t.test('the disk is full: pings stop, calls still go; with room again they are back', { skip }, async (t) => {
  const data = disk!;
  const { supervisor, operator, box } = await supervised(t, data);
  const filler = join(data, 'filler');
  const { bavail, bsize } = statfsSync(data);
  writeFileSync(filler, Buffer.alloc(bavail * bsize));
  await starves(t, supervisor);

  const phone = box.telephone(1);
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered');
  void phone.speak({ tone: 1000, level: -10 });
  await toneAtOperator(operator, far.id, 1000);
  phone.hangup();
  t.match(await operatorCall(operator, 'ended'), { endedBy: 'box' });
  const { alarms } = await box.live();
  t.match(
    alarms.find((alarm) => alarm.id === 'records-write'),
    { said: { ru: /\S/ }, cure: { ru: /\S/ } },
    'the page tells what to do',
  );

  rmSync(filler);
  await supervisor.wait('WATCHDOG=1', 2 * watchdogMs, supervisor.heard.length);
  t.match(await box.ended(), { dialed: '88121234567', releasedBy: 'caller' }, 'nor was the record lost');
  await until(
    'the alarm is gone',
    async () => !(await box.live()).alarms.some((alarm) => alarm.id === 'records-write'),
    8000,
  );
});
