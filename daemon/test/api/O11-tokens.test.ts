import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { TokenStore, tokenFile } from '../../src/main/token-store.ts';
import { type Ask, ask, goodPassword } from './kit.ts';
import { type Departments, startDepartments } from './roles-kit.ts';

/** Makes a token, and asks as a program does: no cookie, no Origin. */
async function program(at: Departments, order: object) {
  const made = await ask(at, '/api/v1/tokens', { body: { name: '1C', ...order }, cookie: at.admin });
  if (made.status !== 201) throw new Error(made.text);
  const { token, id } = made.json as { token: string; id: string };
  return {
    ...{ token, id, made: made.json },
    ask: (path: string, options: Ask = {}) =>
      ask(at, `/api/v1${path}`, {
        ...options,
        origin: null,
        headers: { Authorization: `Bearer ${token}`, ...options.headers },
      }),
  };
}

t.test('a token is shown once, kept as a hash, and lets in to what its scopes say', async (t) => {
  const at = await startDepartments(t);
  const one = await program(at, { scopes: ['calls:read', 'calls:control'], days: 30 });
  t.match(one.made, {
    ...{ name: '1C', account: 'admin', createdBy: 'admin', scopes: ['calls:read', 'calls:control'] },
    ...{ token: /^lg_[\w-]{43}$/, begins: one.token.slice(0, 7) },
  });
  t.match(at.lines, [{ who: 'admin', act: 'token-made', detail: '1C: calls:read calls:control' }]);
  const list = await ask(at, '/api/v1/tokens', { cookie: at.admin });
  t.equal(list.json.length, 1);
  t.notOk(list.text.includes(one.token), 'no list has it');
  t.notOk(JSON.stringify([at.log, at.lines]).includes(one.token), 'no log has it');

  t.equal((await one.ask('/calls')).status, 200);
  at.lines.length = 0;
  t.match(await one.ask('/config'), { status: 403, json: { error: { code: 'api/scope-missing' } } });
  t.match(at.lines, [{ who: 'token:1C', act: 'access-refused', detail: 'GET /api/v1/config' }]);
  t.equal((await one.ask('/calls/x1/release', { body: {} })).status, 404, 'no Origin is asked of a program');
  t.match((await ask(at, '/api/v1/tokens', { cookie: at.admin })).json, [{ lastUsedFrom: '127.0.0.1' }]);
});

t.test('a token makes no tokens, accounts and passwords, whatever it may', async (t) => {
  const at = await startDepartments(t);
  const { tokenScopes } = await import('../../src/api/token-contract.ts');
  const all = await program(at, { scopes: tokenScopes });
  for (const [method, path, body] of [
    ['GET', '/tokens', undefined],
    ['POST', '/tokens', { name: 'x', scopes: ['calls:read'] }],
    ['DELETE', `/tokens/${all.id}`, undefined],
    ['GET', '/accounts', undefined],
    ['PUT', '/accounts/x', { role: 'admin', enabled: true, password: 'long enough' }],
    ['GET', '/pins', undefined],
    ['POST', '/pins', { pin: '123456', name: 'x' }],
    ['GET', '/unknown', undefined],
  ] as const) {
    const answer = await all.ask(path, { method, ...(body ? { body } : {}) });
    t.equal(answer.json.error.code, 'api/scope-missing', `${method} ${path}`);
  }
  const change = { current: goodPassword, next: 'another password' };
  t.equal((await all.ask('/password', { body: change })).status, 401, 'that needs a session');
});

t.test('a token has the rights of its account, as they are now', async (t) => {
  const at = await startDepartments(t);
  await at.account('vera', 'supervisor', { groups: ['sales'], queues: ['orders'] });
  const hers = await program(at, { scopes: ['queues:read', 'config:read', 'calls:read'], account: 'Vera' });
  t.equal((await hers.ask('/queues')).status, 200);
  t.equal((await hers.ask('/config')).json.error.code, 'api/not-allowed', 'the role stands over the scope');
  const put = (enabled: boolean) =>
    ask(at, '/api/v1/accounts/vera', {
      ...{ method: 'PUT', cookie: at.admin },
      body: { role: 'supervisor', groups: ['sales'], enabled },
    });
  await put(false);
  t.equal((await hers.ask('/queues')).status, 401);
  await put(true);
  t.equal((await hers.ask('/queues')).status, 200);
  const nobody = { name: 'x', scopes: ['calls:read'], account: 'nobody' };
  t.match(await ask(at, '/api/v1/tokens', { body: nobody, cookie: at.admin }), {
    ...{ status: 400, json: { error: { path: '/account' } } },
  });
});

