import t from 'tap';
import type * as z from 'zod';
import { schedule as schema } from '../../src/config/schema/schedule.ts';
import type { ScheduleConfig } from '../../src/config/schema.ts';
import { productionCalendar } from '../../src/schedule/production-calendar.ts';
import { compileSchedule } from '../../src/schedule/schedule.ts';
import { shippedYears } from '../../src/schedule/schedules.ts';
import { Oracle, type Table, tableOf, wallClock } from './oracle.ts';

const calendar = productionCalendar(shippedYears);
const minute = 60_000;
const day = 1440 * minute;

const make = (entry: Omit<z.input<typeof schema>, 'id' | 'name'>): ScheduleConfig =>
  schema.parse({ id: 'office', name: 'Office', ...entry });

/** An office with everything at once: a break, an evening, a night shift, Saturdays, days of its own. */
const busy = make({
  weekly: [
    { days: [1, 2, 3, 4], from: '09:00', to: '18:00' },
    { days: [5], from: '09:00', to: '16:45' },
    { days: [1, 2, 3, 4, 5], from: '13:00', to: '13:45', mode: 'break' },
    { days: [1, 2, 3, 4], from: '18:00', to: '22:00', mode: 'evening' },
    { days: [5, 6], from: '22:00', to: '03:30', mode: 'night' },
    { days: [6], from: '10:00', to: '14:00' },
    { days: [7], from: '02:15', to: '02:45', mode: 'watch' },
  ],
  dates: [
    { name: 'stocktaking', from: '2024-07-01', to: '2024-07-05', hours: [{ from: '10:00', to: '15:00' }] },
    { name: 'fair', from: '2024-07-03', mode: 'fair' },
    {
      name: 'party',
      from: '2024-12-27',
      hours: [
        { from: '09:00', to: '12:00' },
        { from: '20:00', to: '02:00', mode: 'party' },
      ],
    },
    { name: 'summer', from: '2026-07-20', to: '2026-08-02', mode: 'closed' },
  ],
  holidayMode: 'holiday',
  movedDay: 1,
});

/** Walks from `from` to `to` in steps and says where engine and oracle differ; also the changes that were met. */
function walk(
  config: ScheduleConfig,
  table: Table | undefined,
  timeZone: string,
  from: number,
  to: number,
  step = minute,
) {
  const engine = compileSchedule(config, calendar, timeZone);
  const oracle = new Oracle(config, table);
  const clock = wallClock(timeZone);
  const changes: { at: number; mode: string }[] = [];
  const differences: string[] = [];
  // What the clock has shown at most: times that come twice count the first time.
  let shown = '';
  for (let before = from - day; before < from; before += 15 * minute) {
    const now = clock(before + 14 * minute);
    if (now > shown) shown = now;
  }
  let last: string | undefined;
  for (let at = from; at < to; at += step) {
    const now = clock(at);
    if (now > shown) shown = now;
    const expected = oracle.at(shown);
    const found = engine.modeAt(at);
    if (found !== expected && differences.length < 5)
      differences.push(`${new Date(at).toISOString()} wall ${now}: ${found}, not ${expected}`);
    if (last !== undefined && expected !== last) changes.push({ at, mode: expected });
    last = expected;
  }
  return { engine, changes, differences };
}

t.test('every minute of 2024 in Moscow, moved Saturdays and both ends of the year included', (t) => {
  const begin = Date.UTC(2024, 0, 1) - 3 * 60 * minute;
  const { engine, changes, differences } = walk(
    busy,
    tableOf(2024),
    'Europe/Moscow',
    begin,
    begin + 366 * day,
  );
  t.same(differences, []);
  t.ok(changes.length > 1000, 'the year is no empty one');
  const told = engine.nextChanges(begin, changes.length).map(({ at, mode }) => ({ at, mode }));
  t.same(told, changes, 'the list of changes is what the minutes show');
  const moscow = (text: string): number => Date.parse(`${text}:00+03:00`);
  t.equal(engine.modeAt(moscow('2024-04-27T10:00')), 'open', 'a Saturday worked for the 29th of April');
  t.equal(engine.modeAt(moscow('2024-04-29T10:00')), 'holiday');
  t.equal(engine.modeAt(moscow('2024-11-02T16:59')), 'open', 'a Saturday worked, and short');
  t.equal(engine.modeAt(moscow('2024-11-02T17:00')), 'evening');
  t.equal(engine.modeAt(moscow('2024-02-22T17:30')), 'evening', 'work ends an hour earlier before a holiday');
  t.equal(engine.modeAt(moscow('2024-12-28T01:30')), 'party', 'what began the day before goes on');
  t.end();
});

