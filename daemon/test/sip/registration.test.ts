import t from 'tap';
import { Machine } from '../../src/base/machine.ts';
import { initialHealth, judge, showsLife } from '../../src/sip/health.ts';
import {
  initialRegistration,
  type RegistrationEffect,
  registration,
  registrationTimes,
} from '../../src/sip/registration.ts';

function bench(random = 0.5) {
  const times = registrationTimes(600);
  let now = 0;
  const effects: RegistrationEffect[] = [];
  const machine = new Machine(
    initialRegistration(times),
    registration(times, () => random),
    (e) => void effects.push(e),
    () => now,
  );
  const take = (): RegistrationEffect[] => effects.splice(0).filter((e) => e.type !== 'cancelTimer');
  return { machine, take, at: (ms: number) => void (now = ms) };
}

t.test('registers, and refreshes between 50 and 90 percent of what was granted', async (t) => {
  for (const [random, expected] of [
    [0, 150_000],
    [0.5, 210_000],
    [0.999, 269_880],
  ] as const) {
    const { machine, take } = bench(random);
    machine.send({ type: 'start' });
    t.same(take(), [{ type: 'send', expires: 600 }]);
    machine.send({ type: 'answered', status: 200, expires: 300 });
    t.equal(machine.state.phase, 'registered');
    t.match(take(), [{ type: 'timer', ms: expected }]);
    machine.send({ type: 'timer' });
    t.same(take(), [{ type: 'send', expires: 600 }]);
    t.equal(machine.state.phase, 'registered', 'a refresh is no loss of service');
  }
});

t.test('silence and 5xx: the pause doubles to its maximum, Retry-After is kept', async (t) => {
  const { machine, take } = bench(1);
  machine.send({ type: 'start' });
  take();
  const pauses: number[] = [];
  for (let i = 0; i < 9; i++) {
    machine.send(i % 2 ? { type: 'answered', status: 503 } : { type: 'lost' });
    const [timer] = take();
    pauses.push(timer?.type === 'timer' ? timer.ms : -1);
    machine.send({ type: 'timer' });
    take();
  }
  t.same(pauses, [5000, 10_000, 20_000, 40_000, 80_000, 160_000, 320_000, 600_000, 600_000]);
  t.equal(machine.state.phase, 'registering');
  machine.send({ type: 'answered', status: 503, retryAfter: 900 });
  t.same(take(), [{ type: 'timer', ms: 900_000 }]);
  t.equal(machine.state.phase, 'failed');
  machine.send({ type: 'timer' });
  machine.send({ type: 'answered', status: 200 });
  t.equal(machine.state.failures, 0);
});

t.test('a refused account is tried seldom, a refused refresh ends the registration', async (t) => {
  const { machine, take } = bench(1);
  machine.send({ type: 'start' });
  machine.send({ type: 'answered', status: 200 });
  take();
  machine.send({ type: 'timer' });
  machine.send({ type: 'answered', status: 403 });
  t.equal(machine.state.phase, 'refused');
  t.match(take().at(-1), { type: 'timer', ms: 60_000 });
});

t.test('423 raises the time asked for, a limited number of times', async (t) => {
  const { machine, take } = bench();
  machine.send({ type: 'start' });
  take();
  machine.send({ type: 'answered', status: 423, minExpires: 1800 });
  t.same(take(), [{ type: 'send', expires: 1800 }]);
  machine.send({ type: 'answered', status: 423, minExpires: 3600 });
  machine.send({ type: 'answered', status: 423, minExpires: 7200 });
  machine.send({ type: 'answered', status: 423, minExpires: 9000 });
  t.equal(machine.state.phase, 'failed');
  machine.send({ type: 'timer' });
  take();
  machine.send({ type: 'answered', status: 423, minExpires: 60 });
  t.equal(machine.state.phase, 'failed', 'a Min-Expires below what we asked makes no sense');
});

t.test('a lost refresh leaves the binding in service until it runs out', async (t) => {
  const { machine, take, at } = bench(1);
  machine.send({ type: 'start' });
  machine.send({ type: 'answered', status: 200, expires: 100 });
  take();
  at(90_000);
  machine.send({ type: 'timer' });
  machine.send({ type: 'lost' });
  t.equal(machine.state.phase, 'registered');
  t.match(take().at(-1), { type: 'timer', ms: 5000 });
  at(101_000);
  machine.send({ type: 'timer' });
  machine.send({ type: 'lost' });
  t.equal(machine.state.phase, 'failed');
});

t.test('a change of transport registers at once, even in the middle of an attempt', async (t) => {
  const { machine, take } = bench();
  machine.send({ type: 'transportChanged' });
  t.same(take(), [], 'not before it was started');
  machine.send({ type: 'start' });
  take();
  machine.send({ type: 'transportChanged' });
  t.same(take(), []);
  machine.send({ type: 'answered', status: 200 });
  t.same(take(), [{ type: 'send', expires: 600 }]);
  machine.send({ type: 'answered', status: 200 });
  take();
  machine.send({ type: 'transportChanged' });
  t.same(take(), [{ type: 'send', expires: 600 }]);
});

t.test('stopping takes the binding back, and answers after that change nothing', async (t) => {
  const { machine, take } = bench();
  machine.send({ type: 'start' });
  machine.send({ type: 'answered', status: 200 });
  take();
  machine.send({ type: 'stop' });
  t.same(take(), [{ type: 'send', expires: 0 }]);
  machine.send({ type: 'answered', status: 200, expires: 0 });
  machine.send({ type: 'timer' });
  t.same(take(), []);
});

t.test('health has hysteresis both ways', async (t) => {
  let state = initialHealth;
  const feed = (...results: boolean[]) => {
    for (const alive of results) state = judge(state, alive);
    return state.up;
  };
  t.equal(feed(false), true);
  t.equal(feed(true, false), true, 'one answer in between starts the count anew');
  t.equal(feed(false), false);
  t.equal(feed(true), false);
  t.equal(feed(false, true, true), true);
  t.ok(showsLife(404) && showsLife(401) && showsLife(500));
  t.notOk(showsLife(408) || showsLife(503));
});
