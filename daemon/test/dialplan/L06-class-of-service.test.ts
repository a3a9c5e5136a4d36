import t from 'tap';
import { planCall } from '../../src/dialplan/plan.ts';
import { makeConfig, noon } from './make-config.ts';

const config = makeConfig();
const hour = 3_600_000;

function outcome(
  dialed: string,
  cos: string | undefined,
  over: Partial<Parameters<typeof planCall>[0]> = {},
): string {
  const plan = planCall({
    dialed,
    origin: { kind: 'on-site', port: 1 },
    classOfService: cos,
    now: noon,
    config,
    ...over,
  });
  return plan.refusal?.reason ?? (plan.steps.length > 0 ? 'goes' : plan.number.class);
}

t.test('class of service against kinds of numbers', async (t) => {
  const numbers = [
    '201',
    '2345678',
    '84961234567',
    '88121234567',
    '89161234567',
    '88001234567',
    '122',
    '87771234567',
    '810442079460000',
    '88091234567',
    '112',
  ];
  const matrix: Record<string, string[]> = {
    office: [
      'extension',
      'goes',
      'goes',
      'class',
      'class',
      'goes',
      'goes',
      'class',
      'class',
      'blocked',
      'goes',
    ],
    ld: [
      'extension',
      'goes',
      'goes',
      'goes',
      'goes',
      'goes',
      'goes',
      'pin-required',
      'pin-required',
      'blocked',
      'goes',
    ],
    hours: [
      'extension',
      'class',
      'class',
      'goes',
      'class',
      'goes',
      'goes',
      'class',
      'class',
      'blocked',
      'goes',
    ],
    all: ['extension', 'goes', 'goes', 'goes', 'goes', 'goes', 'goes', 'goes', 'goes', 'blocked', 'goes'],
    premium: [
      'class',
      'class',
      'class',
      'class',
      'class',
      'class',
      'class',
      'class',
      'class',
      'no-route',
      'goes',
    ],
    missing: [
      'extension',
      'class',
      'class',
      'class',
      'class',
      'class',
      'class',
      'class',
      'class',
      'blocked',
      'goes',
    ],
  };
  for (const [cos, expected] of Object.entries(matrix)) {
    t.same(
      numbers.map((number) => outcome(number, cos)),
      expected,
      cos,
    );
  }
});

t.test('a schedule holds to the minute, and leaves internal, free and special calls alone', async (t) => {
  const at = (wall: number, dialed = '88121234567'): string => outcome(dialed, 'hours', { now: wall });
  const morning = noon - 3 * hour;
  t.equal(at(morning - 1), 'schedule');
  t.equal(at(morning), 'goes');
  t.equal(at(noon + 6 * hour - 1), 'goes');
  t.equal(at(noon + 6 * hour), 'schedule');
  t.equal(at(noon + 48 * hour), 'schedule', 'Saturday');
  for (const dialed of ['122', '88001234567']) t.equal(at(noon + 48 * hour, dialed), 'goes', dialed);
  t.equal(at(noon + 48 * hour, '201'), 'extension');
});

t.test('with a PIN its own class decides, whatever the telephone may', async (t) => {
  const pin = (classOfService: string) => ({ pinGranted: { pinId: 'anna', classOfService } });
  t.equal(outcome('810442079460000', 'office', pin('all')), 'goes');
  t.equal(
    outcome('810442079460000', 'all', pin('office')),
    'class',
    'a poor PIN is not helped by a rich telephone',
  );
  t.equal(outcome('88091234567', 'office', pin('all')), 'blocked', 'premium stays closed');
  t.equal(outcome('810442079460000', 'office', pin('ld')), 'class', 'a PIN is not asked for twice');
});

t.test('a stranger gets nowhere without a PIN, and never to 112', async (t) => {
  const outside = { origin: { kind: 'outside' } as const };
  t.equal(outcome('88121234567', 'all', outside), 'pin-required');
  t.equal(outcome('201', undefined, outside), 'extension');
  t.equal(
    outcome('88121234567', undefined, { ...outside, pinGranted: { pinId: 'a', classOfService: 'ld' } }),
    'goes',
  );
  t.equal(
    outcome('112', 'all', { ...outside, pinGranted: { pinId: 'a', classOfService: 'all' } }),
    'invalid',
    'not even as a special number of the town',
  );
});

t.test('a forwarded call goes under the rights of whoever forwards', async (t) => {
  const forward = { origin: { kind: 'forward' } as const };
  t.equal(outcome('+79161234567', 'office', forward), 'class');
  t.equal(outcome('+79161234567', 'ld', forward), 'goes');
  t.equal(outcome('+79161234567', undefined, forward), 'class');
});

t.test('refusals have their cause, and name the class', async (t) => {
  const plan = (dialed: string, cos: string) =>
    planCall({ dialed, origin: { kind: 'on-site' }, classOfService: cos, now: noon, config });
  t.match(plan('88121234567', 'office').refusal, {
    q850: 21,
    said: { ru: /«Office».*междугородные/, en: /"Office".*long distance/ },
  });
  t.match(plan('8812', 'all').refusal, { reason: 'incomplete', q850: 28 });
  t.match(plan('8123', 'all').refusal, { reason: 'invalid', q850: 28 });
  t.match(plan('850810442079460000', 'all').refusal, { reason: 'blocked', q850: 21 });
});
