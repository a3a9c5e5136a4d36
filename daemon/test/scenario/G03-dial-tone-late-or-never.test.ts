import t from 'tap';
import { DEMO_OFFICE } from '../../../hw/simulator/office/layout.ts';
import { startBox, until } from '../kit/box.ts';

t.setTimeout(240_000);

t.test('a PBX gives dial tone after 0.3, 2 and 4 s: no first digit is lost (G03)', async (t) => {
  const delays = [300, 2000, 4000];
  const pbx = { kind: 'fxo', device: 'pbx-extension' } as const;
  const box = await startBox(t, {
    layout: {
      sockets: [
        ...DEMO_OFFICE.sockets
          .filter(({ kind }) => kind === 'fxs')
          .map(({ port, kind, device }) => ({ port, kind, device })),
        ...delays.map((dialToneDelayMs, i) => ({
          port: 5 + i,
          ...pbx,
          line: { volts: 48, dialToneDelayMs, polarityOnAnswer: false, release: 'busy' as const },
        })),
      ],
    },
    edit: (office) => {
      office.ports = office.ports.filter((port: { kind: string }) => port.kind === 'fxs');
      for (const port of office.ports) port.classOfService = 'staff';
      // The office's time runs late on a busy machine, the box's does not: it waits longer than it would have to.
      for (const number of [5, 6, 7])
        office.ports.push({ kind: 'fxo', number, role: 'pbx-extension', waitForDialToneMs: 10_000 });
      office.routes.find((route: { id: string }) => route.id === 'city').via.ports = [5, 6, 7];
    },
  });
  const phones = [1, 2, 4];
  const told = delays.map((_, i) => {
    const line = box.line(5 + i);
    return Promise.all([line.next('dial-tone', 50_000), line.next('dialed', 60_000)]);
  });
  await Promise.all(phones.map((port, i) => box.dial(port, `234567${i}`)));
  const dialed: string[] = [];
  for (const [tone, number] of await Promise.all(told)) {
    t.ok(number.at > tone.at, 'dialed after the dial tone');
    dialed.push(String(number.digits));
  }
  t.same(dialed.toSorted(), ['2345670', '2345671', '2345672'], 'each number whole');
  for (const port of phones) box.telephone(port).hangup();
  for (const i of [0, 1, 2]) {
    const record = await box.record((one) => one.dialed === `234567${i}` && one.state === 'ended', 8000);
    t.match(record, { legs: [{}, { place: /^line:[567]$/ }] }, 'on the first line that was tried');
    t.equal(record.legs.length, 2);
  }
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
