import t from 'tap';
import type { LiveChange } from '../../src/api/contract.ts';
import { LivePicture, type LiveSources } from '../../src/main/live-model.ts';
import { QueueDesk } from '../../src/main/queue-desk.ts';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

/** A part that never says anything. */
const silent = { on: () => () => {} };

t.test('queues and agents come, go and are renamed on the board with the settings, at once', async (t) => {
  const other = { id: 'second', name: 'Second', members: members('vera') };
  const b = new QueueBench(queueOffice({ members: members('anna') }, other));
  // Before the folder is asked for: tap takes it away before what is torn down by later calls.
  t.teardown(() => b.services.queues.close());
  const config = () => b.config;
  const desk = new QueueDesk(b.services.queues, {
    ...{ data: t.testdir(), clock: b.clock, config },
    warn: (message) => t.fail(message),
  });
  const live = new LivePicture({
    ...{ clock: b.clock, version: '0', simulated: true, startedAt: 0, config, queues: desk },
    ...{ trunks: () => [], devices: () => [], probes: () => [], schedules: () => [] },
    ...{ callerHabit: () => undefined, echo: () => undefined },
    ports: { fxs: new Map(), fxo: new Map() },
    calls: { ...silent, at: () => [], active: [] },
    card: silent,
    alarms: silent,
    link: { line: () => undefined, electrical: () => undefined },
  } as unknown as LiveSources);
  t.teardown(() => live.close());
  const caller = await b.call();
  await b.pass(5000);
  caller.farReleases(16);
  await b.pass(1000);
  const told: LiveChange[] = [];
  live.events.on('changed', (change) => {
    if (change.what === 'queues' || change.what === 'agents') told.push(change);
  });
  b.reconfigure(
    queueOffice({ name: 'Orders', members: members('boris') }, { ...other, id: 'third', name: 'Third' }),
  );
  b.services.queues.apply();
  told.length = 0;
  live.configChanged(2);
  const of = (what: string, id: string): LiveChange[] =>
    told.filter((change) => change.what === what && 'id' in change && change.id === id);
  t.match(of('queues', 'sales'), [{ value: { name: 'Orders' } }]);
  t.match(of('queues', 'third'), [{ value: { name: 'Third' } }]);
  t.match(of('queues', 'second'), [{ value: null }], 'is gone from the page, too');
  t.match(of('agents', 'anna'), [{ value: null }], 'answers for no queue any more');
  t.match(of('agents', 'boris'), [{ value: { queues: ['sales'] } }]);

  told.length = 0;
  t.equal(desk.queue('sales')?.today.came, 1);
  b.clock.advance(24 * 3_600_000);
  const days = of('queues', 'sales').map((change) => 'value' in change && change.value);
  t.match(days.at(-1), { today: { came: 0 } }, 'a new day is told, though nobody calls');
  t.equal(of('queues', 'third').length, 1, 'once');
});
