import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { ask, claimed, cookieOf, goodPassword, labelCode, startApi } from './kit.ts';

t.test('a new box has no password; the code from the label and a good password claim it', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const before = await ask(at, '/api/v1/session');
  t.match(before.json, { claimed: false, signedIn: false, language: 'ru' });
  t.match((await ask(at, '/api/v1/login', { body: { password: '' } })).json.error, {
    code: 'api/not-claimed',
  });

  for (const password of ['', 'short', '1234567', labelCode, 'k7qm4t2x']) {
    const weak = await ask(at, '/api/v1/claim', { body: { code: labelCode, password } });
    t.equal(weak.status, 422, `“${password}” is refused`);
    t.equal(weak.json.error.code, 'api/weak-password');
    t.equal(weak.json.error.path, '/password');
  }
  const wrong = await ask(at, '/api/v1/claim', { body: { code: 'XXXX-XXXX', password: goodPassword } });
  t.equal(wrong.status, 401);
  t.match(wrong.json.error, { code: 'api/wrong-code', path: '/code', said: { ru: /наклейк/, en: /label/ } });
  t.equal(at.config.admin.passwordHash, undefined);

  const right = await ask(at, '/api/v1/claim', {
    body: { code: ' k7qm 4t2x ', password: goodPassword, language: 'en' },
  });
  t.equal(right.status, 200);
  const [cookie = ''] = right.headers['set-cookie'] ?? [];
  t.match(cookie, /^linegate-session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/);
  t.equal(at.config.site.language, 'en');
  t.match((await ask(at, '/api/v1/session', { cookie: cookieOf(right) })).json, {
    claimed: true,
    signedIn: true,
  });

  const again = await ask(at, '/api/v1/claim', { body: { code: labelCode, password: 'another password' } });
  t.equal(again.status, 409);
  t.equal(again.json.error.code, 'api/already-claimed');
  t.notOk(at.log.some((line) => line.includes(goodPassword) || line.includes(labelCode)));
});

t.test('two first visitors at once: one claims, the other is told', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const both = await Promise.all(
    ['first password', 'second password'].map((password) =>
      ask(at, '/api/v1/claim', { body: { code: labelCode, password } }),
    ),
  );
  t.same(both.map((a) => a.status).sort(), [200, 409]);
});

t.test('with the button pressed no code is asked for', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  at.button = true;
  t.equal((await ask(at, '/api/v1/session')).json.buttonPressed, true);
  t.equal((await ask(at, '/api/v1/claim', { body: { code: '', password: goodPassword } })).status, 200);
  t.equal((await ask(at, '/api/v1/session')).json.buttonPressed, false, 'and once claimed it means nothing');
});

t.test(
  'guessing the code or the password is slowed down, doubling, and the right one must wait too',
  async (t) => {
    const clock = new FakeClock();
    const at = await startApi({ clock });
    t.teardown(() => at.server.close());
    const waits: number[] = [];
    const guess = async (path: string, body: unknown): Promise<number> => {
      const answer = await ask(at, path, { body });
      if (answer.status === 429) {
        t.equal(answer.headers['retry-after'], String(Math.ceil(answer.json.error.retryAfterMs / 1000)));
        waits.push(answer.json.error.retryAfterMs);
        clock.advance(answer.json.error.retryAfterMs);
        return guess(path, body);
      }
      return answer.status;
    };
    for (let i = 0; i < 7; i++)
      t.equal(await guess('/api/v1/claim', { code: '0000', password: goodPassword }), 401);
    t.same(waits, [1000, 2000, 4000]);
    const early = await ask(at, '/api/v1/claim', { body: { code: labelCode, password: goodPassword } });
    t.equal(early.status, 429);
    clock.advance(8000);
    t.equal(
      (await ask(at, '/api/v1/claim', { body: { code: labelCode, password: goodPassword } })).status,
      200,
    );

    waits.length = 0;
    for (let i = 0; i < 6; i++) t.equal(await guess('/api/v1/login', { password: `wrong ${i}` }), 401);
    t.same(waits, [1000, 2000]);
    t.equal((await ask(at, '/api/v1/login', { body: { password: goodPassword } })).status, 429);
    clock.advance(4000);
    t.equal((await ask(at, '/api/v1/login', { body: { password: goodPassword } })).status, 200);
    t.equal(
      (await ask(at, '/api/v1/login', { body: { password: 'x' } })).status,
      401,
      'a right one wipes the slate',
    );
  },
);

