import t from 'tap';
import { ask, claimed, startApi } from './kit.ts';

t.test(
  'who is signed in sees the budgets and lifts a lock of the fraud guard, and nobody else',
  async (t) => {
    const at = await startApi({});
    t.teardown(() => at.server.close());
    t.equal((await ask(at, '/api/v1/spending')).status, 401);
    t.equal((await ask(at, '/api/v1/spending/unlock', { body: {} })).status, 401);
    const cookie = await claimed(at);
    t.match((await ask(at, '/api/v1/spending', { cookie })).json, {
      currency: 'RUB',
      guard: { lockedUntil: 1 },
    });
    t.equal((await ask(at, '/api/v1/spending/unlock', { cookie, body: {} })).status, 200);
    t.equal(
      (await ask(at, '/api/v1/spending/unlock', { cookie, body: {} })).status,
      404,
      'nothing is locked',
    );
  },
);
