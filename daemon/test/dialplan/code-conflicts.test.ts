import fc from 'fast-check';
import t from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { validateConfig } from '../../src/config/validate.ts';
import { codeConflicts } from '../../src/dialplan/code-conflicts.ts';
import {
  type CodeArgument,
  type CodeKind,
  featureCodes,
  officeCodes,
} from '../../src/dialplan/feature-codes.ts';
import { lintDialPlan } from '../../src/dialplan/lint.ts';
import { areaOf, compileDialPlan, type DialPlan } from '../../src/dialplan/plan.ts';

const off = Object.fromEntries(featureCodes.map(({ kind }) => [kind, '']));

const document = (codes: Record<string, string>, more: object = {}): Record<string, unknown> => ({
  version: 1,
  ports: [
    { kind: 'fxs', number: 1, classOfService: 'office', extension: '201' },
    { kind: 'fxs', number: 2, classOfService: 'office', extension: '202' },
  ],
  accessNumbers: [{ id: 'ld', name: 'Long distance', code: '5000' }],
  dialing: { codes: { ...off, ...codes } },
  ...more,
});

t.test('the codes of a new box do not stand against each other, nor against 112', async (t) => {
  const config = configSchema.parse({ version: 1 });
  t.same(codeConflicts(config, areaOf(config.dialing)), []);
  t.equal(officeCodes(config.dialing).length, featureCodes.length, 'all of them are on');
  t.ok(validateConfig({ version: 1 }).ok);
});

t.test('what cannot be told apart is refused at both places, in both languages', async (t) => {
  const refused = (
    codes: Record<string, string>,
    more: object = {},
  ): { path: string; said: { ru: string; en: string } }[] => {
    const result = validateConfig(document(codes, more));
    return result.ok ? [] : result.issues;
  };
  const paths = (codes: Record<string, string>, more: object = {}): string[] =>
    refused(codes, more).map(({ path }) => path);
  t.same(paths({ redial: '*0', park: '*0' }), ['/dialing/codes/park'], 'the same code twice');
  t.match(refused({ redial: '*0', park: '*0' })[0]?.said, {
    ru: 'Код *0 уже занят: «Повторить последний номер».',
    en: 'The code *0 is taken already: "Redial".',
  });
  t.same(paths({ redial: '*0', retrieve: '*01' }), ['/dialing/codes/retrieve'], 'one begins with the other');
  t.same(paths({ park: '*01', redial: '*0' }), ['/dialing/codes/park']);
  t.same(paths({ redial: '20' }).includes('/ports/0/extension'), true, 'hides an extension, told there too');
  t.same(paths({ redial: '5000' }).includes('/accessNumbers/0/code'), true);
  const speedDials = [{ id: 'a', name: 'Anna', code: '*0', number: '88121234567' }];
  t.same(paths({ redial: '*0' }, { speedDials }), ['/dialing/codes/redial', '/speedDials/0/code']);
  t.match(refused({ redial: '11' })[0]?.said.en, /112/, 'gets in the way of an emergency number');
  t.match(refused({ redial: '112' })[0]?.said.ru, /экстренный номер 112/);
  t.match(refused({ redial: '03' })[0]?.said.en, /03/);
  t.match(refused({ redial: '8' })[0]?.said.en, /operators/, 'long distance begins with it');
  t.match(refused({ redial: '234' })[0]?.said.en, /operators/, 'town numbers do');
  t.same(refused({ redial: '05' }), [], 'no network has such numbers');
  t.same(refused({ redial: '0#' }).length, 1, 'a # behind digits ends a number, and cannot end a code');
});

