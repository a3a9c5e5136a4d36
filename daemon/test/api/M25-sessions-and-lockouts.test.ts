import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { ask, LivePage } from './kit.ts';
import { startDepartments } from './roles-kit.ts';

const firefox = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';

t.test('an admin sees who is signed in and from what, and puts one out at once', async (t) => {
  const at = await startDepartments(t);
  await at.account('vera', 'supervisor', { groups: ['sales'] });
  const login = await ask(at, '/api/v1/login', {
    ...{ body: { account: 'vera', password: 'a password of its own' } },
    headers: { 'User-Agent': firefox },
  });
  const vera = String(login.headers['set-cookie']).split(';')[0] ?? '';
  const page = new LivePage(at, { cookie: vera });
  await page.until((p) => p.messages.length > 0);
  const { json: rows } = await ask(at, '/api/v1/sessions', { cookie: at.admin });
  t.match(rows[0], {
    account: 'vera',
    role: 'supervisor',
    from: '127.0.0.1',
    browser: 'Firefox, Linux',
    current: false,
  });
  t.match(rows.at(-1), { account: 'admin', current: true, secure: false });
  t.notMatch(JSON.stringify(rows), vera.split('=')[1] ?? 'x', 'no token is told');
  at.lines.length = 0;
  t.equal(
    (await ask(at, `/api/v1/sessions/${rows[0].id}`, { method: 'DELETE', cookie: at.admin })).status,
    200,
  );
  t.equal(await page.until((p) => p.closed), 4401);
  t.equal((await ask(at, '/api/v1/calls', { cookie: vera })).status, 401);
  t.match(at.lines, [{ who: 'admin', act: 'session-ended', detail: 'vera 127.0.0.1' }]);
  t.equal(
    (await ask(at, `/api/v1/sessions/${rows[0].id}`, { method: 'DELETE', cookie: at.admin })).status,
    404,
  );
});

t.test('everybody else sees and ends the own sessions only', async (t) => {
  const at = await startDepartments(t);
  const anna = await at.account('anna', 'user', { person: 'anna' });
  const elsewhere = await at.signIn('anna');
  const { json: all } = await ask(at, '/api/v1/sessions', { cookie: at.admin });
  const { json: own } = await ask(at, '/api/v1/sessions', { cookie: anna });
  t.same(
    own.map(({ account }: { account: string }) => account),
    ['anna', 'anna'],
  );
  const admins = all.find(({ account }: { account: string }) => account === 'admin');
  t.equal((await ask(at, `/api/v1/sessions/${admins.id}`, { method: 'DELETE', cookie: anna })).status, 404);
  const other = own.find(({ current }: { current: boolean }) => !current);
  t.equal((await ask(at, `/api/v1/sessions/${other.id}`, { method: 'DELETE', cookie: anna })).status, 200);
  t.equal((await ask(at, '/api/v1/calls', { cookie: elsewhere })).status, 401);
  t.equal((await ask(at, '/api/v1/calls', { cookie: anna })).status, 200);
});

t.test(
  'whoever is locked out of the page is listed without the name that was tried, and let in by one click',
  async (t) => {
    const at = await startDepartments(t, { clock: new FakeClock() });
    const wrong = () =>
      ask(at, '/api/v1/login', { body: { account: 'my-secret-by-mistake', password: 'x' } });
    for (let i = 0; i < 4; i++) await wrong();
    t.equal((await wrong()).status, 429);
    const { json: locks, text } = await ask(at, '/api/v1/lockouts', { cookie: at.admin });
    t.match(locks, [
      { id: 'page:password:127.0.0.1', kind: 'page', said: { ru: /127\.0\.0\.1/, en: /Wrong password/ } },
    ]);
    t.ok(locks[0].until > at.deps.clock.wall());
    t.notMatch(text, 'my-secret');
    const lift = (id: unknown) => ask(at, '/api/v1/lockouts/lift', { body: { id }, cookie: at.admin });
    at.lines.length = 0;
    t.equal((await lift(locks[0].id)).status, 200);
    t.match(at.lines, [{ act: 'lockout-lifted', detail: 'page:password:127.0.0.1' }]);
    t.same((await ask(at, '/api/v1/lockouts', { cookie: at.admin })).json, []);
    t.equal((await wrong()).status, 401, 'it may be tried again');
    t.equal((await lift('page:password:10.9.9.9')).status, 404);
    t.equal((await lift('nonsense')).status, 404);
    t.equal((await lift(7)).status, 400);
  },
);

t.test('lock-outs of PINs and of SIP stand in the same list', async (t) => {
  const at = await startDepartments(t);
  const lifted: string[] = [];
  at.deps.help.lockouts = {
    list: async () => [
      { id: 'pin:port:3', kind: 'pin', said: { ru: 'а', en: 'a' }, place: 'port:3', until: 5 },
      { id: 'sip:203.0.113.9', kind: 'sip', said: { ru: 'б', en: 'b' }, until: 5 },
    ],
    lift: async (id) => lifted.push(id) > 0,
  };
  const petr = await at.account('petr', 'installer');
  const { json } = await ask(at, '/api/v1/lockouts', { cookie: petr });
  t.same(
    json.map(({ id }: { id: string }) => id),
    ['pin:port:3', 'sip:203.0.113.9'],
  );
  await ask(at, '/api/v1/lockouts/lift', { body: { id: 'pin:port:3' }, cookie: petr });
  t.same(lifted, ['pin:port:3']);
});
