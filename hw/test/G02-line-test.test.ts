import t from 'tap';
import { FxoCircuit } from '../simulator/card/fxo.ts';
import { FxsCircuit } from '../simulator/card/fxs.ts';
import { Timeline } from '../simulator/office/timeline.ts';
import { deadFeed, faultyLoad, type Load, openLoad } from '../simulator/office/wire.ts';
import { openOffice, plainOffice } from './office.ts';

/** A circuit alone with what is plugged in; `run` moves it by milliseconds and says what was told. */
function bench<C extends FxsCircuit | FxoCircuit>(make: (time: Timeline, tell: Tell) => C) {
  const time = new Timeline();
  const told: string[] = [];
  const circuit = make(time, (type, values) => told.push([type, ...Object.values(values ?? {})].join(' ')));
  return { circuit, time, told };
}
type Tell = ConstructorParameters<typeof FxsCircuit>[2];

function fxs(load: Load, prepare: (circuit: FxsCircuit) => void = () => {}) {
  const { circuit, time, told } = bench((time, tell) => new FxsCircuit(1, time, tell));
  prepare(circuit);
  const run = (ms: number): string[] => {
    for (let i = 0; i < ms; i++) {
      time.tick();
      circuit.tick(load);
    }
    return told.splice(0);
  };
  run(300);
  return { circuit, run };
}

function fxo(change: Partial<ReturnType<typeof deadFeed>> = {}) {
  const { circuit, time, told } = bench((time, tell) => new FxoCircuit(5, time, tell));
  const feed = { ...deadFeed(), volts: 60, ohms: 1000, limitMa: 60, ...change };
  const run = (ms: number): string[] => {
    for (let i = 0; i < ms; i++) {
      time.tick();
      circuit.tick(feed);
    }
    return told.splice(0);
  };
  run(600);
  return { circuit, feed, run };
}

const telephone = (change: Partial<Load> = {}): Load => ({ ...openLoad(), ren: 1, ...change });

t.test('a telephone’s pair: sound, and with each fault', (t) => {
  const measured = (load: Load, prepare?: (circuit: FxsCircuit) => void): string[] => {
    const { circuit, run } = fxs(load, prepare);
    circuit.execute({ type: 'line-test' });
    return run(1000).map((line) => line.replace(/^measured /, ''));
  };
  const rest = (foreign: number, insulation: number, ren: number): string[] => [
    'feed-voltage 48',
    `foreign-voltage ${foreign}`,
    `insulation ${insulation}`,
    `ringer-load ${ren}`,
    'line-test-done',
  ];
  t.strictSame(measured(telephone()), rest(0, 6553.5, 1), 'one telephone');
  t.strictSame(measured(openLoad()), rest(0, 6553.5, 0), 'nothing plugged in');
  t.strictSame(measured(faultyLoad('open')), rest(0, 6553.5, 0), 'a cut wire looks the same');
  t.strictSame(measured(telephone({ ren: 4.4 })), rest(0, 6553.5, 4.4), 'too many ringers');
  t.strictSame(measured(telephone({ leakKohm: 35 })), rest(0, 35, 1), 'a damp cable');
  t.strictSame(
    measured(telephone(), (circuit) => {
      circuit.foreignVolts = 60;
    }),
    rest(60, 6553.5, 1),
    'a city line in a telephone’s socket',
  );
  t.strictSame(
    measured(telephone({ closed: true })),
    ['feed-voltage 48', 'loop-current 25', 'loop-resistance 300', 'line-test-done'],
    'lifted',
  );
  t.match(
    measured(faultyLoad('short')),
    ['feed-voltage 48', 'loop-current 25', 'loop-resistance 5'],
    'a short',
  );
  t.end();
});

