import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import { configSchema } from '../../src/config/schema.ts';
import { openConfigStore } from '../../src/config/store.ts';

let now = Date.UTC(2026, 0, 15, 9, 0, 0);
const wall = (): number => (now += 1000);
type Report = [level: string, message: string];

async function open(directory: string, initial?: unknown) {
  const reports: Report[] = [];
  const report = (level: string, message: string): void => void reports.push([level, message]);
  const store = await openConfigStore({
    directory,
    wall,
    report,
    ...(initial === undefined ? {} : { initial }),
  });
  return { store, reports };
}

const trunk = (id: string, over: object = {}) =>
  configSchema.shape.trunks.parse([{ id, name: id, server: 'sip.example.com', user: 'u', ...over }])[0]!;
const stored = (directory: string): unknown =>
  JSON.parse(readFileSync(join(directory, 'config.json'), 'utf8'));

t.test('a new box begins with the defaults, or with the document it was given', async (t) => {
  const directory = t.testdir({ a: {}, b: {} });
  const { store } = await open(join(directory, 'a'));
  t.same(store.config, configSchema.parse({ version: 1 }));
  t.equal(store.revision, 1);
  const { store: given } = await open(join(directory, 'b'), { version: 1, site: { name: 'Office' } });
  t.equal(given.config.site.name, 'Office');
  await t.rejects(open(join(t.testdir({ c: {} }), 'c'), { version: 1, site: { name: 5 } }), {
    code: 'config/invalid',
    message: /\/site\/name/,
  });
});

t.test('a change is on the disk before anybody hears of it, and says what it changed', async (t) => {
  const directory = t.testdir();
  const { store } = await open(directory);
  const before = store.config;
  const heard: unknown[] = [];
  store.events.on('changed', (config, old, paths) => {
    heard.push(paths);
    t.same(stored(directory), config);
    t.equal(old, before);
  });
  const outcome = await store.change((draft) => {
    draft.trunks.push(trunk('acme'));
    draft.site.name = 'Office';
  }, 'admin');
  t.same(heard, [['/site/name', '/trunks/acme']]);
  t.same(outcome, {
    revision: 2,
    changes: [
      { path: '/site/name', scope: 'at-once', said: { ru: 'Офис → Название офиса', en: 'Site → Site name' } },
      {
        path: '/trunks/acme',
        scope: 'restart-trunk',
        said: { ru: 'Линии операторов → «acme»: добавлено', en: 'Trunks → "acme": added' },
      },
    ],
  });
  t.throws(() => {
    (store.config.site as { name: string }).name = 'changed behind its back';
  }, TypeError);
});

t.test(
  'a bad document is refused with path and reason in both languages, and the old one stays',
  async (t) => {
    const directory = t.testdir();
    const { store } = await open(directory);
    const file = readFileSync(join(directory, 'config.json'), 'utf8');
    const { revision, config } = store.current();
    const result = await store.apply(
      { ...config, trunks: [{ ...trunk('acme'), maxCalls: 0 }], typo: 1 },
      { expected: revision, by: 'admin' },
    );
    t.match(result, {
      ok: false,
      reason: 'invalid',
      issues: [
        {
          path: '/trunks/0/maxCalls',
          said: { ru: 'Одновременных вызовов: не меньше 1.', en: 'Channels: must be at least 1.' },
        },
      ],
    });
    t.match(await store.apply({ ...config, typo: 1 }, { expected: revision, by: 'admin' }), {
      issues: [{ path: '/typo', said: { en: /no such setting/ } }],
    });
    await t.rejects(
      store.change((draft) => {
        draft.routes.push({
          ...configSchema.shape.routes.parse([
            { id: 'r', name: 'R', via: { kind: 'trunk', trunk: 'nobody' } },
          ])[0]!,
        });
      }, 'admin'),
      { code: 'config/invalid', message: /\/routes\/0\/via\/trunk: Trunk: nobody does not exist/ },
    );
    t.equal(store.config, config);
    t.equal(store.revision, revision);
    t.equal(readFileSync(join(directory, 'config.json'), 'utf8'), file);
  },
);

