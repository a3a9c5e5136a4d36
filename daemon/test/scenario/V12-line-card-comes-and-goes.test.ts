import t from 'tap';
import { GOOD_CABLE } from '../../../hw/simulator/link/cable.ts';
import type { CallReport, Operator } from '../../../scripts/lib/operator.ts';
import { type Box, pointTrunk, startBox, startOperator, toneAtOperator, until } from '../kit/box.ts';

/** Port 1 calls over the trunk and talks. */
async function talk(box: Box, operator: Operator): Promise<CallReport> {
  const before = operator.calls().length;
  await box.dial(1, '88121234567');
  const far = await until(
    'the call is answered',
    () =>
      operator
        .calls()
        .slice(before)
        .find((call) => call.state === 'answered'),
    6000,
  );
  await until('polarity reversed', () => box.telephone(1).reversed, 3000);
  return far;
}

const ended = (operator: Operator, id: string): Promise<CallReport> =>
  until(
    'the operator sees the end',
    () => operator.calls().find((call) => call.id === id && call.state === 'ended'),
    5000,
  );

const cardUp = (box: Box, up: boolean): Promise<unknown> =>
  until(`the card is ${up ? 'up' : 'down'}`, async () => (await box.live()).card.up === up, 8000);

t.test('the cable is pulled, the card resets, bytes are spoilt: it comes back by itself', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const phone = box.telephone(1);
  const { cable } = box.simulator;

  await t.test('bytes are spoilt and lost during a call: the call goes on', async (t) => {
    const far = await talk(box, operator);
    Object.assign(cable.faults, { corrupt: 0.02, drop: 0.02 });
    void phone.speak({ tone: 1000, level: -10 });
    // A frame of 10 ms in fifty is lost either way; the tone is a little weaker for it.
    await toneAtOperator(operator, far.id, 1000, -10, 4);
    phone.hush();
    operator.play(far.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    await phone.waitForTone(1400, -16, 4000);
    t.match((await box.live()).calls, [{ state: 'talking' }]);
    Object.assign(cable.faults, GOOD_CABLE);
    phone.hangup();
    t.match(await ended(operator, far.id), { endedBy: 'box' });
    t.match((await box.records())[0], { releasedBy: 'caller', q850: 16 });
    await box.portsIdle();
  });

  await t.test('the cable is pulled in the middle of a call, and plugged in again', async (t) => {
    const far = await talk(box, operator);
    box.simulator.unplug();
    t.match(await ended(operator, far.id), { endedBy: 'box', reason: /cause=27/ });
    await cardUp(box, false);
    const live = await box.live();
    t.match(live.card, { up: false, reason: { ru: /Нет связи с платой/, en: /does not answer/ } });
    t.match(
      live.alarms.filter((alarm) => alarm.id !== 'no-realtime' && !alarm.id.startsWith('trunk')),
      [{ id: 'card-down', severity: 'critical', cure: { ru: /шнур/ } }],
      'one alarm says it, not one for each port',
    );
    t.match(
      live.ports.find((port) => port.number === 1),
      { state: 'out-of-service' },
    );
    const record = (await box.records())[0]!;
    t.match(record, { state: 'ended', releasedBy: 'box', q850: 27, causeText: /line card/ });
    phone.hangup();

    box.simulator.plug();
    await cardUp(box, true);
    await box.portsIdle();
    t.notOk(
      (await box.live()).alarms.some((alarm) => alarm.id === 'card-down'),
      'the alarm is gone',
    );
    const next = await talk(box, operator);
    operator.play(next.id, { type: 'tone', frequency: 1400, dbm0: -10 });
    await phone.waitForTone(1400, -12, 4000);
    phone.hangup();
    await ended(operator, next.id);
    await box.portsIdle();
  });

  await t.test('the card resets in the middle of a call', async (t) => {
    const far = await talk(box, operator);
    box.simulator.resetCard();
    t.match(await ended(operator, far.id), { endedBy: 'box', reason: /cause=27/ });
    phone.hangup();
    await cardUp(box, true);
    await box.portsIdle();
    const next = await talk(box, operator);
    void phone.speak({ tone: 1000, level: -10 });
    await toneAtOperator(operator, next.id, 1000);
    phone.hangup();
    await ended(operator, next.id);
  });
});
