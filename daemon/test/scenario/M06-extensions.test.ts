import t from 'tap';
import { pointTrunk, startBox, startOperator, until } from '../kit/box.ts';
import { hearCadence } from '../kit/ears.ts';

t.test('an extension rings another telephone, which shows who calls; they talk (M06)', async (t) => {
  const box = await startBox(t);
  const [desk, store] = [box.telephone(1), box.telephone(2)];
  const shown = store.next('caller-id', 12_000);
  await box.dial(1, '12');
  await until('it rings', () => store.ringing || undefined, 5000);
  await desk.waitForTone(425, -20, 6000);
  t.match(await shown, { number: '21', name: 'Anna' }, 'the person at the desk, not the socket');
  t.match((await box.live()).calls, [
    {
      direction: 'internal',
      state: 'ringing',
      caller: { number: '21', name: 'Anna' },
      called: { place: 'port:2' },
    },
  ]);
  store.lift();
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 4000);
  void desk.speak({ tone: 1000, level: -10 });
  await store.waitForTone(1000, -16, 4000);
  desk.hush();
  void store.speak({ tone: 1400, level: -10 });
  await desk.waitForTone(1400, -16, 4000);

  // A third telephone finds the store busy, and hears so.
  await box.dial(4, '12');
  const busy = await box.record((r) => r.callerNumber === '14' && r.state === 'ended');
  t.match(busy, { direction: 'internal', calledNumber: '12', q850: 17, releasedBy: 'box' });
  await box.telephone(4).waitForTone(425, -20, 4000);
  box.telephone(4).hangup();

  store.hangup();
  t.match(await box.record((r) => r.callerNumber === '21' && r.state === 'ended'), {
    releasedBy: 'called',
    q850: 16,
    tollClass: 'extension',
    answerSource: 'off-hook',
  });
  desk.hangup();
  await box.portsIdle();
});

t.test('the class of a telephone refuses long distance with a tone and a reason (L06)', async (t) => {
  const operator = await startOperator(t);
  const box = await startBox(t, { edit: (office) => pointTrunk(office, 'alpha', operator) });
  const store = box.telephone(2);
  await box.dial(2, '88121234567');
  await store.waitForTone(425, -20, 4000);
  t.match(await box.ended(), {
    q850: 21,
    releasedBy: 'box',
    tollClass: 'national',
    causeText: /Class "Inside only" does not allow/,
    calledNumber: '+78121234567',
  });
  const { onMs, offMs } = await hearCadence(store);
  t.ok(
    Math.abs(onMs - 175) <= 30 && Math.abs(offMs - 175) <= 30,
    `congestion tone: ${onMs} on, ${offMs} off`,
  );
  t.equal(operator.calls().length, 0);
  store.hangup();
  await box.portsIdle();
});
