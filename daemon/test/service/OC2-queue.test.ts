import t from 'tap';
import { settle } from '../kit/fake-ports.ts';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';
import { heard } from '../kit/services.ts';

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

t.test('whoever waits hears greeting, position and music, and is told again from time to time', async (t) => {
  const b = new QueueBench(
    queueOffice({
      members: members('anna'),
      ...{ greeting: 'Welcome to Sales.', announcement: 'Please hold on.', announceSeconds: 30 },
    }),
  );
  await b.lift(1);
  const [first, second] = [await b.call(), await b.call()];
  t.same(b.said.slice(0, 3), ['Welcome to Sales.', 'Вы первый в очереди.', 'Please hold on.']);
  t.same(b.said.slice(3, 6), ['Welcome to Sales.', 'Ваш номер в очереди: 2.', 'Please hold on.']);
  t.same([b.plays(first), b.plays(second)], ['music', 'music'], 'and music in between');
  b.said.length = 0;
  await b.pass(29_000);
  t.same(b.said, []);
  first.farReleases(16);
  await b.pass(1000);
  t.same(b.said, ['Вы первый в очереди.', 'Please hold on.'], 'who waited behind has moved up');
  t.equal(b.plays(second), 'music');
  b.said.length = 0;
  await b.pass(30_000);
  t.equal(b.said.length, 2, 'again and again');
  await b.hangUp(1);
  await b.pass(1000);
  t.ok(b.port(1).ringing);
  t.equal(b.plays(second), 'music', 'while somebody is rung the music goes on');
  await b.lift(1);
  t.equal(b.plays(second), undefined);
  t.equal(b.talksTo(1), second.endpoint);
  t.same(b.path(first), ['queued sales 1', 'queue-position 1', 'queue-abandoned sales 29']);
  t.same(b.path(second), [
    'queued sales 2',
    'queue-position 2',
    'queue-position 1',
    'queue-offered anna',
    'queue-answered sales 61 anna',
  ]);
});

t.test('the expected wait is told once there are conversations to judge by', async (t) => {
  const b = new QueueBench(
    queueOffice({
      members: members('anna'),
      announcePosition: false,
      announceWait: true,
      announceSeconds: 10,
    }),
  );
  const first = await b.call();
  await b.lift(1);
  const [, third] = [await b.call(), await b.call()];
  t.same(b.said, [], 'nobody knows yet');
  await b.pass(120_000);
  first.farReleases(16);
  await settle();
  b.said.length = 0;
  await b.pass(10_000);
  t.same(b.said, ['Ждать осталось около 2 минут.', 'Ждать осталось около 4 минут.']);
  third.farReleases(16);
  await b.pass(1);
});

t.test('ringback instead of music, and nothing said where nothing is to be said', async (t) => {
  const b = new QueueBench(
    queueOffice({ members: members('anna'), sound: 'ringback', announcePosition: false }),
  );
  await b.lift(1);
  const caller = await b.call();
  t.equal(b.media.toneAt(caller.endpoint), heard.ringback);
  await b.pass(120_000);
  const plays = b.media.played.filter(({ endpoint }) => endpoint === caller.endpoint);
  t.equal(plays.length, 1, 'the tone is not begun anew');
});

t.test('who is important comes first, in the order of their coming', async (t) => {
  const b = new QueueBench(
    queueOffice({
      members: members('anna'),
      ahead: [{ numbers: ['8 (916) 000-00-0*'], priority: 1 }],
    }),
  );
  await b.lift(1);
  const usual = [await b.call(), await b.call()];
  const vip = [await b.call({ number: '+79160000001' }), await b.call({ number: '+79160000002' })];
  await b.hangUp(1);
  const served: (string | undefined)[] = [];
  for (let i = 0; i < 4; i++) {
    await b.pass(1000);
    await b.lift(1);
    served.push(b.talksTo(1));
    await b.hangUp(1);
  }
  t.same(
    served,
    [...vip, ...usual].map(({ endpoint }) => endpoint),
  );
});

t.test(
  'all at once: two who lift in the same instant, one has the caller, and the other no dead air',
  async (t) => {
    const b = new QueueBench(queueOffice({ members: members('anna', 'boris', 'vera'), strategy: 'all' }));
    const caller = await b.call();
    t.ok([1, 2, 3].every((port) => b.port(port).ringing));
    b.port(2).lift();
    b.port(1).lift();
    await settle();
    t.equal(b.talksTo(2), caller.endpoint);
    t.equal(b.talksTo(1), undefined);
    t.equal(b.hears(1), heard.dial, 'too late by a moment: his own dial tone');
    t.notOk(b.port(3).ringing);
    t.equal(b.context.calls.size, 1);
    t.match(b.services.queues.figures.queues.sales, { answered: 1 });
    t.equal(b.services.queues.agent('anna').misses, 0, 'that was no miss');
    const next = await b.call();
    t.ok(b.port(3).ringing, 'the others are free for the next');
    t.notOk(b.port(1).ringing, 'but for whoever has the handset in hand');
    await b.hangUp(1);
    await b.hangUp(2);
    next.farReleases(16);
    await b.pass(5000);
    t.equal(b.context.calls.size, 0);
  },
);

t.test('strategies: in order, round robin, whoever has not talked for longest', async (t) => {
  const rung = async (strategy: string): Promise<number[]> => {
    const b = new QueueBench(queueOffice({ members: members('anna', 'boris', 'vera'), strategy }));
    const ports: number[] = [];
    for (let i = 0; i < 4; i++) {
      const caller = await b.call();
      const port = [1, 2, 3].find((one) => b.port(one).ringing)!;
      ports.push(port);
      await b.lift(port);
      // The second conversation is a long one.
      await b.pass(1000);
      caller.farReleases(16);
      await b.hangUp(port);
      await b.pass(1000);
    }
    return ports;
  };
  t.same(await rung('in-turn'), [1, 1, 1, 1]);
  t.same(await rung('round-robin'), [1, 2, 3, 1]);
  t.same(await rung('longest-idle'), [1, 2, 3, 1]);
});
