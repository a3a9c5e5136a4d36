import t, { type Test } from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { type ClassifyOptions, compileDialPlan } from '../../src/dialplan/plan.ts';

const base = configSchema.parse({
  version: 1,
  ports: [
    { kind: 'fxs', number: 1, classOfService: 'office', extension: '201' },
    { kind: 'fxs', number: 2, classOfService: 'office', extension: '101' },
    { kind: 'fxs', number: 3, classOfService: 'office', extension: '11' },
  ],
  accessNumbers: [{ id: 'ld', name: 'Long distance', code: '5000' }],
});
const moscow = compileDialPlan(base);
const closed = compileDialPlan({ ...base, dialing: { ...base.dialing, profile: 'ru-0' } });
const town = compileDialPlan({
  ...base,
  dialing: { ...base.dialing, areaCodes: ['49624'], localLength: 5 },
});

type Vector = [
  dialed: string,
  kind: string,
  number?: string | undefined,
  completeness?: string,
  options?: ClassifyOptions,
];
const whole: ClassifyOptions = { whole: true };
const outside: ClassifyOptions = { origin: 'outside', whole: true };

function check(t: Test, plan: typeof moscow, vectors: Vector[]): void {
  for (const [dialed, kind, number, completeness = 'complete', options] of vectors) {
    const got = plan.classify(dialed, options);
    t.same(
      [got.class, got.e164 ?? got.shortCode ?? got.target, got.completeness],
      [kind, number, completeness],
      `${dialed} ${JSON.stringify(options ?? {})}`,
    );
  }
}

t.test('Moscow, prefixes 8 and 8-10', async (t) => {
  check(t, moscow, [
    ['112', 'emergency', '112'],
    ['101', 'emergency', '101'],
    ['102', 'emergency', '102'],
    ['103', 'emergency', '103'],
    ['104', 'emergency', '104'],
    ['01', 'emergency', '101'],
    ['02', 'emergency', '102'],
    ['03', 'emergency', '103'],
    ['04', 'emergency', '104'],
    ['122', 'special', '122'],
    ['100', 'special', '100', 'may-continue'],
    ['115', 'special', '115', 'may-continue'],
    ['8w4951234567', 'local', '+74951234567'],
    ['8, 495 123-45-67', 'local', '+74951234567'],
    ['84951234567', 'local', '+74951234567'],
    ['84991234567', 'local', '+74991234567'],
    ['84961234567', 'zone', '+74961234567'],
    ['88121234567', 'national', '+78121234567'],
    ['88511234567', 'national', '+78511234567'],
    ['89161234567', 'mobile', '+79161234567'],
    ['88001234567', 'free', '+78001234567'],
    ['88041234567', 'free', '+78041234567'],
    ['88031234567', 'premium', '+78031234567'],
    ['88091234567', 'premium', '+78091234567'],
    ['86001234567', 'cis', '+76001234567'],
    ['87771234567', 'cis', '+77771234567'],
    ['+77771234567', 'cis', '+77771234567'],
    ['88401234567', 'cis', '+78401234567'],
    ['+79401234567', 'cis', '+79401234567'],
    ['89541234567', 'premium', '+79541234567'],
    ['810442079460000', 'international', '+442079460000'],
    ['8w10w442079460000', 'international', '+442079460000'],
    ['00442079460000', 'international', '+442079460000'],
    ['81074951234567', 'local', '+74951234567'],
    ['81078121234567', 'national', '+78121234567'],
    ['81077771234567', 'cis', '+77771234567'],
    ['810375291234567', 'cis', '+375291234567'],
    ['81087012345678', 'premium', '+87012345678', 'may-continue'],
    ['81088112345678', 'premium', '+88112345678', 'may-continue'],
    ['81088312345678', 'premium', '+88312345678', 'may-continue'],
    ['81097912345678', 'premium', '+97912345678', 'may-continue'],
    ['81019005551234', 'premium', '+19005551234'],
    ['+74951234567', 'local', '+74951234567'],
    ['74951234567', 'local', '+74951234567'],
    ['4951234567', 'local', '+74951234567'],
    ['8121234567', 'national', '+78121234567', 'complete', whole],
    ['1234567', 'local', '+74951234567'],
    ['2345678', 'local', '+74952345678'],
    ['4951234', 'local', '+74954951234', 'may-continue'],
    ['4951234', 'local', '+74954951234', 'complete', whole],
  ]);
});

