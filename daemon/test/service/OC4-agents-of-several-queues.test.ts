import t from 'tap';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

const two = queueOffice(
  { members: members({ person: 'anna', priority: 5 }, 'boris') },
  { id: 'second', name: 'Second', wrapUpSeconds: 0, members: members({ person: 'anna', priority: 1 }) },
);

t.test(
  'an agent of two queues takes the call of the one that matters more, whoever came first',
  async (t) => {
    const b = new QueueBench(two);
    await b.lift(1);
    await b.lift(2);
    const sales = await b.call();
    await b.pass(30_000);
    const second = [await b.call({ second: true }), await b.call({ second: true })];
    await b.hangUp(1);
    const served: (string | undefined)[] = [];
    for (let i = 0; i < 3; i++) {
      await b.pass(1000);
      await b.lift(1);
      served.push(b.talksTo(1));
      await b.hangUp(1);
    }
    t.same(served, [second[0]!.endpoint, second[1]!.endpoint, sales.endpoint]);
    t.match(b.services.queues.figures.queues, { sales: { answered: 1 }, second: { answered: 2 } });
    t.match(b.services.queues.figures.agents.anna, { answered: 3 });
  },
);

t.test('each caller gets an agent of the own queue, and nobody waits while somebody is free', async (t) => {
  const b = new QueueBench(two);
  const [sales, second] = [await b.call(), await b.call({ second: true })];
  t.ok(b.port(1).ringing, 'anna is rung for whoever came first');
  await b.lift(1);
  t.equal(b.talksTo(1), sales.endpoint);
  t.equal(b.plays(second), 'music', 'boris is not of the second queue');
  t.notOk(b.port(2).ringing);
  const third = await b.call();
  t.ok(b.port(2).ringing, 'the first has boris, too');
  await b.hangUp(1);
  await b.pass(1000);
  await b.lift(1);
  t.equal(b.talksTo(1), second.endpoint);
  await b.lift(2);
  t.equal(b.talksTo(2), third.endpoint);
});

t.test('an agent in a conversation of his own is rung only when it is over', async (t) => {
  const b = new QueueBench(two);
  await b.lift(1);
  await b.port(1).key('14');
  await b.pass(3000);
  t.ok(b.port(4).ringing, 'anna calls a colleague');
  const caller = await b.call({ second: true });
  t.equal(b.plays(caller), 'music');
  await b.lift(4);
  await b.pass(60_000);
  t.equal(b.services.queues.state.busy.has('anna'), true);
  await b.hangUp(4);
  await b.hangUp(1);
  await b.pass(1000);
  t.ok(b.port(1).ringing);
});