t.test('every minute around the end of the year, with a calendar on either side', (t) => {
  const merged: Table = { off: new Set(), short: new Set() };
  for (const year of [2024, 2025, 2026]) {
    for (const date of tableOf(year).off) merged.off.add(date);
    for (const date of tableOf(year).short) merged.short.add(date);
  }
  for (const year of [2025, 2026]) {
    const newYear = Date.UTC(year, 0, 1);
    for (const timeZone of ['Europe/Kaliningrad', 'Europe/Moscow', 'Asia/Kamchatka']) {
      const { differences } = walk(busy, merged, timeZone, newYear - 15 * day, newYear + 15 * day);
      t.same(differences, [], `${timeZone}, ${year}`);
    }
  }
  t.end();
});

t.test('every minute of 2026 in Berlin, where clocks change twice', (t) => {
  const config = make({ ...busy, holidays: 'none' });
  const begin = Date.UTC(2026, 0, 1) - 60 * minute;
  const { engine, changes, differences } = walk(config, undefined, 'Europe/Berlin', begin, begin + 365 * day);
  t.same(differences, []);
  const told = engine.nextChanges(begin, changes.length).map(({ at, mode }) => ({ at, mode }));
  t.same(told, changes);
  t.end();
});

/** Changes of every sort: at midnight, over midnight, of half an hour, of a whole day. */
const changing: [timeZone: string, around: string, what: string][] = [
  ['Europe/Berlin', '2026-03-29', 'forward at 2'],
  ['Europe/Berlin', '2026-10-25', 'back at 3'],
  ['America/New_York', '2026-03-08', 'forward at 2'],
  ['America/New_York', '2026-11-01', 'back at 2'],
  ['Africa/Cairo', '2026-04-24', 'forward at midnight'],
  ['Africa/Cairo', '2026-10-30', 'back over midnight'],
  ['Asia/Beirut', '2026-03-29', 'forward at midnight'],
  ['America/Havana', '2026-11-01', 'back to midnight'],
  ['Australia/Lord_Howe', '2026-04-05', 'back by half an hour'],
  ['Australia/Lord_Howe', '2026-10-04', 'forward by half an hour'],
  ['America/St_Johns', '2010-11-07', 'back a minute after midnight'],
  ['Pacific/Apia', '2011-12-30', 'a day that never was'],
  ['Europe/Moscow', '2014-10-26', 'back for good'],
  ['Europe/Moscow', '2011-03-27', 'forward for good'],
  ['Asia/Pyongyang', '2015-08-15', 'back by half an hour at midnight'],
];

