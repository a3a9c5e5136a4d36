import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { ask, claimed, startApi } from './kit.ts';

const config = {
  version: 1,
  schedules: [
    { id: 'office', name: 'Офис', weekly: [{ days: [1, 2, 3, 4, 5], from: '09:00', to: '18:00' }] },
  ],
  ports: [{ kind: 'fxs', number: 1, name: 'Стойка', extension: '11', classOfService: 'office' }],
  flows: [
    {
      id: 'main',
      name: 'Главное меню',
      nodes: [
        {
          id: 'hours',
          does: { kind: 'time', ways: [{ schedule: 'office', next: 'menu' }], otherwise: 'closed' },
        },
        {
          id: 'menu',
          does: { kind: 'menu', say: 'Нажмите 1', choices: [{ keys: '1', next: 'desk' }], otherwise: 'bye' },
        },
        { id: 'desk', does: { kind: 'transfer', to: 'port:1', busy: 'mark', otherwise: 'bye' } },
        {
          id: 'mark',
          does: {
            kind: 'record',
            name: 'mark',
            say: 'Оцените нас',
            allowed: '12345',
            next: 'bye',
            otherwise: 'bye',
          },
        },
        { id: 'closed', does: { kind: 'play', say: 'Мы закрыты', next: 'bye' } },
        { id: 'bye', does: { kind: 'end' } },
      ],
    },
  ],
};

/** Thursday, 15 January 2026, noon in Moscow; and that day's night. */
const noon = Date.UTC(2026, 0, 15, 9);
const night = Date.UTC(2026, 0, 15, 20);

t.test('a menu is tried out with given answers, and tells its path in words', async (t) => {
  const at = await startApi({ clock: new FakeClock(), config });
  t.teardown(() => at.server.close());
  t.equal(
    (await ask(at, '/api/v1/flows/simulate', { method: 'POST', body: {} })).status,
    401,
    'not for strangers',
  );
  const cookie = await claimed(at);
  const simulate = (body: object) => ask(at, '/api/v1/flows/simulate', { method: 'POST', cookie, body });
  const day = await simulate({ flow: 'main', at: noon, keys: ['9', '1', '4'], rings: ['busy'] });
  t.equal(day.status, 200);
  t.match(day.json, { ending: 'hung-up', answers: [{ name: 'mark', value: '4' }] });
  t.same(
    day.json.path.map(({ said }: { said: { ru: string } }) => said.ru),
    [
      'Шаг «hours»: по расписанию.',
      'Подошла ветка 1.',
      'Шаг «menu»: меню.',
      'Звонящий слышит: «Нажмите 1».',
      'Нажато 9: такого нет.',
      'Звонящий слышит: «Такого пункта нет».',
      'Звонящий слышит: «Нажмите 1».',
      'Нажато 1.',
      'Шаг «desk»: соединение.',
      'Вызов: Стойка — занято.',
      'Шаг «mark»: вопрос с ответом.',
      'Звонящий слышит: «Оцените нас».',
      'Ответ сохранён: mark = 4.',
      'Шаг «bye»: конец.',
    ],
  );
  const late = await simulate({ flow: 'main', at: night });
  t.match(late.json.path[3], { node: 'closed', said: { en: 'The caller hears: "Мы закрыты".' } });
  const answered = await simulate({ flow: 'main', at: noon, keys: ['1'], rings: ['answered'] });
  t.match(answered.json, { ending: 'answered', said: { en: /they talk/ } });
});

t.test('a draft is tried out before it is stored, and told what is wrong with it', async (t) => {
  const at = await startApi({ clock: new FakeClock(), config });
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  const simulate = (body: unknown) => ask(at, '/api/v1/flows/simulate', { method: 'POST', cookie, body });
  const draft = { id: 'new', name: 'Новое', nodes: [{ id: 'a', does: { kind: 'end', say: 'Пока' } }] };
  t.match((await simulate({ flow: draft })).json, { ending: 'hung-up' });
  const bad = await simulate({ flow: { ...draft, nodes: [{ id: 'a', does: { kind: 'set', next: 'b' } }] } });
  t.equal(bad.status, 422);
  t.match(bad.json.error.issues, [{ path: '/flows/0/nodes/0/does/next', said: { en: /no step "b"/ } }]);
  t.equal((await simulate({ flow: 'nobody' })).status, 404);
  for (const garbage of [
    {},
    { flow: 7 },
    { flow: 'main', keys: ['112a'] },
    { flow: 'main', keys: '1' },
    { flow: 'main', rings: ['perhaps'] },
    { flow: 'main', at: -1 },
    { flow: 'main', hooks: [7] },
    { flow: 'main', more: 1 },
  ])
    t.equal((await simulate(garbage)).status, 400, JSON.stringify(garbage));
  for (const flow of [{}, { nodes: 'none' }, { ...draft, id: '../..' }, { ...draft, nodes: [] }])
    t.equal((await simulate({ flow })).status, 422, JSON.stringify(flow));
});
