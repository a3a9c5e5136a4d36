import t from 'tap';
import type { KeptQueues, QueueStore } from '../../src/service/queue/kept.ts';
import { settle } from '../kit/fake-ports.ts';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';
import { heard } from '../kit/services.ts';

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

async function dial(b: QueueBench, port: number, keys: string): Promise<string | undefined> {
  await b.lift(port);
  await b.port(port).key(keys);
  const tone = b.hears(port);
  await b.pass(3000);
  await b.hangUp(port);
  await b.pass(1000);
  return tone;
}

t.test('an agent goes on pause, comes back and goes home by codes from the analog handset', async (t) => {
  const b = new QueueBench(queueOffice({ members: members('anna', 'boris'), strategy: 'in-turn' }));
  const rung = async (): Promise<number[]> => {
    const caller = await b.call();
    const ports = [1, 2].filter((port) => b.port(port).ringing);
    caller.farReleases(16);
    await b.pass(1000);
    return ports;
  };
  t.same(await rung(), [1]);
  t.equal(await dial(b, 1, '*92'), heard.stutter, 'a tone confirms it');
  t.equal(b.services.queues.agent('anna').mode, 'pause');
  t.same(await rung(), [2], 'calls go elsewhere');
  t.equal(await dial(b, 1, '*91'), heard.stutter);
  t.same(await rung(), [1]);
  t.equal(await dial(b, 1, '*93'), heard.stutter);
  t.equal(b.services.queues.agent('anna').mode, 'off');
  t.same(await rung(), [2]);
  t.equal(await dial(b, 3, '*91'), heard.sit, 'vera answers for no queue');
  await dial(b, 2, '*93');
  const caller = await b.call();
  t.equal(caller.state, 'released', 'nobody is left, and nothing comes after');
});

t.test('after a conversation there is time to write, and a code ends it before', async (t) => {
  const b = new QueueBench(queueOffice({ members: members('anna'), wrapUpSeconds: 30 }));
  const { queues } = b.services;
  const first = await b.call();
  await b.lift(1);
  const [second, third] = [await b.call(), await b.call()];
  await b.pass(60_000);
  first.farReleases(16);
  await b.hangUp(1);
  await b.pass(29_000);
  t.notOk(b.port(1).ringing);
  t.ok(queues.agent('anna').wrapUp);
  await b.pass(1000);
  t.ok(b.port(1).ringing, 'time is up');
  await b.lift(1);
  t.equal(b.talksTo(1), second.endpoint);
  await b.pass(10_000);
  second.farReleases(16);
  await b.hangUp(1);
  await b.pass(1000);
  await dial(b, 1, '*91');
  t.ok(b.port(1).ringing, 'anna is ready before');
  t.equal(third.state, 'answered');
  t.equal(Math.round(queues.figures.queues.sales!.wrapUpMs / 1000), 31, 'only the time that it took');
});

t.test('whoever lets it ring again and again is put on pause; whoever cannot be rung is not', async (t) => {
  const b = new QueueBench(
    queueOffice({
      members: members('anna', 'boris'),
      strategy: 'in-turn',
      ringSeconds: 10,
      missesToPause: 2,
    }),
  );
  const { queues } = b.services;
  await b.lift(2);
  const caller = await b.call();
  await b.pass(10_000);
  t.notOk(b.port(1).ringing);
  t.equal(queues.agent('anna').misses, 1);
  await b.pass(3000);
  t.ok(b.port(1).ringing, 'once more, after a moment');
  await b.pass(10_000);
  t.equal(queues.agent('anna').mode, 'pause');
  t.equal(queues.agent('boris').mode, 'on', 'busy is no miss');
  t.match(queues.figures.agents.anna, { missed: 2, answered: 0 });
  t.equal(b.plays(caller), 'music', 'the caller waits for boris');
  await b.hangUp(2);
  await b.pass(1000);
  await b.lift(2);
  t.equal(b.talksTo(2), caller.endpoint);
});

t.test(
  'a telephone that cannot be rung is left alone for a while, and the caller goes on waiting',
  async (t) => {
    const document = queueOffice({ members: members('anna') });
    const [anna] = document.people as object[];
    (document.people as object[])[0] = { ...anna, doNotDisturb: true };
    const b = new QueueBench(document);
    const caller = await b.call();
    await b.pass(60_000);
    t.equal(b.plays(caller), 'music');
    t.equal(b.services.queues.agent('anna').mode, 'on');
    const tries = b.path(caller).filter((step) => step.startsWith('queue-offered')).length;
    t.ok(tries >= 5 && tries <= 7, `tried now and then: ${tries} times`);
  },
);

t.test('on a mobile the agent presses 1, and a voicemail takes nobody out of the queue', async (t) => {
  const document = queueOffice({ members: members('anna'), ringSeconds: 15 });
  const [anna] = document.people as object[];
  (document.people as object[])[0] = { ...anna, ports: [], mobile: '+79161234567' };
  const b = new QueueBench(document);
  const caller = await b.call();
  t.equal(b.trunkCalls.length, 1);
  b.trunkLeg.farAnswers();
  await settle();
  t.equal(b.plays(caller), 'music');
  t.equal(b.services.queues.state.waiting.size, 1);
  b.trunkLeg.emit('digit', '1');
  await settle();
  t.equal(b.media.joined.get(caller.endpoint), b.trunkLeg.endpoint);
  t.equal(b.services.queues.agent('anna').at?.what, 'talking');
});

t.test('modes and figures of the day are kept over a restart', async (t) => {
  const document = queueOffice({ members: members('anna', 'boris'), strategy: 'in-turn' });
  const file = disk();
  const before = new QueueBench(document);
  before.services.queues.open(file);
  const caller = await before.call();
  await before.lift(1);
  await before.pass(5000);
  caller.farReleases(16);
  await settle();
  before.services.queues.setMode('anna', 'pause', 'test');
  await before.services.queues.close();
  const b = new QueueBench(document);
  b.services.queues.open(file);
  t.equal(b.services.queues.agent('anna').mode, 'pause');
  t.match(b.services.queues.figures.queues.sales, { came: 1, answered: 1, talks: 1, talkMs: 5000 });
  await b.call();
  t.same([b.port(1).ringing, b.port(2).ringing], [false, true]);
});
