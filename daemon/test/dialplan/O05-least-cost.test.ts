import t from 'tap';
import { decodeText } from '../../src/base/csv-text.ts';
import { compileDialPlan } from '../../src/dialplan/plan.ts';
import type { PlanState } from '../../src/dialplan/plan-state.ts';
import { billedSeconds, type CallPrice, costOf } from '../../src/dialplan/price.ts';
import { importRates } from '../../src/dialplan/rate-import.ts';
import { RateTable } from '../../src/dialplan/rate-table.ts';
import { makeConfig, noon } from './make-config.ts';

/** Numbers that are the same at each run. */
function dice(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * (most + 1));
  };
}

t.test(
  'prices are whole parts of a currency unit, never fall as a call goes on, and rise by steps alone',
  async (t) => {
    const random = dice(7);
    for (let run = 0; run < 2000; run++) {
      const price: CallPrice = {
        prefix: '',
        perMinute: random(500_000) / 10_000,
        stepSeconds: 1 + random(120),
        firstSeconds: random(120),
        connection: random(30_000) / 10_000,
        freeSeconds: random(1) * random(10),
        ...(random(2) === 0 ? { includedSeconds: random(600) } : {}),
      };
      let before = 0;
      let seconds = 0;
      for (let step = 0; step < 20; step++) {
        seconds += random(90);
        const cost = costOf(price, seconds * 1000);
        if (!Number.isSafeInteger(cost) || cost < before)
          t.fail(`${cost} after ${before}: ${JSON.stringify({ price, seconds })}`);
        before = cost;
        const billed = billedSeconds(price, seconds * 1000);
        if (
          billed !== 0 &&
          (billed < seconds || billed - Math.max(seconds, price.firstSeconds) >= price.stepSeconds)
        )
          t.fail(`${billed} s billed: ${JSON.stringify({ price, seconds })}`);
        // The same call in a package never costs more than without.
        const { includedSeconds: _, ...plain } = price;
        if (cost > costOf(plain, seconds * 1000))
          t.fail(`dearer in its package: ${JSON.stringify({ price, seconds })}`);
      }
    }
    t.pass('2000 prices, 20 lengths each');
  },
);

t.test('the arithmetic of bills: 60/60, 30/6, 1/1, connection, free seconds, package', async (t) => {
  const usual = {
    prefix: '',
    perMinute: 1.2,
    stepSeconds: 60,
    firstSeconds: 60,
    connection: 0,
    freeSeconds: 0,
  };
  const rows: [more: Partial<CallPrice>, seconds: number, parts: number][] = [
    [{}, 61, 24_000],
    [{ firstSeconds: 30, stepSeconds: 6 }, 31, 7200],
    [{ firstSeconds: 30, stepSeconds: 6 }, 37, 8400],
    [{ firstSeconds: 1, stepSeconds: 1 }, 61, 12_200],
    [{ firstSeconds: 1, stepSeconds: 1, perMinute: 0.1 }, 1, 17],
    [{ freeSeconds: 3 }, 3, 0],
    [{ freeSeconds: 3, connection: 1 }, 4, 22_000],
    [{ connection: 1 }, 1, 22_000],
    [{ includedSeconds: 120, connection: 1 }, 120, 0],
    [{ includedSeconds: 120, connection: 1 }, 121, 12_000],
  ];
  for (const [more, seconds, parts] of rows)
    t.equal(costOf({ ...usual, ...more }, seconds * 1000), parts, `${JSON.stringify(more)} ${seconds} s`);
});

t.test('a file of an operator is read as Windows wrote it, and each bad row is told', async (t) => {
  const text = [
    'Направление;Префикс;Цена минуты;Шаги;Соединение;С',
    'Россия;7;1,50;60/60;;',
    '"Москва; область";7495, 7499;0,90;30/6;0,5;01.03.2026',
    'Неверно;семь;1;;;',
    'Неверно;744;дорого;;;',
    'Неверно;745;1;60-60;;',
    'Неверно;746;1;;;31.02.2026',
    'Дважды;7;2;;;',
    '',
    'Казахстан;+7 7;9.5;1/1;;',
  ].join('\r\n');
  // Excel in Russia writes windows-1251.
  const table = new TextDecoder('windows-1251');
  const byLetter = new Map(
    Array.from({ length: 256 }, (_, code) => [table.decode(new Uint8Array([code])), code]),
  );
  const bytes = Uint8Array.from([...text].map((letter) => byLetter.get(letter) ?? 63));
  const { rates, bad } = importRates(decodeText(bytes));
  t.match(rates, [
    { prefix: '7', perMinute: 1.5, firstSeconds: 60, stepSeconds: 60, name: 'Россия' },
    {
      prefix: '7495',
      perMinute: 0.9,
      firstSeconds: 30,
      stepSeconds: 6,
      connection: 0.5,
      validFrom: '2026-03-01',
    },
    { prefix: '7499', perMinute: 0.9 },
    { prefix: '77', perMinute: 9.5, firstSeconds: 1, stepSeconds: 1 },
  ]);
  t.same(
    bad.map(({ line }) => line),
    [4, 5, 6, 7, 8],
  );
  t.match(bad[0]?.said, { ru: /семь/, en: /семь/ });
  t.match(bad[4]?.said.ru, /уже есть в строке 2/);
  t.match(importRates('a,b\n1,2').bad, [{ line: 1, said: { ru: /названия столбцов/ } }]);
  t.same(importRates('prefix,price\n44,1').rates.length, 1, 'commas');
  t.same(importRates('').rates, []);
});

