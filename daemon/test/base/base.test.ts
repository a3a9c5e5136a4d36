import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { Emitter } from '../../src/base/emitter.ts';
import { Machine } from '../../src/base/machine.ts';
import { RingBuffer } from '../../src/base/ring-buffer.ts';

t.test('the fake clock fires timers at their own instants, in order', async (t) => {
  const clock = new FakeClock();
  const log: string[] = [];
  clock.after(20, () => log.push(`b${clock.now()}`));
  clock.after(10, () => {
    log.push(`a${clock.now()}`);
    clock.after(5, () => log.push(`c${clock.now()}`));
  });
  const ticks = clock.every(8, () => log.push(`t${clock.now()}`));
  clock.advance(20);
  t.same(
    log,
    ['t8', 'a10', 'c15', 'b20', 't16'].sort((x, y) => Number(x.slice(1)) - Number(y.slice(1))),
  );
  ticks.cancel();
  t.equal(clock.pending, 0);
  t.throws(() => clock.every(0, () => {}), RangeError);
});

t.test(
  'a listener that is taken off in mid-event, and one that throws, leave the others alone',
  async (t) => {
    const emitter = new Emitter<{ hit: [n: number] }>();
    const seen: number[] = [];
    const off = emitter.on('hit', () => off());
    emitter.on('hit', (n) => seen.push(n));
    emitter.once('hit', (n) => seen.push(n * 10));
    emitter.emit('hit', 1);
    emitter.emit('hit', 2);
    t.same(seen, [1, 10, 2]);
    t.equal(emitter.count('hit'), 1);
  },
);

t.test('who is added in mid-event hears the next one, who is taken off still hears this one', async (t) => {
  const emitter = new Emitter<{ hit: [n: number] }>();
  const seen: string[] = [];
  let added = false;
  emitter.on('hit', (n) => {
    seen.push(`first ${n}`);
    offLast();
    if (!added) emitter.on('hit', (m) => seen.push(`added ${m}`));
    added = true;
    // An event within the event has the listeners of that moment.
    if (n === 1) emitter.emit('hit', 2);
  });
  const offLast = emitter.on('hit', (n) => seen.push(`last ${n}`));
  emitter.emit('hit', 1);
  t.same(seen, ['first 1', 'first 2', 'added 2', 'last 1']);
  t.equal(emitter.count('hit'), 2);
});

t.test('one function added twice is called twice, and taken off once at a time', async (t) => {
  const emitter = new Emitter<{ hit: [] }>();
  let calls = 0;
  const fn = (): void => {
    calls++;
  };
  const off = emitter.on('hit', fn);
  emitter.on('hit', fn);
  emitter.emit('hit');
  t.equal(calls, 2);
  off();
  off();
  emitter.emit('hit');
  t.equal(calls, 3);
  emitter.off('hit');
  emitter.emit('hit');
  t.equal(calls, 3);
});

t.test('a machine finishes a transition before it takes the next event', async (t) => {
  const log: string[] = [];
  const machine: Machine<number, string, string> = new Machine(
    0,
    (state, event) => ({ state: state + 1, effects: [`${event}1`, `${event}2`] }),
    (effect) => {
      log.push(`${effect}@${machine.state}`);
      if (effect === 'a1') machine.send('b');
    },
    () => 0,
  );
  machine.send('a');
  t.same(log, ['a1@1', 'a2@1', 'b1@2', 'b2@2']);
});

t.test('a ring buffer keeps the newest', async (t) => {
  const ring = new RingBuffer<number>(3);
  for (const n of [1, 2, 3, 4, 5]) ring.push(n);
  t.same(ring.toArray(), [3, 4, 5]);
  t.equal(ring.size, 3);
  ring.clear();
  t.same(ring.toArray(), []);
  t.throws(() => new RingBuffer(0), RangeError);
});
