import { readFileSync, writeFileSync } from 'node:fs';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { type Config, configSchema } from '../../src/config/schema.ts';
import { overrideFile, ScheduleDesk } from '../../src/main/schedule-desk.ts';

const hour = 3_600_000;

const document = (more: object = {}): Config =>
  configSchema.parse({
    version: 1,
    schedules: [
      { id: 'office', name: 'Офис', weekly: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }] },
    ],
    ...more,
  });

interface Told {
  standing: Map<string, { ru: string; en: string }>;
  warnings: string[];
}

function open(folder: string, clock: FakeClock, config: () => Config): { desk: ScheduleDesk } & Told {
  const told: Told = { standing: new Map(), warnings: [] };
  const desk = new ScheduleDesk({
    clock,
    config,
    store: overrideFile(folder, (warning) => told.warnings.push(warning)),
    alarms: {
      set: (on, alarm) =>
        void (on ? told.standing.set(alarm.id, alarm.said) : told.standing.delete(alarm.id)),
    },
    normalise: (number) => number,
  });
  return { desk, ...told };
}

t.test('night by hand outlasts a restart, is shown live, and ends by itself', async (t) => {
  const folder = t.testdir();
  // Thursday, 15 January 2026, noon in Moscow.
  const clock = new FakeClock();
  const config = document();
  const before = open(folder, clock, () => config);
  const changed: string[] = [];
  before.desk.hours.on('changed', (id) => changed.push(id));
  const view = await before.desk.switch('office', { mode: 'закрыто', hours: 2 }, 'admin');
  t.match(view, { mode: 'closed', name: { ru: 'закрыто', en: 'closed' }, override: { by: 'admin' } });
  t.ok(changed.length > 0, 'the page hears of it');
  t.equal(await before.desk.switch('shop', { mode: 'closed' }, 'admin'), undefined);
  before.desk.close();

  clock.advance(hour);
  const after = open(folder, clock, () => config);
  t.match(after.desk.live(), [
    {
      id: 'office',
      title: 'Офис',
      mode: 'closed',
      why: { ru: 'переключено вручную', en: 'switched by hand' },
      next: { mode: 'open', at: clock.wall() + hour },
      override: { by: 'admin', until: clock.wall() + hour },
    },
  ]);
  const heard: string[] = [];
  after.desk.hours.on('changed', (id) => heard.push(`${id} ${after.desk.live()[0]?.mode}`));
  clock.advance(hour - 1);
  t.same(heard, []);
  clock.advance(1);
  t.equal(heard.at(-1), 'office open', 'told in the moment in which it ends');
  t.equal(after.desk.live()[0]?.override, undefined);
  clock.advance(4 * hour);
  t.equal(heard.at(-1), 'office closed', 'six in the evening');
  after.desk.close();
  t.equal(clock.pending, 0, 'no timer is left');
  t.same(after.warnings, []);
});

t.test('a power cut while the box was off is no night for ever', async (t) => {
  const folder = t.testdir();
  const clock = new FakeClock();
  const config = document();
  const before = open(folder, clock, () => config);
  await before.desk.switch('office', { mode: 'closed' }, 'port 2');
  t.match(JSON.parse(readFileSync(`${folder}/overrides.json`, 'utf8')), [
    { schedule: 'office', by: 'port 2' },
  ]);
  before.desk.close();
  clock.advance(30 * hour);
  const after = open(folder, clock, () => config);
  t.match(after.desk.live(), [{ mode: 'closed', why: { ru: /вне рабочих часов/ } }], 'the evening of Friday');
  t.equal(after.desk.live()[0]?.override, undefined);
  after.desk.close();
});

t.test(
  'a broken file is told and forgotten; a schedule that is removed takes its switch along',
  async (t) => {
    const folder = t.testdir({ 'overrides.json': '{ half' });
    const clock = new FakeClock();
    let config = document();
    const { desk, warnings } = open(folder, clock, () => config);
    t.match(warnings, [/overrides\.json/]);
    await desk.switch('office', { mode: 'closed', stays: true }, 'admin');
    config = configSchema.parse({ version: 1 });
    desk.apply();
    t.same(desk.live(), []);
    config = document();
    desk.apply();
    t.match(desk.live(), [{ mode: 'open' }]);
    desk.close();
    writeFileSync(`${folder}/overrides.json`, '[{"schedule":"office"}]');
    const again = open(folder, clock, () => config);
    t.match(again.warnings, [/overrides\.json/]);
    again.desk.close();
  },
);

t.test(
  'in December the box asks for next year’s production calendar, in both languages, until it has it',
  (t) => {
    const clock = new FakeClock(Date.parse('2026-11-30T23:30:00+03:00'));
    let config = document();
    const { desk, standing } = open(t.testdir(), clock, () => config);
    t.same([...standing.keys()], []);
    clock.advance(hour);
    t.match(standing.get('calendar-missing'), {
      ru: 'Нет производственного календаря на 2027 год.',
      en: 'The production calendar of 2027 is missing.',
    });
    t.equal(desk.calendars().missing, 2027);
    config = document({ schedules: [{ id: 'office', name: 'Office', holidays: 'none' }] });
    desk.apply();
    t.same([...standing.keys()], [], 'no schedule goes by it');
    config = document();
    desk.apply();
    t.equal(standing.size, 1);
    config = document({ calendars: [{ id: 'ru-2027', year: 2027, daysOff: ['2027-01-01'] }] });
    desk.apply();
    t.same([...standing.keys()], []);
    t.match(
      desk.calendars().years.map(({ year, from }) => [year, from]),
      [
        [2024, 'box'],
        [2025, 'box'],
        [2026, 'box'],
        [2027, 'office'],
      ],
    );
    desk.close();
    t.end();
  },
);
