import { systemClock } from '../../src/base/clock.ts';
import { openRecords } from '../../src/records/records.ts';
import { makeDialog, makeRecord } from './make-record.ts';

// A process in the middle of calls, for a test to kill: one written long ago, one begun this very moment.
const records = openRecords({ path: process.argv[2] ?? '', clock: systemClock() });
const old = makeRecord('old');
records.begin(old);
records.saveDialog(makeDialog('dialog-old', 'old'));
records.flush();
records.begin(makeRecord('ended'));
records.saveDialog(makeDialog('dialog-ended', 'ended'));
records.update({ ...old, answeredAt: old.startedAt + 5000 });
records.forgetDialog('dialog-ended');
records.end(makeRecord('ended', { state: 'ended', endedAt: old.startedAt + 9000, q850: 16 }));
records.begin(makeRecord('young'));
records.saveDialog(makeDialog('dialog-young', 'young'));
// No turn of the event loop in between: nothing but the journal can have it.
process.kill(process.pid, 'SIGKILL');
