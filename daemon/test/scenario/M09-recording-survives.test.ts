import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { toneLevelDbm0 } from '../../src/media/dsp/level.ts';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { consulting, states } from '../kit/consulting.ts';
import { recorded } from '../media/support/recorded.ts';

function loudest(side: Int16Array, hz: number, from = 0): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let at = Math.round(8000 * from); at + 1600 <= side.length; at += 800)
    most = Math.max(most, toneLevelDbm0(side.subarray(at, at + 1600), hz));
  return most;
}

t.test('a recording goes on with the party that a transfer moves, in the same file', async (t) => {
  const { operator, box, phone, colleague, far } = await consulting(t, (office) => {
    office.recording = { trunks: ['alpha'], minFreeMegabytes: 1 };
  });
  await phone.flash(180);
  await states(box, ['talking', 'talking']);
  operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
  // The starter of three leaves, and the two others are in one call.
  phone.hangup();
  await states(box, ['talking']);
  const movedAt = Date.now();
  await toneAtOperator(operator, far.id, 700);
  await colleague.waitForTone(1400, -13, 4000);
  await new Promise((resolve) => setTimeout(resolve, 800));
  colleague.hangup();
  await operatorCall(operator, 'ended');
  const done = await box.record(
    (record) => record.service === 'consult' && record.recordings?.[0]?.seconds !== undefined,
    8000,
  );
  const [entry] = done.recordings!;
  const first = await box.record((record) => record.id === done.conferenceWith);
  t.equal(first.recordings?.[0]?.file, entry?.file, 'both records name the file');
  const { data } = await box.api.download(`/api/v1/calls/${done.id}/recordings/${entry!.file}`);
  const file = join(t.testdir(), entry!.file);
  writeFileSync(file, data);
  const { left, right, seconds } = recorded(file);
  const whole = (done.endedAt! - first.answeredAt!) / 1000;
  t.ok(Math.abs(seconds - whole) < 1, `${seconds} s of ${whole} s, both calls together`);
  const moved = (movedAt - entry!.at) / 1000;
  t.ok(loudest(right, 1400, moved) > -13, 'the party that stays keeps its side');
  t.ok(loudest(left, 700, moved) > -16, 'whoever it talks to now is on the other');
});

t.test(
  'where the disk has too little left, the call goes on, and one alarm says so in both languages',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        office.recording = { calls: 'all', minFreeMegabytes: 1_000_000 };
      },
    });
    const phone = box.telephone(1);
    await box.dial(1, '88121234567');
    const far = await operatorCall(operator, 'answered');
    void phone.speak({ tone: 1000, level: -10 });
    const alarms = await until(
      'the alarm',
      async () => {
        const found = (await box.live()).alarms.filter(({ id }) => id === 'recording-failed');
        return found.length ? found : undefined;
      },
      6000,
    );
    t.equal(alarms.length, 1);
    t.match(alarms[0]?.said, { ru: /на диске не осталось места/, en: /the disk has no space left/ });
    await toneAtOperator(operator, far.id, 1000);
    t.match((await box.live()).calls, [{ state: 'talking' }], 'the call goes on');
    phone.hangup();
    const record = await box.ended();
    t.match(record, { releasedBy: 'caller', q850: 16 });
    t.match(record.recordings, [{ failed: 'disk-full' }]);
  },
);
