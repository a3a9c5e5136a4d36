import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t, { type Test } from 'tap';
import type { LiveChange, QueuesView } from '../../src/api/contract.ts';
import { ApiServer } from '../../src/api/server.ts';
import { QueueDesk, queueFile } from '../../src/main/queue-desk.ts';
import { settle } from '../kit/fake-ports.ts';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';
import { ask, claimed, LivePage, makeWorld, type Running } from './kit.ts';

const office = queueOffice(
  { members: members('anna', 'boris'), callback: { classOfService: 'staff' }, ringSeconds: 60 },
  { id: 'second', name: 'Second', members: members('vera') },
);

/** The API over the queues of a bench; what changes there reaches the page as it does in the box. */
async function board(t: Test): Promise<{ b: QueueBench; at: Running; cookie: string; data: string }> {
  const b = new QueueBench(office);
  // Before the folder is asked for: tap takes it away before what is torn down by later calls.
  t.teardown(() => b.services.queues.close());
  const data = t.testdir();
  const world = makeWorld();
  const warn = (message: string): void => void world.log.push(message);
  const desk = new QueueDesk(b.services.queues, { data, clock: b.clock, config: () => b.config, warn });
  world.deps.queues = desk;
  b.services.queues.events.on('changed', (what, id) =>
    world.live.put(
      what === 'queue'
        ? { what: 'queues', id, value: desk.queue(id) ?? null }
        : { what: 'agents', id, value: desk.agent(id) ?? null },
    ),
  );
  const server = new ApiServer({ webRoot: '/nonexistent', deps: world.deps });
  const { port } = await server.listen('127.0.0.1', 0);
  t.teardown(() => server.close());
  const at = Object.assign(world, { server, port, origin: `http://127.0.0.1:${port}` });
  return { b, at, cookie: await claimed(at), data };
}

t.test('the board shows who waits, who is rung, who talks, and the figures, as they change', async (t) => {
  const { b, at, cookie } = await board(t);
  t.equal((await ask(at, '/api/v1/queues')).status, 401, 'not for strangers');
  const view = async (): Promise<QueuesView> => (await ask(at, '/api/v1/queues', { cookie })).json;
  t.match(await view(), {
    queues: [
      { id: 'sales', name: 'Sales', waiting: [], onLine: 2, today: { came: 0, thresholdSeconds: 20 } },
      { id: 'second', onLine: 1 },
    ],
    agents: [
      { id: 'anna', name: 'Anna', mode: 'on', state: 'free', queues: ['sales'] },
      { id: 'boris', state: 'free' },
      { id: 'vera', queues: ['second'] },
    ],
  });
  const page = new LivePage(at, { cookie });
  t.teardown(() => page.socket.terminate());
  await page.until(({ messages }) => messages[0]?.type === 'snapshot');
  const seen = (look: (change: LiveChange) => boolean): Promise<LiveChange> =>
    page.until(
      ({ messages }) =>
        messages.flatMap((message) => (message.type === 'patch' ? message.changes : [])).find(look),
      20_000,
    );

  const caller = await b.call({ number: '+79035550001' });
  t.match(await seen(({ what, ...rest }) => what === 'queues' && 'value' in rest && rest.value !== null), {
    id: 'sales',
  });
  t.match(await view(), {
    queues: [{ waiting: [{ kind: 'call', number: '+79035550001', position: 1, rung: ['anna'] }] }],
    agents: [{ state: 'rung', queue: 'sales' }],
  });
  const hidden = await b.call({ number: '+79035550002', absence: 'private' });
  t.notOk((await view()).queues[0]!.waiting[1]!.number, 'a withheld number is withheld here, too');
  await b.pass(8000);
  await b.lift(1);
  await seen((change) => change.what === 'agents' && change.value?.state === 'talking');
  await b.pass(60_000);
  caller.farReleases(16);
  await settle();
  await seen((change) => change.what === 'agents' && change.id === 'anna' && change.value?.state === 'busy');
  await b.hangUp(1);
  await b.pass(1000);
  await seen((change) => change.what === 'agents' && change.id === 'anna' && change.value?.state === 'free');
  hidden.farReleases(16);
  await settle();
  t.match(await view(), {
    queues: [
      {
        waiting: [],
        today: {
          ...{ came: 2, answered: 1, inTime: 1, abandoned: 1, serviceLevel: 0.5 },
          ...{ averageWaitMs: 8000, longestWaitMs: 8000, averageHandlingMs: 60_000 },
        },
      },
    ],
    agents: [{ state: 'free', today: { answered: 1, missed: 0, talkMs: 60_000, averageHandlingMs: 60_000 } }],
  });
});

