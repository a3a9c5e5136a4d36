import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';
import { hearsSpeech } from '../kit/ears.ts';
import { officePins } from '../kit/office.ts';

const pin = officePins['pin-sales'];

t.test(
  'access number, PIN prompt, PIN, dial tone, 8 812 ..., talk, ## and another call (5b, P01)',
  async (t) => {
    const operator = await startOperator(t);
    const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
    const phone = box.telephone(4);
    await box.dial(4, '77');
    await hearsSpeech(phone);
    t.pass('the prompt asks for the PIN');
    await phone.dial(pin);
    await phone.waitForTone(425, -20, 4000);
    t.pass('dial tone after the PIN');
    await phone.dial('88121234567');
    const far = await operatorCall(operator, 'answered');
    t.equal(far.number, '+78121234567', 'the trunk gets the number and nothing of the PIN');

    void phone.speak({ tone: 1000, level: -10 });
    const toTrunk = await toneAtOperator(operator, far.id, 1000);
    phone.hush();
    operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    const toPhone = await phone.waitForTone(1400, -12, 4000);
    t.pass(`audio both ways: ${toTrunk.toFixed(1)} and ${toPhone.toFixed(1)} dBm0`);
    t.match((await box.live()).calls, [{ state: 'talking', service: 'access', trunk: 'alpha' }]);

    await operator.hangUp(far.id);
    await phone.waitForTone(425, -20, 4000);
    const first = await box.ended();
    t.match(first, {
      service: 'access',
      direction: 'outgoing',
      dialed: '88121234567',
      calledNumber: '+78121234567',
      pinId: 'pin-sales',
      costCentre: 'works',
      releasedBy: 'called',
      price: 1.5,
    });

    // Ruling 17: after the far end has gone `##` asks for another number, the PIN still holding.
    await phone.dial('##');
    await phone.waitForTone(425, -20, 4000);
    await phone.dial('88127654321');
    const second = await until(
      'the second call',
      () => operator.calls().find((call) => call.number === '+78127654321' && call.state === 'answered'),
      6000,
    );
    await until(
      'it is live',
      async () => (await box.live()).calls[0]?.state === 'talking' || undefined,
      3000,
    );
    phone.hangup();
    await until(
      'the second call is over',
      () => operator.calls().find((call) => call.id === second.id && call.state === 'ended'),
      4000,
    );
    const again = await box.record(
      (record) => record.calledNumber === '+78127654321' && record.state === 'ended',
    );
    t.match(again, { service: 'access', pinId: 'pin-sales', releasedBy: 'caller', price: 1.5 });
    t.not(again.id, first.id, 'billed apart');
    t.equal((await box.records()).length, 2);
  },
);

t.test('## in a conversation is for the far end and ends nothing (ruling 17)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const phone = box.telephone(4);
  await box.dial(4, `77${pin}88121234567`);
  const far = await operatorCall(operator, 'answered', 6000);
  await until('it is live', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 3000);
  await phone.dial('##');
  operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
  await phone.waitForTone(1400, -12, 4000);
  t.equal(operator.calls()[0]?.state, 'answered');
  t.equal((await box.records()).length, 1);
});
