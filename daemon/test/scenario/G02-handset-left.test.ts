import t from 'tap';
import { startBox, until } from '../kit/box.ts';

t.test('a handset left off the hook is called back, and the page says so', async (t) => {
  const box = await startBox(t, {
    edit: (office) => {
      for (const port of office.ports) if (port.kind === 'fxs') port.howlerAfterSeconds = 2;
      office.ports[0].hotline = { number: '12', afterSeconds: 0 };
    },
  });
  const [phone, colleague] = [box.telephone(1), box.telephone(2)];
  const rung = colleague.next('ringing', 8000);
  phone.lift();
  await rung;
  colleague.lift();
  await until('they talk', async () => (await box.live()).calls[0]?.state === 'talking' || undefined, 5000);
  colleague.hangup();
  const alarm = await until(
    'people are told',
    async () => (await box.live()).alarms.find((a) => a.id === 'off-hook-1'),
    6000,
  );
  t.match(alarm, { severity: 'info', place: 'port:1', said: { ru: /Трубка плохо лежит на телефоне № 1/ } });
  t.match((await box.live()).ports[0], { state: 'off-hook', reason: { en: /off the hook/ } });
  await phone.waitForTone(425, -18, 4000);
  t.equal((await box.records()).length, 1, 'the call itself was over long before');
  phone.hangup();
  await until(
    'all is well again',
    async () => !(await box.live()).alarms.some((a) => a.id === 'off-hook-1') || undefined,
    4000,
  );
  t.match((await box.live()).ports[0], { state: 'idle' });
});
