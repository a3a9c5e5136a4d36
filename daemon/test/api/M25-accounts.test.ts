import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { ask, goodPassword, LivePage } from './kit.ts';
import { accountPassword, startDepartments } from './roles-kit.ts';

const next = 'another password';

t.test('an account signs in by its name, in any case, and the page learns who it is', async (t) => {
  const at = await startDepartments(t);
  await at.account('anna', 'user', { person: 'anna' });
  const cookie = await at.signIn(' Anna ');
  t.match((await ask(at, '/api/v1/session', { cookie })).json, {
    signedIn: true,
    who: { account: 'anna', role: 'user', person: { id: 'anna', name: 'Anna', extension: '201' } },
  });
  t.match((await ask(at, '/api/v1/session', { cookie: at.admin })).json.who, {
    account: 'admin',
    role: 'admin',
  });
  t.notOk('who' in (await ask(at, '/api/v1/session')).json);
  for (const name of ['admin', '', undefined])
    t.equal(
      (await ask(at, '/api/v1/login', { body: { account: name, password: goodPassword } })).status,
      200,
    );
});

t.test('a name that is nobody’s, one that is off, and a wrong password cannot be told apart', async (t) => {
  const at = await startDepartments(t);
  await at.account('vera', 'supervisor', { groups: ['sales'] });
  await at.account('gone', 'user', { person: 'anna', enabled: true });
  const off = { role: 'user', person: 'anna', enabled: false };
  await ask(at, '/api/v1/accounts/gone', { method: 'PUT', body: off, cookie: at.admin });
  await ask(at, '/api/v1/accounts/bare', {
    method: 'PUT',
    body: { role: 'user', person: 'boris', enabled: true },
    cookie: at.admin,
  });
  const answers = [];
  for (const account of ['vera', 'nobody', 'gone', 'bare', 'constructor', '__proto__']) {
    for (let attempt = 0; attempt < 2; attempt++) {
      const before = at.verified;
      // Of the account that is off, the password that was right.
      const password = account === 'gone' ? accountPassword : 'wrong';
      const { status, json } = await ask(at, '/api/v1/login', { body: { account, password } });
      t.equal(at.verified - before, 1, `${account}: a password is worked out once`);
      answers.push(JSON.stringify({ status, json }));
    }
  }
  t.equal(new Set(answers).size, 1);
  t.match(JSON.parse(answers[0]!), { status: 401, json: { error: { code: 'api/wrong-password' } } });
  t.notOk(
    at.log.some((line) => line.includes('nobody')),
    'what was typed as a name is in no log',
  );
});

t.test('wrong passwords lock the name they were tried at, known or not, and no other', async (t) => {
  const clock = new FakeClock();
  const at = await startDepartments(t, { clock });
  await at.account('vera', 'supervisor', { groups: ['sales'] });
  await at.account('anna', 'user', { person: 'anna' });
  const login = async (account: string, password = 'wrong') =>
    (await ask(at, '/api/v1/login', { body: { account, password } })).status;
  for (const name of ['vera', 'nobody']) {
    t.same(
      [await login(name), await login(name), await login(name), await login(name)],
      [401, 401, 401, 401],
    );
    t.equal(await login(name), 429, `${name} has to wait`);
  }
  t.equal(await login('vera', accountPassword), 429, 'the right one, too');
  t.equal(await login('anna', accountPassword), 200, 'others do not');
  t.equal(await login('', goodPassword), 200, 'the admin least of all');
  clock.advance(1000);
  t.equal(await login('vera'), 401);
  t.equal(await login('anna', accountPassword), 200);
  t.equal(await login('vera'), 429, 'somebody’s own sign-in gives no free guesses at another name');
  clock.advance(2000);
  t.equal(await login('vera', accountPassword), 200);
});

t.test('one source cannot go through many names either', async (t) => {
  const at = await startDepartments(t, { clock: new FakeClock() });
  const statuses = [];
  for (let i = 0; i < 16; i++)
    statuses.push((await ask(at, '/api/v1/login', { body: { account: `name-${i}`, password: 'x' } })).status);
  t.equal(statuses.filter((status) => status === 401).length, 13);
  t.equal(statuses.at(-1), 429);
});

t.test(
  'a change of the password, the role, the groups, or switching off ends its sessions at once',
  async (t) => {
    const at = await startDepartments(t);
    const whole = { role: 'supervisor', groups: ['sales'], queues: [], enabled: true };
    const changes: [string, object | undefined][] = [
      ['a new password', { ...whole, password: next }],
      ['another role', { ...whole, role: 'user', person: 'anna', groups: [] }],
      ['other groups', { ...whole, groups: ['repairs'] }],
      ['off', { ...whole, enabled: false }],
      ['gone', undefined],
    ];
    const other = await at.account('boris', 'user', { person: 'boris' });
    for (const [what, body] of changes) {
      const cookie = await at.account('vera', 'supervisor', { groups: ['sales'] });
      const page = new LivePage(at, { cookie });
      await page.until((p) => p.messages.length > 0);
      t.equal((await ask(at, '/api/v1/calls', { cookie })).status, 200);
      const method = body ? 'PUT' : 'DELETE';
      const change = { method, cookie: at.admin, ...(body ? { body } : {}) };
      t.equal((await ask(at, '/api/v1/accounts/vera', change)).status, 200, what);
      t.equal((await ask(at, '/api/v1/calls', { cookie })).status, 401, `${what}: signed out`);
      t.equal(await page.until((p) => p.closed), 4401, `${what}: the live page is closed`);
      t.equal((await ask(at, '/api/v1/calls', { cookie: other })).status, 200, 'others stay');
      t.equal((await ask(at, '/api/v1/config', { cookie: at.admin })).status, 200);
      await ask(at, '/api/v1/accounts/vera', { method: 'DELETE', cookie: at.admin });
    }
  },
);

