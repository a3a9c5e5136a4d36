import t from 'tap';
import { formModel } from '../../src/config/form-model.ts';
import { redact, secretMark } from '../../src/config/redaction.ts';
import { configSchema } from '../../src/config/schema.ts';
import { openConfigStore } from '../../src/config/store.ts';
import { validateConfig } from '../../src/config/validate.ts';

const base = {
  version: 1,
  people: [{ id: 'anna', name: 'Anna', classOfService: 'office' }],
  groups: [{ id: 'sales', name: 'Sales', members: [{ target: 'person:anna' }] }],
};
const vera = { id: 'vera', role: 'supervisor', groups: ['sales'] };

const faults = (...accounts: object[]): string[] => {
  const result = validateConfig({ ...base, accounts });
  return result.ok ? [] : result.issues.map(({ path }) => path);
};

t.test('an account belongs to what is there, and has a name of its own', async (t) => {
  t.same(faults(vera, { id: 'anna', role: 'user', person: 'anna' }), []);
  t.same(faults({ ...vera, id: 'admin' }), ['/accounts/0/id'], 'the administrator without a name keeps it');
  t.ok(faults(vera, vera).includes('/accounts/1/id'));
  t.same(faults({ ...vera, groups: ['none'] }), ['/accounts/0/groups/0']);
  t.same(faults({ ...vera, queues: ['none'] }), ['/accounts/0/queues/0']);
  t.same(faults({ ...vera, person: 'none' }), ['/accounts/0/person']);
  t.same(
    faults({ id: 'anna', role: 'user' }),
    ['/accounts/0/person'],
    'a user without a person would see nothing',
  );
  t.same(faults({ ...vera, role: 'root' }), ['/accounts/0/role']);
  t.same(configSchema.parse({ version: 1 }).accounts, [], 'an old document has none');
});

t.test('the hash of a password is marked in everything that leaves the box, and in no form', async (t) => {
  const config = configSchema.parse({ ...base, accounts: [{ ...vera, passwordHash: 'scrypt$secret' }] });
  t.equal(redact(config).accounts[0]?.passwordHash, secretMark);
  t.notOk(formModel().sections.some(({ key }) => key === 'accounts'));
});

t.test(
  'a change of an account is not taken back with the others: nobody is let in again by it',
  async (t) => {
    const store = await openConfigStore({ directory: t.testdir(), wall: () => 1 });
    await store.change(
      (draft) => Object.assign(draft, configSchema.parse({ ...base, accounts: [vera] })),
      'admin',
    );
    await store.change((draft) => void (draft.accounts[0]!.enabled = false), 'admin');
    await store.change((draft) => void (draft.accounts = []), 'admin');
    t.same(
      store.history().map(({ undoable }) => undoable),
      [false, false, false, false],
    );
    for (const revision of [undefined, ...store.history().map((entry) => entry.revision)])
      t.match(await store.undo(revision, 'admin'), { ok: false, reason: 'not-undoable' });
    t.same(store.config.accounts, []);
  },
);
