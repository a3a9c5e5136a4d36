import t from 'tap';
import type { SocketLayout } from '../../../hw/simulator/office/layout.ts';
import type { LineOptions, NumberRule } from '../../../hw/simulator/office/line.ts';
import { defaultFxoOptions } from '../../src/port/options.ts';
import { heard, simulatedOffice } from './simulated-office.ts';

// On the simulated exchange over a real pty, with the real detectors.
t.setTimeout(90_000);

t.test('how the answer of the far end is seen, and what is none', async (t) => {
  t.jobs = 4;
  const line = (port: number, rule: Partial<NumberRule> = {}, options: LineOptions = {}): SocketLayout => {
    // Long enough for the second burst, which makes a ringback of the first.
    const otherwise = { result: 'answer' as const, ringMs: 5600, ...rule };
    return {
      port,
      kind: 'fxo',
      device: 'city-line',
      line: { rules: [], interDigitMs: 300, otherwise, ...options },
    };
  };
  const office = await simulatedOffice(
    t,
    {
      sockets: [
        line(1),
        line(2, {}, { polarityOnAnswer: false }),
        line(3, { result: 'no-answer' }),
        line(4, { result: 'busy' }),
      ],
    },
    [1, 2, 3, 4].map((number) => ({
      kind: 'fxo',
      ...defaultFxoOptions(number),
      answerSupervision: {
        polarity: true,
        ringbackStop: true,
        voice: false,
        timerMs: number === 3 ? 25_000 : 0,
      },
    })),
  );

  await Promise.all([
    t.test('by reversal, at once', { buffered: true }, async (t) => {
      const port = office.fxo(1);
      const answered = heard(port, 'answered', () => true, 30_000);
      await port.dial('2345678');
      t.equal((await answered)[0], 'polarity');
    }),
    t.test('without reversal: the ringback has ended', { buffered: true }, async (t) => {
      const port = office.fxo(2);
      const answered = heard(port, 'answered', () => true, 40_000);
      await port.dial('2345678');
      t.equal((await answered)[0], 'ringback-stop');
      t.equal(office.simulator.line(2).talking, true);
    }),
    t.test(
      'a ringing that nobody answers is known for one, which stops the timer (G04-answer-supervision)',
      { buffered: true },
      async (t) => {
        const port = office.fxo(3);
        const alerted = heard(port, 'alerting', () => true, 24_000);
        await port.dial('2345678');
        await alerted;
        await t.rejects(heard(port, 'answered', () => true, 2000));
        port.release();
      },
    ),
    t.test('busy is no answer, and the loop opens', { buffered: true }, async (t) => {
      const port = office.fxo(4);
      const opened = office.simulator.line(4).next('released', 10_000);
      const released = heard(port, 'released');
      await port.dial('2345678');
      t.equal((await released)[0], 'busy-tone');
      await opened;
    }),
  ]);
});
