import t from 'tap';
import { echoing, scriptedAt } from '../kit/sip-telephone.ts';

t.test('a call of its own takes the place of another by INVITE with Replaces (RFC 3891)', async (t) => {
  const [box, phone] = await scriptedAt(t);
  const desk = box.telephone(1);
  await echoing(box, phone);
  const [first] = phone.dialogs;
  const second = await phone.call(box.sip, '21', { Replaces: phone.replaces(first), Require: 'replaces' });
  await phone.until('the first is over', () => first.over);
  await desk.waitForTone(1000, -16, 5000);
  t.match((await box.live()).calls, [{ state: 'talking', called: { place: 'device:ivan-desk' } }]);
  desk.hush();
  desk.hangup();
  await phone.until('the second is over', () => second.over);
  t.match(await box.ended(), { events: [{}, {}, { what: 'replaced' }] });
});
