import t from 'tap';
import { type Box, startBox, until } from '../kit/box.ts';
import { echoing, scriptedAt, telephoneAt, together, withTelephone } from '../kit/sip-telephone.ts';
import type { Baresip } from '../peers/baresip.ts';

/** The desk talks to Ivan. */
async function talking(box: Box, ivan: Baresip): Promise<void> {
  await box.dial(1, '31');
  await ivan.event('CALL_ESTABLISHED');
  await box.telephone(1).waitForTone(440, -12, 5000);
}

t.test(
  'blind: whom it transfers hears ringing and then the colleague; the telephone is free (M13)',
  async (t) => {
    const box = await startBox(t, { edit: withTelephone });
    const ivan = await telephoneAt(t, box);
    await talking(box, ivan);
    const [desk, store] = [box.telephone(1), box.telephone(2)];
    const ringing = store.next('ringing', 8000);
    await ivan.command('transfer', `sip:12@${box.sip.host}:${box.sip.port}`);
    await ringing;
    await desk.waitForTone(425, -25, 5000);
    store.lift();
    await ivan.event('CALL_CLOSED');
    await together(t, box);
    t.match((await box.live()).calls, [
      { state: 'talking', service: 'transfer', caller: { place: 'port:1' }, called: { place: 'port:2' } },
    ]);
    const [second, first] = await box.records(2);
    t.match(first, { state: 'ended', causeText: 'transferred', transferredTo: second?.id });
    t.match(second, {
      state: 'active',
      transferredBy: 'device:ivan-desk',
      costCentre: 'works',
      callerNumber: '21',
    });
    store.hangup();
    await until('the desk is let go', async () => (await box.live()).calls.length === 0 || undefined, 4000);
    desk.hangup();
  },
);

t.test('blind to somebody who is busy: the telephone is told, and has its call back', async (t) => {
  const [box, phone] = await scriptedAt(t);
  const [desk, store] = [box.telephone(1), box.telephone(2)];
  await echoing(box, phone);
  await phone.hold(phone.dialogs[0], 'sendonly');
  await until('the desk waits', () => desk.level(200, 1000) < -45 || undefined, 5000);
  store.lift();
  await store.waitForTone(425, -20, 5000);
  t.equal(await phone.refer(phone.dialogs[0], `<sip:12@${box.sip.host}>`), 202);
  await phone.until('the last report', () => phone.reports.length === 2);
  t.same(phone.reports, ['SIP/2.0 100 Trying', 'SIP/2.0 486 user busy']);
  await phone.hold(phone.dialogs[0], 'sendrecv');
  t.pass(`the desk hears ${(await desk.waitForTone(1000, -16, 5000)).toFixed(1)} dBm0 of its echo again`);
  t.match((await box.live()).calls, [{ state: 'talking', called: { place: 'device:ivan-desk' } }]);
  t.match(await box.record((record) => record.service === 'transfer'), { state: 'ended', q850: 17 });
  desk.hush();
  store.hangup();
  desk.hangup();
});
