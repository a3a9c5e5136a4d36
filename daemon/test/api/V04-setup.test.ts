import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { CallRecord, SetupView } from '../../src/api/contract.ts';
import type { configSchema } from '../../src/config/schema.ts';
import { openConfigStore } from '../../src/config/store.ts';
import { SetupDesk } from '../../src/main/setup/desk.ts';
import type { TestCallOrder } from '../../src/service/test-call.ts';
import { ask, claimed, type Running, startApi } from './kit.ts';

interface Bench extends Running {
  cookie: string;
  data: string;
  asked: TestCallOrder[];
  config2(): ReturnType<typeof configSchema.parse>;
  put(body: object): Promise<{ status: number; json: SetupView }>;
}

/** The API over the real store of the wizard and of the settings. */
async function bench(t: Tap, initial: object = { version: 1 }, data = t.testdir()): Promise<Bench> {
  const at = await startApi();
  t.teardown(() => at.server.close());
  const store = await openConfigStore({ directory: data, wall: Date.now, initial });
  const asked: TestCallOrder[] = [];
  at.deps.setup = new SetupDesk({
    ...{ data, store },
    records: { get: (id) => at.records.find((one) => one.id === id) },
    testCalls: {
      start: (order) => {
        asked.push(order);
        return order.to === '112' ? { refusal: 'not-allowed', said: undefined } : { callId: 'call-1' };
      },
    },
    warn: (message) => at.log.push(message),
  });
  const cookie = await claimed(at);
  const put = async (body: object) => await ask(at, '/api/v1/setup', { method: 'PUT', body, cookie });
  return Object.assign(at, { cookie, data, asked, put, config2: () => store.config });
}
type Tap = { teardown(fn: () => unknown): void; testdir(): string };

t.test('an empty box begins with the wizard, and a restart finds it where it was left', async (t) => {
  const at = await bench(t);
  const first = (await ask(at, '/api/v1/setup', { cookie: at.cookie })).json;
  t.match(first, { state: 'open', at: 'place', steps: { place: 'left', password: 'done' } });
  t.match((await at.put({ at: 'operator', steps: { place: 'done', lines: 'skipped' } })).json, {
    at: 'operator',
    steps: { place: 'done', lines: 'skipped', sockets: 'left' },
  });
  const draft = { template: 'mango', trunk: { user: '12', password: 'secret-1' }, pin: '1234', notPin: 'x' };
  const drafted = (await at.put({ drafts: { operator: draft, people: { rows: ['Anna'] } } })).json;
  t.same(drafted.drafts.operator, { template: 'mango', trunk: { user: '12' }, notPin: 'x' });
  t.notMatch(readFileSync(join(at.data, 'setup.json'), 'utf8'), /secret-1|1234/, 'no secret on the disk');
  t.notOk((await at.put({ drafts: { people: null } })).json.drafts.people, 'null forgets one draft');

  const again = await bench(t, {}, at.data);
  t.match((await ask(again, '/api/v1/setup', { cookie: again.cookie })).json, {
    state: 'open',
    at: 'operator',
    steps: { place: 'done', lines: 'skipped' },
    drafts: { operator: { template: 'mango' } },
  });
  t.equal((await again.put({ state: 'finished' })).json.state, 'finished');
});

t.test('two pages that change different steps take nothing from each other', async (t) => {
  const at = await bench(t);
  await Promise.all([
    at.put({ steps: { place: 'done' } }),
    at.put({ steps: { sockets: 'done' } }),
    at.put({ drafts: { people: { rows: [] } } }),
  ]);
  t.match((await ask(at, '/api/v1/setup', { cookie: at.cookie })).json, {
    steps: { place: 'done', sockets: 'done' },
    drafts: { people: {} },
  });
});

t.test('a box that serves an office already is not interrupted; a broken file begins anew', async (t) => {
  const office = { version: 1, ports: [{ kind: 'fxs', number: 1, classOfService: 'office' }] };
  const at = await bench(t, office);
  t.equal((await ask(at, '/api/v1/setup', { cookie: at.cookie })).json.state, 'put-off');
  const data = t.testdir({ 'setup.json': '{"state":"fini' });
  const broken = await bench(t, { version: 1 }, data);
  t.equal((await ask(broken, '/api/v1/setup', { cookie: broken.cookie })).json.state, 'open');
  t.match(broken.log.join(), /begins anew/);
});

t.test('what makes no sense is refused by its place', async (t) => {
  const at = await bench(t);
  for (const [body, path] of [
    [{ at: 'nowhere' }, '/at'],
    [{ steps: { place: 'perhaps' } }, '/steps/place'],
    [{ more: 1 }, '/more'],
  ] as const)
    t.match(await at.put(body), { status: 400, json: { error: { path } } });
  const long = { drafts: { people: { text: 'x'.repeat(70_000) } } };
  t.match(await at.put(long), { status: 413 });
});

t.test('a test call is asked for by telephone, number and way', async (t) => {
  const at = await bench(t);
  const call = (body: object) => ask(at, '/api/v1/setup/test-call', { body, cookie: at.cookie });
  const order = { from: 'port:1', to: '8 916 123-45-67', via: 'line:5' };
  t.match(await call(order), { status: 201, json: { id: 'call-1' } });
  t.same(at.asked, [order]);
  const refused = await call({ ...order, to: '112' });
  t.match(refused, { status: 422, json: { error: { code: 'api/test-number', path: '/to' } } });
  t.match(await call({ ...order, via: 'line' }), { status: 400, json: { error: { path: '/via' } } });
});

t.test('only a call over the very line, that somebody answered, proves it a city line', async (t) => {
  const config = {
    version: 1,
    ports: [
      { kind: 'fxo', number: 5 },
      { kind: 'fxo', number: 6, role: 'pbx-extension' },
      { kind: 'fxo', number: 7, outsidePrefix: '9' },
    ],
  };
  const at = await bench(t, config);
  const leg = (place: string, answeredAt?: number) =>
    ({ place, direction: 'outgoing', ...(answeredAt ? { answeredAt } : {}) }) as CallRecord['legs'][number];
  const record = (id: string, ...legs: CallRecord['legs']) => ({ id, legs }) as CallRecord;
  at.records.push(
    record('good', leg('port:1', 5), leg('line:5', 7), leg('line:6', 7), leg('line:7', 7)),
    record('silent', leg('line:5')),
    record('elsewhere', leg('trunk:acme', 9)),
  );
  const prove = (line: number, callId: string, heard: unknown = true) =>
    ask(at, `/api/v1/setup/lines/${line}/proof`, { body: { callId, heard }, cookie: at.cookie });
  const proven = () => at.config2().ports.map((port) => port.kind === 'fxo' && port.proven);
  for (const [line, call] of [
    [5, 'silent'],
    [5, 'elsewhere'],
    [6, 'good'],
    [7, 'good'],
  ] as const)
    t.match(await prove(line, call), { status: 409, json: { error: { code: 'api/not-proven' } } });
  t.equal((await prove(5, 'good', false)).status, 400, 'nor does it without a person’s word');
  t.equal((await prove(5, 'none')).status, 404);
  t.equal((await prove(9, 'good')).status, 404);
  t.same(proven(), [false, false, false]);
  t.equal((await prove(5, 'good')).status, 200);
  t.same(proven(), [true, false, false]);
});
