import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { type Attempt, ForkAttempt, LegAttempt, SequenceAttempt } from '../../src/call/attempt.ts';
import { ConfirmedAttempt, LimitedAttempt } from '../../src/call/attempt-limits.ts';
import { isFinal, localCause } from '../../src/call/cause.ts';
import { FakeLeg } from '../kit/fake-leg.ts';
import { settle } from '../kit/fake-ports.ts';

/** Legs for an attempt, and a log of what the attempt said. */
function watch(attempt: Attempt): string[] {
  const log: string[] = [];
  attempt.on('started', (leg) => log.push(`started ${leg.place}`));
  attempt.on('alerting', (leg) => log.push(`alerting ${leg.place}`));
  attempt.on('answered', (leg) => log.push(`answered ${leg.place}`));
  attempt.on('failed', (cause) => log.push(`failed ${cause.q850}`));
  return log;
}

const legs = (n: number): FakeLeg[] =>
  Array.from({ length: n }, (_, i) => new FakeLeg('outgoing', `trunk:${i}`));
const of = (leg: FakeLeg): Attempt => new LegAttempt(() => leg);

t.test('routes are hunted on a failure before alerting, and only then', async (t) => {
  const rows: { name: string; q850: number; alerted: boolean; final?: boolean; next: boolean }[] = [
    { name: '408', q850: 102, alerted: false, next: true },
    { name: '503', q850: 41, alerted: false, next: true },
    { name: 'channels full', q850: 34, alerted: false, next: true },
    { name: 'out of order', q850: 27, alerted: false, next: true },
    { name: '486', q850: 17, alerted: false, next: false },
    { name: '603', q850: 21, alerted: false, next: false },
    { name: '503 after 180', q850: 41, alerted: true, next: false },
    { name: 'what the leg knows stands over the table', q850: 41, alerted: false, final: true, next: false },
  ];
  for (const row of rows) {
    const [a, b] = legs(2) as [FakeLeg, FakeLeg];
    const hunt = new SequenceAttempt([of(a), of(b)], 'routes', isFinal);
    const log = watch(hunt);
    hunt.start();
    if (row.alerted) a.farRings();
    a.farReleases(row.q850, row.final === undefined ? {} : { final: row.final });
    t.equal(b.state, row.next ? 'trying' : 'idle', row.name);
    t.equal(log.includes(`failed ${row.q850}`), !row.next, `${row.name}: the caller is told`);
  }
});

t.test('the last cause is what the caller hears when every route failed', async (t) => {
  const [a, b] = legs(2) as [FakeLeg, FakeLeg];
  const hunt = new SequenceAttempt([of(a), of(b)], 'routes', isFinal);
  const log = watch(hunt);
  hunt.start();
  a.farReleases(41);
  b.farReleases(34);
  t.same(log, ['started trunk:0', 'started trunk:1', 'failed 34']);
});

t.test('an attempt without a leg to be had goes on at once', async (t) => {
  const [b] = legs(1) as [FakeLeg];
  const full = new LegAttempt(() => localCause(34, 'trunk full'));
  const hunt = new SequenceAttempt([full, of(b)], 'routes', isFinal);
  watch(hunt);
  hunt.start();
  t.equal(b.state, 'trying');
});

t.test('of several at once exactly one is taken, the others are released (M20)', async (t) => {
  const [a, b, c] = legs(3) as [FakeLeg, FakeLeg, FakeLeg];
  const fork = new ForkAttempt([of(a), of(b), of(c)]);
  const log = watch(fork);
  fork.start();
  a.farRings();
  b.farAnswers();
  // The second presses its key a moment later.
  a.farAnswers();
  t.equal(log.filter((line) => line.startsWith('answered')).length, 1);
  t.equal(a.state, 'released');
  t.equal(c.state, 'released');
  t.equal(b.state, 'answered');
});

t.test('a fork fails when all have, with the most telling cause', async (t) => {
  const [a, b] = legs(2) as [FakeLeg, FakeLeg];
  const fork = new ForkAttempt([of(a), of(b)]);
  const log = watch(fork);
  fork.start();
  a.farReleases(17);
  t.notOk(log.some((line) => line.startsWith('failed')));
  b.farReleases(27);
  t.equal(log.at(-1), 'failed 17');
  const empty = new ForkAttempt([]);
  const emptyLog = watch(empty);
  empty.start();
  t.same(emptyLog, ['failed 3']);
});

t.test('cancelling releases what is under way and says nothing more', async (t) => {
  const [a, b] = legs(2) as [FakeLeg, FakeLeg];
  const hunt = new SequenceAttempt([of(a), of(b)], 'everyone', () => false);
  const log = watch(hunt);
  hunt.start();
  hunt.cancel(localCause(16));
  t.equal(a.releasedWith?.q850, 16);
  t.equal(b.state, 'idle', 'the next is not begun');
  t.same(log, ['started trunk:0']);
});

t.test('a limited attempt ends by itself with no answer, and spares an answered one', async (t) => {
  const clock = new FakeClock();
  const [a, b] = legs(2) as [FakeLeg, FakeLeg];
  const slow = new LimitedAttempt(of(a), clock, 20_000);
  const slowLog = watch(slow);
  slow.start();
  clock.advance(19_999);
  t.equal(a.state, 'trying');
  clock.advance(1);
  t.equal(a.releasedWith?.q850, 19);
  t.equal(slowLog.at(-1), 'failed 19');

  const quick = new LimitedAttempt(of(b), clock, 20_000);
  watch(quick);
  quick.start();
  b.farAnswers();
  clock.advance(60_000);
  t.equal(b.state, 'answered');
  t.equal(clock.pending, 0, 'no timer is left');
});

t.test('progress is all that a limit on progress wants', async (t) => {
  const clock = new FakeClock();
  const [a] = legs(1) as [FakeLeg];
  const attempt = new LimitedAttempt(of(a), clock, 5000, 'progress');
  watch(attempt);
  attempt.start();
  a.farRings();
  clock.advance(60_000);
  t.equal(a.state, 'alerting');
});

t.test('an unconfirmed answer is no answer, and others go on ringing meanwhile (M14)', async (t) => {
  const [voicemail, desk] = legs(2) as [FakeLeg, FakeLeg];
  let decide: (accepted: boolean) => void = () => {};
  const asked = new ConfirmedAttempt(of(voicemail), () => new Promise((resolve) => (decide = resolve)));
  const fork = new ForkAttempt([asked, of(desk)]);
  const log = watch(fork);
  fork.start();
  voicemail.farAnswers();
  await settle();
  t.equal(desk.state, 'trying', 'the desk still rings');
  decide(false);
  await settle();
  t.equal(voicemail.state, 'released');
  desk.farAnswers();
  t.equal(log.at(-1), `answered ${desk.place}`);
});

t.test('a party that hangs up while being asked fails the attempt once', async (t) => {
  const [mobile] = legs(1) as [FakeLeg];
  const asked = new ConfirmedAttempt(of(mobile), (_leg, aborted) => aborted.then(() => false));
  const log = watch(asked);
  asked.start();
  mobile.farAnswers();
  mobile.farReleases(16);
  await settle();
  t.equal(log.filter((line) => line.startsWith('failed')).length, 1);
});
