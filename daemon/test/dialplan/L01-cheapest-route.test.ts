import t from 'tap';
import { planCall } from '../../src/dialplan/plan.ts';
import { makeConfig, noon } from './make-config.ts';

const config = makeConfig();
const routes = (dialed: string, cos = 'all'): string[] =>
  planCall({
    dialed,
    origin: { kind: 'on-site', port: 1 },
    classOfService: cos,
    now: noon,
    config,
  }).steps.map((step) => step.routeId);

t.test('each kind of call takes the cheapest way that is meant for it', async (t) => {
  const matrix: [dialed: string, ways: string[]][] = [
    ['2345678', ['city']],
    ['84961234567', ['city']],
    ['84951234567', ['city']],
    ['88121234567', ['acme', 'beta', 'city']],
    ['83431234567', ['beta', 'acme', 'city']],
    ['89161234567', ['acme', 'beta']],
    ['88001234567', ['city', 'acme']],
    ['122', ['city']],
    ['87771234567', ['acme', 'beta']],
    ['810442079460000', ['beta', 'acme']],
    ['81081312345678', ['acme', 'beta']],
    ['81078121234567', ['acme', 'beta', 'city']],
    ['8558121234567', ['city']],
  ];
  for (const [dialed, ways] of matrix) t.same(routes(dialed), ways, dialed);
});

t.test('a price for Russia is not taken for Kazakhstan, which shares its code', async (t) => {
  const plan = planCall({
    dialed: '87771234567',
    origin: { kind: 'on-site' },
    classOfService: 'all',
    now: noon,
    config,
  });
  t.same(
    plan.steps.map((step) => [step.routeId, step.price?.perMinute]),
    [
      ['acme', 9],
      ['beta', undefined],
    ],
  );
  const abkhazia = planCall({
    dialed: '89401234567',
    origin: { kind: 'on-site' },
    classOfService: 'all',
    now: noon,
    config,
  });
  t.ok(
    abkhazia.steps.every((step) => step.price === undefined),
    'nor a mobile price for +7 940',
  );
});

t.test('what is dialed each way', async (t) => {
  const plan = planCall({
    dialed: '8 812 123-45-67',
    origin: { kind: 'on-site' },
    classOfService: 'all',
    now: noon,
    config,
  });
  t.same(
    plan.steps.map((step) => [step.via, step.number]),
    [
      [{ kind: 'trunk', trunk: 'acme' }, '+78121234567'],
      [{ kind: 'trunk', trunk: 'beta' }, '+78121234567'],
      [{ kind: 'line', ports: [5, 6] }, '88121234567'],
    ],
  );
  const carrier = planCall({
    dialed: '8558121234567',
    origin: { kind: 'on-site' },
    classOfService: 'all',
    now: noon,
    config,
  });
  t.equal(carrier.steps[0]?.number, '8558121234567');
});

t.test('priority goes before price, and equal ones keep their order', async (t) => {
  const [acme, beta, city] = config.routes;
  const forced = { ...config, routes: [{ ...acme!, priority: 10 }, { ...beta!, priority: 20 }, city!] };
  const ask = (routes: typeof config.routes): string[] =>
    planCall({
      dialed: '83431234567',
      origin: { kind: 'on-site' },
      classOfService: 'all',
      now: noon,
      config: { ...config, routes },
    }).steps.map((step) => step.routeId);
  t.same(ask(forced.routes), ['acme', 'beta', 'city']);
  const same = [beta!, acme!, city!].map((route) => ({ ...route, prices: [] }));
  t.same(ask(same), ['beta', 'acme', 'city']);
});

t.test('routes that are off, out of hours or without their trunk are left out', async (t) => {
  const [acme, beta, city] = config.routes;
  const ask = (changed: Partial<typeof config>): string[] =>
    planCall({
      dialed: '83431234567',
      origin: { kind: 'on-site' },
      classOfService: 'all',
      now: noon,
      config: { ...config, ...changed },
    }).steps.map((step) => step.routeId);
  t.same(ask({ routes: [acme!, { ...beta!, enabled: false }, city!] }), ['acme', 'city']);
  t.same(ask({ routes: [acme!, { ...beta!, when: ['night'] }, city!] }), ['acme', 'city']);
  t.same(ask({ trunks: config.trunks.map((trunk) => ({ ...trunk, enabled: trunk.id !== 'beta' })) }), [
    'acme',
    'city',
  ]);
});

t.test('a route without classes takes everything but premium', async (t) => {
  const open = { ...config, routes: [{ ...config.routes[0]!, classes: [], prices: [] }] };
  const ask = (dialed: string, cos: string): string[] =>
    planCall({ dialed, origin: { kind: 'on-site' }, classOfService: cos, now: noon, config: open }).steps.map(
      (step) => step.routeId,
    );
  t.same(ask('810442079460000', 'all'), ['acme']);
  t.same(ask('88091234567', 'premium'), []);
});

t.test('the decision is told in both languages by the code that made it', async (t) => {
  const plan = planCall({
    dialed: '83431234567',
    origin: { kind: 'on-site' },
    classOfService: 'all',
    now: noon,
    config,
  });
  t.same(
    plan.explanation.map((said) => said.ru),
    [
      '+7 343 123-45-67: междугородный.',
      'Сначала «Beta»: 1,00 ₽/мин, дешевле следующего.',
      'Затем «Acme»: 1,20 ₽/мин, раньше по приоритету.',
      'Затем «City line»: цена не задана (гнёзда 5, 6, набор 83431234567).',
    ],
  );
  t.match(plan.explanation[1]?.en, 'First "Beta": 1.00 RUB/min, cheaper than the next.');
});
