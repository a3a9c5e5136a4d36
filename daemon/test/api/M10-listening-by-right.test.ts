import { writeFileSync } from 'node:fs';
import t from 'tap';
import type { CallLive, QueuesView } from '../../src/api/contract.ts';
import { ask, LivePage } from './kit.ts';
import { answered, startDepartments } from './roles-kit.ts';

const ofSales = { groups: ['sales'], queues: ['orders'] };

/** Calls of every kind, each recorded, and who is to see and to hear it: supervisors of sales and of repairs. */
const calls = [
  [answered('sales', 'anna', 1, ['group sales']), 'sees hears', ''],
  [answered('queue', 'anna', 1, ['queued orders 1', 'queue-answered orders 4 anna']), 'sees hears', ''],
  [answered('repairs', 'boris', 2, ['group repairs']), '', 'sees hears'],
  [answered('faults', 'boris', 2, ['queued faults 1']), '', 'sees hears'],
  [answered('overflow', 'boris', 2, ['group sales', 'group repairs']), 'sees', 'sees'],
  [answered('moved', 'boris', 2, ['queued orders 1', 'queue-moved orders faults 1']), 'sees', 'sees'],
  [answered('direct', 'anna', 1, []), 'sees hears', ''],
  [answered('director', 'olga', 3, []), '', ''],
  [answered('to-director', 'olga', 3, ['group sales']), 'sees', ''],
  [answered('from-director', 'anna', 1, ['group sales'], { calledBy: 'olga' }), 'sees', ''],
  [answered('no-telephone-of-theirs', 'anna', 3, ['group sales']), 'sees', ''],
  [answered('menu', '', 9, ['flow main']), '', ''],
] as const;

async function office(t: Parameters<typeof startDepartments>[0] & { testdir(): string }) {
  const at = await startDepartments(t);
  at.records = calls.map(([record], i) => ({ ...record, startedAt: 1000 + i }));
  const folder = t.testdir();
  writeFileSync(`${folder}/sound.wav`, 'sound');
  const removed: string[] = [];
  Object.assign(at.deps.recordings, {
    find: () => ({ path: `${folder}/sound.wav` }),
    remove: (file: string) => removed.push(file) > 0,
  });
  return { at, removed, folder };
}

t.test('a supervisor sees and hears the calls of the own groups and queues, and no others', async (t) => {
  const { at } = await office(t);
  const cookies = [
    await at.account('vera', 'supervisor', ofSales),
    await at.account('pavel', 'supervisor', { groups: ['repairs'], queues: ['faults'] }),
  ];
  for (const [k, cookie] of cookies.entries()) {
    const may = calls.map(([{ id }, ...rights]) => ({ id, rights: rights[k]!.split(' ') }));
    const listed = (await ask(at, '/api/v1/calls', { cookie })).json.calls;
    t.same(
      listed.map(({ id }: { id: string }) => id).sort(),
      may.flatMap(({ id, rights }) => (rights.includes('sees') ? [id] : [])).sort(),
    );
    for (const { id, rights } of may) {
      const shown = listed.find((one: { id: string }) => one.id === id);
      t.equal(!!shown?.recordings, rights.includes('hears'), `${id}: its recording is told of`);
      t.notOk(shown && 'pinId' in shown, 'nothing is told of PINs');
      t.equal(
        (await ask(at, `/api/v1/calls/${id}`, { cookie })).status,
        rights.includes('sees') ? 200 : 403,
        id,
      );
      at.lines.length = 0;
      const sound = await ask(at, `/api/v1/calls/${id}/recordings/${id}.wav`, { cookie });
      const who = `account:${k === 0 ? 'vera' : 'pavel'}`;
      if (rights.includes('hears')) {
        t.match(sound, { status: 200, text: 'sound' }, `${id}: heard`);
        t.match(at.lines, [{ who, act: 'recording-heard', callId: id, detail: `${id}.wav` }]);
      } else {
        t.match(sound, { status: 403, json: { error: { code: 'api/not-allowed' } } }, `${id}: refused`);
        t.notMatch(sound.text, /sound/);
        t.match(at.lines, [
          { who, act: 'access-refused', callId: id, detail: `GET /api/v1/calls/${id}/recordings/${id}.wav` },
        ]);
      }
    }
  }
});

