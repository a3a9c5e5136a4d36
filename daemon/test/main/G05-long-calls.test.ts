import t from 'tap';
import { AlarmBoard } from '../../src/health/alarm-board.ts';
import { LongCalls } from '../../src/main/long-calls.ts';
import { settle } from '../kit/fake-ports.ts';
import { office, officePins } from '../kit/office.ts';
import { Bench } from '../kit/services.ts';

const hour = 3_600_000;

function watched(site: object = {}) {
  const b = new Bench({ ...office, site: { ...office.site, ...site } }, officePins);
  const alarms = new AlarmBoard(b.clock);
  const long = new LongCalls({ calls: b.context.calls, clock: b.clock, alarms, config: () => b.config });
  return { b, alarms, long };
}

/** Port 1 talks over line 5. */
async function talking(b: Bench): Promise<void> {
  b.port(1).lift();
  await b.port(1).key('2345678');
  await settle();
  b.clock.advance(3000);
  await settle();
  b.line(5).emit('answered', 'polarity');
  await settle();
}

t.test(
  'a call of two hours is told of, with who talks to whom; it goes on, and its end clears the alarm (C01)',
  async (t) => {
    const { b, alarms, long } = watched();
    t.teardown(() => long.close());
    let told = 0;
    alarms.on('raised', () => told++);
    await talking(b);
    b.clock.advance(2 * hour - 120_000);
    t.same(alarms.list(), [], 'people talk for long');
    b.clock.advance(180_000);
    t.match(alarms.list(), [
      {
        severity: 'warning',
        place: 'port:5',
        said: {
          ru: /больше 2 ч: гнездо 1 \(Desk\) — гнездо 5 \(City 1\)/,
          en: /for more than 2 h: socket 1 \(Desk\) – socket 5 \(City 1\)/,
        },
        cure: { ru: /завершите/, en: /end the call/ },
      },
    ]);
    b.clock.advance(hour);
    t.equal(told, 1, 'told once');
    t.equal(b.context.calls.size, 1, 'nobody is cut off');
    b.port(1).hangUp();
    await settle();
    t.same(alarms.list(), []);
  },
);

t.test('the limit is a setting, in force at once; 0 says nothing', async (t) => {
  const { b, alarms, long } = watched({ longCallMinutes: 0 });
  t.teardown(() => long.close());
  await talking(b);
  b.clock.advance(3 * hour);
  t.same(alarms.list(), []);
  b.reconfigure({ ...office, site: { ...office.site, longCallMinutes: 30 } });
  b.clock.advance(60_000);
  t.match(alarms.list(), [{ said: { en: /more than 30 min/ } }]);
  b.reconfigure({ ...office, site: { ...office.site, longCallMinutes: 600 } });
  b.clock.advance(60_000);
  t.same(alarms.list(), []);
});

t.test('a call that rings for long is none, and a held one still is one', async (t) => {
  const { b, alarms, long } = watched();
  t.teardown(() => long.close());
  b.port(1).lift();
  await b.port(1).key('88121234567');
  b.trunkLeg.farRings();
  await settle();
  b.clock.advance(3 * hour);
  t.same(alarms.list(), []);
  b.trunkLeg.farAnswers();
  await settle();
  b.port(1).emit('flashed');
  await settle();
  b.clock.advance(2 * hour + 60_000);
  t.match(alarms.list(), [{ place: 'trunk:alpha', said: { ru: /гнездо 1 \(Desk\) — Alpha/ } }]);
});
