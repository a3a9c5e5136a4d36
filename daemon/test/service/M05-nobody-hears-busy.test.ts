import t from 'tap';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

t.test(
  'every line and every telephone in use: whoever calls next hears the queue, and not busy',
  async (t) => {
    const b = new QueueBench(queueOffice({ members: members('anna', 'boris', 'vera', 'gleb') }));
    const talking = [];
    for (const port of [1, 2, 3, 4]) {
      talking.push(await b.call());
      await b.lift(port);
    }
    t.equal(talking.filter((leg) => b.media.joined.has(leg.endpoint)).length, 4, 'all telephones talk');
    b.line(5).emit('ringing');
    b.line(5).emit('caller', {});
    await settle();
    t.ok(b.line(5).answeredByUs, 'the city line waits in the queue as well');
    const more = [];
    for (let i = 0; i < 10; i++) more.push(await b.call());
    for (const leg of more) {
      t.equal(leg.state, 'answered');
      t.equal(leg.releasedWith, undefined);
      t.equal(b.plays(leg), 'music');
    }
    await b.pass(60_000);
    t.ok(
      more.every((leg) => leg.state === 'answered'),
      'and is not sent away',
    );
    t.equal(b.services.queues.state.waiting.size, 11);
    for (const port of [1, 2, 3, 4]) await b.hangUp(port);
    await b.pass(1000);
    t.equal([1, 2, 3, 4].filter((port) => b.port(port).ringing).length, 4, 'four of them are next');
  },
);

const overflowing = {
  ...{ maxLength: 1, whenFull: 'person:gleb' },
  ...{ maxWaitSeconds: 60, afterWait: 'person:vera' },
};

t.test('full, or too long: the caller goes on to whoever is named', async (t) => {
  const b = new QueueBench(queueOffice({ members: members('anna'), ...overflowing }));
  await b.lift(1);
  const waits = await b.call();
  const full = await b.call();
  t.ok(b.port(4).ringing, 'the queue is full');
  t.equal(full.state, 'trying', 'and has answered nobody whom it does not serve');
  await b.lift(4);
  t.equal(b.talksTo(4), full.endpoint);
  t.same(b.path(full), ['queue-left sales full']);
  await b.pass(60_000);
  t.ok(b.port(3).ringing, 'that was long enough');
  await b.lift(3);
  t.equal(b.talksTo(3), waits.endpoint);
  t.same(b.path(waits).slice(-1), ['queue-left sales waited']);
  t.match(b.services.queues.figures.queues.sales, { came: 2, passedOn: 2, answered: 0 });
  t.equal(b.context.calls.size, 2);
});

t.test('whoever is being rung for when the time is up may still answer', async (t) => {
  const b = new QueueBench(
    queueOffice({ members: members('anna'), ringSeconds: 20, maxWaitSeconds: 10, afterWait: 'person:vera' }),
  );
  const caller = await b.call();
  await b.pass(15_000);
  t.ok(b.port(1).ringing);
  await b.pass(5000);
  t.notOk(b.port(1).ringing);
  t.ok(b.port(3).ringing);
  caller.farReleases(16);
  await b.pass(1000);
  t.equal(b.context.calls.size, 0);
});

t.test(
  'nobody on line: the caller does not wait for nobody, at once or when the last one leaves',
  async (t) => {
    const b = new QueueBench(queueOffice({ members: members('anna', 'boris'), nobodyTo: 'person:vera' }));
    const { queues } = b.services;
    await b.lift(1);
    queues.setMode('boris', 'pause', 'test');
    const first = await b.call();
    t.equal(b.plays(first), 'music', 'anna is busy, and on line');
    queues.setMode('anna', 'off', 'test');
    await settle();
    t.ok(b.port(3).ringing, 'the last one has left');
    first.farReleases(16);
    await settle();
    const second = await b.call();
    t.equal(second.state, 'trying', 'not even answered');
    t.ok(b.port(3).ringing);
    t.same(b.path(second), ['queue-left sales nobody']);
    second.farReleases(16);
    await settle();

    const waits = new QueueBench(queueOffice({ members: members('anna'), whenNobody: 'wait' }));
    waits.services.queues.setMode('anna', 'off', 'test');
    const caller = await waits.call();
    await waits.pass(30_000);
    t.equal(waits.plays(caller), 'music', 'or waits all the same');
    waits.services.queues.setMode('anna', 'on', 'test');
    await settle();
    t.ok(waits.port(1).ringing);
  },
);

t.test('nothing is named: the next step of the destination has its turn', async (t) => {
  const document = queueOffice({ members: members('anna'), maxLength: 1 });
  const [first] = document.destinations as { steps: object[] }[];
  first!.steps.push({ targets: ['port:2'], seconds: 30 });
  const b = new QueueBench(document);
  await b.lift(1);
  await b.call();
  await b.call();
  t.ok(b.port(2).ringing);
});

t.test('two queues that send on to each other do not play ball with a caller for ever', async (t) => {
  const b = new QueueBench(
    queueOffice(
      { members: members('anna'), maxWaitSeconds: 10, afterWait: 'queue:second' },
      {
        id: 'second',
        name: 'Second',
        members: members('anna'),
        maxWaitSeconds: 10,
        afterWait: 'queue:sales',
      },
    ),
  );
  await b.lift(1);
  const caller = await b.call();
  await b.pass(1_000_000);
  t.equal(caller.state, 'released', 'it ends');
  t.equal(b.context.calls.size, 0);
});

t.test('the queue is turned off while somebody waits: the next step', async (t) => {
  const document = queueOffice({ members: members('anna') });
  const [first] = document.destinations as { steps: object[] }[];
  first!.steps.push({ targets: ['port:2'], seconds: 30 });
  const b = new QueueBench(document);
  await b.lift(1);
  const caller = await b.call();
  const [sales] = document.queues as object[];
  b.reconfigure({ ...document, queues: [{ ...sales, enabled: false }] });
  b.services.queues.apply();
  await settle();
  t.ok(b.port(2).ringing);
  t.same(b.path(caller).slice(-1), ['queue-left sales closed']);
});

t.test('a pick-up takes a waiting caller out of the queue', async (t) => {
  const b = new QueueBench(queueOffice({ members: members('anna') }));
  const caller = await b.call();
  t.ok(b.port(1).ringing);
  const next = new FakeLeg('incoming', 'device:desk');
  next.state = 'answered';
  const [call] = [...b.context.calls.active];
  call!.pickUp(next);
  await settle();
  t.notOk(b.port(1).ringing);
  t.equal(b.media.joined.get(caller.endpoint), next.endpoint);
  t.equal(b.services.queues.state.waiting.size, 0);
  t.match(b.services.queues.figures.queues.sales, { answered: 1, abandoned: 0 });
  await b.pass(10_000);
  caller.farReleases(16);
  await settle();
  t.match(b.services.queues.figures.queues.sales, { talks: 1, talkMs: 10_000 });
});