t.test('whoever calls or lifts goes before measuring', (t) => {
  const load = telephone();
  const lifted = fxs(load);
  lifted.circuit.execute({ type: 'line-test' });
  t.throws(() => lifted.circuit.execute({ type: 'line-test' }), /busy/);
  lifted.run(50);
  load.closed = true;
  t.match(lifted.run(25), [/^off-hook/, /feed-voltage/, /loop-current/, /loop-resistance/, /line-test-done/]);
  const rung = fxs(telephone());
  rung.circuit.execute({ type: 'line-test' });
  rung.circuit.execute({ type: 'ring', cadence: [1000, 4000] });
  t.match(rung.run(2), ['ring-phase true', /measured/, /measured/, /measured/, /measured/, 'line-test-done']);
  t.throws(() => rung.circuit.execute({ type: 'line-test' }), /wrong-state/);
  t.end();
});

t.test('a line: on-hook voltage and the current of a short seizure; one that is held is not touched', (t) => {
  const idle = fxo();
  idle.circuit.execute({ type: 'line-test' });
  t.equal(idle.circuit.load.closed, true);
  t.strictSame(idle.run(1000), ['measured line-voltage 60', 'measured loop-current 46.2', 'line-test-done']);
  t.equal(idle.circuit.load.closed, false);

  const held = fxo({ parallel: true });
  held.circuit.execute({ type: 'line-test' });
  t.equal(held.circuit.load.closed, false);
  t.match(held.run(100), [/^measured line-voltage 1\d/, 'line-test-done']);

  const dead = fxo({ volts: 0 });
  dead.circuit.execute({ type: 'line-test' });
  t.strictSame(dead.run(300), ['measured line-voltage 0', 'line-test-done']);

  const talking = fxo();
  talking.circuit.execute({ type: 'seize' });
  talking.run(500);
  talking.circuit.execute({ type: 'line-test' });
  t.strictSame(talking.run(100), ['measured loop-current 46.2', 'line-test-done']);
  t.equal(talking.circuit.load.closed, true, 'the call goes on');

  const seized = fxo();
  seized.circuit.execute({ type: 'line-test' });
  seized.run(50);
  seized.circuit.execute({ type: 'seize' });
  seized.run(500);
  t.equal(seized.circuit.load.closed, true, 'a call that comes meanwhile keeps the loop');

  const ringing = fxo({ ringing: true });
  t.throws(() => ringing.circuit.execute({ type: 'line-test' }), /wrong-state/);
  t.end();
});

t.test('power denial: a few mA until the handset is put back', (t) => {
  const load = telephone();
  const { circuit, run } = fxs(load);
  t.throws(() => circuit.execute({ type: 'power-denial', denied: true }), /wrong-state/);
  load.closed = true;
  t.match(run(300), [/^off-hook/, /^loop-current 25/]);
  circuit.execute({ type: 'power-denial', denied: true });
  t.match(run(300), [/^loop-current 2$/]);
  load.closed = false;
  t.match(run(1000), ['on-hook'], 'the handset is still seen');
  load.closed = true;
  t.match(run(300), [/^off-hook/, /^loop-current 25/], 'and lifted again it is fed as ever');
  circuit.execute({ type: 'power-denial', denied: true });
  circuit.execute({ type: 'power-denial', denied: false });
  t.notMatch(run(300).join(), 'loop-current 2');
  t.end();
});

t.test('over the link; and a card of an earlier day refuses what it does not know', async (t) => {
  const { simulator, host } = await openOffice(t);
  simulator.telephone(1).load.ren = 2;
  const done = host.told('line-test-done', 1);
  await host.command({ type: 'line-test', port: 1 });
  await done;
  t.match(
    host.indications.filter((i) => i.type === 'measured').map((i) => `${i.item} ${i.value}`),
    ['feed-voltage 48', 'foreign-voltage 0', 'insulation 6553.5', 'ringer-load 2'],
  );
  const lacks = ['line-test', 'power-denial', 'impedance'];
  const old = await openOffice(t, { layout: plainOffice(), lacks });
  for (const type of lacks)
    t.equal(
      await old.host.command({ type, port: 1, denied: true, termination: '600r' }),
      'unknown-command',
      type,
    );
});
