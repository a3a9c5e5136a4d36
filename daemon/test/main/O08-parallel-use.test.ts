import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { configSchema } from '../../src/config/schema.ts';
import { AlarmBoard } from '../../src/health/alarm-board.ts';
import { ParallelUse, parallelLimitMs } from '../../src/main/parallel-use.ts';
import { FakeCard } from '../port/port-bench.ts';

t.test('a line held by a parallel telephone for half a day raises an alarm, until it is free', async (t) => {
  const clock = new FakeClock();
  const card = new FakeCard();
  const alarms = new AlarmBoard(clock);
  const config = configSchema.parse({ version: 1, ports: [{ kind: 'fxo', number: 5, name: 'City' }] });
  const use = new ParallelUse({ card, clock, alarms, config: () => config });
  t.teardown(() => use.close());
  const state = (of: 'idle' | 'in-use') => card.indicate(5, { type: 'line-state', state: of, volts: 8 });

  state('in-use');
  clock.advance(parallelLimitMs - 1);
  state('in-use');
  t.strictSame(alarms.list(), [], 'a long call of somebody else is no fault');
  clock.advance(1);
  t.match(alarms.list(), [
    {
      id: 'line-in-use-5',
      place: 'port:5',
      said: { ru: /параллельным/, en: /parallel/ },
      cure: { ru: /трубка/, en: /handset/ },
    },
  ]);
  state('idle');
  t.strictSame(alarms.list(), [], 'free again');
  state('in-use');
  card.emit('down', 'cable');
  clock.advance(parallelLimitMs);
  t.strictSame(alarms.list(), [], 'what is not known any more is not told');
});
