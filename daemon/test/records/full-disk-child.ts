import { systemClock } from '../../src/base/clock.ts';
import { openRecords } from '../../src/records/records.ts';
import { makeRecord } from './make-record.ts';

// Runs with a limit on the size of files, which refuses writes as a full disk does, until the test lifts it.
const calls = 300;
const records = openRecords({
  path: process.argv[2] ?? '',
  clock: systemClock(),
  alarm: (alarm) => process.stdout.write(`${alarm.id}\n`),
});
for (let i = 0; i < calls; i++) records.end(makeRecord(`call-${i}`, { state: 'ended' }));
records.flush();
const kept = Array.from({ length: calls }, (_, i) => records.get(`call-${i}`)).filter(
  (record) => record !== undefined,
).length;
process.stdout.write(`kept ${kept} healthy ${records.healthy}\n`);
const waiting = setInterval(() => {
  if (!records.healthy) return;
  clearInterval(waiting);
  process.stdout.write(`well ${records.count().total}\n`);
  void records.close();
}, 50);
