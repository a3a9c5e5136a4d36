import t from 'tap';
import { operatorCall, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { burst, startPbxBox } from '../kit/pbx-office.ts';

t.test('an old PBX sends access number, PIN and number in one burst (5c, P04, L02)', async (t) => {
  const operator = await startOperator(t);
  const box = await startPbxBox(t, operator);
  const pbx = box.pbx(2);
  await pbx.seizeAndDial(burst);
  const far = await operatorCall(operator, 'answered');
  t.equal(far.number, '+78121234567', 'the trunk gets only the number');
  await until('polarity reversed', () => pbx.reversed, 2000);
  t.pass('the PBX sees the answer by polarity and may bill from it');
  void pbx.speak({ tone: 1000, level: -10 });
  await toneAtOperator(operator, far.id, 1000);
  pbx.hush();
  operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
  await pbx.waitForTone(1400, -12, 4000);

  const released = pbx.next('released-by-line', 3000);
  await operator.hangUp(far.id);
  await released;
  t.pass('the PBX is released by the cut of current');
  const record = await box.ended();
  t.match(record, {
    service: 'access',
    dialed: '88121234567',
    costCentre: 'works',
    pinId: 'pin-sales',
    releasedBy: 'called',
    price: 1.5,
  });
  t.notMatch(JSON.stringify(record), '135790', 'the PIN is nowhere in the record');
  t.notMatch(box.daemon.errors(), '135790', 'nor in the log');
});
