import t from 'tap';
import { defaultFxoOptions } from '../../src/port/options.ts';
import { heard, simulatedOffice } from './simulated-office.ts';

// On the simulated exchange over a real pty, with the real detectors.
t.test('both ends reach for the line at once; and calls from outside', async (t) => {
  t.jobs = 3;
  const city = { kind: 'fxo', device: 'city-line' } as const;
  const office = await simulatedOffice(
    t,
    { sockets: [1, 2, 3].map((port) => ({ port, ...city })) },
    [1, 2, 3].map((number) => ({
      kind: 'fxo',
      ...defaultFxoOptions(number),
      ringTimeoutMs: 5000,
      idleGuardMs: 300,
    })),
  );

  await Promise.all([
    t.test('glare: the caller never hears our digits, and is reported', { buffered: true }, async (t) => {
      const port = office.fxo(1);
      const line = office.simulator.line(1);
      line.armGlare({ number: '4951112233' });
      const ringing = heard(port, 'ringing');
      await t.rejects(port.dial('2345678'), { code: 'port/glare' });
      await ringing;
      t.equal(line.digits + line.talkDigits, '');
      await heard(port, 'ringingStopped');
      // Whether the exchange had noticed the closed loop at all depends on how fast we opened it.
      t.equal(line.milliamps, 0, 'the loop is open');
      t.equal(port.idle, true);
    }),
    t.test(
      'a call from outside: caller ID, no answer by itself, answered on request',
      { buffered: true },
      async (t) => {
        const port = office.fxo(2);
        const line = office.simulator.line(2);
        const ringing = heard(port, 'ringing');
        const caller = heard(port, 'caller');
        line.ringIn({ number: '4951234567' });
        await ringing;
        t.match((await caller)[0], { number: '4951234567' });
        await line.next('ring-burst', 10_000);
        t.equal(line.lineState, 'ringing', 'the caller is not charged yet');
        await t.rejects(port.dial('2'), { code: 'port/busy' });
        const picked = line.next('picked-up', 10_000);
        await port.answer();
        await picked;
        const digit = heard(port, 'digit', (key) => key === '5');
        await line.dial('5');
        await digit;
        const opened = line.next('released', 10_000);
        port.release();
        await opened;
      },
    ),
    t.test('the caller gives up', { buffered: true }, async (t) => {
      const port = office.fxo(3);
      const line = office.simulator.line(3);
      const ringing = heard(port, 'ringing');
      const stopped = heard(port, 'ringingStopped');
      line.ringIn({}, 1);
      await ringing;
      await stopped;
      t.equal(port.idle, true);
    }),
  ]);
});
