import t from 'tap';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

t.test('thirty callers are served in the order in which they came, and none is lost (OC2)', async (t) => {
  const b = new QueueBench(queueOffice({ members: members('anna', 'boris'), maxLength: 32 }));
  const callers = [];
  for (let i = 0; i < 32; i++) {
    callers.push(await b.call());
    await b.pass(100);
  }
  t.ok(
    callers.every(({ state }) => state === 'answered'),
    'all hear the queue',
  );
  const served: string[] = [];
  while (served.length < 32 && callers.length > 0) {
    // Both have ended their conversation, and each is rung for the next in line.
    await b.pass(1000);
    t.ok(b.port(1).ringing && b.port(2).ringing);
    for (const port of [1, 2]) {
      await b.lift(port);
      served.push(b.talksTo(port)!);
    }
    await b.pass(20_000);
    await b.hangUp(1);
    await b.hangUp(2);
  }
  t.same(
    served,
    callers.map(({ endpoint }) => endpoint),
  );
  t.equal(b.context.calls.size, 0);
  t.match(b.services.queues.figures.queues.sales, { came: 32, answered: 32, abandoned: 0, talks: 32 });
});
