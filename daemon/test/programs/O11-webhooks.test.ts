import { createHmac } from 'node:crypto';
import { createServer } from 'node:net';
import t from 'tap';
import { departments } from '../api/roles-kit.ts';
import { callAt, type Desk, eventDesk, type Receiver, receiver, secret, until } from './kit.ts';

const hook = (to: Receiver, id = 'crm', rest: object = {}) => ({ id, name: id, url: to.url, ...rest });
const types = ({ messages }: Receiver): string[] => messages.map(({ json }) => json.type);

/** A call from its first ring to its end. */
function wholeCall({ desk }: Desk, id = 'call-1'): void {
  for (const moment of ['begun', 'ringing', 'answered', 'ended'] as const) desk.note(callAt(moment, id));
}

/** Waits for the try under way, and lets the time pass up to the next; of the first event that waits. */
async function nextTry({ desk, clock }: Desk, id: string): Promise<void> {
  const first = () => desk.webhooks.deliveries(id, { limit: 9, state: 'pending' })!.deliveries.at(-1);
  const before = await until(() => {
    const one = first();
    // While a try is under way, its time has come already.
    return one === undefined || one.nextAt > clock.wall() ? { one } : undefined;
  });
  if (!before.one) return;
  clock.advance(before.one.nextAt - clock.wall());
  await until(() => first()?.number !== before.one!.number || first()!.tries > before.one!.tries);
}

t.test('a call is told of in order, signed as Standard Webhooks has it, with no secret in it', async (t) => {
  const crm = await receiver(t);
  const at = eventDesk(t, t.testdir({}), { webhooks: [hook(crm)], config: departments });
  wholeCall(at);
  await until(() => crm.messages.length === 3);
  t.same(types(crm), ['call.ringing', 'call.answered', 'call.ended']);
  const ids = new Set<unknown>();
  for (const { headers, body } of crm.messages) {
    const [id, time] = [headers['webhook-id'], headers['webhook-timestamp']];
    const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
    const expected = createHmac('sha256', key).update(`${id}.${time}.${body}`).digest('base64');
    t.equal(headers['webhook-signature'], `v1,${expected}`);
    t.equal(headers['content-type'], 'application/json');
    t.equal(Number(time), Math.floor(at.clock.wall() / 1000));
    ids.add(id);
    t.notMatch(body, /pin-of-anna|pin:secret|whsec_|"accounts"/);
  }
  t.equal(ids.size, 3);
  t.match(crm.messages[0]!.json, {
    number: 1,
    data: {
      call: {
        ...{ id: 'call-1', direction: 'incoming', trunk: 'acme', called: { number: '201' } },
        caller: { number: '+74951234567', name: 'ООО Ромашка' },
        ringing: [{ id: 'anna', name: 'Anna', extension: '201' }],
      },
    },
  });
  t.match(crm.messages[1]!.json.data.call, { answeredBy: { id: 'anna' }, answeredAt: 3000 });
  t.match(crm.messages[2]!.json.data.call, { outcome: 'answered', releasedBy: 'caller', cause: 16 });
  t.match(at.desk.webhooks.list(), [
    { id: 'crm', pending: 0, dead: 0, last: { state: 'done', status: 204 } },
  ]);
});

t.test('a call that nobody took is missed; who hides is not named; kinds are chosen', async (t) => {
  const [all, some] = [await receiver(t), await receiver(t)];
  const at = eventDesk(t, t.testdir({}), {
    webhooks: [hook(all), hook(some, 'some', { kinds: ['call.missed'] })],
    config: departments,
  });
  for (const moment of ['begun', 'ringing', 'lost'] as const)
    at.desk.note({ ...callAt(moment), callerAbsence: 'private' });
  await until(() => all.messages.length === 3 && some.messages.length === 1);
  t.same(types(all), ['call.ringing', 'call.ended', 'call.missed']);
  t.match(some.messages[0]!.json, {
    type: 'call.missed',
    data: { call: { caller: { absence: 'private' } } },
  });
  for (const { body } of all.messages) t.notMatch(body, /74951234567|Ромашка/);
});

t.test('a program that fails is tried again with the same id, and order holds', async (t) => {
  const crm = await receiver(t);
  let failing = true;
  crm.answer = (response) => response.writeHead(failing ? 500 : 200).end();
  const at = eventDesk(t, t.testdir({}), { webhooks: [hook(crm)], config: departments });
  wholeCall(at);
  for (let i = 0; i < 4; i++) await nextTry(at, 'crm');
  t.same(new Set(types(crm)), new Set(['call.ringing']), 'nothing goes past the first');
  t.equal(new Set(crm.messages.map(({ headers }) => headers['webhook-id'])).size, 1);
  await until(() => at.alarms.list().length > 0);
  t.match(at.alarms.list(), [{ id: 'webhook:crm', severity: 'warning' }]);
  failing = false;
  const told = crm.messages.length;
  await nextTry(at, 'crm');
  await until(() => crm.messages.length === told + 3);
  t.same(types(crm).slice(told), ['call.ringing', 'call.answered', 'call.ended']);
  await until(() => at.alarms.list().length === 0);
  t.notOk(
    at.lines.some((line) => line.includes(crm.url) || line.includes('whsec_')),
    'no log has address or key',
  );
});

