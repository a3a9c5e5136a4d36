import t from 'tap';
import type { SocketLayout } from '../../../hw/simulator/office/layout.ts';
import type { LineOptions } from '../../../hw/simulator/office/line.ts';
import { defaultFxoOptions } from '../../src/port/options.ts';
import { heard, simulatedOffice } from './simulated-office.ts';

// On the simulated exchange over a real pty, with the real detectors.
t.test('the far end hangs up, told in each way an exchange has', async (t) => {
  t.jobs = 5;
  const line = (port: number, options: LineOptions): SocketLayout => ({
    port,
    kind: 'fxo',
    device: 'city-line',
    line: { rules: [], interDigitMs: 300, otherwise: { result: 'answer', ringMs: 500 }, ...options },
  });
  const office = await simulatedOffice(
    t,
    {
      sockets: [
        line(1, { release: 'loop-break', breakMs: 400 }),
        line(2, { release: 'polarity' }),
        line(3, { release: 'busy' }),
        line(4, { release: 'none' }),
        line(5, { release: 'none' }),
      ],
    },
    [1, 2, 3, 4, 5].map((number) => ({ kind: 'fxo', ...defaultFxoOptions(number), idleGuardMs: 500 })),
  );

  async function called(number: number) {
    const port = office.fxo(number);
    const answered = heard(port, 'answered');
    await port.dial('2345678');
    await answered;
    return { port, line: office.simulator.line(number) };
  }

  await Promise.all([
    ...(
      [
        [1, 'loop-break'],
        [2, 'polarity'],
        [3, 'busy-tone'],
      ] as const
    ).map(([number, cause]) =>
      t.test(`by ${cause}`, { buffered: true }, async (t) => {
        const { port, line } = await called(number);
        const released = heard(port, 'released');
        const opened = line.next('released', 10_000);
        line.hangup();
        t.equal((await released)[0], cause);
        await opened;
        t.equal(port.available, true);
      }),
    ),
    t.test('the wire is cut in a call', { buffered: true }, async (t) => {
      const { port, line } = await called(4);
      const released = heard(port, 'released');
      line.dead = true;
      t.equal((await released)[0], 'no-line');
      await heard(port, 'available', (available) => !available);
      const back = heard(port, 'available', (available) => available);
      line.dead = false;
      await back;
    }),
    t.test('a glitch of 60 ms releases nothing', { buffered: true }, async (t) => {
      const { port, line } = await called(5);
      const released = heard(port, 'released', () => true, 1500);
      line.breakLoop(60);
      await t.rejects(released);
      const opened = line.next('released', 10_000);
      port.release();
      await opened;
    }),
  ]);
});