t.test('the longest prefix counts, and of its prices that of the hour and of the day', async (t) => {
  const { rates, bad } = importRates(
    [
      'prefix;price;from;hours;days',
      ';20;;;',
      '7;2;;;',
      '7;1;2026-02-01;;',
      '7812;3;;;',
      '7812;0,5;;20:00-08:00;',
      '7812;0,25;;;6,7',
      '44;5;2027-01-01;;',
    ].join('\n'),
  );
  t.same(bad, []);
  const table = new RateTable(rates);
  const at = (today: string, day: number, time: string) => ({
    today,
    day,
    minute: Number(time.slice(0, 2)) * 60 + Number(time.slice(3)),
  });
  const price = (digits: string, moment: ReturnType<typeof at>) => table.find(digits, moment)?.perMinute;
  t.equal(price('79161234567', at('2026-01-31', 6, '12:00')), 2);
  t.equal(price('79161234567', at('2026-02-01', 7, '12:00')), 1, 'from its first day on');
  t.equal(price('78121234567', at('2026-02-02', 1, '12:00')), 3);
  t.equal(price('78121234567', at('2026-02-02', 1, '20:00')), 0.5);
  t.equal(price('78121234567', at('2026-02-02', 1, '07:59')), 0.5, 'over midnight');
  t.equal(price('78121234567', at('2026-02-02', 1, '08:00')), 3);
  t.equal(price('78121234567', at('2026-02-07', 6, '12:00')), 0.25, 'on Saturday');
  t.equal(
    price('442079460000', at('2026-02-02', 1, '12:00')),
    20,
    'what holds next year only gives way to less',
  );
});

t.test('the longest prefix of a large table is that of a slow search', async (t) => {
  const random = dice(3);
  const digits = (length: number): string => Array.from({ length }, () => random(3)).join('');
  const prefixes = new Set(Array.from({ length: 3000 }, () => digits(1 + random(7))));
  const usual = { stepSeconds: 60, firstSeconds: 60, connection: 0, freeSeconds: 0 };
  const table = new RateTable([...prefixes].map((prefix, i) => ({ ...usual, prefix, perMinute: i })));
  const moment = { today: '2026-01-15', day: 4, minute: 720 };
  for (let run = 0; run < 2000; run++) {
    const number = digits(11);
    const longest = [...prefixes].filter((p) => number.startsWith(p)).sort((a, b) => b.length - a.length)[0];
    if (table.find(number, moment)?.prefix !== longest) t.fail(`${number}: ${longest}`);
  }
  t.pass('2000 numbers');
});

const office = (more: Record<string, unknown> = {}, state: PlanState = {}) => {
  const routes = [
    {
      id: 'acme',
      name: 'Acme',
      via: { kind: 'trunk', trunk: 'acme' },
      rateTable: 'acme',
      package: { minutes: 100, prefixes: ['7'] },
    },
    {
      id: 'beta',
      name: 'Beta',
      via: { kind: 'trunk', trunk: 'beta' },
      prices: [{ prefix: '', perMinute: 1 }],
    },
  ];
  const { rates } = importRates('prefix;price;connection\n7;2;\n44;0,8;3\n');
  const plan = compileDialPlan(makeConfig({ routes, ...more }), new Map([['acme', new RateTable(rates)]]));
  return (dialed: string) => {
    const { steps, explanation } = plan.plan({
      dialed,
      whole: true,
      origin: { kind: 'on-site', port: 1 },
      classOfService: 'all',
      now: noon,
      state,
    });
    return {
      order: steps.map(({ routeId }) => routeId),
      said: explanation.at(-2)?.en,
      ru: explanation.at(-2)?.ru,
      steps,
    };
  };
};

t.test('a route takes calls while its package of minutes lasts, and says so', async (t) => {
  const left = office({}, { packages: new Map([['acme', 3600]]) });
  t.match(left('88121234567'), {
    order: ['acme', 'beta'],
    said: 'First "Acme": in its package, 60 min left, while its package of minutes lasts.',
    ru: 'Сначала «Acme»: в пакете, осталось 60 мин, пока не вышел пакет минут.',
  });
  t.match(left('88121234567').steps[0]?.price, { perMinute: 2, includedSeconds: 3600 });
  const out = office({}, { packages: new Map([['acme', 0]]) });
  t.match(out('88121234567'), {
    order: ['beta', 'acme'],
    said: 'First "Beta": 1.00 RUB/min, cheaper than the next.',
  });
  t.match(
    left('810442079460000').order,
    ['beta', 'acme'],
    'it is for Russia only, and the fee tells at three minutes',
  );
});

t.test('which route is cheapest depends on how long calls are', async (t) => {
  t.same(office({ spending: { expectedSeconds: 1200 } })('810442079460000').order, ['acme', 'beta']);
  t.same(office({ spending: { expectedSeconds: 60 } })('810442079460000').order, ['beta', 'acme']);
});

t.test('a trunk that does badly comes last, whatever it costs', async (t) => {
  const poor = { ru: 'в конце очереди: отвечено только 20 %', en: 'last, for only 20 % were answered' };
  const ask = office({}, { poorTrunks: new Map([['beta', poor]]) });
  const answer = ask('88121234567');
  t.same(answer.order, ['acme', 'beta']);
  t.match(answer.said, /"Acme": 2\.00 RUB\/min, the next does worse/);
});
