import t from 'tap';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

const support = members('anna', { person: 'boris', tier: 2 }, { person: 'vera', tier: 3 });

t.test(
  'the engineers are rung only when nobody of the first line is free, or nobody answers there',
  async (t) => {
    const b = new QueueBench(queueOffice({ members: support, ringSeconds: 10 }));
    const first = await b.call();
    t.same(
      [1, 2, 3].map((port) => b.port(port).ringing),
      [true, false, false],
    );
    const second = await b.call();
    t.same(
      [1, 2, 3].map((port) => b.port(port).ringing),
      [true, true, false],
      'anna is being rung',
    );
    await b.lift(1);
    t.equal(b.talksTo(1), first.endpoint);
    await b.pass(10_000);
    t.same(
      [2, 3].map((port) => b.port(port).ringing),
      [false, true],
      'boris did not answer',
    );
    await b.lift(3);
    t.equal(b.talksTo(3), second.endpoint);
  },
);

t.test('a call waits for the first line as long as is set before the second is asked', async (t) => {
  const b = new QueueBench(queueOffice({ members: support, tierSeconds: 30 }));
  await b.lift(1);
  const caller = await b.call();
  t.same(
    [2, 3].map((port) => b.port(port).ringing),
    [false, false],
  );
  await b.pass(29_000);
  t.notOk(b.port(2).ringing);
  await b.pass(1000);
  t.same(
    [2, 3].map((port) => b.port(port).ringing),
    [true, false],
  );
  await b.lift(2);
  t.equal(b.talksTo(2), caller.endpoint);
  const next = await b.call();
  await b.pass(59_000);
  t.notOk(b.port(3).ringing);
  await b.pass(1000);
  t.ok(b.port(3).ringing, 'and as long again before the third');
  next.farReleases(16);
  await b.pass(1000);
  t.notOk(b.port(3).ringing);
});
