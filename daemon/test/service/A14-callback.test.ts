import t from 'tap';
import type { KeptQueues, QueueStore } from '../../src/service/queue/kept.ts';
import type { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

const withCallback = (more: object = {}): Record<string, unknown> =>
  queueOffice({
    members: members('anna'),
    ...{ announcePosition: false, maxWaitSeconds: 0 },
    callback: { classOfService: 'staff', costCentre: 'sales', attempts: 2, retryMinutes: 10, ...more },
  });

/** A file that survives the daemon. */
function disk(): QueueStore & { kept: KeptQueues | undefined } {
  return {
    kept: undefined,
    read() {
      return this.kept && structuredClone(this.kept);
    },
    async write(kept) {
      this.kept = structuredClone(kept);
    },
  };
}

/** Anna is in a call, and somebody asks to be called back. */
async function asked(b: QueueBench, of: Parameters<QueueBench['call']>[0] = {}): Promise<FakeLeg> {
  await b.lift(1);
  const caller = await b.call(of);
  await b.key(caller, '1');
  return caller;
}

t.test(
  'whoever would not wait keys 1, hangs up, and is called when an agent is free: agent first',
  async (t) => {
    const b = new QueueBench(withCallback());
    const caller = await asked(b, { number: '+79035550001' });
    const after = await b.call();
    t.match(b.said.at(-2), /мы вам перезвоним/, 'told so');
    t.equal(caller.state, 'released', 'and let go');
    t.match(b.record, { state: 'active' }, 'the other waits on the line');
    t.same(b.path(caller), ['queued sales 1', 'queue-callback sales +79035550001']);
    await b.pass(30_000);
    await b.hangUp(1);
    await b.pass(1000);
    t.ok(b.port(1).ringing);
    t.same(b.port(1).caller, { number: '+79035550001', name: 'Sales' }, 'the agent sees whom it is about');
    t.equal(b.trunkCalls.length, 0, 'the client is not called before');
    t.equal(b.plays(after), 'music', 'the place was kept');
    await b.lift(1);
    t.equal(b.trunkCalls.length, 1);
    t.match(b.trunkCalls[0]!.request, { number: '+79035550001' });
    b.trunkLeg.farRings();
    b.trunkLeg.farAnswers();
    await settle();
    t.equal(b.talksTo(1), b.trunkLeg.endpoint, 'both talk');
    t.match(b.record, {
      ...{ service: 'callback', direction: 'outgoing', callerNumber: '21', calledNumber: '+79035550001' },
      ...{ tollClass: 'mobile', costCentre: 'sales', calledBy: 'anna', trunkId: 'alpha' },
    });
    t.equal(b.services.queues.agent('anna').at?.what, 'talking');
    await b.pass(60_000);
    b.trunkLeg.farReleases(16);
    await b.hangUp(1);
    await b.pass(1000);
    t.ok((b.record.price ?? 0) > 0, 'charged');
    t.match(b.services.queues.figures, {
      queues: { sales: { callbacks: 1, calledBack: 1, abandoned: 0, talks: 1 } },
      agents: { anna: { answered: 1 } },
    });
    t.ok(b.port(1).ringing, 'now whoever waited behind');
    await b.lift(1);
    t.equal(b.talksTo(1), after.endpoint);
    t.same(b.services.queues.book.list, []);
  },
);

t.test('only geographic and mobile numbers of the country are called back (ruling 8)', async (t) => {
  const b = new QueueBench(withCallback());
  const { queues } = b.services;
  for (const number of ['+79035550001', '+74951234567', '+78123334455', '89161112233'])
    t.match(queues.callable('sales', number), { number: /^\+7\d{10}$/ }, number);
  for (const number of [
    '+88005553535',
    '88005553535',
    '+442071234567',
    '112',
    '101',
    '+78091234567',
    '12',
    '',
  ])
    t.equal(queues.callable('sales', number), 'not-this-number', number);
  t.equal(queues.callable('sales', '+74951110000'), 'not-this-number', 'our own number');
  t.equal(queues.callable('sales', { number: '+79035550001', absence: 'private' }), 'not-this-number');
  t.equal(queues.callable('none', '+79035550001'), 'no-callback');
  const inside = new QueueBench(withCallback({ classOfService: 'inside' }));
  t.equal(inside.services.queues.callable('sales', '+79035550001'), 'not-this-number', 'a class of its own');
});

t.test('a hidden number is not called back unless another is keyed', async (t) => {
  const b = new QueueBench(withCallback());
  const caller = await asked(b, { number: '+79035550001', absence: 'private' });
  t.match(b.said.at(-1), /Наберите номер/);
  await b.key(caller, '88005553535#');
  t.match(b.said.at(-1), /перезвонить не можем/);
  t.equal(caller.state, 'answered', 'and waits on');
  t.equal(b.plays(caller), 'music');
  await b.key(caller, '1');
  await b.key(caller, '89035550002#');
  t.equal(caller.state, 'released');
  t.match(b.services.queues.book.list, [{ number: '+79035550002' }]);
  t.equal(b.services.queues.book.list.length, 1);
});

t.test('a client who does not answer is tried again later, and not for ever', async (t) => {
  const b = new QueueBench(withCallback());
  await asked(b);
  await b.hangUp(1);
  await b.pass(20_000);
  await b.lift(1);
  b.trunkLeg.farReleases(17);
  await b.hangUp(1);
  await b.pass(1000);
  t.match(b.services.queues.book.list, [{ attempts: 1 }]);
  await b.pass(598_000);
  t.notOk(b.port(1).ringing, 'not at once');
  await b.pass(5000);
  t.ok(b.port(1).ringing, 'after ten minutes');
  await b.lift(1);
  b.trunkLeg.farReleases(19);
  await b.hangUp(1);
  await b.pass(1000);
  t.same(b.services.queues.book.list, [], 'twice is enough');
  await b.pass(1_200_000);
  t.notOk(b.port(1).ringing);
  t.match(b.services.queues.figures.queues.sales, { callbacks: 1, calledBack: 0 });
  t.equal(b.context.calls.size, 0);
});

t.test(
  'a number that is none is not tried again; an agent who does not answer costs no attempt',
  async (t) => {
    const b = new QueueBench(withCallback());
    await asked(b);
    await b.hangUp(1);
    await b.pass(40_000);
    t.match(b.services.queues.book.list, [{ attempts: 0 }], 'anna was away');
    t.equal(b.trunkCalls.length, 0);
    await b.pass(9000);
    t.ok(b.port(1).ringing);
    await b.lift(1);
    b.trunkLeg.farReleases(1);
    await settle();
    // The other way out says so, too.
    b.trunkLeg.farReleases(1);
    await settle();
    t.same(b.services.queues.book.list, []);
  },
);

t.test('a callback expires, and can be taken back', async (t) => {
  const b = new QueueBench(withCallback({ hours: 1 }));
  await asked(b);
  await asked(b);
  const [first] = b.services.queues.book.list;
  t.ok(b.services.queues.cancel(first!.id));
  t.notOk(b.services.queues.cancel(first!.id));
  t.equal(b.services.queues.state.waiting.size, 1);
  b.clock.advance(3_590_000);
  await settle();
  t.equal(b.services.queues.state.waiting.size, 1);
  b.clock.advance(10_000);
  await settle();
  t.equal(b.services.queues.state.waiting.size, 0, 'too late to call');
  t.same(b.services.queues.book.list, []);
});

t.test('the client is called as soon as he has hung up, and not while he still listens', async (t) => {
  const b = new QueueBench(withCallback());
  let heard = (): void => {};
  const speech = b.context.speech!;
  b.context.speech = async (text, ...more) => {
    if (/^Спасибо/.test(text)) await new Promise<void>((resolve) => (heard = resolve));
    return speech(text, ...more);
  };
  const caller = await asked(b);
  await b.hangUp(1);
  await b.pass(5000);
  t.equal(caller.state, 'answered');
  t.notOk(b.port(1).ringing, 'he listens');
  caller.farReleases(16);
  heard();
  await b.pass(1000);
  t.notOk(b.port(1).ringing);
  await b.pass(2000);
  t.ok(b.port(1).ringing);
});

t.test('one callback for a number, and none for whoever is spoken to meanwhile', async (t) => {
  const b = new QueueBench(withCallback());
  await asked(b, { number: '+79035550001' });
  await asked(b, { number: '+79035550001' });
  t.equal(b.services.queues.book.list.length, 1, 'not twice');
  const again = await b.call({ number: '+79035550001' });
  await b.services.queues.order({ queue: 'sales', number: '+79035550009' });
  t.equal(b.services.queues.book.list.length, 2);
  b.services.queues.move([...b.services.queues.state.waiting.keys()].at(-2)!, { position: 1 }, 'test');
  await b.hangUp(1);
  await b.pass(1000);
  await b.lift(1);
  t.equal(b.talksTo(1), again.endpoint, 'called again, and was quicker');
  t.match(b.services.queues.book.list, [{ number: '+79035550009' }]);
  t.equal(b.services.queues.book.list.length, 1);
});

t.test('a menu orders a callback by the same door, in its turn and not more than may wait', async (t) => {
  const b = new QueueBench(withCallback({ most: 2 }));
  await b.lift(1);
  await b.call();
  const order = await b.services.queues.order({ queue: 'sales', number: '89035550001', name: 'Ivan' });
  t.match(order, { number: '+79035550001', position: 2 });
  await b.services.queues.order({ queue: 'sales', number: '+79035550002' });
  t.equal(await b.services.queues.order({ queue: 'sales', number: '+79035550003' }), 'too-many');
  t.equal(await b.services.queues.order({ queue: 'sales', number: '+442071234567' }), 'not-this-number');
});

t.test('callbacks are kept over a restart, with their places', async (t) => {
  const document = withCallback();
  const file = disk();
  const before = new QueueBench(document);
  before.services.queues.open(file);
  await asked(before, { number: '+79035550001' });
  await asked(before, { number: '+79035550002' });
  t.equal(file.kept?.callbacks.length, 2, 'on the disk at once');
  const b = new QueueBench(document);
  b.services.queues.open(file);
  t.equal(b.services.queues.state.waiting.size, 2);
  await b.pass(1000);
  t.ok(b.port(1).ringing);
  await b.lift(1);
  t.match(b.trunkCalls[0]!.request, { number: '+79035550001' }, 'the first first');
  t.equal(file.kept?.callbacks.length, 2, 'until it has been reached');
  b.trunkLeg.farAnswers();
  await settle();
  t.match(file.kept?.callbacks, [{ number: '+79035550002' }]);
});

t.test('whoever hangs up in the middle of asking is not called', async (t) => {
  const b = new QueueBench(withCallback());
  const caller = await asked(b, { absence: 'private' });
  await b.key(caller, '8903');
  caller.farReleases(16);
  await settle();
  t.same(b.services.queues.book.list, []);
  t.match(b.services.queues.figures.queues.sales, { abandoned: 1, callbacks: 0 });
});

t.test(
  'an agent who leaves while his telephone rings for a callback is rung no more, nobody is lost',
  async (t) => {
    const b = new QueueBench(withCallback());
    await asked(b);
    await b.hangUp(1);
    await b.pass(16_000);
    t.ok(b.port(1).ringing);
    b.services.queues.setMode('anna', 'off', 'test');
    await settle();
    t.notOk(b.port(1).ringing);
    t.equal(b.context.calls.size, 0);
    b.services.queues.setMode('anna', 'on', 'test');
    await settle();
    t.ok(b.port(1).ringing);
  },
);
