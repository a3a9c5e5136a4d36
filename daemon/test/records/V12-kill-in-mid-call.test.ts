import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { systemClock } from '../../src/base/clock.ts';
import { openRecords } from '../../src/records/records.ts';
import { makeRecord } from './make-record.ts';

async function killed(path: string): Promise<void> {
  const program = join(import.meta.dirname, 'mid-call.ts');
  const child = spawn(process.execPath, ['--import=tsx', program, path], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const [, signal] = await once(child, 'exit');
  if (signal !== 'SIGKILL') throw new Error(`the child ended by itself (${signal})`);
}

t.test('calls cut off by kill -9 are there, marked interrupted', async (t) => {
  const path = join(t.testdir(), 'records.sqlite');
  await killed(path);
  const records = openRecords({ path, clock: systemClock() });
  t.teardown(() => records.close());
  t.match(records.get('old'), { state: 'interrupted', answeredAt: Number, q850: 41, releasedBy: 'box' });
  t.match(records.get('young'), { state: 'interrupted', calledNumber: '+78121234567' });
  t.match(records.get('ended'), { state: 'ended', q850: 16 });
  t.same(records.count(), { total: 3, answered: 1, missed: 0, failed: 2, active: 0, talkMs: 0, price: 0 });
});

t.test('their dialogs are there to be ended, once', async (t) => {
  const path = join(t.testdir(), 'records.sqlite');
  await killed(path);
  const records = openRecords({ path, clock: systemClock() });
  const orphans = records.orphans();
  t.same(orphans.map((dialog) => dialog.callId).sort(), ['dialog-old', 'dialog-young']);
  t.match(orphans[0], {
    localSeq: 7,
    routeSet: ['<sip:proxy.example.com;lr>'],
    nextHop: 'udp/198.51.100.7:5060',
  });
  for (const dialog of orphans) records.forgetDialog(dialog.callId);
  await records.close();
  const again = openRecords({ path, clock: systemClock() });
  t.same(again.orphans(), []);
  await again.close();
});

t.test('a torn last line and garbage in the journal cost nothing else', async (t) => {
  const path = join(t.testdir(), 'records.sqlite');
  await killed(path);
  appendFileSync(`${path}.journal`, `\0\0\0\0\n{"record":{"id":"torn","sta`);
  const records = openRecords({ path, clock: systemClock() });
  t.teardown(() => records.close());
  t.match(records.get('young'), { state: 'interrupted' });
  t.equal(records.get('torn'), undefined);
  t.equal(statSync(`${path}.journal`).size, 0);
});

t.test('an old journal line brought back by a power cut reopens no call', async (t) => {
  const path = join(t.testdir(), 'records.sqlite');
  const first = openRecords({ path, clock: systemClock() });
  first.end(makeRecord('x', { state: 'ended', q850: 16 }));
  await first.close();
  appendFileSync(`${path}.journal`, `${JSON.stringify({ record: makeRecord('x') })}\n`);
  const second = openRecords({ path, clock: systemClock() });
  t.teardown(() => second.close());
  t.match(second.get('x'), { state: 'ended', q850: 16 });
});
