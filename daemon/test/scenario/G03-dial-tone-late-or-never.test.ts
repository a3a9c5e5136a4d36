import t from 'tap';
import { startBox, until } from '../kit/box.ts';

t.test('the dial tone comes after 4 s: no digit is lost (G03)', async (t) => {
  // The office's time runs late on a busy machine, the box's does not: it waits longer than it would have to.
  const box = await startBox(t, {
    edit: (office) => {
      for (const port of office.ports) if (port.kind === 'fxo') port.waitForDialToneMs = 9000;
    },
  });
  const line = box.line(5);
  line.options.dialToneDelayMs = 4000;
  const seized = line.next('seized', 6000);
  const tone = line.next('dial-tone', 10_000);
  const dialed = line.next('dialed', 14_000);
  await box.dial(1, '2345678');
  await seized;
  const { at: toneAt } = await tone;
  const { at, digits } = await dialed;
  t.equal(digits, '2345678');
  t.ok(at > toneAt, 'dialed after the dial tone');
  box.telephone(1).hangup();
  await box.ended();
  t.same(
    (await box.live()).alarms.filter((alarm) => /dial-tone/.test(alarm.id)),
    [],
  );
});

t.test(
  'no dial tone: the next line is taken, the silent one is flagged and comes last (G03, O08)',
  async (t) => {
    const box = await startBox(t);
    const [silent, good] = [box.line(5), box.line(6)];
    silent.options.dialToneDelayMs = null;
    const dialed = good.next('dialed', 14_000);
    await box.dial(1, '2345678');
    t.match(await dialed, { digits: '2345678' });
    t.equal(silent.digits, '', 'nothing was dialed blindly');
    t.match(
      (await box.live()).alarms.find((alarm) => alarm.id === 'no-dial-tone-5'),
      { severity: 'warning', place: 'port:5', said: { ru: /нет гудка/, en: /no dial tone/ } },
    );
    box.telephone(1).hangup();
    t.match(await box.ended(), { legs: [{}, { place: 'line:5', q850: 38 }, { place: 'line:6' }] });

    await until('the line rests', () => good.lineState === 'idle' || undefined, 4000);
    await box.portsIdle();
    // Now the good line is the first although it stands second, and the silent one is left alone.
    await until(
      'both lines are free',
      async () =>
        (await box.live()).ports.every(
          (port) => port.kind !== 'fxo' || port.number > 6 || port.state === 'idle',
        ) || undefined,
      5000,
    );
    const seized = silent.log.filter((event) => event.type === 'seized').length;
    const again = good.next('dialed', 8000);
    await box.dial(1, '2345679');
    await again;
    t.equal(silent.log.filter((event) => event.type === 'seized').length, seized);
    box.telephone(1).hangup();
    await box.record((record) => record.calledNumber === '+74952345679' && record.state === 'ended');
  },
);
