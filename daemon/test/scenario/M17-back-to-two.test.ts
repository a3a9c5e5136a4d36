import t from 'tap';
import { toneAtOperator } from '../kit/box.ts';
import { consulting, states } from '../kit/consulting.ts';

t.test('one of three hangs up: the two others talk; a further flash lets a colleague go', async (t) => {
  const { operator, box, phone, colleague, far } = await consulting(t);
  await phone.flash(180);
  await states(box, ['talking', 'talking']);
  await toneAtOperator(operator, far.id, 700);
  await phone.flash(180);
  await states(box, ['talking']);
  await colleague.waitForTone(425, -20, 5000);
  colleague.hush();
  void phone.speak({ tone: 1000, level: -10 });
  await toneAtOperator(operator, far.id, 1000);
  operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
  await phone.waitForTone(1400, -13, 4000);
  t.match((await box.live()).calls, [{ called: { number: '+78121234567' } }]);
  phone.hangup();
  colleague.hangup();
  await box.portsIdle();
});

t.test('where the office wants it so, the second flash goes back to the first party', async (t) => {
  const { operator, box, phone, colleague, far } = await consulting(t, (office) => {
    office.dialing.secondFlash = 'return';
  });
  await phone.flash(180);
  await states(box, ['talking']);
  await colleague.waitForTone(425, -20, 5000);
  void phone.speak({ tone: 1000, level: -10 });
  await toneAtOperator(operator, far.id, 1000);
  phone.hangup();
  colleague.hangup();
});
