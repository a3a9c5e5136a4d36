import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { PinLocks } from '../../src/main/pin-locks.ts';
import { Lockouts } from '../../src/service/lockout.ts';

const rule = { attempts: 3, lockoutMs: 60_000 };

/** A box that starts on a folder, its monotonic clock from nought, at this wall time. */
function start(folder: string, wall?: number) {
  const clock = wall === undefined ? new FakeClock() : new FakeClock(wall);
  const lockouts = new Lockouts();
  const warnings: string[] = [];
  const locks = new PinLocks(folder, clock, lockouts, (message) => warnings.push(message));
  return { clock, lockouts, locks, warnings };
}

t.test('a restart is no way around a lock, nor does it forgive wrong PINs (P02)', async (t) => {
  const folder = t.testdir();
  const first = start(folder);
  for (let i = 0; i < 3; i++) first.lockouts.failed('user:17', first.clock.now(), rule);
  for (let i = 0; i < 2; i++) first.lockouts.failed('port:3', first.clock.now(), rule);
  t.ok(first.lockouts.locked('user:17', first.clock.now()));
  await first.locks.close();

  const second = start(folder, first.clock.wall() + 30_000);
  const now = second.clock.now();
  t.equal(second.lockouts.lockedUntil('user:17', now), now + 30_000, 'half of the minute is over');
  t.notOk(second.lockouts.locked('port:3', now));
  t.equal(
    second.lockouts.failed('port:3', now, rule),
    60_000,
    'the third wrong one, of which two were before',
  );
  second.clock.advance(31_000);
  t.notOk(second.lockouts.locked('user:17', second.clock.now()));
  let lock = 0;
  for (let i = 0; i < 3; i++) lock = second.lockouts.failed('user:17', second.clock.now(), rule);
  t.equal(lock, 120_000, 'and the next lock is twice as long');
  second.lockouts.succeeded('user:17');
  await second.locks.close();
  const third = start(folder, second.clock.wall());
  t.notOk(third.lockouts.locked('user:17', third.clock.now()), 'a right PIN is remembered as well');
  await third.locks.close();
});

t.test('many wrong ones are written together, and the disk holds only so many', async (t) => {
  const folder = t.testdir();
  const { clock, lockouts, locks } = start(folder);
  for (let i = 0; i < 1500; i++) lockouts.failed(`user:${i}`, clock.now(), rule);
  clock.advance(2000);
  await locks.close();
  const kept = JSON.parse(readFileSync(join(folder, 'pin-locks.json'), 'utf8')) as { key: string }[];
  t.equal(kept.length, 1000);
  t.equal(kept.at(-1)?.key, 'user:1499', 'the newest');
});

t.test('a file that is broken, or a clock that was set, locks nobody for ever', async (t) => {
  const folder = t.testdir();
  writeFileSync(join(folder, 'pin-locks.json'), '{');
  const broken = start(folder);
  t.match(broken.warnings, [/pin-locks/]);
  for (let i = 0; i < 3; i++) broken.lockouts.failed('port:1', broken.clock.now(), rule);
  await broken.locks.close();
  const back = start(folder, broken.clock.wall() - 10 * 365 * 86_400_000);
  const now = back.clock.now();
  t.ok((back.lockouts.lockedUntil('port:1', now) ?? 0) <= now + 86_400_000, 'a day at most');
  await back.locks.close();
});
