import t from 'tap';
import { until } from '../kit/box.ts';
import { echoing, scriptedAt, together } from '../kit/sip-telephone.ts';

t.test('attended: a word with the colleague first, then the two talk (M13, RFC 5589 7.3)', async (t) => {
  const [box, phone] = await scriptedAt(t);
  const [desk, store] = [box.telephone(1), box.telephone(2)];
  await echoing(box, phone);
  desk.hush();
  await phone.hold(phone.dialogs[0], 'inactive');
  const ringing = store.next('ringing', 8000);
  const consulted = phone.call(box.sip, '12');
  await ringing;
  store.lift();
  const second = await consulted;
  void store.speak({ tone: 700, level: -10 });
  await store.waitForTone(700, -16, 5000);
  t.ok(desk.level(200, 700) < -45, 'the desk does not hear it');
  store.hush();
  await phone.hold(second, 'sendonly');
  const target = `<sip:12@${box.sip.host}?Replaces=${encodeURIComponent(phone.replaces(second))}>`;
  t.equal(await phone.refer(phone.dialogs[0], target), 202);
  await phone.until('it is free', () => phone.dialogs.every((dialog) => dialog.over));
  t.same(phone.reports, ['SIP/2.0 100 Trying', 'SIP/2.0 200 OK']);
  await together(t, box);
  const calls = (await box.live()).calls;
  t.match(calls, [{ state: 'talking', caller: { place: 'port:1' }, called: { place: 'port:2' } }]);
  t.equal(calls.length, 1);
  t.match(await box.record((record) => record.transferredBy === 'device:ivan-desk'), {
    state: 'active',
    calledNumber: '12',
    callerNumber: '31',
  });
  desk.hangup();
  await until('all are free', async () => (await box.live()).calls.length === 0 || undefined, 4000);
  store.hangup();
});