t.test('settings changed in another way end sessions, too, before anything more is told', async (t) => {
  const at = await startDepartments(t);
  const cookie = await at.account('vera', 'supervisor', { groups: ['sales'] });
  const page = new LivePage(at, { cookie });
  await page.until((p) => p.messages.length > 0);
  at.config = { ...at.config, accounts: [] };
  t.equal(await page.until((p) => p.closed), 4401);
  t.equal((await ask(at, '/api/v1/calls', { cookie })).status, 401);
});

t.test('everybody changes the own password; the own other sessions end, and nobody else’s', async (t) => {
  const at = await startDepartments(t);
  const mine = await at.account('anna', 'user', { person: 'anna' });
  const elsewhere = await at.signIn('anna');
  const change = (current: string, to: string) =>
    ask(at, '/api/v1/password', { body: { current, next: to }, cookie: mine });
  t.match((await change('wrong', next)).json.error, { code: 'api/wrong-password', path: '/current' });
  t.match((await change(accountPassword, 'short')).json.error, { code: 'api/weak-password' });
  t.match(
    (await change(goodPassword, next)).json.error,
    { code: 'api/wrong-password' },
    'not by the admin’s',
  );
  at.lines.length = 0;
  t.equal((await change(accountPassword, next)).status, 200);
  t.match(at.lines, [{ who: 'account:anna', act: 'account-password', detail: 'anna' }]);
  t.equal((await ask(at, '/api/v1/calls', { cookie: mine })).status, 200);
  t.equal((await ask(at, '/api/v1/calls', { cookie: elsewhere })).status, 401);
  t.equal((await ask(at, '/api/v1/config', { cookie: at.admin })).status, 200);
  t.ok(await at.signIn('anna', next));
  t.equal((await ask(at, '/api/v1/login', { body: { password: goodPassword } })).status, 200);
});

t.test('accounts are made by the admin alone; no answer and no log has a password or a hash', async (t) => {
  const at = await startDepartments(t);
  const put = (id: string, body: object) =>
    ask(at, `/api/v1/accounts/${id}`, { method: 'PUT', body, cookie: at.admin });
  const made = await put('vera', {
    ...{ role: 'supervisor', groups: ['sales'], queues: ['orders'], enabled: true },
    password: accountPassword,
  });
  t.equal(made.status, 201);
  t.same(made.json, {
    ...{ id: 'vera', role: 'supervisor', groups: ['sales'], queues: ['orders'] },
    ...{ enabled: true, hasPassword: true },
  });
  t.match(at.lines, [
    { who: 'admin', act: 'account-changed', detail: 'vera supervisor on' },
    { who: 'admin', act: 'account-password', detail: 'vera' },
  ]);
  t.equal((await put('x', { role: 'root', enabled: true })).json.error.path, '/role');
  t.equal((await put('x', { role: 'user', enabled: 'yes' })).json.error.path, '/enabled');
  t.equal((await put('x', { role: 'user', enabled: true, groups: 'sales' })).json.error.path, '/groups');
  t.equal((await put('x', { role: 'user', enabled: true, password: 'short' })).status, 422);
  t.equal((await put('Bad%20Name', { role: 'user', enabled: true })).status, 422);
  t.equal((await put('__proto__', { role: 'user', enabled: true })).status, 422);
  t.equal((await ask(at, '/api/v1/accounts/x', { method: 'DELETE', cookie: at.admin })).status, 404);

  const { passwordHash } = at.config.accounts[0]!;
  t.ok(passwordHash);
  const { revision } = at;
  for (const [path, value] of [
    ['/accounts', []],
    ['/accounts/vera/role', 'admin'],
    ['/accounts/vera/passwordHash', 'x'],
  ] as const) {
    const edits = [{ op: 'put', path, value }];
    const answer = await ask(at, '/api/v1/config', {
      method: 'PATCH',
      body: { revision, edits },
      cookie: at.admin,
    });
    t.equal(answer.status, 400, `${path} is closed to the settings’ edits`);
  }
  for (const path of [
    '/api/v1/config',
    '/api/v1/accounts',
    '/api/v1/config/history',
    '/api/v1/audit',
    '/api/v1/session',
  ]) {
    const { text } = await ask(at, path, { cookie: at.admin });
    t.notOk(text.includes(passwordHash!) || text.includes(accountPassword), path);
  }
  t.notOk('accounts' in (await ask(at, '/api/v1/config', { cookie: at.admin })).json.config);
  const told = JSON.stringify([at.log, at.lines]);
  t.notOk(told.includes(passwordHash!) || told.includes(accountPassword));
});
