import t from 'tap';
import { applyEdits, issuesById } from '../../src/api/config-edits.ts';
import type { FormField } from '../../src/api/contract.ts';
import { redact, restoreSecrets, secretMark } from '../../src/api/redact.ts';
import { formModel } from '../../src/config/form-model.ts';
import { configSchema } from '../../src/config/schema.ts';
import { ask, claimed, startApi } from './kit.ts';

const secrets = {
  trunk: 'TRUNK-SECRET-1',
  access: '445566',
  engine: 'ENGINE-SECRET',
  hmac: 'ab'.repeat(32),
  hash: 'HASH-OF-ADMIN',
};

const document = {
  version: 1,
  admin: { passwordHash: secrets.hash },
  trunks: [
    {
      id: 'acme',
      name: 'Acme',
      server: 'sip.acme.example',
      password: secrets.trunk,
      accessNumber: { number: '88001234567', pin: secrets.access },
    },
    { id: 'bell', name: 'Bell', server: 'sip.bell.example' },
  ],
  pins: [{ id: 'anna', name: 'Anna', hmac: secrets.hmac, length: 6, classOfService: 'office' }],
  ports: [
    { number: 1, kind: 'fxs', classOfService: 'office' },
    { number: 3, kind: 'fxo' },
  ],
  sip: { engineSecret: secrets.engine },
};

t.test('no secret is in anything that can be read', async (t) => {
  const at = await startApi({ config: document });
  t.teardown(() => at.server.close());
  at.config.admin = {};
  const cookie = await claimed(at);
  at.pins.push({
    ...{
      id: 'anna',
      name: 'Anna',
      length: 6,
      enabled: true,
      classOfService: 'office',
      outside: false,
      followOn: true,
      transfer: true,
    },
    ...{ hmac: secrets.hmac },
  });
  const edit = { revision: 1, edits: [{ op: 'put', path: '/site/name', value: 'x' }] };
  const answers = await Promise.all([
    ...[
      '/api/v1/config',
      '/api/v1/config/history',
      '/api/v1/pins',
      '/api/v1/session',
      '/api/v1/live/snapshot',
    ].map((p) => ask(at, p, { cookie })),
    ask(at, '/api/v1/config/validate', { body: edit, cookie }),
  ]);
  for (const { text, status } of answers) {
    t.equal(status, 200);
    for (const [name, secret] of Object.entries(secrets)) t.notOk(text.includes(secret), name);
    t.notOk(text.includes(at.config.admin.passwordHash ?? '?'), 'hash of the password just set');
  }
  const config = answers[0]?.json.config;
  t.equal(config.trunks[0].password, secretMark);
  t.equal(config.trunks[0].accessNumber.pin, secretMark);
  t.equal(config.trunks[1].password, '', 'one that is not set shows as not set');
  t.notOk('admin' in config || 'pins' in config);
});

t.test('a secret kept in a form is kept, a typed one replaces it, an emptied one goes', async (t) => {
  const at = await startApi({ config: document });
  t.teardown(() => at.server.close());
  at.config.admin = {};
  const cookie = await claimed(at);
  const trunk = async () => (await ask(at, '/api/v1/config', { cookie })).json.config.trunks[0];
  const save = async (value: unknown, path = '/trunks/acme') =>
    ask(at, '/api/v1/config', {
      method: 'PATCH',
      cookie,
      body: { revision: at.revision, edits: [{ op: 'put', path, value }] },
    });

  t.equal((await save({ ...(await trunk()), name: 'Acme Ltd' })).status, 200);
  t.match(at.config.trunks[0], {
    name: 'Acme Ltd',
    password: secrets.trunk,
    accessNumber: { pin: secrets.access },
  });
  t.equal((await save({ ...(await trunk()), password: 'new one' })).status, 200);
  t.equal(at.config.trunks[0]?.password, 'new one');
  t.equal((await save({ ...(await trunk()), password: '' })).status, 200);
  t.equal(at.config.trunks[0]?.password, '');

  const copy = await save({ ...(await trunk()), id: 'acme-2', password: secretMark }, '/trunks/acme-2');
  t.equal(copy.status, 422, 'a mark under another name stands for nothing');
  t.match(copy.json.error.issues, [{ path: '/trunks/acme-2/password', said: { ru: /пароль заново/ } }]);
  t.equal(at.config.trunks.length, 2);
});

