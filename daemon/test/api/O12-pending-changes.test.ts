import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { ConfigEdit, DraftEditView, DraftView } from '../../src/api/contract.ts';
import { settingsBox } from './settings-kit.ts';

const office = {
  version: 1,
  site: { name: 'Office' },
  people: [
    { id: 'anna', name: 'Anna', extension: '101', classOfService: 'office', ports: [1] },
    { id: 'boris', name: 'Boris', extension: '102', classOfService: 'office' },
  ],
  ports: [
    { number: 1, kind: 'fxs', role: 'telephone', name: 'Desk', extension: '201', classOfService: 'office' },
    { number: 5, kind: 'fxo', role: 'city-line', name: 'City', proven: true },
  ],
  trunks: [{ id: 'acme', name: 'Acme', server: 'sip.example.com', user: 'u', password: 'topsecret-1' }],
  routes: [
    { id: 'all', name: 'Everything', classes: ['national', 'local'], via: { kind: 'trunk', trunk: 'acme' } },
  ],
};

const put = (path: string, value: unknown): ConfigEdit => ({ op: 'put', path, value });
const places = (view: DraftView): string[] => view.edits.flatMap(({ changes }) => changes.map((c) => c.path));
const only = (view: DraftView): DraftEditView => view.edits[0]!;

t.test('several edits wait, each told with its old and new value and when it will hold', async (t) => {
  const box = await settingsBox(t, t.testdir(), office);
  const added = await box.ask('/config/draft/edits', {
    body: {
      edits: [
        put('/people/anna/mobile', '+79160000001'),
        put('/trunks/acme/maxCalls', 5),
        put('/trunks/acme/password', 'topsecret-2'),
        put('/ports/1/name', 'Reception'),
        put('/people/vera', { id: 'vera', name: 'Vera', extension: '103', classOfService: 'office' }),
      ],
    },
  });
  t.equal(added.status, 200, added.text);
  const view = added.json as DraftView;
  t.match(view, { revision: 1, issues: [], cuts: [], others: [] });
  t.match(
    view.edits.map(({ changes: [change] }) => change),
    [
      { path: '/people/anna/mobile', scope: 'next-call', after: { ru: '+79160000001' } },
      { path: '/trunks/acme/maxCalls', before: { ru: '30' }, after: { ru: '5' } },
      {
        path: '/trunks/acme/password',
        scope: 'restart-trunk',
        before: { ru: 'задан' },
        after: { en: 'set' },
      },
      { path: '/ports/1/name', before: { ru: 'Desk' }, after: { ru: 'Reception' } },
      { path: '/people/vera', said: { ru: 'Люди → «Vera»: добавлено' }, after: { ru: '«Vera»' } },
    ],
  );
  t.notOk(view.edits[0]!.changes[0]!.before, 'she had no mobile');
  t.notMatch(added.text, /topsecret/, 'no secret leaves the box');
  t.equal(box.store.revision, 1, 'nothing is applied');
  const shown = await box.ask('/config?draft=1');
  t.equal(shown.json.config.people[2].name, 'Vera', 'forms go on from what waits');
  t.equal((await box.ask('/config')).json.config.people.length, 2);

  const applied = await box.ask('/config/draft/apply', { body: { revision: 1 } });
  t.equal(applied.status, 200, applied.text);
  t.equal(applied.json.revision, 2, 'one revision');
  t.notOk(applied.json.trial);
  t.equal(box.store.config.trunks[0]?.password, 'topsecret-2');
  t.equal(box.store.config.people.length, 3);
  t.same((await box.ask('/config/draft')).json.edits, []);
  t.equal((await box.ask('/config/undo', { body: { revision: 2 } })).status, 200);
  t.equal(box.store.config.people.length, 2, 'and one step back');
  t.equal(box.store.config.trunks[0]?.maxCalls, 30);
});