t.test('a download is told from a hearing, by name; deleting is the admin’s alone', async (t) => {
  const { at, removed } = await office(t);
  const vera = await at.account('vera', 'supervisor', ofSales);
  const oleg = await at.account('oleg', 'supervisor', ofSales);
  at.lines.length = 0;
  const sound = '/api/v1/calls/sales/recordings/sales.wav';
  await ask(at, sound, { cookie: vera });
  await ask(at, sound, { cookie: vera });
  await ask(at, sound, { cookie: oleg });
  await ask(at, `${sound}?download`, { cookie: vera });
  t.equal((await ask(at, sound, { method: 'DELETE', cookie: vera })).status, 403);
  t.same(removed, []);
  t.equal((await ask(at, sound, { method: 'DELETE', cookie: at.admin })).status, 200);
  t.same(
    at.lines.map(({ who, act }) => `${who} ${act}`),
    [
      'account:vera recording-heard',
      'account:oleg recording-heard',
      'account:vera recording-downloaded',
      'account:vera access-refused',
      'admin recording-deleted',
    ],
    'from one address, each under the own name',
  );
});

t.test('a user sees the own calls only, and hears no recording', async (t) => {
  const { at } = await office(t);
  const [{ legs }] = [calls[0][0]];
  const rung = legs.map((leg) => ({ ...leg, ...(leg.direction === 'outgoing' ? { answeredAt: 0 } : {}) }));
  for (const leg of rung) if (!leg.answeredAt) Reflect.deleteProperty(leg, 'answeredAt');
  const { answeredAt: _, answeredBy: __, ...missed } = answered('missed', '', 1, []);
  at.records.push({ ...missed, legs: rung });
  const cookie = await at.account('anna', 'user', { person: 'anna' });
  const listed = (await ask(at, '/api/v1/calls', { cookie })).json.calls;
  t.same(listed.map(({ id }: { id: string }) => id).sort(), [
    'direct',
    'from-director',
    'missed',
    'no-telephone-of-theirs',
    'queue',
    'sales',
  ]);
  t.notOk(listed.some((call: object) => 'recordings' in call));
  t.equal((await ask(at, '/api/v1/calls/repairs', { cookie })).status, 403);
  t.equal((await ask(at, '/api/v1/calls/sales/recordings/sales.wav', { cookie })).status, 403);
});

t.test('pages of the own calls follow each other without a hole, however rare they are', async (t) => {
  const { at } = await office(t);
  at.records = Array.from({ length: 300 }, (_, i) =>
    answered(`c${i}`, i % 7 === 0 ? 'anna' : 'boris', i % 7 === 0 ? 1 : 2, [], { startedAt: 1000 + i }),
  );
  const cookie = await at.account('anna', 'user', { person: 'anna' });
  const seen: string[] = [];
  let before = '';
  let pages = 0;
  for (let page = 0; page < 300; page++) {
    const { calls: found, next } = (await ask(at, `/api/v1/calls?limit=10${before}`, { cookie })).json;
    t.ok(found.length <= 10);
    seen.push(...found.map(({ id }: { id: string }) => id));
    pages++;
    if (next === undefined) break;
    before = `&before=${next}`;
  }
  t.same(
    seen,
    at.records
      .filter(({ answeredBy }) => answeredBy === 'anna')
      .map(({ id }) => id)
      .reverse(),
  );
  t.equal(pages, 5, 'each but the last is full');
  t.equal(
    Math.max(...at.queries.map((query) => (query as { limit: number }).limit)),
    200,
    'and read in portions',
  );
});

