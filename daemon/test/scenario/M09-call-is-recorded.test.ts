import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { levelDbm0, toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
import {
  type Box,
  operatorCall,
  pointTrunk,
  startBox,
  startOperator,
  toneAtOperator,
  until,
} from '../kit/box.ts';
import { loudest, recorded } from '../media/support/recorded.ts';

/** Whether there is sound for half a second that is not the far end's 425 Hz, whenever that is: the machine may be late. */
function speaks(side: Int16Array): boolean {
  for (let at = 0; at + 4000 <= side.length; at += 400) {
    const part = side.subarray(at, at + 4000);
    if (levelDbm0(part) > -30 && toneLevelDbm0(part, 425) < levelDbm0(part) - 6) return true;
  }
  return false;
}

async function fileOf(t: { testdir(): string }, box: Box, record: CallRecord, number = 0) {
  const entry = record.recordings![number]!;
  const { data } = await box.api.download(`/api/v1/calls/${record.id}/recordings/${entry.file}?download`);
  const file = join(t.testdir(), entry.file);
  writeFileSync(file, data);
  return { entry, data, ...recorded(file) };
}

const whole = (record: CallRecord): boolean =>
  record.state === 'ended' && record.recordings?.[0]?.seconds !== undefined;

t.test(
  '1 kHz from the telephone is on the left, 425 Hz from the trunk on the right, as long as the call',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        // The longer the melody, the more of its notes are near those that are measured.
        office.dialing.holdSound = 'tone';
        office.recording = { calls: 'outgoing', minFreeMegabytes: 1 };
      },
    });
    const phone = box.telephone(1);
    await box.dial(1, '88121234567');
    const far = await operatorCall(operator, 'answered');
    void phone.speak({ tone: 1000, level: -10 });
    operator.play(far.id, { type: 'tone', frequency: 425, dbm0: -13 });
    await toneAtOperator(operator, far.id, 1000);
    await until(
      'the announcement is over',
      async () => {
        await phone.waitForTone(425, -16, 500);
        return true;
      },
      8000,
    );

    const heldAt = Date.now();
    // Held while a colleague is asked: nothing of that is in this recording.
    phone.hush();
    await phone.flash(180);
    await until('held', async () => (await box.live()).calls[0]?.state === 'held' || undefined, 4000);
    const colleague = box.telephone(2);
    const ringing = colleague.next('ringing', 8000);
    await phone.waitForTone(425, -20, 4000);
    await phone.dial('12');
    await ringing;
    colleague.lift();
    await until('they consult', async () => (await box.live()).calls.length === 2 || undefined, 4000);
    void colleague.speak({ tone: 700, level: -10 });
    await phone.waitForTone(700, -16, 4000);
    colleague.hangup();
    await until('back', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 8000);
    void phone.speak({ tone: 1300, level: -10 });
    await toneAtOperator(operator, far.id, 1300);
    phone.hangup();

    const record = await box.record(whole);
    const { entry, data, left, right, seconds } = await fileOf(t, box, record);
    const talk = record.talkMs! / 1000;
    t.ok(Math.abs(seconds - talk) < 1, `${seconds.toFixed(2)} s of a call of ${talk.toFixed(2)} s`);
    t.equal(entry.seconds, Math.round(seconds * 10) / 10, 'the record tells its length');
    t.ok(loudest(left, 1000) > -12, 'the telephone on the left');
    t.ok(loudest(right, 425) > -15, 'the trunk on the right');
    const held = (heldAt - entry.at) / 1000;
    t.ok(loudest(left, 425, held - 0.8, held - 0.2) < -40, 'and not on the other side');
    t.ok(loudest(right, 1000, held - 0.8, held - 0.2) < -40);
    t.ok(loudest(left, 1300, held) > -12, 'after the hold, too');
    t.ok(loudest(left, 700, held) < -40 && loudest(right, 700, held) < -40, 'nothing of the consultation');
    t.ok(speaks(right.subarray(0, 8000 * held)), 'the announcement is heard');

    const path = `/api/v1/calls/${record.id}/recordings/${entry.file}`;
    const part = await box.api.range(path, 'bytes=100-199');
    t.equal(part.status, 206);
    t.equal(part.range, `bytes 100-199/${data.length}`);
    t.same(part.data, data.subarray(100, 200), 'a part of it, for a player');
    await t.rejects(box.api.download(`/api/v1/calls/${record.id}/recordings/..%2frecords.sqlite`), /404/);
    const strange = await fetch(`http://${box.http}${path}`);
    t.equal(strange.status, 401, 'for nobody who has not signed in');
    await box.api.delete(path);
    await t.rejects(box.api.download(path), /404/, 'deleted');
  },
);

t.test('a crash in mid-recording leaves one that plays', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      office.recording = { calls: 'none', trunks: ['alpha'], format: 'wav', minFreeMegabytes: 1 };
    },
  });
  const phone = box.telephone(1);
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered');
  void phone.speak({ tone: 1000, level: -10 });
  await toneAtOperator(operator, far.id, 1000);
  await until(
    'a second of it is on the disk',
    async () => {
      const record = (await box.records())[0];
      return record?.recordings?.length === 1 && Date.now() - record.recordings[0]!.at > 3000
        ? true
        : undefined;
    },
    8000,
  );
  box.daemon.process.kill('SIGKILL');
  await box.daemon.ended;
  phone.hush();
  phone.hangup();
  await box.restart();
  const record = await box.record((one) => one.state === 'interrupted', 8000);
  const { left, seconds } = await fileOf(t, box, record);
  t.ok(seconds > 1.5, `${seconds} s are left of it`);
  t.ok(loudest(left, 1000) > -12);
});
