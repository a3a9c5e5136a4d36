import t from 'tap';
import { pointTrunk, startBox, startOperator } from '../kit/box.ts';
import { guessPins, lockAlarm } from '../kit/pins.ts';

t.test('the next lock is twice as long, and no guess has reached the trunk', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, {
    edit: (office) => {
      pointTrunk(office, 'alpha', operator);
      office.accessNumbers[0].lockoutSeconds = 1;
    },
  });
  const phone = box.telephone(4);
  await guessPins(box, 4);
  await lockAlarm(box, 4, / 1 s/);
  phone.hangup();
  await box.portsIdle();
  await guessPins(box, 4);
  await lockAlarm(box, 4, / 2 s/);
  phone.hangup();
  await box.portsIdle();
  t.match(
    (await box.records()).map((record) => record.q850),
    [21, 21],
  );
  t.equal(operator.calls().length, 0);
});
