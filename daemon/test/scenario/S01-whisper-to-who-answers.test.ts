import t from 'tap';
import { espeak } from '../../src/main/espeak.ts';
import { levelDbm0 } from '../../src/media/dsp/level.ts';
import { activeLevelDbm0, PROMPT_LEVEL_DBM0 } from '../../src/media/sound/loudness.ts';
import { narrowWav } from '../../src/media/sound/narrow.ts';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { likeness } from '../kit/likeness.ts';

const label = 'Звонок в компанию Ромашка-Сервис';

t.test(
  'who answers hears which firm is called, the caller hears and pays nothing until then (S01)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        Object.assign(office.incomingNumbers[0], { label });
      },
    });
    // The voice of the system itself, as anybody could ask it.
    const known = Int16Array.from(narrowWav(await espeak()(label, 'ru'), 60), Math.round);
    const call = await operator.call({ to: `${box.sip.host}:${box.sip.port}`, number: '+74951110000' });
    const phone = box.telephone(1);
    await until('the telephone rings', () => phone.ringing || undefined, 8000);
    const from = phone.heard.position;
    phone.lift();
    // How loud the caller hears anything while the whisper goes on.
    let loudest = Number.NEGATIVE_INFINITY;
    await until(
      'the caller is put through',
      () => {
        const answered = operator.calls()[0]?.state === 'answered';
        if (!answered) loudest = Math.max(loudest, levelDbm0(operator.heard(call)));
        return answered || undefined;
      },
      10_000,
    );
    const heard = phone.heard.since(from);
    const level = activeLevelDbm0(heard);
    t.ok(Math.abs(level - PROMPT_LEVEL_DBM0) < 3, `at the level of prompts: ${level.toFixed(1)} dBm0`);
    t.ok(loudest < -60, `the caller hears nothing of it: ${loudest.toFixed(1)} dBm0`);

    void phone.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, call, 1000, -10, 3);
    const afterwards = operator.heard(call);
    phone.hangup();
    const record = await box.ended();
    t.ok(
      record.answeredAt! - record.startedAt > (known.length / 8) * 0.8,
      'answered when the whisper was over',
    );
    t.equal(
      (await box.live()).alarms.some(({ id }) => id === 'no-speech'),
      false,
    );
    await operatorCall(operator, 'ended');
    // Last: the simulated office is in this process, and stands still meanwhile.
    const like = likeness(heard, known);
    t.ok(like > 0.9, `the telephone hears the label: ${like.toFixed(2)}`);
    t.ok(likeness(afterwards, known.subarray(0, 8000)) < 0.5, 'and the caller nothing of it afterwards');
  },
);
