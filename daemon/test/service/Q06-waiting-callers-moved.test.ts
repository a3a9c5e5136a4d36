import t from 'tap';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

const office = queueOffice(
  { members: members('anna', 'boris'), strategy: 'in-turn' },
  { id: 'second', name: 'Second', wrapUpSeconds: 0, members: members('vera') },
);

t.test('a waiting caller is moved to another queue, and rings its agents', async (t) => {
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

t.test('whoever is moved to the engineers gets one of them by qualification', async (t) => {
  const b = new QueueBench(
    queueOffice(
      { members: members('anna') },
      {
        ...{ id: 'second', name: 'Engineers', wrapUpSeconds: 0 },
        members: members({ person: 'boris', tier: 2 }, { person: 'vera', tier: 1 }),
      },
    ),
  );
  const { queues } = b.services;
  await b.lift(1);
  const caller = await b.call();
  queues.move([...queues.state.waiting.keys()][0]!, { queue: 'second' }, 'admin');
  await b.pass(1000);
  t.same(
    [2, 3].map((port) => b.port(port).ringing),
    [false, true],
    'the first tier',
  );
  queues.setMode('vera', 'pause', 'admin');
  await b.pass(1000);
  t.same(
    [2, 3].map((port) => b.port(port).ringing),
    [true, false],
    'then the second',
  );
  await b.lift(2);
  t.equal(b.talksTo(2), caller.endpoint);
  t.match(queues.figures.queues, { sales: { came: 1, answered: 0 }, second: { answered: 1 } });
});
