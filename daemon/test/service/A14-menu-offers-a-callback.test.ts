import t from 'tap';
import { checkFlows } from '../../src/config/flow-references.ts';
import { configSchema } from '../../src/config/schema.ts';
import { pathOf } from '../kit/flow-bench.ts';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

const flow = {
  id: 'main',
  name: 'Main',
  nodes: [
    {
      id: 'menu',
      does: {
        kind: 'menu',
        say: 'Press 1 to wait, 2 to leave a message, 3 and we call you back',
        choices: [
          { keys: '1', next: 'wait' },
          { keys: '2', next: 'message' },
          { keys: '3', next: 'back' },
        ],
        otherwise: 'wait',
      },
    },
    { id: 'wait', does: { kind: 'queue', queue: 'sales', otherwise: 'end' } },
    { id: 'message', does: { kind: 'voicemail', mailbox: 'anna', otherwise: 'end' } },
    { id: 'back', does: { kind: 'callback', queue: 'sales', next: 'promised', otherwise: 'wait' } },
    { id: 'promised', does: { kind: 'play', say: 'We call you back', next: 'end' } },
    { id: 'end', does: { kind: 'end' } },
  ],
};

function office(callback: object | undefined): Record<string, unknown> {
  const document = queueOffice({
    members: members('anna'),
    ...{ announcePosition: false, maxWaitSeconds: 0 },
    ...(callback
      ? { callback: { classOfService: 'staff', attempts: 2, retryMinutes: 10, ...callback } }
      : {}),
  });
  const [reception, ...others] = document.destinations as object[];
  return {
    ...document,
    flows: [flow],
    destinations: [{ ...reception, steps: [{ targets: ['flow:main'], seconds: 30 }] }, ...others],
  };
}

t.test('a caller presses callback, hangs up; when an agent is free both are called (A14)', async (t) => {
  const b = new QueueBench(office({}));
  await b.lift(1);
  const caller = await b.call({ number: '+79035550001' });
  await b.key(caller, '3');
  t.equal(b.said.at(-1), 'We call you back');
  t.equal(caller.state, 'released');
  t.same(pathOf(b.record), [
    ...['flow-node menu', 'keyed 3', 'flow-node back', 'callback-ordered'],
    ...['flow-node promised', 'flow-node end'],
  ]);
  t.match(b.services.queues.book.list, [{ number: '+79035550001' }]);
  await b.hangUp(1);
  // Time to hang up, too.
  await b.pass(16_000);
  t.ok(b.port(1).ringing, 'the agent first');
  await b.lift(1);
  t.match(b.trunkCalls, [{ request: { number: '+79035550001' } }], 'then the client');
});

t.test('who withholds the number is asked for one; what may not be called is not taken', async (t) => {
  const b = new QueueBench(office({}));
  await b.lift(1);
  const caller = await b.call({ number: '+79035550001', absence: 'private' });
  await b.key(caller, '3');
  t.match(b.said.at(-1), /Наберите номер/);
  await b.key(caller, '810442071234567#');
  t.match(b.said.at(-1), /Наберите номер/, 'abroad is not called back (ruling 8), and it is asked again');
  t.same(b.services.queues.book.list, []);
  await b.key(caller, '112#');
  await b.key(caller, '8903*89035550002#');
  t.match(b.services.queues.book.list, [{ number: '+79035550002' }], 'the star begins anew');
  t.equal(caller.state, 'released');

  const stubborn = await b.call({ absence: 'private' });
  await b.key(stubborn, '3');
  for (let i = 0; i < 3; i++) await b.key(stubborn, '101#');
  t.equal(b.plays(stubborn), 'music', 'after three numbers that may not be: the queue');
  t.equal(b.services.queues.book.list.length, 1);
  t.equal(b.trunkCalls.length, 0);
});

t.test('the same menu leads into the queue, and the queue rings an agent', async (t) => {
  const b = new QueueBench(office({}));
  await b.lift(1);
  const caller = await b.call();
  await b.key(caller, '1');
  t.equal(b.plays(caller), 'music');
  await b.hangUp(1);
  await b.pass(1000);
  await b.lift(1);
  t.equal(b.talksTo(1), caller.endpoint);
  t.match(b.record, { answeredBy: 'anna' });
});

t.test('a menu cannot offer the callback of a queue that calls nobody back', async (t) => {
  t.same(checkFlows(configSchema.parse(office({}))), []);
  t.match(checkFlows(configSchema.parse(office(undefined))), [
    { path: '/flows/0/nodes/3/does/queue', said: { ru: /не перезванивает/, en: /nobody back/ } },
  ]);
});