t.test('a bad value is refused at its field, and everything stays as it was', async (t) => {
  const at = await startApi({ config: document });
  t.teardown(() => at.server.close());
  at.config.admin = {};
  const cookie = await claimed(at);
  const before = JSON.stringify(at.config);
  const put = (path: string, value: unknown) =>
    ask(at, '/api/v1/config', {
      method: 'PATCH',
      cookie,
      body: { revision: at.revision, edits: [{ op: 'put', path, value }] },
    });
  const bad = await put('/ports/3/ringTimeoutMs', 1);
  t.equal(bad.status, 422);
  t.match(bad.json.error, { code: 'config/invalid', path: '/ports/3/ringTimeoutMs' });
  for (const path of [
    '/admin',
    '/admin/passwordHash',
    '/pins/anna',
    '/version',
    '/__proto__/x',
    '/site/__proto__',
    'site',
    '/',
    '/trunks/none/name',
    '/site/name/deeper',
  ]) {
    t.equal((await put(path, 'x')).status, 400, path);
  }
  t.equal(({} as { x?: unknown }).x, undefined);
  const old = await ask(at, '/api/v1/config', {
    method: 'PATCH',
    cookie,
    body: { revision: 0, edits: [{ op: 'put', path: '/site/name', value: 'x' }] },
  });
  t.match(old.json.error, { code: 'config/conflict' });
  t.equal(JSON.stringify(at.config), before);
});

t.test('items are added, changed and removed by name; history tells it and undo takes it back', async (t) => {
  const at = await startApi({ config: document });
  t.teardown(() => at.server.close());
  at.config.admin = {};
  const cookie = await claimed(at);
  const patch = (...edits: unknown[]) =>
    ask(at, '/api/v1/config', { method: 'PATCH', cookie, body: { revision: at.revision, edits } });
  t.equal(
    (
      await patch({
        op: 'put',
        path: '/people/anna',
        value: { id: 'anna', name: 'Anna', classOfService: 'office' },
      })
    ).status,
    200,
  );
  t.equal(
    (
      await patch(
        { op: 'put', path: '/people/anna/mobile', value: '+79161234567' },
        { op: 'remove', path: '/trunks/bell' },
      )
    ).status,
    200,
  );
  t.match(at.config.people, [{ id: 'anna', mobile: '+79161234567' }]);
  t.same(
    at.config.trunks.map((trunk) => trunk.id),
    ['acme'],
  );
  const history = (await ask(at, '/api/v1/config/history', { cookie })).json;
  t.match(history, [{ revision: 3, by: 'admin', undoable: true }, { revision: 2 }]);
  t.match((await ask(at, '/api/v1/config/undo', { cookie, body: { revision: 2 } })).json.error, {
    code: 'config/not-undoable',
  });
  t.equal((await ask(at, '/api/v1/config/undo', { cookie, body: {} })).status, 200);
  t.same(
    at.config.trunks.map((trunk) => trunk.id),
    ['acme', 'bell'],
  );
  t.equal((await ask(at, '/api/v1/config/undo', { cookie, body: { revision: 'x' } })).status, 400);
});

t.test('no undo takes the password of the box back', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  const hash = at.config.admin.passwordHash;
  at.deps.config.undo = async () => {
    at.config.admin = {};
    return { ok: true, outcome: { revision: 9, changes: [] } };
  };
  t.equal((await ask(at, '/api/v1/config/undo', { cookie, body: {} })).status, 200);
  t.equal(at.config.admin.passwordHash, hash);
  t.equal((await ask(at, '/api/v1/session')).json.claimed, true);
});

