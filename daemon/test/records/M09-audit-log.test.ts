import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { AuditLog } from '../../src/records/audit-log.ts';

const dayMs = 86_400_000;

function open(t: { testdir(): string }, folder = t.testdir(), keepDays = 0) {
  const clock = new FakeClock();
  const said: string[] = [];
  const path = join(folder, 'audit.sqlite');
  const log = new AuditLog({ path, clock, keepDays: () => keepDays, log: (text) => void said.push(text) });
  return { folder, clock, said, path, log };
}

t.test('who listened to what is kept, newest first, page by page, and by call', async (t) => {
  const { folder, path, log } = open(t);
  for (let i = 1; i <= 5; i++)
    log.note({
      who: 'admin',
      from: '192.0.2.7',
      act: 'recording-heard',
      callId: `c${i % 2}`,
      detail: `f${i}`,
    });
  log.note({ who: 'person:anna', act: 'observed-listen' });
  const first = log.list({ limit: 4 });
  t.same(
    first.entries.map(({ detail }) => detail),
    [undefined, 'f5', 'f4', 'f3'],
  );
  t.match(first.entries[1], { who: 'admin', from: '192.0.2.7', act: 'recording-heard', callId: 'c1' });
  const rest = log.list({ limit: 4, before: first.next! });
  t.same(
    rest.entries.map(({ detail }) => detail),
    ['f2', 'f1'],
  );
  t.equal(rest.next, undefined);
  t.same(
    log.list({ limit: 9, callId: 'c0' }).entries.map(({ detail }) => detail),
    ['f4', 'f2'],
  );
  await log.close();
  t.equal(statSync(path).mode & 0o077, 0, 'nobody else reads it');
  const again = open(t, folder);
  t.equal(again.log.list({ limit: 9 }).entries.length, 6, 'still there after a restart');
  await again.log.close();
});

t.test('lines go when they are older than the office keeps its records, and not before', async (t) => {
  const { log, clock } = open(t, t.testdir(), 30);
  log.note({ who: 'admin', act: 'recording-heard', detail: 'old' });
  clock.advance(29 * dayMs);
  log.note({ who: 'admin', act: 'recording-heard', detail: 'new' });
  t.equal(log.list({ limit: 9 }).entries.length, 2);
  clock.advance(3 * dayMs);
  t.same(
    log.list({ limit: 9 }).entries.map(({ detail }) => detail),
    ['new'],
  );
  await log.close();
});

t.test('a file that is no database is put aside, and another log begun', async (t) => {
  const folder = t.testdir();
  writeFileSync(join(folder, 'audit.sqlite'), 'x'.repeat(5000));
  const { log, said } = open(t, folder);
  log.note({ who: 'admin', act: 'recording-heard' });
  t.equal(log.list({ limit: 9 }).entries.length, 1);
  t.ok(said.some((text) => text.includes('broken-')));
  await log.close();
});