t.test('one that hangs, and ones that lie, delay no other, and end by themselves', async (t) => {
  const [hangs, endless, moved, good] = [
    await receiver(t),
    await receiver(t),
    await receiver(t),
    await receiver(t),
  ];
  hangs.answer = () => {};
  endless.answer = (response) => {
    response.writeHead(200, { 'Content-Length': 1e12 });
    response.write('x'.repeat(1000));
  };
  moved.answer = (response) => response.writeHead(307, { Location: good.url }).end();
  const mute = createServer((socket) => void socket.write('no HTTP at all\r\n\r\n'));
  await new Promise<void>((done) => mute.listen(0, '127.0.0.1', done));
  t.teardown(() => mute.close());
  const { port } = mute.address() as { port: number };
  const at = eventDesk(t, t.testdir({}), {
    webhooks: [
      ...[hook(hangs, 'hangs'), hook(endless, 'endless'), hook(moved, 'moved'), hook(good, 'good')],
      { id: 'mute', name: 'mute', url: `http://127.0.0.1:${port}/` },
    ],
    config: departments,
  });
  wholeCall(at);
  await until(() => good.messages.length === 3 && endless.messages.length === 3);
  t.same(types(good), ['call.ringing', 'call.answered', 'call.ended'], 'a redirection brings it nothing');
  const last = (id: string) => at.desk.webhooks.deliveries(id, { limit: 9 })!.deliveries.at(-1)!;
  await until(() => last('moved').status === 307 && last('mute').error === 'unreachable');
  t.equal(hangs.messages.length, 1);
  t.equal(last('hangs').tries, 0);
  at.clock.advance(10_000);
  await until(() => last('hangs').error === 'late');
});

t.test('after 24 hours an event is given up, and can be told again', async (t) => {
  const crm = await receiver(t);
  let failing = true;
  crm.answer = (response) => response.writeHead(failing ? 503 : 200).end();
  const at = eventDesk(t, t.testdir({}), { webhooks: [hook(crm)], config: departments });
  wholeCall(at);
  const view = () => at.desk.webhooks.list()[0]!;
  let tries = 0;
  for (; view().dead < 3; tries++) await nextTry(at, 'crm');
  t.ok(tries > 20, `${tries} tries`);
  t.same(
    at.desk.webhooks.deliveries('crm', { limit: 9, state: 'dead' })!.deliveries.map(({ number }) => number),
    [3, 2, 1],
  );
  failing = false;
  const before = crm.messages.length;
  t.equal(at.desk.webhooks.replay('crm', { number: 2 }), 1);
  await until(() => crm.messages.length === before + 1);
  t.equal(types(crm).at(-1), 'call.answered');
  t.equal(at.desk.webhooks.replay('crm', { since: 0 }), 3);
  await until(() => crm.messages.length === before + 4);
  t.same(types(crm).slice(before + 1), ['call.ringing', 'call.answered', 'call.ended']);
  const ids = crm.messages
    .filter(({ json }) => json.number === 2)
    .map(({ headers }) => headers['webhook-id']);
  t.equal(new Set(ids).size, 1, 'the same id however often');
  t.equal(at.desk.webhooks.replay('nobody', { since: 0 }), undefined);
});

t.test(
  'an event that a program calls faulty does not hold up the others for a day; one that is gone is left',
  async (t) => {
    const [picky, gone] = [await receiver(t), await receiver(t)];
    picky.answer = (response, { json }) => response.writeHead(json.type === 'call.ringing' ? 422 : 200).end();
    gone.answer = (response) => response.writeHead(410).end();
    const at = eventDesk(t, t.testdir({}), {
      webhooks: [hook(picky, 'picky'), hook(gone, 'gone')],
      config: departments,
    });
    wholeCall(at);
    await until(() => at.desk.webhooks.list()[1]!.dead === 3);
    while (at.desk.webhooks.list()[0]!.dead === 0) await nextTry(at, 'picky');
    await until(() => at.desk.webhooks.list()[0]!.pending === 0);
    t.same(types(picky).slice(-2), ['call.answered', 'call.ended']);
  },
);