t.test('of two who edit the same revision the second is told', async (t) => {
  const { store } = await open(t.testdir());
  const { revision, config } = store.current();
  const edit = (name: string) =>
    store.apply({ ...config, site: { ...config.site, name } }, { expected: revision, by: 'admin' });
  const results = await Promise.all([edit('one'), edit('two')]);
  t.match(results, [
    { ok: true, outcome: { revision: 2 } },
    { ok: false, reason: 'conflict', revision: 2 },
  ]);
  t.equal(store.config.site.name, 'one');
});

t.test('changes made at the same time happen one after another', async (t) => {
  const directory = t.testdir();
  const { store } = await open(directory);
  await Promise.all(
    Array.from({ length: 10 }, (_, i) =>
      store.change((draft) => {
        draft.costCentres.push({ id: `c${i}`, name: `C${i}` });
      }, 'admin'),
    ),
  );
  t.equal(store.config.costCentres.length, 10);
  t.equal(store.revision, 11);
  t.same(stored(directory), store.config);
});

t.test('a change of nothing makes no revision', async (t) => {
  const { store } = await open(t.testdir());
  const outcome = await store.change(() => undefined, 'admin');
  t.same(outcome, { revision: 1, changes: [] });
});

t.test('the last twenty changes are kept with who, when and what, over a restart', async (t) => {
  const directory = t.testdir();
  const { store } = await open(directory);
  for (let i = 0; i < 25; i++) {
    await store.change(
      (draft) => {
        draft.site.name = `Office ${i}`;
      },
      i % 2 ? 'admin' : 'box',
    );
  }
  const { store: again, reports } = await open(directory);
  t.same(reports, []);
  t.equal(again.revision, 26);
  const history = again.history();
  t.equal(history.length, 20);
  t.match(history[0], {
    revision: 26,
    by: 'box',
    at: Number,
    said: { ru: 'Офис → Название офиса' },
    undoable: true,
  });
  t.equal(history.at(-1)?.undoable, false, 'later changes stand on it');
  t.equal(readdirSync(join(directory, 'history')).length, 21);
  for (let i = 0; i < 20; i++) t.match(await again.undo(undefined, 'admin'), { ok: true });
  t.equal(again.config.site.name, 'Office 4');
  t.match(await again.undo(undefined, 'admin'), { ok: false, reason: 'not-undoable' });
});

t.test('an older change can be taken back alone, unless later ones stand on it', async (t) => {
  const { store } = await open(t.testdir());
  await store.change((draft) => void draft.trunks.push(trunk('one'), trunk('two'), trunk('three')), 'admin');
  await store.change((draft) => void draft.trunks.splice(1, 1), 'admin');
  await store.change((draft) => void (draft.trunks[0]!.maxCalls = 5), 'admin');
  await store.change((draft) => void (draft.site.name = 'Office'), 'admin');
  t.match(await store.undo(2, 'admin'), { ok: false, reason: 'not-undoable' });
  t.match(await store.undo(3, 'admin'), {
    ok: true,
    outcome: { revision: 6, changes: [{ path: '/trunks/two' }] },
  });
  t.same(
    store.config.trunks.map((entry) => [entry.id, entry.maxCalls]),
    [
      ['one', 5],
      ['two', 30],
      ['three', 30],
    ],
    'back where it stood',
  );
  t.equal(store.config.site.name, 'Office');
  t.match(await store.undo(6, 'admin'), { ok: true }, 'and the undo too');
  t.equal(store.config.trunks.length, 2);
});

