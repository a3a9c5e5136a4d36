import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { ask, claimed, type Running, startApi } from './kit.ts';

const sample = readFileSync(
  resolve(import.meta.dirname, '../../src/schedule/data/production-calendar-ru.csv'),
  'utf8',
);

const config = {
  version: 1,
  schedules: [
    { id: 'office', name: 'Офис', weekly: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }] },
  ],
  destinations: [
    {
      id: 'reception',
      name: 'Приёмная',
      steps: [{ targets: ['port:1'], during: { schedule: 'office', modes: ['open'] } }],
    },
  ],
  incomingNumbers: [{ id: 'main', number: '+74951110000', destination: 'reception' }],
};

/** Puts a table up as a browser does a file. */
const upload = (at: Running, cookie: string, file: string, type = 'text/csv') =>
  ask(at, '/api/v1/calendars', { method: 'PUT', cookie, body: file, headers: { 'Content-Type': type } });

t.test('what will happen at any moment, the next ten changes, and the switch of day and night', async (t) => {
  const clock = new FakeClock();
  const at = await startApi({ clock, config });
  t.teardown(() => at.server.close());
  t.equal((await ask(at, '/api/v1/schedules')).status, 401, 'not for strangers');
  const cookie = await claimed(at);
  const get = async (path: string) => (await ask(at, `/api/v1/${path}`, { cookie })).json;
  const now = await get('schedules');
  t.match(now, [{ id: 'office', title: 'Офис', mode: 'open', why: { ru: /четверг/, en: /Thursday/ } }]);
  t.equal(now[0].changes.length, 10);
  const saturday = Date.parse('2026-01-17T12:00:00+03:00');
  t.match(await get(`schedules/office?at=${saturday}&changes=1`), {
    mode: 'closed',
    at: saturday,
    changes: [{ mode: 'open', at: Date.parse('2026-01-19T09:00:00+03:00') }],
  });
  for (const path of [
    'schedules/office?at=soon',
    'schedules/office?changes=51',
    'incoming-check',
    'incoming-check?at=1',
  ])
    t.equal((await ask(at, `/api/v1/${path}`, { cookie })).status, 400, path);
  t.equal((await ask(at, '/api/v1/schedules/shop', { cookie })).status, 404);
  t.equal((await ask(at, '/api/v1/incoming-check?destination=shop', { cookie })).status, 404);
  const check = await get(`incoming-check?number=%2B7%20495%20111-00-00&at=${saturday}`);
  t.match(check, {
    destination: { id: 'reception', title: 'Приёмная' },
    steps: [{ on: false, targets: ['port:1'] }],
    changes: [{ schedule: 'office', title: 'Офис', mode: 'open' }],
  });
  t.match(check.explanation.at(-1), { ru: /не звонит ни один телефон/, en: /No telephone rings/ });

  const put = (body: object, id = 'office') =>
    ask(at, `/api/v1/schedules/${id}/override`, { cookie, method: 'PUT', body });
  t.match((await put({ mode: 'закрыто', hours: 3 })).json, {
    mode: 'closed',
    override: { by: 'admin', until: clock.wall() + 3 * 3_600_000 },
    changes: [{ mode: 'open' }],
  });
  for (const body of [
    {},
    { mode: '' },
    { mode: '<b>' },
    { mode: 'open', hours: 0 },
    { mode: 'open', hours: 1.5 },
  ])
    t.equal((await put(body)).status, 400, JSON.stringify(body));
  t.equal((await put({ mode: 'open' }, 'shop')).status, 404);
  const back = await ask(at, '/api/v1/schedules/office/override', { cookie, method: 'DELETE' });
  t.match(back.json, { mode: 'open' });
  t.equal(back.json.override, undefined);
});

t.test(
  'next year’s calendar is uploaded as a file; a bad one is refused line by line and changes nothing',
  async (t) => {
    const clock = new FakeClock(Date.parse('2025-12-10T12:00:00+03:00'));
    const at = await startApi({ clock, config });
    t.teardown(() => at.server.close());
    const cookie = await claimed(at);
    t.match((await ask(at, '/api/v1/calendars', { cookie })).json.years, [
      { year: 2024, from: 'box' },
      { year: 2025, from: 'box' },
      { year: 2026, from: 'box' },
    ]);
    const bad = await upload(at, cookie, sample.replace('9+,10,11,17', '9+,10,11,47'));
    t.equal(bad.status, 422);
    t.match(bad.json, {
      error: {
        code: 'config/invalid',
        said: { ru: /есть ошибки. Прежний остаётся в силе/, en: /stays in force/ },
        issues: [
          {
            path: '/lines/4',
            said: {
              ru: 'Строка 4. 2026 год, январь: «47» — не день этого месяца.',
              en: 'Line 4. 2026, month 1: "47" is no day of this month.',
            },
          },
        ],
      },
    });
    t.same(at.config.calendars, []);
    t.equal((await upload(at, cookie, sample, 'text/plain')).status, 415);
    t.equal((await upload(at, cookie, '{}', 'application/json')).status, 415);
    t.equal((await upload(at, '', sample)).status, 401);
    const good = await upload(at, cookie, sample);
    t.equal(good.status, 200);
    t.match(good.json, {
      years: [
        { year: 2024, from: 'box' },
        { year: 2025, from: 'office' },
        { year: 2026, from: 'office' },
      ],
    });
    t.match(
      at.config.calendars.map(({ id, year }) => [id, year]),
      [
        ['ru-2025', 2025],
        ['ru-2026', 2026],
      ],
    );
    t.equal((await upload(at, cookie, sample)).status, 200, 'once more is no fault');
    t.equal(at.config.calendars.length, 2);
  },
);