t.test('what is edited twice is one edit, and what is put back is none', async (t) => {
  const box = await settingsBox(t, t.testdir(), office);
  const add = async (...edits: ConfigEdit[]): Promise<DraftView> =>
    (await box.ask('/config/draft/edits', { body: { edits } })).json;
  await add(put('/site/name', 'First'));
  t.match(only(await add(put('/site/name', 'Second'))).changes, [
    { before: { en: 'Office' }, after: { en: 'Second' } },
  ]);
  t.same((await add(put('/site/name', 'Office'))).edits, []);
  await add(put('/people/vera', { id: 'vera', name: 'Vera', extension: '103', classOfService: 'office' }));
  const within = await add(put('/people/vera/mobile', '+79160000002'));
  t.same(places(within), ['/people/vera'], 'it became part of the entry that waits');
  t.same((await add({ op: 'remove', path: '/people/vera' })).edits, [], 'she was never there');
  await add(put('/people/anna/mobile', '+79160000003'));
  t.same(places(await add({ op: 'remove', path: '/people/anna' })), ['/people/anna']);
  t.same(places(await add(put('/people/boris/name', 'Boris B.'))), ['/people/anna', '/people/boris/name']);
  const { edits } = (await box.ask('/config/draft')).json as DraftView;
  const left = await box.ask(`/config/draft/edits/${edits[0]?.id}`, { method: 'DELETE' });
  t.same(places(left.json), ['/people/boris/name']);
  t.same((await box.ask('/config/draft', { method: 'DELETE' })).json.edits, []);
  t.equal(
    (await box.ask('/config/draft/apply', { body: { revision: 1 } })).json.error.code,
    'config/draft-empty',
  );
});

t.test('faults of the whole are told at their places, and nothing is applied', async (t) => {
  const box = await settingsBox(t, t.testdir(), office);
  const made = await box.ask('/config/draft/edits', {
    body: { edits: [put('/people/boris/extension', '101')] },
  });
  t.equal(made.status, 200, 'what another edit will put right may wait');
  t.match(made.json.issues, [{ path: /^\/people\/boris/ }]);
  const refused = await box.ask('/config/draft/apply', { body: { revision: 1 } });
  t.equal(refused.status, 422);
  t.equal(box.store.revision, 1);
  t.equal((await box.ask('/config/draft')).json.edits.length, 1, 'it waits on');
  for (const path of ['/admin/passwordHash', '/accounts/x', 'people', '/people/nobody/name'])
    t.equal((await box.ask('/config/draft/edits', { body: { edits: [put(path, 'x')] } })).status, 400, path);
  t.equal((await box.ask('/config/draft/edits', { body: { edits: [] } })).status, 400);
});

t.test('pending changes outlast a restart, and a PIN among them is only a fingerprint', async (t) => {
  const directory = t.testdir();
  const box = await settingsBox(t, directory, office);
  await box.ask('/config/draft/edits', {
    body: { edits: [put('/rooms/big', { id: 'big', name: 'Big', extension: '300', pin: '739154' })] },
  });
  const file = join(directory, 'drafts.json');
  t.notMatch(readFileSync(file, 'utf8'), /739154/);
  await box.close();
  const again = await settingsBox(t, directory);
  t.same(places((await again.ask('/config/draft')).json), ['/rooms/big']);
  t.equal((await again.ask('/config/draft/apply', { body: { revision: 1 } })).status, 200);
  t.match(again.store.config.rooms[0]?.pin, /^6:[0-9a-f]{64}$/);
  t.ok(existsSync(file));
  t.same(JSON.parse(readFileSync(file, 'utf8')), {});
});

t.test('what somebody else changed meanwhile is told edit by edit, and the admin decides', async (t) => {
  const box = await settingsBox(t, t.testdir(), office);
  await box.ask('/config/draft/edits', {
    body: { edits: [put('/people/anna/mobile', '+79160000001'), put('/site/name', 'Mine')] },
  });
  await box.store.change((draft) => {
    draft.site.name = 'Theirs';
    draft.people[1]!.mobile = '+79160000009';
  }, 'account:vera');
  const view = (await box.ask('/config/draft')).json as DraftView;
  t.notOk(view.edits[0]?.conflict, 'another entry is no conflict');
  t.match(view.edits[1]?.conflict, { by: 'account:vera', said: { en: 'Meanwhile this became: Theirs.' } });
  const refused = await box.ask('/config/draft/apply', { body: { revision: 2 } });
  t.match(refused.json.error, { code: 'config/draft-conflict', path: '/site/name' });
  const old = await box.ask('/config/draft/edits', {
    body: { edits: [put('/people/anna/mobile', '+79160000004')] },
  });
  t.match(old.json.edits[1].conflict, { by: 'account:vera' }, 'another edit settles nothing');
  const kept = await box.ask(`/config/draft/edits/${view.edits[1]?.id}/keep`, { method: 'POST', body: {} });
  t.notOk(kept.json.edits[1].conflict);
  t.equal(
    (await box.ask('/config/draft/apply', { body: { revision: 1 } })).json.error.code,
    'config/conflict',
  );
  t.equal((await box.ask('/config/draft/apply', { body: { revision: 2 } })).status, 200);
  t.match(box.store.config, {
    site: { name: 'Mine' },
    people: [{ mobile: '+79160000004' }, { mobile: '+79160000009' }],
  });

  await box.ask('/config/draft/edits', { body: { edits: [put('/people/boris/mobile', '+79160000005')] } });
  await box.store.change((draft) => void draft.people.pop(), 'account:vera');
  t.match(only((await box.ask('/config/draft')).json).conflict, { said: { en: /gone/ } });
});

