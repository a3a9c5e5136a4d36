import t from 'tap';
import { startBox, until } from '../kit/box.ts';
import { hearsConfirmation } from '../kit/ears.ts';

t.test('after busy *37# rings back once the other has hung up, and the two talk (M13)', async (t) => {
  const box = await startBox(t);
  const [desk, store, hall] = [box.telephone(1), box.telephone(2), box.telephone(4)];
  const idle = async (port: number): Promise<void> => {
    const state = async () => (await box.live()).ports.find(({ number }) => number === port)?.state;
    await until(`socket ${port} is idle`, async () => (await state()) === 'idle' || undefined, 5000);
  };
  // The store is in a call.
  await box.dial(4, '12');
  await until('the store rings', () => store.ringing, 6000);
  store.lift();
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 4000);
  await box.dial(1, '12');
  t.match(await box.record((r) => r.callerNumber === '21' && r.state === 'ended'), { q850: 17 });
  desk.hangup();
  await idle(1);
  await box.dial(1, '*37#');
  await hearsConfirmation(desk, desk.heard.position);
  desk.hangup();

  store.hangup();
  hall.hangup();
  await until('the desk is rung back', () => desk.ringing, 20_000);
  t.notOk(store.ringing, 'the other waits until the first has lifted');
  desk.lift();
  await until('the store rings', () => store.ringing, 6000);
  store.lift();
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 4000);
  void store.speak({ tone: 1000, level: -10 });
  await desk.waitForTone(1000, -16, 4000);
  store.hush();
  store.hangup();
  t.match(await box.record((r) => r.service === 'call-back' && r.state === 'ended'), {
    callerNumber: '21',
    dialed: '12',
    legs: [{ place: 'port:1' }, { place: 'port:2' }],
  });
  desk.hangup();
});
