import t from 'tap';
import { ask, claimed, startApi } from './kit.ts';

t.test('bans are seen and lifted by who is signed in, and by nobody else', async (t) => {
  const at = await startApi({});
  t.teardown(() => at.server.close());
  at.protection.bans = [
    {
      source: '203.0.113.66',
      reason: 'digest',
      said: { ru: 'подбирает пароль', en: 'guesses passwords' },
      since: 1,
      until: 2,
      times: 1,
      dropped: 12,
    },
  ];
  t.equal((await ask(at, '/api/v1/protection')).status, 401);
  t.equal((await ask(at, '/api/v1/protection/lift', { body: { source: '203.0.113.66' } })).status, 401);
  const cookie = await claimed(at);
  t.match((await ask(at, '/api/v1/protection', { cookie })).json, {
    bans: [{ source: '203.0.113.66', dropped: 12 }],
  });
  for (const body of [{}, { source: 7 }, { source: 'x'.repeat(65) }])
    t.equal((await ask(at, '/api/v1/protection/lift', { cookie, body })).status, 400);
  t.equal(
    (await ask(at, '/api/v1/protection/lift', { cookie, body: { source: '203.0.113.66' } })).status,
    200,
  );
  t.equal(
    (await ask(at, '/api/v1/protection/lift', { cookie, body: { source: '203.0.113.66' } })).status,
    404,
  );
  t.match((await ask(at, '/api/v1/protection', { cookie })).json, { bans: [] });
});
