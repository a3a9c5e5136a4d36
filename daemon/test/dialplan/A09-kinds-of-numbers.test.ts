import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { compileDialPlan } from '../../src/dialplan/plan.ts';
import { office } from '../kit/office.ts';

const config = configSchema.parse(office);
const plan = compileDialPlan(config);
const now = Date.parse('2026-01-15T12:00:00+03:00');

const ask = (dialed: string, classOfService = 'abroad') =>
  plan.plan({ dialed, origin: { kind: 'on-site', port: 1 }, classOfService, whole: true, now });

t.test(
  'inside, city, mobile, free, abroad: what it is, which way it may go, and at what price (A09)',
  async (t) => {
    const cases: [
      dialed: string,
      kind: string,
      e164: string | undefined,
      ways: string[],
      perMinute?: number,
    ][] = [
      ['11', 'extension', undefined, []],
      ['21', 'extension', undefined, []],
      ['1234567', 'local', '+74951234567', ['line']],
      ['84991234567', 'local', '+74991234567', ['line']],
      ['84961234567', 'zone', '+74961234567', ['alpha', 'beta'], 1.5],
      ['8 (812) 123-45-67', 'national', '+78121234567', ['alpha', 'beta'], 1.5],
      ['+79161234567', 'mobile', '+79161234567', ['alpha', 'beta'], 1.5],
      ['88001234567', 'free', '+78001234567', ['line']],
      ['122', 'special', undefined, ['line']],
      ['81077172123456', 'cis', '+77172123456', ['alpha', 'beta'], 1.5],
      ['810442071234567', 'international', '+442071234567', ['alpha', 'beta'], 1.5],
    ];
    for (const [dialed, kind, e164, ways, perMinute] of cases) {
      const found = ask(dialed);
      t.equal(found.number.class, kind, dialed);
      t.equal(found.number.e164, e164, dialed);
      t.same(
        found.steps.map(({ via }) => (via.kind === 'trunk' ? via.trunk : 'line')),
        ways,
        dialed,
      );
      if (perMinute !== undefined)
        t.equal(found.steps[0]?.price?.perMinute, perMinute, `${dialed}: the cheapest first`);
    }
  },
);

t.test('what a class does not name it does not reach, whatever routes there are', async (t) => {
  for (const [dialed, classOfService, refused] of [
    ['810442071234567', 'staff', 'class'],
    ['89161234567', 'inside', 'class'],
    ['1234567', 'inside', 'class'],
    ['88121234567', 'guarded', 'pin-required'],
    ['88091234567', 'abroad', 'blocked'],
    ['850810442071234', 'abroad', 'blocked'],
  ] as const)
    t.equal(ask(dialed, classOfService).refusal?.reason, refused, `${dialed} for ${classOfService}`);
  t.equal(ask('11', 'inside').refusal, undefined);
});
