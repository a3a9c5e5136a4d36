import t from 'tap';
import { startBox, until } from '../kit/box.ts';

t.test('a dead line is not tried at all, and says so on the page (O08)', async (t) => {
  const box = await startBox(t);
  box.line(5).dead = true;
  const alarm = await until(
    'the alarm',
    async () => (await box.live()).alarms.find((a) => a.id === 'port-5'),
    5000,
  );
  t.match(alarm, { said: { ru: /нет напряжения/, en: /no voltage/ } });
  const dialed = box.line(6).next('dialed', 8000);
  await box.dial(1, '2345678');
  t.match(await dialed, { digits: '2345678' });
  box.telephone(1).hangup();
  t.match(await box.ended(), { legs: [{ place: 'port:1' }, { place: 'line:6' }] });
  box.line(5).dead = false;
  await until(
    'the line is back',
    async () => (await box.live()).alarms.every((a) => a.id !== 'port-5') || undefined,
    5000,
  );
});

t.test('a line that is dead when the card comes back is told of too', async (t) => {
  const box = await startBox(t);
  const standing = async (): Promise<boolean> => (await box.live()).alarms.some((a) => a.id === 'port-5');
  box.line(5).dead = true;
  await until('the alarm', async () => (await standing()) || undefined, 5000);
  box.simulator.unplug();
  await until('one alarm for all the card', async () => !(await standing()) || undefined, 5000);
  box.simulator.plug();
  await until('the alarm is back', async () => (await standing()) || undefined, 5000);
});
