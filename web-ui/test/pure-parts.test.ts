import t from 'tap';
import type { CallRecord, FormField, FormSection, LiveState } from '../../daemon/src/api/contract.ts';
import { blank, fieldsOf, idFor, isChanged, issuesAt, scopeOfChange, withValue } from '../src/form/value.ts';
import { phone } from '../src/format/phone.ts';
import { en } from '../src/i18n/en.ts';
import { type Key, ru } from '../src/i18n/ru.ts';
import { applyChanges } from '../src/live/apply.ts';
import { pathOf } from '../src/view/calls/path.ts';
import { morningRecords } from './office.ts';

t.test('numbers are written as people write them', async (t) => {
  const cases: [string | undefined, string][] = [
    ['+74951234567', '+7 495 123-45-67'],
    ['+12125550123', '+1 212 555-0123'],
    ['+4930123456', '+49 301 234 56'],
    ['+998711234567', '+998 711 234 567'],
    ['101', '101'],
    ['*9', '*9'],
    [undefined, ''],
  ];
  for (const [number, written] of cases) t.equal(phone(number), written);
});

t.test('both languages have the same words with the same places to fill', async (t) => {
  const places = (text: string): string =>
    [...text.matchAll(/\{(\w+)\}/g)]
      .map((m) => m[1])
      .sort()
      .join();
  for (const key of Object.keys(ru) as Key[]) {
    const [first = ''] = ru[key].split('|');
    t.equal(places(en[key].split('|')[0] ?? ''), places(first), key);
    t.not(en[key], '', `${key} is not empty`);
    if (ru[key].includes('|')) t.equal(ru[key].split('|').length, 3, `${key} has one, few, many`);
  }
  const borrowed = Object.entries(ru).filter(([, text]) =>
    /(?<![а-яё])(?:эндпойнт|транк|пир|хост)/i.test(text),
  );
  t.same(borrowed, [], 'no word of the protocol at first sight');
});

t.test('changes are put into the live state without touching the old one', async (t) => {
  const state = { ports: [], calls: [], trunks: [], alarms: [] } as unknown as LiveState;
  const port = { number: 2, kind: 'fxs', role: 'telephone', name: '', state: 'idle', since: 0 } as const;
  const one = applyChanges(state, [
    { what: 'ports', id: '2', value: port },
    { what: 'ports', id: '1', value: { ...port, number: 1 } },
    { what: 'calls', id: 'gone', value: null },
    { what: 'records', id: 'x', value: null },
  ]);
  t.same(
    one.ports.map((p) => p.number),
    [1, 2],
  );
  t.equal(state.ports.length, 0);
  const two = applyChanges(one, [
    { what: 'ports', id: '2', value: { ...port, state: 'talking' } },
    { what: 'ports', id: '1', value: null },
  ]);
  t.match(two.ports, [{ number: 2, state: 'talking' }]);
  t.equal(two.ports.length, 1);
  t.equal(one.ports[1]?.state, 'idle');
});

const field = (key: string, more: Partial<FormField> & { type: FormField['type'] }): FormField =>
  ({ key, title: { ru: key, en: key }, scope: 'next-call', required: false, ...more }) as FormField;

t.test('a form begins with defaults, and tells when its changes take effect', async (t) => {
  const fields = [
    field('name', { type: 'text', required: true, scope: 'at-once' }),
    field('server', { type: 'text', required: true, scope: 'restart-trunk' }),
    field('enabled', { type: 'boolean', default: true }),
    field('codecs', { type: 'choices', choices: [], default: ['PCMA'] }),
    field('steps', { type: 'list', required: true, itemTitle: { ru: '', en: '' }, fields: [] }),
    field('limits', {
      type: 'group',
      optional: false,
      fields: [field('min', { type: 'integer', default: 2 })],
    }),
    field('extra', { type: 'group', optional: true, fields: [] }),
  ];
  const item = blank(fields);
  t.same(item, { name: '', server: '', enabled: true, codecs: ['PCMA'], steps: [], limits: { min: 2 } });
  t.equal(scopeOfChange(fields, item, item), undefined);
  t.equal(scopeOfChange(fields, item, { ...item, name: 'x' }), 'at-once');
  t.equal(scopeOfChange(fields, item, { ...item, name: 'x', server: 'y' }), 'restart-trunk');
  t.equal(
    scopeOfChange(fields, undefined, { ...item, server: 'y' }),
    'next-call',
    'what is new restarts nothing',
  );
  t.equal(isChanged(item, { ...item }), false);
  t.equal(isChanged(undefined, item), true);
});

t.test('a variant has the common fields and its own', async (t) => {
  const section: FormSection = {
    key: 'ports',
    kind: 'list',
    title: { ru: '', en: '' },
    fields: [field('name', { type: 'text' }), field('role', { type: 'text' })],
    discriminator: 'kind',
    variants: [
      { value: 'fxs', title: { ru: '', en: '' }, fields: [field('role', { type: 'boolean' })] },
      { value: 'fxo', title: { ru: '', en: '' }, fields: [field('ring', { type: 'text' })] },
    ],
  };
  t.same(
    fieldsOf(section, { kind: 'fxs' }).map((f) => `${f.key}:${f.type}`),
    ['name:text', 'role:boolean'],
  );
  t.same(
    fieldsOf(section, { kind: 'fxo' }).map((f) => f.key),
    ['name', 'role', 'ring'],
  );
});

t.test('values are set deep down without touching the old item', async (t) => {
  const item = { a: { b: [1, { c: 2 }] }, z: 1 };
  t.same(withValue(item, ['a', 'b', 1, 'c'], 3), { a: { b: [1, { c: 3 }] }, z: 1 });
  t.same(withValue(item, ['a'], undefined), { z: 1 });
  t.same(item, { a: { b: [1, { c: 2 }] }, z: 1 });
  t.equal(JSON.stringify(withValue(item, ['a'], item.a)), JSON.stringify(item), 'keys keep their places');
  const said = { ru: '', en: '' };
  const issues = [
    { path: '/a', said },
    { path: '/ab', said },
    { path: '/a/0/b', said },
  ];
  t.same(
    issuesAt(issues, '/a').map((i) => i.path),
    ['/a', '/a/0/b'],
  );
});

t.test('a Russian name becomes an id that is not taken', async (t) => {
  t.equal(idFor('Оператор А', new Set()), 'operator-a');
  t.equal(idFor('Щука & Ко', new Set(['schuka-ko'])), 'schuka-ko-2');
  t.equal(idFor('  ', new Set()), 'item');
  t.match(idFor('я'.repeat(80), new Set()), /^[a-z0-9][a-z0-9-]{0,31}$/);
});

t.test('a record reads as a path: who was tried, how long, and why it moved on', async (t) => {
  const [first, missed] = morningRecords(1e12);
  const steps = pathOf(first as CallRecord);
  t.same(
    steps.map((s) => s.kind),
    ['began', 'tried', 'tried', 'event', 'event', 'ended'],
  );
  t.match(steps[1], { leg: { place: 'trunk:bell' }, tookMs: 2300, result: 'failed', movedOn: true });
  t.match(steps[2], { leg: { place: 'trunk:acme' }, result: 'answered', movedOn: false });
  t.match(steps[3], { what: 'held' });
  t.same(
    pathOf(missed as CallRecord).map((s) => s.kind),
    ['began', 'ended'],
    'a record without legs too',
  );
});
