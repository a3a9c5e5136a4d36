import t from 'tap';
import { pointTrunk, startOperator } from '../kit/box.ts';
import { echoing, scriptedAt } from '../kit/sip-telephone.ts';

t.test('a transfer is no way round the class of whoever transfers (ruling 8)', async (t) => {
  const operator = await startOperator(t);
  const [box, phone] = await scriptedAt(t, (office) => {
    office.devices[0].classOfService = 'inside';
    pointTrunk(office, 'alpha', operator);
  });
  await echoing(box, phone);
  t.equal(await phone.refer(phone.dialogs[0], '<sip:88121234567@box>'), 403);
  t.equal(await phone.refer(phone.dialogs[0], '<sip:112@box>'), 403);
  t.equal(
    await phone.refer(phone.dialogs[0], '<sip:12@box?Replaces=nobody%3Bto-tag%3Da%3Bfrom-tag%3Db>'),
    481,
  );
  t.equal(operator.calls().length, 0);
  t.equal(box.line(5).lineState, 'idle');
  await box.telephone(1).waitForTone(1000, -16, 5000);
  t.pass('the call has not noticed');
  box.telephone(1).hush();
  box.telephone(1).hangup();
});