t.test('mailboxes: the own one, and for a supervisor those of the groups', async (t) => {
  const { at, folder } = await office(t);
  const boxes = [
    { id: 'anna', kind: 'person' as const },
    { id: 'boris', kind: 'person' as const },
    { id: 'sales', kind: 'group' as const },
    { id: 'repairs', kind: 'group' as const },
  ].map((box) => ({ ...box, name: box.id, fresh: 1, old: 0, bytes: 1, maxBytes: 9, ownGreeting: false }));
  const message = { id: 'm1', at: 1, ms: 1, bytes: 1, format: 'wav' as const, callId: 'c1' };
  const removed: string[] = [];
  Object.assign(at.deps.voicemail, {
    boxes: () => boxes,
    list: () => [message],
    find: () => ({ there: { path: `${folder}/sound.wav` }, message }),
    mark: async () => message,
    remove: (box: string) => removed.push(box) > 0,
  });
  const cases = [
    ['vera', await at.account('vera', 'supervisor', { ...ofSales, person: 'anna' }), ['anna', 'sales']],
    ['pavel', await at.account('pavel', 'supervisor', { groups: ['repairs'] }), ['repairs']],
    ['boris', await at.account('boris', 'user', { person: 'boris' }), ['boris']],
  ] as const;
  for (const [name, cookie, own] of cases) {
    const shown = (await ask(at, '/api/v1/voicemail', { cookie })).json;
    t.same(
      shown.map(({ id }: { id: string }) => id),
      own,
    );
    for (const { id } of boxes) {
      at.lines.length = 0;
      removed.length = 0;
      const mine = (own as readonly string[]).includes(id);
      const heard = await ask(at, `/api/v1/voicemail/${id}/m1/sound`, { cookie });
      t.equal(heard.status, mine ? 200 : 403, `${name} hears ${id}`);
      t.equal((await ask(at, `/api/v1/voicemail/${id}`, { cookie })).status, mine ? 200 : 403);
      const patch = { method: 'PATCH', body: { heard: true }, cookie };
      t.equal((await ask(at, `/api/v1/voicemail/${id}/m1`, patch)).status, mine ? 200 : 403);
      t.equal(
        (await ask(at, `/api/v1/voicemail/${id}/m1`, { method: 'DELETE', cookie })).status,
        mine ? 200 : 403,
      );
      t.same(removed, mine ? [id] : []);
      const acts = at.lines.map(({ who, act }) => `${who} ${act}`);
      const by = `account:${name}`;
      t.same(
        acts,
        mine
          ? [`${by} voicemail-heard`, `${by} voicemail-marked`, `${by} voicemail-deleted`]
          : Array.from({ length: 4 }, () => `${by} access-refused`),
      );
    }
  }
});

const board: QueuesView = {
  queues: ['orders', 'faults'].map((id) => ({
    ...{ id, name: id, onLine: 1 },
    waiting: [
      { id: `w-${id}`, kind: 'call', position: 1, priority: 5, since: 1, rung: [], callId: `c-${id}` },
    ],
    today: {
      ...{ came: 0, answered: 0, inTime: 0, abandoned: 0, passedOn: 0, callbacks: 0, calledBack: 0 },
      ...{ thresholdSeconds: 20, longestWaitMs: 0 },
    },
  })),
  agents: [
    ['anna', ['orders', 'faults']],
    ['boris', ['faults']],
  ].map(([id, queues]) => ({
    ...{ id: id as string, name: id as string, mode: 'on', state: 'talking', since: 1, queue: 'faults' },
    ...{ queues: queues as string[], today: { answered: 0, missed: 0, talkMs: 0 } },
  })),
};

t.test('a supervisor moves and switches within the own queues', async (t) => {
  const { at } = await office(t);
  const done: unknown[] = [];
  Object.assign(at.deps.queues, {
    view: () => board,
    setMode: (...order: unknown[]) => done.push(order) && board.agents[0],
    move: (...order: unknown[]) => void done.push(order),
    cancel: (id: string) => done.push(id) > 0,
  });
  const cookie = await at.account('vera', 'supervisor', ofSales);
  const shown = (await ask(at, '/api/v1/queues', { cookie })).json as QueuesView;
  t.same(
    shown.queues.map(({ id }) => id),
    ['orders'],
  );
  t.same(
    shown.agents.map(({ id, queues, queue }) => [id, queues, queue]),
    [['anna', ['orders'], undefined]],
  );
  const put = async (path: string, method: string, body?: object): Promise<number> =>
    (await ask(at, `/api/v1${path}`, { method, cookie, ...(body && { body }) })).status;
  t.equal(await put('/agents/anna', 'PUT', { mode: 'pause' }), 200);
  t.equal(await put('/queues/waiting/w-orders/move', 'POST', { position: 1 }), 200);
  t.equal(await put('/queues/callbacks/w-orders', 'DELETE'), 200);
  t.same(done.splice(0), [
    ['anna', 'pause', 'account:vera'],
    ['w-orders', { position: 1 }, 'account:vera'],
    'w-orders',
  ]);
  t.equal(await put('/agents/boris', 'PUT', { mode: 'off' }), 403);
  t.equal(await put('/agents/nobody', 'PUT', { mode: 'off' }), 404);
  t.equal(await put('/queues/waiting/w-faults/move', 'POST', { position: 1 }), 403);
  t.equal(
    await put('/queues/waiting/w-faults/move', 'POST', { queue: 'orders' }),
    403,
    'nobody is drawn over',
  );
  t.equal(await put('/queues/waiting/w-orders/move', 'POST', { queue: 'faults' }), 403, 'nor pushed off');
  t.equal(await put('/queues/callbacks/w-faults', 'DELETE'), 403);
  t.same(done, []);
});