t.test('the same draft applied by edits and at once come to the same', async (t) => {
  // A small generator of its own: the same sequence in every run.
  let seed = 7;
  const below = (n: number): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((seed / 2 ** 31) * n);
  };
  const some = (): ConfigEdit => {
    const who = ['anna', 'boris', 'c1', 'c2'][below(4)]!;
    switch (below(5)) {
      case 0:
        return put('/site/name', `Office ${below(3)}`);
      case 1:
        return { op: 'remove', path: `/costCentres/${who}` };
      case 2:
        return put(`/costCentres/${who}/name`, `Name ${below(3)}`);
      case 3:
        return put(`/costCentres/${who}`, { id: who, name: `Centre ${below(3)}` });
      default:
        return put('/site/longCallMinutes', 60 + below(3));
    }
  };
  const { settings: together, ...box } = await settingsBox(t, t.testdir(), office);
  const other = await settingsBox(t, t.testdir(), office);
  for (let round = 0; round < 6; round++) {
    for (let i = 0; i < 8; i++) {
      const edit = some();
      const { revision } = other.store;
      const one = await other.ask('/config', { method: 'PATCH', body: { revision, edits: [edit] } });
      const waits = await box.ask('/config/draft/edits', { body: { edits: [edit] } });
      t.equal(waits.status, one.status, JSON.stringify(edit));
    }
    const { edits, revision } = (await box.ask('/config/draft')).json as DraftView;
    const applied = await box.ask('/config/draft/apply', { body: { revision } });
    t.equal(applied.status, edits.length === 0 ? 409 : 200, applied.text);
    t.equal(box.store.revision, revision + (edits.length === 0 ? 0 : 1));
    t.same({ ...box.store.config }, { ...other.store.config });
  }
  t.ok(together);
});

t.test('what would happen is asked of the pending changes, too, at any moment', async (t) => {
  const box = await settingsBox(t, t.testdir(), {
    ...office,
    destinations: [
      { id: 'desk', name: 'Desk', steps: [{ targets: ['person:anna'], seconds: 20 }] },
      { id: 'home', name: 'Home', steps: [{ targets: ['person:boris'], seconds: 20 }] },
    ],
    incomingNumbers: [{ id: 'main', number: '+74951234567', destination: 'desk' }],
  });
  const dial = (number: string, more: object = {}) =>
    box.ask('/dial-check', { body: { number, from: { kind: 'port', port: 1 }, ...more } });
  await box.ask('/config/draft/edits', {
    body: {
      edits: [
        put('/incomingNumbers/main/destination', 'home'),
        put('/classesOfService/office/allow', ['internal', 'local', 'free', 'special', 'national']),
      ],
    },
  });
  t.ok((await dial('88121234567')).json.refusal, 'in force: no long distance');
  t.notOk((await dial('88121234567', { draft: true })).json.refusal);
  for (const draft of [true, false]) {
    const help = await dial('112', { draft, at: Date.UTC(2026, 0, 1, 3) });
    t.equal(help.json.class, 'emergency');
    t.notOk(help.json.refusal, 'emergency calls go whatever is set');
  }
  const check = (query: string) => box.ask(`/incoming-check?number=%2B74951234567${query}`);
  t.match((await check('')).json, { destination: { id: 'desk' } });
  t.match((await check('&draft=1')).json, { destination: { id: 'home' }, steps: [{ on: true }] });
  t.match((await box.ask('/incoming/sentences')).json, [{ id: 'main', said: [{ en: /goes to "Desk"/ }] }]);
  t.match((await box.ask('/incoming/sentences?draft=1')).json, [
    { said: [{ en: /goes to "Home"/ }, { en: /Boris/ }] },
  ]);
  await box.ask('/config/draft/edits', { body: { edits: [put('/people/boris/extension', '101')] } });
  t.equal(
    (await check('&draft=1')).json.error.code,
    'config/invalid',
    'of what cannot be there is nothing to tell',
  );
});
