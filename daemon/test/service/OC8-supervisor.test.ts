import t from 'tap';
import { settle } from '../kit/fake-ports.ts';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

const office = queueOffice(
  { members: members('anna', 'boris'), strategy: 'in-turn' },
  { id: 'second', name: 'Second', wrapUpSeconds: 0, members: members('vera') },
);

t.test(
  'whom the supervisor puts on pause is not rung by the next call, and is again when back (OC8)',
  async (t) => {
    const b = new QueueBench(office);
    const { queues } = b.services;
    t.ok(queues.setMode('anna', 'pause', 'admin'));
    const caller = await b.call();
    t.notOk(b.port(1).ringing);
    t.ok(b.port(2).ringing, 'the next in order');
    queues.setMode('anna', 'on', 'admin');
    queues.setMode('boris', 'off', 'admin');
    await settle();
    t.notOk(b.port(2).ringing, 'who leaves while it rings is rung no more');
    t.ok(b.port(1).ringing);
    await b.lift(1);
    t.equal(b.talksTo(1), caller.endpoint);
    t.notOk(queues.setMode('gleb', 'on', 'admin'), 'who answers for no queue has no mode');
  },
);

t.test('a waiting caller is moved to another queue, and rings its agents (Q06)', async (t) => {
  const b = new QueueBench(office);
  const { queues } = b.services;
  for (const port of [1, 2, 3]) await b.lift(port);
  const [first, second] = [await b.call(), await b.call()];
  const other = await b.call({ second: true });
  const idOf = (index: number): string => [...queues.state.waiting.keys()][index]!;
  t.equal(queues.move(idOf(0), { queue: 'second', position: 1 }, 'admin'), undefined);
  t.same(b.path(first).slice(-1), ['queue-moved sales second 1']);
  await b.hangUp(3);
  await b.pass(1000);
  await b.lift(3);
  t.equal(b.talksTo(3), first.endpoint, 'before whoever waited there');
  await b.hangUp(1);
  await b.pass(1000);
  await b.lift(1);
  t.equal(b.talksTo(1), second.endpoint, 'the others have moved up');
  t.match(queues.figures.queues.second, { answered: 1 });
  t.equal(queues.move('nobody', { position: 1 }, 'admin'), 'not-waiting');
  t.equal(queues.move(idOf(0), { queue: 'none' }, 'admin'), 'no-queue');
  t.equal(b.plays(other), 'music');
});

t.test(
  'a waiting caller is moved forward in the own queue, also one for whom somebody is rung',
  async (t) => {
    const b = new QueueBench(office);
    const { queues } = b.services;
    await b.lift(2);
    const [first, second, third] = [await b.call(), await b.call(), await b.call()];
    t.ok(b.port(1).ringing, 'for the first');
    const ids = [...queues.state.waiting.keys()];
    queues.move(ids[2]!, { position: 1 }, 'admin');
    queues.move(ids[0]!, { position: 3 }, 'admin');
    await b.pass(1000);
    const served: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      t.ok(b.port(1).ringing);
      await b.lift(1);
      served.push(b.talksTo(1));
      await b.hangUp(1);
      await b.pass(1000);
    }
    t.same(served, [third.endpoint, second.endpoint, first.endpoint]);
  },
);
