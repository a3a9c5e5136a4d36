import fc from 'fast-check';
import t from 'tap';
import { type Config, configSchema } from '../../src/config/schema.ts';
import { validateConfig } from '../../src/config/validate.ts';
import { compileDialPlan } from '../../src/dialplan/plan.ts';

/** Digits that people might give out, many of them close to emergency numbers. */
const number = fc.oneof(
  fc.constantFrom(
    '112',
    '101',
    '102',
    '103',
    '104',
    '01',
    '02',
    '03',
    '04',
    '1',
    '11',
    '0',
    '10',
    '1120',
    '1011',
  ),
  fc.stringMatching(/^[0-9*#]{1,6}$/),
);
const pattern = fc.oneof(
  fc.stringMatching(/^[0-9]{2,5}$/),
  fc.stringMatching(/^[01][0-9X]{1,3}$/),
  fc.constantFrom('1XX', 'XXX', '10X', '0X'),
);
const code = fc.oneof(number, fc.constantFrom('*1', '**', '#112', '*112'));

const few = <T>(one: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(one, { maxLength: 4 });
const ids = <T extends object>(entries: T[]): (T & { id: string; name: string })[] =>
  entries.map((entry, i) => ({ id: `e${i}`, name: `E${i}`, ...entry }));

/** A document with numbers of every kind that an office can give out, whether they make sense or not. */
const document = fc
  .record({
    profile: fc.constantFrom('ru-8', 'ru-0'),
    telephones: few(number),
    people: few(number),
    groups: few(number),
    devices: few(pattern),
    offices: few(pattern),
    speedDials: few(fc.record({ code, number: fc.constantFrom('112', '101', '88121234567', '11', '*1') })),
    accessNumbers: few(number),
    modeCodes: few(code),
    hideCode: fc.oneof(fc.constant(''), code),
    observeCode: fc.oneof(fc.constant(''), code),
    secondDialTone: fc.boolean(),
    areaCodes: fc.constantFrom(['495'], ['112'], ['101', '499'], ['812']),
    allow: fc.subarray(['internal', 'local', 'zone', 'national', 'mobile', 'special', 'free']),
    proven: fc.boolean(),
    short: fc.boolean(),
    long: fc.boolean(),
  })
  .map((of) => ({
    version: 1,
    dialing: {
      ...{ profile: of.profile, areaCodes: of.areaCodes, secondDialTone: of.secondDialTone },
      ...{ hideCode: of.hideCode, observeCode: of.observeCode },
      modeCodes: of.modeCodes.map((each) => ({ code: each, schedule: 'e0' })),
    },
    schedules: [{ id: 'e0', name: 'S', weekly: [] }],
    classesOfService: [{ id: 'e0', name: 'C', allow: of.allow, pinFor: [] }],
    ports: [
      ...of.telephones.map((extension, i) => ({
        kind: 'fxs',
        number: i + 1,
        extension,
        classOfService: 'e0',
      })),
      { kind: 'fxo', number: 8, proven: of.proven },
    ],
    people: ids(of.people.map((extension) => ({ extension, classOfService: 'e0' }))),
    groups: ids(of.groups.map((extension) => ({ extension, members: [{ target: 'port:1' }] }))),
    devices: ids(
      of.devices.map((each, i) => ({
        ...{ kind: 'pbx', mode: 'static', address: '10.0.0.9', user: `u${i}`, classOfService: 'e0' },
        numbers: [each],
      })),
    ),
    offices: ids(
      of.offices.map((each, i) => ({
        address: '10.8.0.2',
        fingerprints: [`${'AB:'.repeat(31)}0${i}`],
        numbers: [each],
      })),
    ),
    trunks: ids([
      {
        ...{ mode: 'static', server: 'a.test', emergencyShortCodes: of.short },
        ...(of.long ? { emergencyNumber: '+74951234567' } : {}),
      },
    ]),
    speedDials: ids(of.speedDials),
    accessNumbers: ids(of.accessNumbers.map((each) => ({ code: each, trunkNumbers: [], linePorts: [] }))),
  }));

/** What the shape of a document lets through: the check of the whole refuses most, and this must hold without it. */
const shaped = (of: unknown): Config | undefined => {
  const parsed = configSchema.safeParse(of);
  return parsed.success ? parsed.data : undefined;
};

const now = Date.parse('2026-01-15T12:00:00+03:00');

t.test(
  'on site 112 and 101 to 104 are emergency calls at once, whatever numbers an office gives out (5.11)',
  async (t) => {
    let looked = 0;
    const property = fc.property(document, (of) => {
      const config = shaped(of);
      if (!config) return;
      looked++;
      const plan = compileDialPlan(config);
      for (const dialed of ['112', '101', '102', '103', '104']) {
        const read = plan.classify(dialed);
        if (read.class !== 'emergency' || read.shortCode !== dialed || read.completeness !== 'complete')
          throw new Error(`${dialed} is ${JSON.stringify(read)}`);
        // No beginning of it is taken for something that answers before the last digit.
        for (let length = 1; length < dialed.length; length++) {
          const part = plan.classify(dialed.slice(0, length));
          if (part.completeness === 'complete' && validateConfig(config).ok)
            throw new Error(
              `${dialed.slice(0, length)} goes out before ${dialed} is whole: ${JSON.stringify(part)}`,
            );
        }
        const way = plan.plan({
          dialed,
          origin: { kind: 'on-site', port: 1 },
          classOfService: 'nobody',
          whole: true,
          now,
        });
        if (way.refusal && way.refusal.reason !== 'no-route')
          throw new Error(`${dialed}: ${way.refusal.reason}`);
        const ways =
          config.ports.some((port) => port.kind === 'fxo' && port.proven) ||
          config.trunks.some((trunk) => trunk.emergencyShortCodes || trunk.emergencyNumber !== undefined);
        if (ways && way.steps.length === 0) throw new Error(`${dialed} has no way`);
        if (way.steps.some(({ via }) => via.kind === 'trunk' && via.trunk.startsWith('office:')))
          throw new Error('ruling 6: over another office');
      }
      for (const [dialed, short] of [
        ['01', '101'],
        ['02', '102'],
        ['03', '103'],
        ['04', '104'],
      ] as const) {
        const read = plan.classify(dialed, { whole: true });
        if (read.class !== 'emergency' || read.shortCode !== short)
          throw new Error(`${dialed} is ${read.class}`);
      }
    });
    fc.assert(property, { numRuns: 400, seed: 112 });
    t.ok(looked > 60, `${looked} documents had a possible shape`);
  },
);

t.test(
  'from outside, in a forwarding and from another office there are none, in any document (ruling 3)',
  async (t) => {
    let looked = 0;
    const property = fc.property(document, fc.constantFrom('outside', 'forward'), (of, kind) => {
      const config = shaped(of);
      if (!config) return;
      looked++;
      const plan = compileDialPlan(config);
      for (const dialed of ['112', '101', '102', '103', '104', '01', '02', '03', '04', '112#', '+112'])
        for (const whole of [true, false]) {
          const read = plan.classify(dialed, { origin: kind as 'outside', whole });
          const { steps } = plan.plan({
            dialed,
            origin: { kind: kind as 'outside' },
            classOfService: 'e0',
            whole,
            now,
          });
          if (read.class === 'emergency' || read.class === 'special')
            throw new Error(`${dialed} is ${read.class}`);
          const emergency = steps.filter(({ routeId }) => routeId.startsWith('emergency'));
          if (emergency.length > 0) throw new Error(`${dialed} goes out as an emergency call`);
        }
    });
    fc.assert(property, { numRuns: 200, seed: 3 });
    t.ok(looked > 30, `${looked} documents had a possible shape`);
  },
);