t.test(
  'a document from before the codes stays valid: a usual code that is something else there is off',
  async (t) => {
    const old = {
      version: 1,
      speedDials: [{ id: 'a', name: 'Anna', code: '*8', number: '88121234567' }],
      dialing: { modeCodes: [{ code: '*21', schedule: 'hours' }], observeCode: '*4' },
      schedules: [{ id: 'hours', name: 'Hours' }],
    };
    const result = validateConfig(old);
    if (!result.ok) throw new Error(JSON.stringify(result.issues));
    const { codes } = result.config.dialing;
    t.same(
      [codes.pickUpGroup, codes.forwardAlways, codes.park, codes.callWaiting, codes.redial],
      ['', '', '', '', '*0'],
    );
    t.match(
      result.migrated,
      ['dialing.codes.forwardAlways is off'].map((text) => new RegExp(text)),
    );
    t.ok(validateConfig(result.config).ok, 'as it is stored it is valid, too');
  },
);

const sample: Record<CodeArgument, string> = {
  none: '',
  number: '89161234567#',
  extension: '201',
  digit: '5',
  'digit-number': '5*89161234567#',
  'digit-end': '5#',
};

/** Dials key by key, as `Dialog.number` collects it: what is complete ends at once. */
function dial(plan: DialPlan, keys: string): { read: ReturnType<DialPlan['classify']>; used: number } {
  for (let length = 1; ; length++) {
    const read = plan.classify(keys.slice(0, length));
    if (read.completeness === 'complete' || read.completeness === 'impossible' || length >= keys.length)
      return { read, used: length };
  }
}

t.test(
  'in no document that is taken does a code hide another, an extension, 112 or a number outside',
  async (t) => {
    const kinds = featureCodes.map(({ kind }) => kind);
    const code = fc.stringMatching(/^(?:[*#][0-3*#]{0,3}|[0-3]{1,4})$/);
    const someCodes = fc.dictionary(fc.constantFrom(...kinds), code, { maxKeys: 5 });
    const numbers = fc.uniqueArray(fc.stringMatching(/^[*#0-3][0-3]{1,3}$/), { maxLength: 3 });
    let taken = 0;
    fc.assert(
      fc.property(someCodes, numbers, (codes, own) => {
        const speedDials = own.map((digits, i) => ({
          ...{ id: `s${i}`, name: `S${i}`, code: digits, number: '88121234567' },
        }));
        const config = configSchema.parse(document(codes, { speedDials }));
        if (lintDialPlan(config).some(({ severity }) => severity === 'error')) return;
        taken += 1;
        const plan = compileDialPlan(config);
        for (const { kind, code: keyed, argument } of officeCodes(config.dialing)) {
          const keys = keyed + sample[argument];
          const { read, used } = dial(plan, keys);
          if (read.feature?.kind !== kind || used < keys.length)
            throw new Error(`${keys}: ${kind} became ${JSON.stringify(read)}`);
          if (read.feature.argument !== sample[argument].replace(/#$/, ''))
            throw new Error(`${keys}: its argument is ${read.feature.argument}`);
        }
        for (const [keys, kind] of [
          ['112', 'emergency'],
          ['103', 'emergency'],
          ['201', 'extension'],
          ['5000', 'access'],
          ['89161234567', 'mobile'],
          ...own.map((digits) => [digits, 'national'] as const),
        ] as const) {
          const { read } = dial(plan, keys);
          if (read.class !== kind) throw new Error(`${keys} is ${read.class}`);
        }
      }),
      { numRuns: 2000, seed: 42 },
    );
    t.ok(taken > 100, `${taken} of the documents were taken`);
  },
);

t.test('two codes of which one begins with the other are never taken together', async (t) => {
  const pair = fc.tuple(fc.stringMatching(/^[*#][0-9*#]{0,3}$/), fc.stringMatching(/^[0-9*#]{0,3}$/));
  const two = fc.uniqueArray(fc.constantFrom(...featureCodes.map(({ kind }) => kind)), {
    minLength: 2,
    maxLength: 2,
  }) as fc.Arbitrary<[CodeKind, CodeKind]>;
  fc.assert(
    fc.property(pair, two, ([code, more], [a, b]) => {
      const config = configSchema.parse(document({ [a]: code, [b]: code + more }));
      return codeConflicts(config, areaOf(config.dialing)).length > 0;
    }),
    { numRuns: 500, seed: 42 },
  );
  t.pass('none was');
});