t.test('a session ends when nobody is there, at its longest, and at sign-out', async (t) => {
  const clock = new FakeClock();
  const at = await startApi({ clock, sessions: { idleMs: 60_000, longestMs: 300_000 } });
  t.teardown(() => at.server.close());
  const cookie = await claimed(at);
  const status = async (): Promise<number> => (await ask(at, '/api/v1/config', { cookie })).status;
  t.equal(await status(), 200);
  for (let i = 0; i < 5; i++) {
    clock.advance(59_000);
    t.equal(await status(), 200, 'each request keeps it');
  }
  clock.advance(6000);
  t.equal(await status(), 401, 'but not beyond its longest');

  const second = cookieOf(await ask(at, '/api/v1/login', { body: { password: goodPassword } }));
  clock.advance(60_000);
  t.equal((await ask(at, '/api/v1/config', { cookie: second })).status, 401, 'idle');

  const third = cookieOf(await ask(at, '/api/v1/login', { body: { password: goodPassword } }));
  const out = await ask(at, '/api/v1/logout', { body: {}, cookie: third });
  t.match(out.headers['set-cookie']?.[0], /Max-Age=0/);
  t.equal((await ask(at, '/api/v1/config', { cookie: third })).status, 401, 'the token itself is dead');
  t.equal((await ask(at, '/api/v1/config', { cookie: 'linegate-session=made-up' })).status, 401);
});

t.test('a new password signs the other browsers out', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const mine = await claimed(at);
  const other = cookieOf(await ask(at, '/api/v1/login', { body: { password: goodPassword } }));
  const change = (current: string, next: string) =>
    ask(at, '/api/v1/password', { body: { current, next }, cookie: mine });
  t.match((await change('wrong', 'a new password')).json.error, {
    code: 'api/wrong-password',
    path: '/current',
  });
  t.match((await change(goodPassword, 'short')).json.error, { code: 'api/weak-password' });
  t.equal((await change(goodPassword, 'a new password')).status, 200);
  t.equal((await ask(at, '/api/v1/config', { cookie: mine })).status, 200);
  t.equal((await ask(at, '/api/v1/config', { cookie: other })).status, 401);
  t.equal((await ask(at, '/api/v1/login', { body: { password: goodPassword } })).status, 401);
  t.equal((await ask(at, '/api/v1/login', { body: { password: 'a new password' } })).status, 200);
});

t.test('nothing but the session view, claiming and signing in is there for strangers', async (t) => {
  const at = await startApi();
  t.teardown(() => at.server.close());
  await claimed(at);
  const paths = [
    ['GET', '/api/v1/config'],
    ['GET', '/api/v1/config/form'],
    ['GET', '/api/v1/config/history'],
    ['PATCH', '/api/v1/config'],
    ['POST', '/api/v1/config/validate'],
    ['POST', '/api/v1/config/undo'],
    ['GET', '/api/v1/pins'],
    ['POST', '/api/v1/pins'],
    ['PUT', '/api/v1/pins/a'],
    ['DELETE', '/api/v1/pins/a'],
    ['POST', '/api/v1/pins/a/unlock'],
    ['GET', '/api/v1/calls'],
    ['GET', '/api/v1/calls/x'],
    ['POST', '/api/v1/calls/x/release'],
    ['GET', '/api/v1/live/snapshot'],
    ['POST', '/api/v1/dial-check'],
    ['GET', '/api/v1/routes/sentences'],
    ['POST', '/api/v1/ports/1/test'],
    ['POST', '/api/v1/password'],
    ['GET', '/api/v1/live'],
    ['GET', '/api/v1/unknown'],
  ] as const;
  for (const [method, path] of paths) {
    const answer = await ask(at, path, {
      method,
      ...(method !== 'GET' && method !== 'DELETE' && { body: {} }),
    });
    t.equal(answer.status, 401, `${method} ${path}`);
    t.equal(answer.json.error.code, 'api/not-signed-in');
  }
});
