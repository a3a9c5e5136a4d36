import { setImmediate } from 'node:timers/promises';
import t from 'tap';
import type { CallQualityLive } from '../../src/api/contract.ts';
import { FakeClock } from '../../src/base/clock.ts';
import type { Call } from '../../src/call/call.ts';
import { CallQuality } from '../../src/main/call-quality.ts';
import type { RtpStatistics } from '../../src/media/api.ts';

/** A box with calls over trunks, whose figures a test plays. */
function box() {
  const clock = new FakeClock();
  const calls = new Map<string, Call>();
  const figures = new Map<string, RtpStatistics>();
  const asked: string[][] = [];
  const told: [string, CallQualityLive | null][] = [];
  const world = { watched: true, answers: true };
  const quality = new CallQuality({
    clock,
    media: {
      statisticsOf: async (endpoints) => {
        asked.push([...endpoints]);
        if (!world.answers) await new Promise(() => {});
        return endpoints.map((endpoint) => figures.get(endpoint));
      },
    },
    calls: () => calls.values(),
    watched: () => world.watched,
    told: (id, value) => told.push([id, value]),
  });
  const leg = (id: string, kind: 'sip' | 'fxs') => ({
    id,
    kind,
    endpoint: kind === 'sip' ? `rtp:${id}` : 'line:1',
  });
  const begin = (id: string): void => {
    calls.set(id, {
      id,
      state: 'talking',
      caller: leg(`${id}-a`, 'fxs'),
      called: leg(`${id}-b`, 'sip'),
    } as Call);
    play(`${id}-b`, {});
    quality.wake();
  };
  const play = (leg: string, change: Partial<RtpStatistics>): void => {
    const before = figures.get(`rtp:${leg}`);
    figures.set(`rtp:${leg}`, {
      ...{ packetsSent: 500, packetsReceived: 500, packetsLost: 0, packetsLate: 0, jitterMs: 1, rejected: 0 },
      ...{ ...before, ...change },
    });
  };
  const pass = async (ms: number): Promise<void> => {
    for (let left = ms; left > 0; left -= 1000) {
      clock.advance(1000);
      await setImmediate();
    }
  };
  return { clock, calls, asked, told, world, quality, begin, play, pass };
}

t.test('every two seconds the worker is asked once for all legs that go over a network', async (t) => {
  const { asked, told, begin, pass, quality } = box();
  begin('one');
  begin('two');
  await pass(2000);
  t.same(asked, [['rtp:one-b', 'rtp:two-b']], 'the telephone at a socket has no network to blame');
  t.same(
    told.map(([id]) => id),
    ['one', 'two'],
  );
  t.match(told[0]?.[1], { id: 'one', legs: [{ id: 'one-b', from: { lossPercent: 0, mos: /^4\.[34]/ } }] });
  t.same(
    quality.list.map(({ id }) => id),
    ['one', 'two'],
    'for a page that comes later',
  );
  await pass(2000);
  t.equal(asked.length, 2);
  t.equal(told.length, 2, 'what sounds as before is not told again');
});

t.test('what is told is of the last ten seconds, worse and better', async (t) => {
  const { told, begin, play, pass } = box();
  begin('one');
  await pass(2000);
  play('one-b', { packetsReceived: 590, packetsLost: 8, packetsLate: 2 });
  await pass(2000);
  const bad = told.at(-1)?.[1]?.legs[0]?.from;
  t.match(bad, { lossPercent: 10.2 }, 'lost and late, of those since the first look');
  for (let i = 1; i <= 6; i++) {
    play('one-b', { packetsReceived: 590 + 100 * i });
    await pass(2000);
  }
  t.match(told.at(-1)?.[1]?.legs[0]?.from, { lossPercent: 0 }, 'ten seconds later it is good again');
});

t.test('without a call, or without a page, nobody is asked anything', async (t) => {
  const { clock, calls, asked, told, world, begin, pass, quality } = box();
  quality.wake();
  t.equal(clock.pending, 0, 'an idle box has not even a timer');
  world.watched = false;
  begin('one');
  t.equal(clock.pending, 0, 'nor one that nobody watches');
  world.watched = true;
  quality.wake();
  await pass(2000);
  t.equal(asked.length, 1);
  calls.clear();
  quality.ended('one');
  t.same(told.at(-1), ['one', null]);
  await pass(4000);
  t.equal(asked.length, 1);
  t.equal(clock.pending, 0, 'and it is quiet again after the last call');
  t.same(quality.list, []);
});

t.test('a worker that is slow to answer is not asked again', async (t) => {
  const { asked, world, begin, pass } = box();
  world.answers = false;
  begin('one');
  await pass(10_000);
  t.equal(asked.length, 1);
});

t.test('of a full box the legs take turns', async (t) => {
  const { asked, told, begin, pass } = box();
  for (let i = 0; i < 100; i++) begin(`call-${i}`);
  await pass(4000);
  t.same(
    asked.map((legs) => legs.length),
    [64, 64],
  );
  t.equal(new Set(asked.flat()).size, 100, 'and all have had one');
  t.equal(new Set(told.map(([id]) => id)).size, 100);
});