t.test('a supervisor signs agents in and out, moves callers and takes callbacks back', async (t) => {
  const { b, at, cookie } = await board(t);
  const put = (path: string, body: object) => ask(at, `/api/v1/${path}`, { cookie, method: 'PUT', body });
  const post = (path: string, body: object) => ask(at, `/api/v1/${path}`, { cookie, body });
  t.match((await put('agents/anna', { mode: 'pause' })).json, { id: 'anna', state: 'pause' });
  const caller = await b.call();
  t.same([b.port(1).ringing, b.port(2).ringing], [false, true], 'the next call knows it');
  t.equal((await put('agents/anna', { mode: 'asleep' })).status, 400);
  t.equal((await put('agents/gleb', { mode: 'on' })).status, 404, 'of no queue');
  const id = [...b.services.queues.state.waiting.keys()][0]!;
  const move = `queues/waiting/${id}/move`;
  t.match((await post(move, { queue: 'second' })).json, {
    queues: [{ waiting: [] }, { id: 'second', waiting: [{ id, rung: ['vera'] }] }],
  });
  t.ok(b.port(3).ringing);
  for (const wrong of [{}, { queue: 'none' }, { queue: 7 }, { position: 0 }, { position: 1.5 }])
    t.equal((await post(move, wrong)).status, 400, JSON.stringify(wrong));
  t.equal((await post('queues/waiting/nobody/move', { position: 1 })).status, 404);
  await b.services.queues.order({ queue: 'sales', number: '+79035550001', name: 'Ivan' });
  const [sales] = ((await ask(at, '/api/v1/queues', { cookie })).json as QueuesView).queues;
  t.match(sales!.waiting, [{ kind: 'callback', number: '+79035550001', name: 'Ivan', attempts: 0 }]);
  const callback = `/api/v1/queues/callbacks/${sales!.waiting[0]!.id}`;
  t.equal((await ask(at, callback, { cookie, method: 'DELETE' })).status, 200);
  t.equal((await ask(at, callback, { cookie, method: 'DELETE' })).status, 404);
  caller.farReleases(16);
  await settle();
});

t.test('what is kept is read back whole; a broken file is told of, and the queues begin anew', async (t) => {
  const { b, data } = await board(t);
  b.services.queues.setMode('anna', 'off', 'test');
  await b.services.queues.order({ queue: 'sales', number: '+79035550001' });
  await b.call();
  await b.services.queues.close();
  const kept = queueFile(data, t.fail).read();
  t.match(kept, {
    agents: { anna: { mode: 'off' } },
    callbacks: [{ queue: 'sales', number: '+79035550001', attempts: 0, priority: 5 }],
    figures: { queues: { sales: { came: 1, callbacks: 1 } } },
  });
  const warned: string[] = [];
  writeFileSync(join(data, 'queues.json'), '{"agents": 5}');
  t.equal(queueFile(data, (message) => warned.push(message)).read(), undefined);
  t.match(warned, [/queues\.json/]);
  const nowhere = join(data, 'nowhere');
  mkdirSync(nowhere);
  t.equal(queueFile(nowhere, t.fail).read(), undefined, 'none yet is no fault');
});
