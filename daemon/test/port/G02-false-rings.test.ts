import t from 'tap';
import { dialOnParallelSet } from '../../../hw/simulator/office/parallel-set.ts';
import { Simulator } from '../../../hw/simulator/simulator.ts';
import { defaultFxoOptions } from '../../src/port/options.ts';
import { cityLine } from './fxo-bench.ts';
import { settle } from './port-bench.ts';
import { heard, simulatedOffice } from './simulated-office.ts';

const unconfirmed = () => cityLine({ ringConfirmed: true });

t.test('a ring that has to be confirmed: the second burst makes a call of it', async (t) => {
  const { card, clock, port, take } = await unconfirmed();
  card.indicate(2, { type: 'ring', on: true });
  clock.advance(1000);
  card.indicate(2, { type: 'ring', on: false });
  t.strictSame(take(), []);
  t.equal(port.idle, false, 'and meanwhile nobody dials here');
  clock.advance(4000);
  card.indicate(2, { type: 'ring', on: true });
  t.strictSame(take(), ['ringing']);
});

t.test('or caller ID does', async (t) => {
  const { card, clock, media, take } = await unconfirmed();
  card.indicate(2, { type: 'ring', on: true });
  card.indicate(2, { type: 'ring', on: false });
  t.strictSame(media.detection, { callerId: true });
  clock.advance(1500);
  media.emit('callerId', 'line:2', { number: '2345678', way: 'fsk-v23', raw: '' });
  t.strictSame(take(), ['ringing', 'caller 2345678']);
});

t.test('one burst alone is noise: the line is free again', async (t) => {
  const { card, clock, media, port, take } = await unconfirmed();
  card.indicate(2, { type: 'ring', on: true });
  card.indicate(2, { type: 'ring', on: false });
  clock.advance(7000);
  t.strictSame(take(), []);
  t.equal(port.idle, true);
  t.strictSame([card.take(), media.detection], [['audio on', 'audio off'], {}]);
  card.indicate(2, { type: 'ring', on: true });
  clock.advance(5000);
  t.strictSame(take(), [], 'it counts from the beginning again');
});

t.test('an emergency call, and a ring that meets it, are not kept waiting', async (t) => {
  const { card, dial, take } = await unconfirmed();
  card.indicate(2, { type: 'ring', on: true });
  card.indicate(2, { type: 'ring', on: false });
  const outcome = dial('112', { emergency: true });
  await settle();
  t.ok(card.take().includes('seize'));
  card.indicate(2, { type: 'ring', on: true });
  await settle();
  t.equal(outcome.result, 'port/glare');
  t.ok(take().includes('ringing'));
});

t.test('what a parallel telephone, noise and other voltages do to the card is no ring', (t) => {
  const office = new Simulator({
    realTime: false,
    pty: false,
    layout: {
      sockets: [
        { port: 1, kind: 'fxs', device: 'nothing' },
        { port: 2, kind: 'fxo', device: 'city-line' },
      ],
    },
  });
  const line = office.line(2);
  const circuit = office.card.circuit(2)!;
  circuit.detached = false;
  const rings = (): boolean => circuit.kind === 'fxo' && circuit.ringing;
  /** Whether a ring was told within the time. */
  const rang = (ms: number): boolean => {
    let seen = false;
    for (let i = 0; i < ms; i += 10) {
      office.advance(10);
      seen ||= rings();
    }
    return seen;
  };
  rang(1000);
  for (const tinkle of [
    {},
    { hz: 25 },
    { hz: 25, breakMs: 75, makeMs: 25 },
    { hz: 25, breakMs: 30, makeMs: 20 },
    { hz: 20, breakMs: 83, makeMs: 42 },
  ]) {
    void dialOnParallelSet(line, office.time, '1357902', tinkle);
    t.equal(rang(12_000), false, `dialing on a parallel telephone ${JSON.stringify(tinkle)}`);
    line.parallel = false;
    rang(1000);
  }
  const burst = (ms: number, hz: number, volts: number): boolean => {
    Object.assign(line.feed, { ringing: true, ringHz: hz, ringVolts: volts });
    const seen = rang(ms);
    line.feed.ringing = false;
    return rang(500) || seen;
  };
  t.equal(burst(100, 25, 90), false, 'a burst of 100 ms');
  t.equal(burst(1000, 10, 90), false, '10 Hz');
  t.equal(burst(1000, 100, 90), false, 'mains hum rectified, 100 Hz');
  t.equal(burst(1000, 25, 15), false, '15 V');
  for (const hz of [16, 25, 50, 60]) t.equal(burst(400, hz, 30), true, `a ring of ${hz} Hz`);
  t.end();
});

t.test('on the line itself', async (t) => {
  const ringCadence = [300, 700];
  const line = { ringCadence, callerIdScheme: 'fsk-v23' as const };
  const office = await simulatedOffice(
    t,
    { sockets: [1, 2].map((port) => ({ port, kind: 'fxo' as const, device: 'city-line' as const, line })) },
    [1, 2].map((n) => ({ kind: 'fxo' as const, ...defaultFxoOptions(n), ringConfirmed: n === 1 })),
  );
  const told: string[] = [];
  for (const n of [1, 2]) office.fxo(n).on('ringing', () => told.push(`port ${n}`));
  await Promise.all([
    dialOnParallelSet(office.simulator.line(1), office.simulator.time, '17'),
    dialOnParallelSet(office.simulator.line(2), office.simulator.time, '17', { hz: 25 }),
  ]);
  t.strictSame(told, []);
  office.simulator.line(1).parallel = false;
  const ringing = heard(office.fxo(1), 'ringing');
  office.simulator.line(1).ringIn({});
  await office.simulator.line(1).next('ring-burst', 3000, (e) => e.count === 2);
  await ringing;
  t.strictSame(told, ['port 1']);
});