t.test('times that are skipped, and times that come twice, every quarter of an hour of them', (t) => {
  const two = (n: number): string => String(n).padStart(2, '0');
  const text = (quarter: number): string => `${two(Math.floor(quarter / 4) % 24)}:${two((quarter % 4) * 15)}`;
  const days = [1, 2, 3, 4, 5, 6, 7];
  /** Each quarter of an hour with a mode of its own: no other tells so much of what is skipped or doubled. */
  const striped = make({
    holidays: 'none',
    weekly: Array.from({ length: 96 }, (_, q) => ({ days, from: text(q), to: text(q + 1), mode: `q${q}` })),
  });
  const night = Array.from({ length: 20 }, (_, q) => ({ days, from: text(88 + q), to: text(88 + q + 18) }));
  const configs = [striped, ...night.map((hours) => make({ holidays: 'none', weekly: [hours] }))];
  for (const [timeZone, date, what] of changing) {
    const around = Date.parse(`${date}T12:00:00Z`);
    const wrong: string[] = [];
    for (const config of configs) {
      const span = [around - 1.5 * day, around + 1.5 * day] as const;
      const { engine, changes, differences } = walk(config, undefined, timeZone, ...span, 15 * minute);
      wrong.push(...differences);
      const told = engine.nextChanges(span[0], changes.length).map(({ at, mode }) => ({ at, mode }));
      if (JSON.stringify(told) !== JSON.stringify(changes))
        wrong.push(`changes of ${JSON.stringify(config.weekly[0])}`);
    }
    t.same(wrong.slice(0, 5), [], `${timeZone}: ${what}`);
  }
  t.end();
});

t.test(
  'what ends at a time that comes twice ends once, and what begins at a skipped one begins with the jump',
  (t) => {
    const night = make({ holidays: 'none', weekly: [{ days: [7], from: '01:00', to: '02:30' }] });
    const berlin = compileSchedule(night, calendar, 'Europe/Berlin');
    const at = (changes: { at: number }[]): string[] =>
      changes.map((change) => new Date(change.at).toISOString());
    t.same(at(berlin.nextChanges(Date.UTC(2026, 9, 24), 2)), [
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T00:30:00.000Z',
    ]);
    const morning = make({ holidays: 'none', weekly: [{ days: [7], from: '02:30', to: '04:00' }] });
    const spring = compileSchedule(morning, calendar, 'Europe/Berlin');
    t.same(at(spring.nextChanges(Date.UTC(2026, 2, 28), 2)), [
      '2026-03-29T01:00:00.000Z',
      '2026-03-29T02:00:00.000Z',
    ]);
    t.end();
  },
);

t.test('random schedules agree with the oracle in random zones', (t) => {
  let seed = 20261123;
  const random = (below: number): number => {
    // Numerical Recipes' linear congruential generator: the same schedules in every run.
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * below);
  };
  const time = (): string =>
    `${String(random(24)).padStart(2, '0')}:${String(random(4) * 15).padStart(2, '0')}`;
  const modes = [undefined, 'break', 'night', 'closed'];
  const zones = [
    'Europe/Moscow',
    'Europe/Berlin',
    'Asia/Yekaterinburg',
    'America/New_York',
    'Australia/Lord_Howe',
  ];
  const table = tableOf(2026);
  for (let round = 0; round < 60; round++) {
    const hours = () => {
      const mode = modes[random(modes.length)];
      return { from: time(), to: time(), ...(mode === undefined ? {} : { mode }) };
    };
    const start = 1 + random(340);
    const date = (n: number): string => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10);
    const config = make({
      weekly: Array.from({ length: 1 + random(5) }, () => ({
        days: [1, 2, 3, 4, 5, 6, 7].filter(() => random(2) === 0).concat(1 + random(7)),
        ...hours(),
      })),
      dates: Array.from({ length: random(4) }, (_, i) => ({
        name: `d${i}`,
        from: date(start + random(6)),
        to: date(start + 6 + random(6)),
        hours: Array.from({ length: random(3) }, hours),
      })),
      holidays: random(2) === 0 ? 'ru' : 'none',
    });
    const timeZone = zones[random(zones.length)]!;
    const begin = Date.UTC(2026, 0, 3 + start);
    const { engine, changes, differences } = walk(
      config,
      table,
      timeZone,
      begin,
      begin + 12 * day,
      15 * minute,
    );
    const told = engine.nextChanges(begin, changes.length).map(({ at, mode }) => ({ at, mode }));
    t.same(differences, [], `schedule ${round}`) || t.comment(JSON.stringify(config));
    t.same(told, changes, `changes of schedule ${round}`);
  }
  t.end();
});