t.test('the live stream tells nothing of calls, queues and agents that are not the viewer’s', async (t) => {
  const { at } = await office(t);
  const live = (id: string, state: CallLive['state'] = 'talking'): CallLive => ({
    ...{ id, direction: 'incoming', service: 'incoming', state, caller: { number: '+74951234567' } },
    ...{ called: {}, startedAt: 1, price: 5, route: 'main', legs: [] },
  });
  const put = (id: string, value: CallLive | null): void => at.live.put({ what: 'calls', id, value });
  put('sales', live('sales'));
  put('repairs', live('repairs'));
  const cookie = await at.account('vera', 'supervisor', ofSales);
  const page = new LivePage(at, { cookie });
  const whole = new LivePage(at, { cookie: at.admin });
  await whole.until((p) => p.messages.length > 0);
  const first = await page.until((p) => p.messages.find((m) => m.type === 'snapshot'));
  t.same(
    first.state.calls.map(({ id }) => id),
    ['sales'],
  );
  t.notOk('price' in first.state.calls[0]! || 'route' in first.state.calls[0]!);
  const [orders, faults] = board.queues;
  at.live.put({ what: 'queues', id: 'faults', value: faults! });
  at.live.put({ what: 'agents', id: 'boris', value: board.agents[1]! });
  put('director', live('director'));
  at.live.put({ what: 'records', id: 'director', value: null });
  put('director', null);
  at.live.put({ what: 'voicemail', id: 'repairs', value: null });
  await whole.until((p) =>
    p.messages.some((m) => m.type === 'patch' && JSON.stringify(m).includes('faults')),
  );
  // Somebody is put through to sales only later: then the call is theirs.
  at.records.push({ ...answered('late', '', 9, ['flow main']), state: 'active' });
  put('late', live('late', 'ringing'));
  await whole.until((p) => p.messages.some((m) => JSON.stringify(m).includes('"late"')));
  at.records = at.records.map((one) =>
    one.id === 'late' ? { ...one, events: [{ at: 1, what: 'group', detail: 'sales' }] } : one,
  );
  at.live.put({ what: 'records', id: 'late', value: null });
  await page.until((p) => p.messages.some((m) => m.type === 'patch' && JSON.stringify(m).includes('"late"')));
  put('late', null);
  at.live.put({ what: 'queues', id: 'orders', value: orders! });
  at.live.put({ what: 'agents', id: 'anna', value: board.agents[0]! });
  at.live.put({ what: 'voicemail', id: 'sales', value: null });
  await page.until((p) =>
    p.messages.some((m) => m.type === 'patch' && JSON.stringify(m).includes('"voicemail"')),
  );
  const told = JSON.stringify(page.messages);
  for (const word of ['repairs', 'director', 'boris', 'faults']) t.notMatch(told, word);
  t.match(told, /"what":"queues","id":"orders"/);
  const seqs = page.messages.flatMap((m) => (m.type === 'patch' ? [m.seq] : []));
  t.same(
    seqs,
    seqs.map((_, i) => i + 1),
    'not even a gap in the numbers tells of the others',
  );
  page.socket.close();
  whole.socket.close();
});

t.test('whoever leaves a group is not shown its calls any more, on a page that is open', async (t) => {
  const { at } = await office(t);
  const vera = await at.account('vera', 'supervisor', { groups: ['sales'] });
  const value: CallLive = {
    ...{ id: 'direct', direction: 'incoming', service: 'incoming', state: 'talking' },
    ...{ caller: {}, called: {}, startedAt: 1, legs: [] },
  };
  at.live.put({ what: 'calls', id: 'direct', value });
  const page = new LivePage(at, { cookie: vera });
  await page.until((p) => p.messages.some((m) => m.type === 'snapshot' && m.state.calls.length === 1));
  const groups = at.config.groups.map((group) => ({ ...group, members: group.members.slice(1) }));
  at.config = { ...at.config, groups };
  at.live.put({ what: 'config', id: '9', value: null });
  await page.until((p) => p.messages.some((m) => m.type === 'snapshot' && m.state.calls.length === 0));
  t.equal((await ask(at, '/api/v1/calls/direct', { cookie: vera })).status, 403);
  page.socket.close();
});

t.test('refusals that are repeated fill no log', async (t) => {
  const { at } = await office(t);
  const cookie = await at.account('vera', 'supervisor', ofSales);
  at.lines.length = 0;
  for (let i = 0; i < 5; i++) await ask(at, '/api/v1/config', { cookie });
  t.equal(at.lines.length, 1);
});
