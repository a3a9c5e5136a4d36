import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

t.test(
  'hook flash: the far party is held and hears it, a colleague is consulted, and back (5j)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, {
      edit: (office) => {
        pointTrunk(office, 'alpha', operator);
        // Three at one table: M17.
        office.dialing.secondFlash = 'return';
        office.dialing.holdSound = 'tone';
      },
    });
    const [phone, colleague] = [box.telephone(1), box.telephone(2)];
    await box.dial(1, '88121234567');
    const far = await operatorCall(operator, 'answered', 6000);
    await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 3000);

    await phone.flash(180);
    await phone.waitForTone(425, -20, 4000);
    t.pass('the flasher hears a broken dial tone');
    // 0.2 s of 425 Hz at -13 dBm0 every 5 s: 14 dB less in the operator's window of one second.
    await until(
      'the held party hears the hold tone',
      () => operator.level(far.id, 425) > -30 || undefined,
      8000,
    );
    t.match((await box.live()).calls, [{ state: 'held', called: { number: '+78121234567' } }]);
    t.equal((await box.live()).ports[0]?.state, 'held');

    const ringing = colleague.next('ringing', 8000);
    await phone.dial('12');
    await ringing;
    colleague.lift();
    await until('they consult', async () => (await box.live()).calls.length === 2 || undefined, 4000);
    void colleague.speak({ tone: 700, level: -10 });
    await phone.waitForTone(700, -16, 4000);
    t.ok(operator.level(far.id, 700) < -45, 'the held party does not hear the consultation');

    await phone.flash(180);
    await colleague.waitForTone(425, -20, 5000);
    t.pass('the colleague hears the busy tone');
    colleague.hush();
    colleague.hangup();
    void phone.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, far.id, 1000);
    phone.hush();
    operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    await phone.waitForTone(1400, -12, 4000);
    t.match((await box.live()).calls, [{ state: 'talking', called: { number: '+78121234567' } }]);

    phone.hangup();
    t.match(await operatorCall(operator, 'ended'), { endedBy: 'box' });
    const records = await box.records();
    t.equal(records.length, 2);
    t.match(
      records.find((record) => record.service === 'consult'),
      { calledNumber: '12', direction: 'internal', state: 'ended' },
    );
    await box.portsIdle();
  },
);

t.test('a flash opens no way round the class of the telephone (L06)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const phone = box.telephone(2);
  const desk = box.telephone(1);
  await box.dial(1, '12');
  await until('the telephone rings', () => phone.ringing || undefined, 6000);
  phone.lift();
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 4000);
  await phone.flash(180);
  await phone.waitForTone(425, -20, 4000);
  await phone.dial('88121234567');
  t.match(await box.record((r) => r.service === 'consult' && r.state === 'ended'), {
    q850: 21,
    tollClass: 'national',
    releasedBy: 'box',
  });
  t.equal(operator.calls().length, 0);
  await until(
    'they talk again',
    async () => (await box.live()).calls[0]?.state === 'talking' || undefined,
    6000,
  );
  void phone.speak({ tone: 1000, level: -10 });
  await desk.waitForTone(1000, -16, 4000);
  desk.hangup();
  phone.hangup();
  await box.portsIdle();
});