t.test('a number is known to be complete, or only begun, or impossible', async (t) => {
  check(t, moscow, [
    ['', 'invalid', undefined, 'partial'],
    ['8', 'invalid', undefined, 'partial'],
    ['81', 'invalid', undefined, 'partial'],
    ['0', 'invalid', undefined, 'partial'],
    ['1', 'invalid', undefined, 'partial'],
    ['10', 'invalid', undefined, 'partial'],
    ['8123', 'invalid', undefined, 'impossible'],
    ['8495123456', 'invalid', undefined, 'partial'],
    ['849512345678', 'invalid', undefined, 'impossible'],
    ['234567', 'invalid', undefined, 'partial'],
    ['23456789', 'invalid', undefined, 'impossible'],
    ['8121234567', 'invalid', undefined, 'impossible'],
    ['81044', 'invalid', undefined, 'partial'],
    ['8108312345678', 'invalid', undefined, 'impossible'],
    ['81044207946', 'invalid', undefined, 'partial'],
    ['810442079460', 'international', '+442079460', 'may-continue'],
    ['8104420794600001', 'invalid', undefined, 'impossible'],
    ['8495123456', 'invalid', undefined, 'partial', whole],
    ['8bad', 'invalid', undefined, 'impossible'],
    ['9'.repeat(60), 'invalid', undefined, 'impossible'],
    ['84951234567#', 'local', '+74951234567'],
    ['81044207946000#', 'international', '+44207946000'],
  ]);
});

t.test('internal numbers, access numbers and feature codes', async (t) => {
  check(t, moscow, [
    ['201', 'extension', '201'],
    ['20', 'invalid', undefined, 'partial'],
    ['5000', 'access', 'ld'],
    ['*', 'invalid', undefined, 'partial'],
    ['*2', 'invalid', undefined, 'partial'],
    ['*21*', 'invalid', undefined, 'partial'],
    ['*21*89161234567', 'feature', 'forwardAlways', 'may-continue'],
    ['*21*89161234567#', 'feature', 'forwardAlways'],
    ['#21#', 'feature', 'forwardAlwaysOff'],
    ['*8', 'feature', 'pickUpGroup'],
    ['**20', 'invalid', undefined, 'partial'],
    ['**201', 'feature', 'pickUp'],
    ['**299', 'invalid', undefined, 'impossible'],
    ['*469', 'feature', 'retrieve'],
    ['*51*1', 'invalid', undefined, 'partial'],
    ['*51*1*8916#', 'feature', 'storeOwn'],
    ['#51*12#', 'invalid', undefined, 'impossible'],
    ['*99', 'invalid', undefined, 'impossible'],
    ['*21*89161234567#', 'invalid', undefined, 'impossible', outside],
    ['*8', 'invalid', undefined, 'impossible', outside],
  ]);
});

t.test('emergency numbers exist only on site, and 101 as an extension wins outside', async (t) => {
  check(t, moscow, [
    ['101', 'extension', '101', 'complete', outside],
    ['101', 'emergency', '101'],
    ['11', 'extension', '11', 'may-continue'],
  ]);
  for (const code of ['112', '102', '103', '104', '01', '02']) {
    for (const origin of ['outside', 'forward'] as const) {
      t.not(moscow.classify(code, { origin, whole: true }).class, 'emergency', `${code} from ${origin}`);
    }
  }
});

t.test('carrier codes go with the number they precede', async (t) => {
  t.match(moscow.classify('8558121234567'), {
    class: 'national',
    e164: '+78121234567',
    carrier: '55',
    completeness: 'complete',
  });
  t.match(moscow.classify('826442079460000'), {
    class: 'international',
    e164: '+442079460000',
    carrier: '26',
  });
  t.match(moscow.classify('85'), { completeness: 'partial' });
});

t.test('what toll-fraud scanners dial is refused and marked', async (t) => {
  for (const dialed of [
    '850810442079460000',
    '851810442079460000',
    '8508810442079460000',
    '9810442079460000',
    '90000442079460000',
  ]) {
    t.match(moscow.classify(dialed, outside), { class: 'blocked', suspicious: true }, dialed);
  }
});

t.test('prefixes 0 and 00, with 8 still taken', async (t) => {
  check(t, closed, [
    ['04951234567', 'local', '+74951234567'],
    ['08121234567', 'national', '+78121234567'],
    ['00442079460000', 'international', '+442079460000'],
    ['88121234567', 'national', '+78121234567'],
    ['810442079460000', 'international', '+442079460000'],
    ['01', 'emergency', '101'],
    ['03', 'emergency', '103', 'may-continue'],
    ['04', 'emergency', '104', 'may-continue'],
    ['03', 'emergency', '103', 'complete', whole],
    ['112', 'emergency', '112'],
  ]);
});

t.test('a town with five-digit numbers', async (t) => {
  check(t, town, [
    ['23456', 'local', '+74962423456'],
    ['849624 2-34-56', 'local', '+74962423456'],
    ['84951234567', 'zone', '+74951234567'],
    ['88121234567', 'national', '+78121234567'],
  ]);
});
