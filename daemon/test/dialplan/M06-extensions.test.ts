import t from 'tap';
import { lintDialPlan } from '../../src/dialplan/lint.ts';
import { compileDialPlan } from '../../src/dialplan/plan.ts';
import { makeConfig, noon } from './make-config.ts';

const person = { id: 'boris', name: 'Boris', extension: '305', mobile: '+79161234567', classOfService: 'ld' };

t.test('an extension that is a mobile goes out as the mobile, under its owner’s class', async (t) => {
  const plan = compileDialPlan(makeConfig({ people: [person] })).plan({
    dialed: '305',
    origin: { kind: 'on-site', port: 1 },
    classOfService: 'office',
    now: noon,
  });
  t.match(plan.number, { class: 'extension', target: '305', e164: '+79161234567' });
  t.match(plan.steps[0], { via: { kind: 'trunk', trunk: 'acme' }, number: '+79161234567' });
  const poor = compileDialPlan(makeConfig({ people: [{ ...person, classOfService: 'office' }] }));
  t.match(
    poor.plan({ dialed: '305', origin: { kind: 'on-site', port: 2 }, classOfService: 'ld', now: noon })
      .refusal,
    { reason: 'class' },
  );
});

t.test('an extension of a person with a telephone is for call control to ring', async (t) => {
  const plan = compileDialPlan(makeConfig({ people: [{ ...person, ports: [1] }] })).plan({
    dialed: '305',
    origin: { kind: 'on-site', port: 2 },
    classOfService: 'office',
    now: noon,
  });
  t.match(plan, { number: { class: 'extension', target: '305' }, steps: [] });
  t.equal(plan.refusal, undefined);
});

interface Case {
  people?: string[];
  access?: string;
  severity: 'error' | 'warning';
  said: RegExp;
}

t.test('numbers that hide each other or 112 are found', async (t) => {
  const cases: Record<string, Case> = {
    '112 itself': { people: ['112'], severity: 'error', said: /emergency/ },
    'behind 112': { people: ['1120'], severity: 'error', said: /never be dialed/ },
    'behind 101': { people: ['1015'], severity: 'error', said: /never be dialed/ },
    '101 itself, reached from outside': {
      people: ['101'],
      severity: 'warning',
      said: /reaches the emergency service/,
    },
    'the beginning of 112': { people: ['11'], severity: 'warning', said: /will wait/ },
    'an access number as the beginning of 112': { access: '11', severity: 'error', said: /keeps 112/ },
    'an access number in front of 8': { access: '8', severity: 'error', said: /long-distance/ },
    'an access number in front of an extension': { access: '20', severity: 'error', said: /answers at once/ },
    'two people with one number': { people: ['305', '305'], severity: 'error', said: /taken already/ },
    'a telephone and a stranger with one number': {
      people: ['201'],
      severity: 'error',
      said: /taken already/,
    },
    'one in front of another': { people: ['30', '305'], severity: 'warning', said: /another digit/ },
    'a number longer than extensions are': { people: ['30555'], severity: 'warning', said: /2 to 4 digits/ },
    'an extension that begins local numbers': {
      people: ['305'],
      severity: 'warning',
      said: /outside number/,
    },
  };
  for (const [name, { people = [], access, severity, said }] of Object.entries(cases)) {
    const config = makeConfig({
      people: people.map((extension, i) => ({
        id: `p${i}`,
        name: `P${i}`,
        extension,
        classOfService: 'office',
      })),
      ...(access ? { accessNumbers: [{ id: 'a', name: 'A', code: access }] } : {}),
    });
    const found = lintDialPlan(config);
    t.ok(
      found.some(
        (issue) =>
          issue.severity === severity &&
          said.test(issue.said.en) &&
          /^\/(people|accessNumbers)\/\d/.test(issue.path),
      ),
      `${name}: ${JSON.stringify(found)}`,
    );
  }
});

t.test('a person and the telephone on the same desk share a number in peace', async (t) => {
  const config = makeConfig({
    people: [{ id: 'anna', name: 'Anna', extension: '201', ports: [1], classOfService: 'office' }],
  });
  t.same(
    lintDialPlan(config).filter((issue) => issue.severity === 'error'),
    [],
  );
});

t.test('area code and local length must make a number; an office without a way to 112 is told', async (t) => {
  const told = (over: Parameters<typeof makeConfig>[0]) =>
    lintDialPlan(makeConfig(over)).map((issue) => [issue.path, issue.severity]);
  t.same(told({ ports: [], routes: [], dialing: { areaCodes: ['4962'], localLength: 7 } }), [
    ['/dialing/areaCodes/0', 'error'],
  ]);
  const onlyTelephone = { ports: [{ kind: 'fxs', number: 1, classOfService: 'office' }], routes: [] };
  t.same(told(onlyTelephone), [['/ports', 'warning']]);
});
