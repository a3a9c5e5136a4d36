import t from 'tap';
import { pointTrunk, startOperator, until } from '../kit/box.ts';
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