t.test('after kill -9 nothing that was taken down is lost, and the cut call is told of', async (t) => {
  const crm = await receiver(t);
  const kept: number[] = [];
  crm.answer = (response) => {
    kept.push(1);
    // Taken, but the box dies before it hears so.
    response.destroy();
  };
  const at = eventDesk(t, t.testdir({}), { webhooks: [hook(crm)], config: departments });
  at.desk.note(callAt('begun'));
  at.desk.note(callAt('ringing'));
  at.desk.note(callAt('answered'));
  await until(() => kept.length > 0);
  const died = crm.messages.at(-1)!;
  // The process is gone without a word; its files are as they were.
  at.records.set('call-1', { ...callAt('answered'), state: 'interrupted', q850: 41, releasedBy: 'box' });
  crm.answer = (response) => response.writeHead(200).end();
  const before = crm.messages.length;
  const next = at.again();
  await until(() => crm.messages.length >= before + 3);
  t.same(types(crm).slice(-3), ['call.ringing', 'call.answered', 'call.ended']);
  t.equal(crm.messages.at(-3)!.headers['webhook-id'], died.headers['webhook-id'], 'told twice, with one id');
  t.match(crm.messages.at(-1)!.json.data.call, { outcome: 'interrupted', releasedBy: 'box' });
  next.desk.note(at.records.get('call-1')!);
  t.equal(next.desk.access.page(0, 100).events.length, 3, 'and once only');
});

t.test('alarms, voicemail and recordings are told of, and the telling itself is not', async (t) => {
  const crm = await receiver(t);
  const at = eventDesk(t, t.testdir({}), { webhooks: [hook(crm)], config: departments });
  const alarm = { said: { ru: 'а', en: 'a' }, cure: { ru: 'б', en: 'b' }, severity: 'critical' } as const;
  at.alarms.raise({ id: 'trunk:acme', ...alarm });
  at.alarms.raise({ id: 'trunk:acme', ...alarm });
  at.alarms.raise({ id: 'webhook:crm', ...alarm });
  at.alarms.clear('webhook:crm');
  at.alarms.clear('trunk:acme');
  at.desk.note(callAt('begun'));
  at.desk.note(callAt('ringing'));
  at.desk.note(callAt('answered'));
  const recordings = [{ file: 'a.wav', at: 3000 }];
  at.desk.note({ ...callAt('ended'), recordings });
  at.desk.note({ ...callAt('ended'), recordings: [{ ...recordings[0]!, seconds: 5.5, bytes: 9 }] });
  at.desk.note({ ...callAt('ended'), recordings: [{ ...recordings[0]!, seconds: 5.5, bytes: 9 }] });
  await until(() => crm.messages.length === 6);
  t.same(types(crm), [
    ...['alarm.raised', 'alarm.cleared', 'call.ringing', 'call.answered', 'call.ended', 'recording.ready'],
  ]);
  t.match(crm.messages.at(-1)!.json.data, { callId: 'call-1', file: 'a.wav', seconds: 5.5 });
});

t.test('a test says in words what came of it, and is kept nowhere', async (t) => {
  const crm = await receiver(t);
  const at = eventDesk(t, t.testdir({}), { webhooks: [hook(crm)] });
  t.match(await at.desk.webhooks.test('crm'), { ok: true, status: 204 });
  crm.answer = (response) => response.writeHead(401).end();
  t.match(await at.desk.webhooks.test('crm'), { ok: false, status: 401, said: { ru: /ответила 401/ } });
  t.equal(crm.messages[0]!.json.type, 'test');
  t.same(at.desk.webhooks.deliveries('crm', { limit: 9 })!.deliveries, []);
  crm.server.closeAllConnections();
  await new Promise((done) => crm.server.close(done));
  t.match(await at.desk.webhooks.test('crm'), { ok: false, said: { ru: /никто не отвечает/ } });
  t.equal(await at.desk.webhooks.test('nobody'), undefined);
});

t.test(
  'while nobody wants to know, nothing is written; a program that is off gets nothing later',
  async (t) => {
    const crm = await receiver(t);
    const folder = t.testdir({});
    const at = eventDesk(t, folder, {
      webhooks: [hook(crm, 'crm', { enabled: false })],
      config: departments,
    });
    wholeCall(at);
    const { readdirSync } = await import('node:fs');
    t.same(readdirSync(folder), []);
    at.hooks([hook(crm)]);
    wholeCall(at, 'call-2');
    await until(() => crm.messages.length === 3);
    t.ok(crm.messages.every(({ json }) => json.data.call?.id === 'call-2'));
    at.hooks([]);
    at.hooks([hook(crm)]);
    t.same(
      at.desk.webhooks.deliveries('crm', { limit: 9 })!.deliveries,
      [],
      'what was for it is forgotten with it',
    );
  },
);
