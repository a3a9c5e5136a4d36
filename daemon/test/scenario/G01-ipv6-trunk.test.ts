import t from 'tap';
import { pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

t.test('a trunk over IPv6 from end to end: registration, a call, speech both ways', async (t) => {
  const far = await startOperator(t, {
    host: '::1',
    accounts: { office: 'keen-owl' },
    sound: { type: 'tone', frequency: 1000, dbm0: -10 },
  });
  const box = await startBox(t, {
    sip: '[::1]:0',
    edit: (office) => {
      const account = { mode: 'register', user: 'office', password: 'keen-owl' };
      pointTrunk(office, 'alpha', { host: '[::1]', port: far.port }, account);
    },
  });
  await until(
    'registered',
    async () =>
      (await box.live()).trunks.some((x) => x.id === 'alpha' && x.state === 'registered') || undefined,
    6000,
  );
  t.match(far.registrations(), [{ contact: `sip:office@[::1]:${box.sip.port}` }]);
  const phone = box.telephone(1);
  await box.dial(1, '88121234567');
  await phone.waitForTone(1000, -13, 8000);
  void phone.speak({ tone: 700, level: -10 });
  const call = await until('the call', () => far.calls().find((c) => c.state === 'answered'), 4000);
  await toneAtOperator(far, call.id, 700, -10, 6);
  phone.hush();
  phone.hangup();
  t.match(await box.ended(), { trunkId: 'alpha', answerSource: 'sip', releasedBy: 'caller', q850: 16 });
});
