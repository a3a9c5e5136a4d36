import t from 'tap';
import { PBX_RULES } from '../../../hw/simulator/office/layout.ts';
import { defaultFxoOptions } from '../../src/port/options.ts';
import { simulatedOffice } from './simulated-office.ts';

// On the simulated exchange and PBX over a real pty, with the real tone detector.
t.test('lines whose dial tone comes early, late, twice, never; dialed by tones and pulses', async (t) => {
  t.jobs = 5;
  const city = { kind: 'fxo', device: 'city-line' } as const;
  const office = await simulatedOffice(
    t,
    {
      sockets: [
        { port: 1, ...city, line: { dialToneDelayMs: 300 } },
        { port: 2, ...city, line: { dialToneDelayMs: 3000 } },
        { port: 3, ...city, line: { dialToneDelayMs: null } },
        { port: 4, ...city, line: { dtmf: false } },
        {
          port: 5,
          kind: 'fxo',
          device: 'pbx-extension',
          line: {
            volts: 48,
            dialToneDelayMs: 600,
            polarityOnAnswer: false,
            release: 'busy',
            rules: PBX_RULES,
          },
        },
      ],
    },
    [
      { kind: 'fxo', ...defaultFxoOptions(1) },
      // The office's time stands still while the machine is too busy to keep it; the daemon's does not.
      { kind: 'fxo', ...defaultFxoOptions(2), waitForDialTone: { timeoutMs: 8000, otherwise: 'fail' } },
      { kind: 'fxo', ...defaultFxoOptions(3), waitForDialTone: { timeoutMs: 1500, otherwise: 'fail' } },
      {
        kind: 'fxo',
        ...defaultFxoOptions(4),
        dialMethod: 'pulse',
        pulse: { breakMs: 60, makeMs: 40, interDigitMs: 500 },
      },
      { kind: 'fxo', ...defaultFxoOptions(5), role: 'pbx-extension' },
    ],
  );

  await Promise.all([
    ...[1, 2].map((port) =>
      t.test(`dial tone on line ${port}: no digit is lost`, { buffered: true }, async (t) => {
        const line = office.simulator.line(port);
        const dialed = line.next('dialed', 12_000);
        await office.fxo(port).dial('2345678');
        t.match(await dialed, { digits: '2345678' });
      }),
    ),
    t.test('no dial tone: given up, and the loop is open', { buffered: true }, async (t) => {
      const line = office.simulator.line(3);
      const released = line.next('released', 10_000);
      await t.rejects(office.fxo(3).dial('2345678'), { code: 'port/no-dial-tone' });
      await released;
      t.equal(line.digits, '');
    }),
    t.test('a pulse-only exchange', { buffered: true }, async (t) => {
      const line = office.simulator.line(4);
      const dialed = line.next('dialed', 12_000);
      await office.fxo(4).dial('112');
      t.match(await dialed, { digits: '112' });
    }),
    t.test('through a PBX: 9, the second dial tone, the number', { buffered: true }, async (t) => {
      const line = office.simulator.line(5);
      const dialed = line.next('dialed', 12_000);
      await office.fxo(5).dial('9w201');
      t.match(await dialed, { digits: '201' });
    }),
  ]);
});