t.test('a document that was broken gives way to the last good one, loudly', async (t: Test) => {
  const damages: Record<string, (path: string) => void> = {
    empty: (path) => writeFileSync(path, ''),
    torn: (path) => writeFileSync(path, readFileSync(path, 'utf8').slice(0, 400)),
    zeros: (path) => writeFileSync(path, Buffer.alloc(2000)),
    'no document': (path) => writeFileSync(path, '[]'),
    'wrong values': (path) => writeFileSync(path, '{"version":1,"trunks":[{"id":"A B"}]}'),
    'of a newer release': (path) => writeFileSync(path, '{"version":7}'),
  };
  for (const [name, damage] of Object.entries(damages)) {
    const directory = join(t.testdir({ [name]: {} }), name);
    const { store } = await open(directory);
    await store.change((draft) => void draft.trunks.push(trunk('acme', { password: 'sesame' })), 'admin');
    damage(join(directory, 'config.json'));
    const { store: again, reports } = await open(directory);
    t.equal(again.config.trunks[0]?.password, 'sesame', name);
    t.equal(again.revision, 2);
    t.ok(
      reports.some(([level, message]) => level === 'error' && /going back to revision 2/.test(message)),
      'said loudly',
    );
    t.ok(
      readdirSync(directory).some((file) => file.startsWith('config.json.broken-')),
      'the broken one is kept',
    );
    t.notMatch(JSON.stringify(reports), /sesame/);
    t.same(stored(directory), again.config);
    await again.change((draft) => void (draft.site.name = 'on'), 'admin');
    t.equal(again.revision, 3);
  }
});

t.test('a broken version in the history is passed over; with none left the box begins anew', async (t) => {
  const directory = t.testdir();
  const { store } = await open(directory);
  await store.change((draft) => void (draft.site.name = 'one'), 'admin');
  await store.change((draft) => void (draft.site.name = 'two'), 'admin');
  writeFileSync(join(directory, 'config.json'), '{');
  writeFileSync(join(directory, 'history', '00000003.json'), '{"revision":3,');
  const { store: again } = await open(directory);
  t.equal(again.config.site.name, 'one');
  writeFileSync(join(directory, 'config.json'), '{');
  for (const file of readdirSync(join(directory, 'history')))
    writeFileSync(join(directory, 'history', file), 'x');
  const { store: anew, reports } = await open(directory);
  t.same(anew.config, configSchema.parse({ version: 1 }));
  t.ok(reports.some(([level, message]) => level === 'error' && /no good earlier version/.test(message)));
});

t.test('a version that never came into force is forgotten', async (t) => {
  const directory = t.testdir();
  const { store } = await open(directory);
  await store.change((draft) => void (draft.site.name = 'one'), 'admin');
  const before = readFileSync(join(directory, 'config.json'));
  await store.change((draft) => void (draft.site.name = 'two'), 'admin');
  // As if the power had gone between the two writes.
  writeFileSync(join(directory, 'config.json'), before);
  writeFileSync(join(directory, 'config.json.abcdef.tmp'), '{"half":');
  const { store: again } = await open(directory);
  t.equal(again.config.site.name, 'one');
  t.equal(again.revision, 2);
  t.same(readdirSync(directory).sort(), ['config.json', 'history']);
  await again.change((draft) => void (draft.site.name = 'three'), 'admin');
  t.equal(again.revision, 3);
});

t.test('nobody but the daemon can read it', async (t) => {
  const directory = t.testdir();
  const { store } = await open(directory);
  await store.change((draft) => void (draft.site.name = 'x'), 'admin');
  for (const file of ['config.json', 'history', 'history/00000001.json', 'history/00000002.json']) {
    t.equal(statSync(join(directory, file)).mode & 0o077, 0, file);
  }
});

t.test('a document from before versions is brought up to date, with a readable log', async (t) => {
  const directory = t.testdir({
    'config.json': JSON.stringify({
      name: 'Old office',
      language: 'en',
      dialing: { areaCode: '812' },
      trunks: [],
    }),
  });
  const { store, reports } = await open(directory);
  t.match(store.config, {
    version: 1,
    site: { name: 'Old office', language: 'en' },
    dialing: { areaCodes: ['812'] },
  });
  t.same(reports, [
    ['info', 'migration: version 0 to 1: documents get a version'],
    ['info', 'migration:   name moved to site.name'],
    ['info', 'migration:   language moved to site.language'],
    ['info', 'migration:   dialing.areaCode became the list dialing.areaCodes'],
  ]);
  t.same(stored(directory), store.config);
  const { reports: second } = await open(directory);
  t.same(second, [], 'once');
});
