import express from 'express';
import t from 'tap';
import { DeviceLinks } from '../../src/api/device-links.ts';
import { rolesOf, routeAccess } from '../../src/api/route-access.ts';
import { apiRouter } from '../../src/api/server.ts';
import { Sessions } from '../../src/api/sessions.ts';
import { ask, LivePage, makeWorld } from './kit.ts';
import { startDepartments } from './roles-kit.ts';

interface Layer {
  route?: { path: string | string[]; methods: Record<string, boolean> };
  handle?: { stack?: Layer[] };
}

/** Every route that express has, but for the guard's own, which are made from the table. */
function realRoutes(): string[] {
  const { deps } = makeWorld();
  const router = apiRouter(deps, new Sessions(deps.clock), new DeviceLinks(deps.clock));
  const found = (layers: readonly Layer[]): string[] =>
    layers.flatMap(({ route, handle }) =>
      route
        ? Object.keys(route.methods).flatMap((method) =>
            [route.path].flat().map((path) => `${method.toUpperCase()} ${path}`),
          )
        : found(handle?.stack ?? []),
    );
  const layers = router.stack as unknown as Layer[];
  const guard = layers.findIndex(({ handle }) =>
    handle?.stack?.some(({ route }) => route?.path === '/accounts' && handle.stack!.length > 50),
  );
  t.ok(guard > 0, 'the guard stands in the router');
  t.notOk(
    layers
      .slice(0, guard)
      .some(({ handle }) => found(handle?.stack ?? []).some((one) => one.includes('config'))),
    'and before the routes of whoever is signed in',
  );
  return found(layers.filter((_, i) => i !== guard));
}

const accounts = { admin: 'chief', installer: 'petr', supervisor: 'vera', user: 'anna' } as const;

t.test('every route of the API is in the table of who may use it, and nothing else is', async (t) => {
  t.ok(express.Router().stack, 'express still tells its routes');
  t.same(realRoutes().sort(), Object.keys(routeAccess).sort());
});

t.test(
  'each role gets each route as the table says, and whoever is refused stands in the audit log',
  async (t) => {
    const at = await startDepartments(t);
    const cookies = {
      admin: at.admin,
      chief: await at.account('chief', 'admin'),
      installer: await at.account('petr', 'installer'),
      supervisor: await at.account('vera', 'supervisor', { groups: ['sales'], queues: ['orders'] }),
      user: await at.account('anna', 'user', { person: 'anna' }),
    };
    for (const [route, access] of Object.entries(routeAccess)) {
      if (access === 'anyone') continue;
      const [method = '', path = ''] = route.split(' ');
      const concrete = `/api/v1${path.replaceAll(/:\w+/g, 'x1')}`;
      const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} };
      const stranger = await ask(at, concrete, { method, ...body });
      t.equal(stranger.status, 401, `${route}: nobody without a session`);
      for (const [name, cookie] of Object.entries(cookies)) {
        const role = name === 'chief' ? 'admin' : (name as 'admin');
        at.lines.length = 0;
        const answer = await ask(at, concrete, { method, ...body, cookie });
        if (rolesOf(access).includes(role)) {
          t.not(answer.json?.error?.code, 'api/not-allowed', `${route}: ${name} may`);
          t.not(answer.status, 401, `${route}: ${name} stays signed in`);
        } else {
          t.match(
            answer,
            { status: 403, json: { error: { code: 'api/not-allowed' } } },
            `${route}: ${name} may not`,
          );
          t.match(at.lines, [{ who: `account:${accounts[role]}`, act: 'access-refused', from: /127/ }]);
          t.equal(at.lines[0]?.detail, `${method} ${concrete}`);
        }
      }
    }
  },
);

t.test('what is in no table is nobody’s but the admin’s, and no spelling of a path slips by', async (t) => {
  const at = await startDepartments(t);
  const vera = await at.account('vera', 'supervisor', { groups: ['sales'] });
  t.equal((await ask(at, '/api/v1/unknown', { cookie: vera })).status, 403);
  t.equal((await ask(at, '/api/v1/unknown', { cookie: at.admin })).status, 404);
  for (const path of [
    '/api/v1/CONFIG',
    '/api/v1/config/',
    '/api/v1/%63onfig',
    '/api/v1//config',
    '/api/v1/./config',
    '/api/v1/calls/../config',
    '/api/v1/calls/%2e%2e/config',
    '/API/config',
    '/api/v1/Pins',
    '/api/v1/accounts?x=1',
    '/api/v1/calls/x/Trace',
  ]) {
    const answer = await ask(at, path, { cookie: vera });
    t.ok([403, 404].includes(answer.status), `${path}: ${answer.status}`);
    t.notMatch(answer.text, /"revision"|passwordHash/);
  }
  t.equal((await ask(at, '/api/v1/config', { method: 'HEAD', cookie: vera })).status, 403);
  t.equal((await ask(at, '/api/v1/calls', { method: 'HEAD', cookie: vera })).status, 200);
});

t.test(
  'the live picture of those who may not see all has nothing of sockets, trunks and alarms',
  async (t) => {
    const at = await startDepartments(t);
    at.live.put({
      ...{ what: 'alarms', id: 'a' },
      value: {
        id: 'a',
        severity: 'critical',
        said: { ru: 'а', en: 'a' },
        cure: { ru: '', en: '' },
        since: 1,
      },
    });
    at.live.put({
      ...{ what: 'ports', id: '1' },
      value: { number: 1, kind: 'fxs', role: 'telephone', name: 'P', state: 'idle', since: 1 },
    });
    for (const [role, rest] of [
      ['supervisor', { groups: ['sales'] }],
      ['user', { person: 'anna' }],
    ] as const) {
      const cookie = await at.account(`live-${role}`, role, rest);
      const page = new LivePage(at, { cookie });
      const first = await page.until((p) => p.messages[0]);
      const { json } = await ask(at, '/api/v1/live/snapshot', { cookie });
      for (const state of [json, first.type === 'snapshot' && first.state]) {
        t.match(state, { ports: [], trunks: [], devices: [], alarms: [], calls: [] });
        t.notOk('serial' in state.box);
      }
      page.socket.close();
    }
  },
);

t.test('one account cannot take all the live connections', async (t) => {
  const at = await startDepartments(t, { live: { mostOfOne: 2 } });
  const anna = await at.account('anna', 'user', { person: 'anna' });
  const pages = [new LivePage(at, { cookie: anna }), new LivePage(at, { cookie: anna })];
  for (const page of pages) await page.until((p) => p.messages.length > 0);
  t.equal(await LivePage.refusal(at, { cookie: await at.signIn('anna') }), 503, 'nor by signing in again');
  t.equal(await LivePage.refusal(at, { cookie: at.admin }), 101);
  for (const page of pages) page.socket.close();
});
