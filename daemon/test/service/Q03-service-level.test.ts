import t from 'tap';
import type { CallRecord } from '../../src/records/call-record.ts';
import {
  averageHandling,
  averageWait,
  counted,
  noFigures,
  serviceLevel,
} from '../../src/service/queue/figures.ts';
import { settle } from '../kit/fake-ports.ts';
import { members, QueueBench, queueOffice } from '../kit/queues.ts';

/** The same figures from the records alone, which know nothing of how the queues count. */
function fromRecords(records: readonly CallRecord[], thresholdMs: number): Record<string, number> {
  const waits = records.flatMap(({ events }) => {
    const from = events.find(({ what }) => what === 'queued')?.at;
    const to = events.find(({ what }) => what === 'answered')?.at;
    return from === undefined || to === undefined ? [] : [to - from];
  });
  const talks = records.flatMap(({ talkMs, events }) =>
    talkMs !== undefined && events.some(({ what }) => what === 'queued') ? [talkMs] : [],
  );
  const sum = (list: readonly number[]): number => list.reduce((all, one) => all + one, 0);
  return {
    came: records.length,
    answered: waits.length,
    inTime: waits.filter((wait) => wait <= thresholdMs).length,
    abandoned: records.filter(({ answeredAt, releasedBy }) => !answeredAt && releasedBy === 'caller').length,
    waitMs: sum(waits),
    longestMs: Math.max(...waits),
    talkMs: sum(talks),
    talks: talks.length,
  };
}

t.test('service level, waiting and handling times are those that the records tell', async (t) => {
  const b = new QueueBench(
    queueOffice({
      members: members('anna', 'boris'),
      wrapUpSeconds: 7,
      serviceLevelSeconds: 15,
      ringSeconds: 60,
    }),
  );
  // A morning: somebody calls every nine seconds, some give up after a while, conversations take forty.
  const gives: { leg: Awaited<ReturnType<typeof b.call>>; at: number }[] = [];
  const talks = new Map<number, number>();
  for (let second = 0; second < 600; second++) {
    if (second % 9 === 0 && second < 400)
      gives.push({ leg: await b.call(), at: second + 10 + (second % 45) });
    for (const port of [1, 2]) {
      const until = talks.get(port);
      if (until === undefined && b.port(port).ringing && second % 3 === 0) {
        await b.lift(port);
        talks.set(port, second + 40);
      } else if (until === second) {
        await b.hangUp(port);
        talks.delete(port);
      }
    }
    for (const { leg, at } of gives)
      if (at === second && leg.state === 'answered' && !b.media.joined.has(leg.endpoint)) leg.farReleases(16);
    await settle();
    await b.pass(1000);
  }
  const records = [...b.records.values()];
  const figures = b.services.queues.figures.queues.sales!;
  const oracle = fromRecords(records, 15_000);
  t.match(figures, oracle);
  t.equal(figures.came, 45);
  t.ok(figures.abandoned > 3 && figures.inTime > 3 && figures.answered > figures.inTime, 'a mixed morning');
  t.equal(serviceLevel(figures), oracle.inTime! / (oracle.answered! + oracle.abandoned!));
  t.equal(averageWait(figures), oracle.waitMs! / oracle.answered!);
  t.equal(averageHandling(figures), (oracle.talkMs! + oracle.talks! * 7000) / oracle.talks!);
  const { anna, boris } = b.services.queues.figures.agents;
  t.equal(anna!.answered + boris!.answered, figures.answered);
  t.equal(anna!.talkMs + boris!.talkMs, figures.talkMs);
});

t.test('a new day begins with nothing', (t) => {
  const monday = counted({ day: '', queues: {}, agents: {} }, { kind: 'came', queue: 'sales' }, '2026-01-12');
  const again = counted(monday, { kind: 'came', queue: 'sales' }, '2026-01-12');
  t.equal(again.queues.sales?.came, 2);
  const tuesday = counted(again, { kind: 'abandoned', queue: 'sales' }, '2026-01-13');
  t.match(tuesday, { day: '2026-01-13', queues: { sales: { came: 0, abandoned: 1 } } });
  t.equal(again.queues.sales?.came, 2, 'nothing is changed in place');
  t.end();
});

t.test('a figure of nothing is none', (t) => {
  t.equal(serviceLevel(noFigures()), undefined);
  t.equal(averageWait(noFigures()), undefined);
  t.equal(averageHandling(noFigures()), undefined);
  t.end();
});

t.test('the day of the office ends at its own midnight', async (t) => {
  const b = new QueueBench(queueOffice({ members: members('anna') }));
  await b.call();
  t.match(b.services.queues.figures, { day: '2026-01-15', queues: { sales: { came: 1 } } });
  // The bench begins at 12:00 in Moscow.
  b.clock.advance(12 * 3_600_000 - 1000);
  t.equal(b.services.queues.figures.day, '2026-01-15');
  b.clock.advance(1000);
  t.match(b.services.queues.figures, { day: '2026-01-16', queues: {} });
});
