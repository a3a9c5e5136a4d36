import t from 'tap';
import { ask, LivePage } from './kit.ts';
import { answered, startDepartments } from './roles-kit.ts';

t.test('an installer sees sockets, trunks and how calls went, and nothing of what was said', async (t) => {
  const at = await startDepartments(t);
  const petr = await at.account('petr', 'installer');
  at.records.push(answered('one', 'anna', 1, ['group sales']));
  at.live.put({
    ...{ what: 'ports', id: '1' },
    value: { number: 1, kind: 'fxs', role: 'telephone', name: 'P', state: 'idle', since: 1 },
  });
  const page = new LivePage(at, { cookie: petr });
  const first = await page.until((p) => p.messages[0]);
  t.match(first.type === 'snapshot' && first.state, { ports: [{ number: 1 }], queues: [], agents: [] });
  at.live.put({
    ...{ what: 'alarms', id: 'a' },
    value: {
      id: 'a',
      severity: 'warning',
      said: { ru: 'а', en: 'a' },
      cure: { ru: '', en: '' },
      since: 1,
    },
  });
  await page.until((p) => JSON.stringify(p.messages).includes('"alarms"'));
  page.socket.close();

  const { json: call } = await ask(at, '/api/v1/calls/one', { cookie: petr });
  t.equal(call.id, 'one');
  t.notOk('recordings' in call);
  t.notOk('pinId' in call);
  t.equal((await ask(at, '/api/v1/calls/one/recordings/one.wav', { cookie: petr })).status, 403);
  t.equal((await ask(at, '/api/v1/voicemail/anna', { cookie: petr })).status, 403);
  t.equal((await ask(at, '/api/v1/accounts', { cookie: petr })).status, 403);
  t.equal((await ask(at, '/api/v1/pins', { cookie: petr })).status, 403);
});

t.test('an installer changes what is technical, but not who gets to hear what was said', async (t) => {
  const at = await startDepartments(t);
  const petr = await at.account('petr', 'installer');
  const patch = async (edits: object[]) =>
    ask(at, '/api/v1/config', { method: 'PATCH', cookie: petr, body: { revision: at.revision, edits } });
  t.equal((await patch([{ op: 'put', path: '/ports/1/name', value: 'Door' }])).status, 200);
  const olga = at.config.people.find(({ id }) => id === 'olga');
  for (const [path, value] of [
    ['/people/anna/email', 'petr@example.org'],
    ['/people/olga', { ...olga, email: 'petr@example.org' }],
    ['/groups/sales/email', 'petr@example.org'],
    ['/recording/announce', 'never'],
    ['/mail/server', 'petr.example.org'],
    ['/voicemail/keepDays', 9999],
  ] as const)
    t.match(
      await patch([{ op: 'put', path, value }]),
      { status: 403, json: { error: { code: 'api/not-allowed' } } },
      path,
    );
  const person = {
    id: 'new',
    name: 'New',
    extension: '299',
    classOfService: 'office',
    email: 'n@example.org',
  };
  t.equal((await patch([{ op: 'put', path: '/people/new', value: person }])).status, 200, 'somebody new');
});

t.test('an installer takes back the own changes only', async (t) => {
  const at = await startDepartments(t);
  const petr = await at.account('petr', 'installer');
  const rename = (cookie: string, value: string) =>
    ask(at, '/api/v1/config', {
      ...{ method: 'PATCH', cookie },
      body: { revision: at.revision, edits: [{ op: 'put', path: '/ports/1/name', value }] },
    });
  await rename(at.admin, 'Hall');
  t.equal((await ask(at, '/api/v1/config/undo', { body: {}, cookie: petr })).status, 409);
  await rename(petr, 'Door');
  t.equal((await ask(at, '/api/v1/config/undo', { body: {}, cookie: petr })).status, 200);
  t.equal(at.config.ports[0]?.name, 'Hall');
});
