import t from 'tap';
import { AttemptLimiter, loginLimits, sourceOf } from '../../src/api/attempt-limiter.ts';

t.test('one source waits, doubling up to the longest; another is not kept out by it', async (t) => {
  const limiter = new AttemptLimiter({ ...loginLimits, freeGlobal: 1000 });
  let now = 0;
  const waits: number[] = [];
  for (let i = 0; i < 16; i++) {
    const wait = limiter.begin('192.168.1.5', now);
    if (wait === 0) continue;
    waits.push(wait);
    t.equal(limiter.begin('192.168.1.6', now), 0);
    limiter.succeeded('192.168.1.6');
    now += wait;
  }
  t.same(waits, [1000, 2000, 4000, 8000, 16000, 32000]);
  for (let i = 0; i < 20; i++) now += limiter.begin('192.168.1.5', now);
  limiter.begin('192.168.1.5', now);
  t.equal(limiter.begin('192.168.1.5', now), loginLimits.longestDelay);
});

t.test('many sources together are slowed down too, but never for long', async (t) => {
  const limiter = new AttemptLimiter();
  let now = 0;
  let longest = 0;
  for (let i = 0; i < 60; i++) {
    const address = `10.0.${i}.1`;
    const wait = limiter.begin(address, now);
    longest = Math.max(longest, wait);
    now += wait;
    if (wait > 0) t.equal(limiter.begin(address, now), 0);
  }
  t.equal(longest, loginLimits.longestGlobalDelay);
  const admin = limiter.begin('10.1.1.1', now);
  t.ok(admin <= loginLimits.longestGlobalDelay);
});

t.test('parallel attempts cannot slip past the count', async (t) => {
  const limiter = new AttemptLimiter();
  const taken = Array.from({ length: 50 }, () => limiter.begin('10.0.0.1', 0)).filter((wait) => wait === 0);
  t.equal(taken.length, loginLimits.freePerSource + 1);
});

t.test('an IPv6 host is one source, however many addresses it takes', async (t) => {
  t.equal(sourceOf('fe80::1:2:3:4%eth0'), sourceOf('fe80::ffff:0:0:9'));
  t.not(sourceOf('fd00:0:0:1::1'), sourceOf('fd00:0:0:2::1'));
  t.equal(sourceOf('::ffff:10.0.0.1'), '10.0.0.1');
});

t.test('old failures are forgotten, and memory is bounded', async (t) => {
  const limiter = new AttemptLimiter({ ...loginLimits, freeGlobal: 1e9, maxSources: 10 });
  for (let i = 0; i < 4; i++) limiter.begin('10.0.0.1', 0);
  t.ok(limiter.begin('10.0.0.1', 1) > 0);
  const later = 2 * loginLimits.forgetAfter;
  t.equal(limiter.begin('10.0.0.1', later), 0);
  t.equal(limiter.begin('10.0.0.1', later), 0, 'with its free attempts back');
  for (let i = 0; i < 100; i++) limiter.begin(`10.9.0.${i}`, later);
  for (let i = 0; i < 3; i++)
    t.equal(limiter.begin('10.0.0.1', later), 0, 'dropped as the one silent longest');
});
