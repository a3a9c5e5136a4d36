import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

/** What the caller says: a tone of its own, which nothing of the box's sounds like. */
const name = { type: 'tone', frequency: 1750, dbm0: -30 } as const;
/** Bytes of a second of it. */
const SECOND = 16_000;

t.test('the caller gives a name; the person hears it, and takes the call with 1 (S02)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      Object.assign(office.people[0], { ports: [1], screening: 'outside' });
      office.destinations[0].steps = [{ targets: [`person:${office.people[0].id}`], seconds: 60 }];
    },
  });
  const phone = box.telephone(1);
  const caller = await operator.call({ to: `${box.sip.host}:${box.sip.port}`, number: '+74951110000' });
  await operatorCall(operator, 'answered');
  const takes = join(box.data, 'takes');
  const written = (): number => {
    try {
      return readdirSync(takes).reduce((sum, file) => sum + statSync(join(takes, file)).size, 0);
    } catch {
      // Nothing was said yet.
      return 0;
    }
  };
  // The question has been spoken, and the tone has sounded.
  await until('the box listens', () => written() > 0 || undefined, 15_000);
  t.notOk(phone.ringing, 'nobody is rung before there is a name');
  operator.play(caller, name);
  await until('a second and more of the name', () => written() > 2 * SECOND || undefined, 10_000);
  operator.play(caller, { type: 'silence' });
  await until('the telephone rings', () => phone.ringing || undefined, 15_000);
  await until('nothing of it is left on disk', () => readdirSync(takes).length === 0 || undefined, 5000);

  phone.lift();
  const level = await phone.waitForTone(name.frequency, -24, 20_000);
  t.ok(Math.abs(level + 21) < 2.5, `the name is heard, as loud as prompts are: ${level.toFixed(1)} dBm0`);
  t.ok(operator.level(caller, name.frequency) < -50, 'and the caller does not hear it');
  t.equal((await box.live()).calls[0]?.state === 'talking', false);
  await phone.dial('1');
  void phone.speak({ tone: 1000, level: -10 });
  await toneAtOperator(operator, caller, 1000, -10, 3);
  phone.hangup();
  const record = await box.ended();
  t.ok(record.servedAt! < record.answeredAt!, 'the record tells the question from the answer');
  t.match(
    record.events.find(({ what }) => what === 'screened'),
    { detail: 'name given' },
  );
});