t.test('revoked or run out, it lets nobody in from that moment on', async (t) => {
  const clock = new FakeClock();
  const at = await startDepartments(t, { clock });
  const [short, long] = [
    await program(at, { scopes: ['calls:read'], days: 1 }),
    await program(at, { scopes: ['calls:read'] }),
  ];
  clock.advance(86_400_000 - 1);
  t.equal((await short.ask('/calls')).status, 200);
  clock.advance(1);
  const refused = await short.ask('/calls');
  t.match(refused, { status: 401, json: { error: { code: 'api/wrong-token' } } });
  t.equal(refused.headers['www-authenticate'], 'Bearer');
  const cookie = await at.signIn('admin', goodPassword);
  t.equal((await ask(at, `/api/v1/tokens/${long.id}`, { method: 'DELETE', cookie })).status, 200);
  t.equal((await long.ask('/calls')).status, 401);
  t.equal((await ask(at, `/api/v1/tokens/${long.id}`, { method: 'DELETE', cookie })).status, 404);
  t.match(at.lines.at(-1), { act: 'token-revoked', detail: '1C' });
});

t.test('with a token no cookie counts, and cookies stay bound to their Origin', async (t) => {
  const at = await startDepartments(t);
  const headers = { Authorization: 'Bearer lg_wrong' };
  t.equal((await ask(at, '/api/v1/calls', { cookie: at.admin, headers })).status, 401);
  const other = { Authorization: 'Basic YWRtaW46' };
  t.equal((await ask(at, '/api/v1/calls', { cookie: at.admin, headers: other })).status, 401);
  const foreign = { cookie: at.admin, origin: 'http://evil.example', body: {} };
  t.equal((await ask(at, '/api/v1/calls/x/release', foreign)).json.error.code, 'api/wrong-origin');
  at.onLan = false;
  const one = { headers: { Authorization: 'Bearer lg_x' } };
  t.equal((await ask(at, '/api/v1/calls', one)).json.error.code, 'api/not-on-lan');
});

t.test('tokens are not guessed, and one that holds is not kept waiting by those who guess', async (t) => {
  const at = await startDepartments(t, { clock: new FakeClock() });
  const one = await program(at, { scopes: ['calls:read'] });
  const guess = () => ask(at, '/api/v1/calls', { headers: { Authorization: 'Bearer lg_guess' } });
  const statuses = [];
  for (let i = 0; i < 5; i++) statuses.push((await guess()).status);
  t.same(statuses, [401, 401, 401, 401, 429]);
  t.equal((await one.ask('/calls')).status, 200);
});

t.test('a program that asks without end is told to wait, and others are not', async (t) => {
  const clock = new FakeClock();
  const at = await startDepartments(t, { clock });
  const [greedy, other] = [
    await program(at, { scopes: ['calls:read'] }),
    await program(at, { scopes: ['calls:read'] }),
  ];
  let last = await greedy.ask('/calls');
  for (let i = 0; i < 120; i++) last = await greedy.ask('/calls');
  t.match(last, { status: 429, json: { error: { code: 'api/too-many-requests' } } });
  t.ok(Number(last.headers['retry-after']) >= 1);
  t.equal((await other.ask('/calls')).status, 200);
  clock.advance(1000);
  t.equal((await greedy.ask('/calls')).status, 200);
});

t.test('orders are checked field by field', async (t) => {
  const at = await startDepartments(t);
  for (const [body, path] of [
    [{ name: 'x', scopes: [] }, '/scopes'],
    [{ name: 'x', scopes: ['root'] }, '/scopes/0'],
    [{ name: 'a\nb', scopes: ['calls:read'] }, '/name'],
    [{ name: 'x', scopes: ['calls:read'], days: 0 }, '/days'],
    [{ name: 'x', scopes: ['calls:read'], more: 1 }, '/more'],
    [[], '/'],
  ] as const)
    t.match(await ask(at, '/api/v1/tokens', { body, cookie: at.admin }), {
      ...{ status: 400, json: { error: { code: 'api/bad-request', path } } },
    });
});

t.test(
  'tokens live through a restart, when they were used too, and a broken file lets nobody in',
  async (t) => {
    const folder = t.testdir({});
    const clock = new FakeClock();
    const warned: string[] = [];
    const open = () => new TokenStore(clock, tokenFile(folder), (message) => warned.push(message));
    const first = open();
    const made = await first.create({ name: 'crm', scopes: ['events:read'] }, 'admin');
    t.ok(first.find(made!.token, '::ffff:10.0.0.5'));
    await first.close();
    const again = open();
    t.match(again.list(), [{ name: 'crm', lastUsedFrom: '10.0.0.5' }]);
    t.ok(again.find(made!.token, ''));
    t.notOk(again.find(`${made!.token}x`, ''));
    await again.revoke(made!.id);
    t.notOk(open().find(made!.token, ''));
    await tokenFile(folder).write('{"half":');
    t.same(open().list(), []);
    t.match(warned, [/cannot be read/]);
  },
);
