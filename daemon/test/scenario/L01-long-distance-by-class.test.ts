import t from 'tap';
import { operatorCall, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

t.test('a telephone dials 8 812 ..., talks through the trunk, and hangs up (5a, L05)', async (t) => {
  // Long enough for a whole burst of ringback, which is 1 s.
  const operator = await startOperator(t, { usual: { status: 200, ringMs: 1500 } });
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const phone = box.telephone(1);
  await box.dial(1, '88121234567');
  const far = await until('the INVITE', () => operator.calls()[0], 3000);
  t.equal(far.number, '+78121234567');
  await phone.waitForTone(425, -20, 5000);
  t.pass('ringback is heard');
  await operatorCall(operator, 'answered');
  await until('polarity reversed', () => phone.reversed, 2000);

  void phone.speak({ tone: 1000, level: -10 });
  const toTrunk = await toneAtOperator(operator, far.id, 1000);
  t.pass(`1 kHz reaches the trunk at ${toTrunk.toFixed(1)} dBm0`);
  phone.hush();
  operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
  const toPhone = await phone.waitForTone(1400, -12, 4000);
  t.ok(Math.abs(toPhone + 10) < 1.5, `1.4 kHz reaches the telephone at ${toPhone.toFixed(1)} dBm0`);

  const live = await box.live();
  t.match(live.calls, [{ state: 'talking', called: { number: '+78121234567' }, trunk: 'alpha' }]);
  t.equal(live.ports.find((port) => port.number === 1)?.state, 'talking');

  phone.hangup();
  t.match(await operatorCall(operator, 'ended'), { endedBy: 'box', reason: /cause=16/ });
  const record = await box.ended();
  t.match(record, {
    direction: 'outgoing',
    calledNumber: '+78121234567',
    trunkId: 'alpha',
    answerSource: 'sip',
    releasedBy: 'caller',
    q850: 16,
    costCentre: 'sales',
    price: 1.5,
  });
  const { legs } = await box.record(({ id, legs }) => id === record.id && legs[1]?.rtp !== undefined);
  t.ok((legs[1]?.rtp?.received ?? 0) > 20, 'the record has the figures of RTP');
  t.equal((await box.live()).calls.length, 0);
});

t.test('the operator hangs up: current break, then busy tone, then the telephone is as new', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const phone = box.telephone(1);
  await box.dial(1, '88121234567');
  const far = await operatorCall(operator, 'answered');
  await until('polarity reversed', () => phone.reversed, 2000);
  const cut = phone.next('current-lost', 3000);
  await operator.hangUp(far.id);
  await cut;
  t.pass('the current is cut');
  await phone.waitForTone(425, -20, 3000);
  t.match(await box.ended(), { releasedBy: 'called', q850: 16 });
  phone.hangup();
  await box.portsIdle();
  await box.dial(1, '12');
  await until('the other telephone rings', () => box.telephone(2).ringing, 4000);
});