t.test('digits of a PIN go in and never come out', async (t) => {
  const at = await startApi({ config: document });
  t.teardown(() => at.server.close());
  at.config.admin = {};
  const cookie = await claimed(at);
  const pin = { name: 'Boris', pin: '739164', enabled: true, classOfService: 'office', outside: false };
  const made = await ask(at, '/api/v1/pins', { body: pin, cookie });
  t.equal(made.status, 201);
  const { id } = made.json;
  t.equal(at.pinDigits.get(id), '739164');
  const renamed = await ask(at, `/api/v1/pins/${id}`, {
    method: 'PUT',
    body: { ...pin, pin: '', name: 'Boris B.' },
    cookie,
  });
  t.match(renamed.json, { name: 'Boris B.', length: 6 });
  t.equal(at.pinDigits.get(id), '739164', 'an empty field keeps the digits');
  const seen = [
    made,
    renamed,
    await ask(at, '/api/v1/pins', { cookie }),
    await ask(at, '/api/v1/config', { cookie }),
  ];
  for (const answer of seen) t.notOk(answer.text.includes('739164'));
  t.notOk(at.log.join().includes('739164'));
  for (const [field, value] of [
    ['pin', '12'],
    ['pin', '12ab56'],
    ['enabled', 'yes'],
    ['name', 7],
  ] as const) {
    const answer = await ask(at, '/api/v1/pins', { body: { ...pin, [field]: value }, cookie });
    t.equal(answer.json.error.path, `/${field}`);
    if (value !== '12') t.notOk(answer.text.includes(String(value)), 'and what was typed is not echoed');
  }
  t.equal((await ask(at, `/api/v1/pins/${id}`, { method: 'DELETE', cookie })).status, 200);
  t.equal((await ask(at, `/api/v1/pins/${id}`, { method: 'DELETE', cookie })).status, 404);
});

t.test('pure: edits do not touch the document they are made on', async (t) => {
  const config = configSchema.parse(document);
  const before = JSON.stringify(config);
  const result = applyEdits(config, [
    { op: 'put', path: '/ports/3/name', value: 'City' },
    { op: 'remove', path: '/trunks/bell' },
    { op: 'remove', path: '/trunks/acme/accessNumber' },
  ]);
  t.ok(result.ok);
  t.equal(JSON.stringify(config), before);
  t.match(result, {
    document: { ports: [{ number: 1 }, { number: 3, name: 'City' }], trunks: [{ id: 'acme' }] },
  });
  t.match(applyEdits(config, [{ op: 'remove', path: '/trunks/none' }]), {
    ok: false,
    fault: { why: 'no-such-place' },
  });
  const said = { ru: '', en: '' };
  t.match(
    issuesById(config, [
      { path: '/ports/1/name', said },
      { path: '/site', said },
      { path: '/people/0/name', said },
    ]),
    [{ path: '/ports/3/name' }, { path: '/site' }, { path: '/people/0/name' }],
  );
  const view = redact(config);
  const lost = restoreSecrets(view, config);
  t.same(lost, []);
  t.equal(view.trunks[0]?.password, secrets.trunk);
});

t.test('every secret of the schema has a name by which it is put back when the page saves', async (t) => {
  const names: string[] = [];
  const walk = (fields: readonly FormField[]): void => {
    for (const field of fields) {
      if (field.type === 'secret') names.push(field.key);
      if ('fields' in field) walk(field.fields);
      if ('variants' in field) for (const variant of field.variants) walk(variant.fields);
    }
  };
  for (const section of formModel().sections) {
    walk(section.fields);
    for (const variant of section.variants ?? []) walk(variant.fields);
  }
  t.ok(names.includes('password') && names.includes('tlsPrivateKey'));
  for (const name of names) {
    const edited = { [name]: secretMark };
    t.same(restoreSecrets(edited, { [name]: 'kept' }), [], name);
    t.equal(edited[name], 'kept', name);
  }
});
