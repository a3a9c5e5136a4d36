import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import type { CollectorOptions, CollectorResult, DigitMatch } from '../../src/port/digit-collector.ts';
import { DigitCollector } from '../../src/port/digit-collector.ts';

/** Knows 112, 101, 8 and ten digits, and *21*…# */
function match(digits: string): DigitMatch {
  if (digits === '112' || digits === '101' || /^8\d{10}$/.test(digits) || /^\*21\*\d+#$/.test(digits))
    return 'complete';
  if (/^[^8]\d{4}$/.test(digits)) return 'maybe-more';
  if (/^[^8]\d{6}$/.test(digits)) return 'complete';
  if (/^\d{1,11}$/.test(digits) || '*21*'.startsWith(digits) || /^\*21\*\d*$/.test(digits)) return 'partial';
  return 'impossible';
}

function collect(changes: Partial<CollectorOptions> = {}) {
  const clock = new FakeClock();
  const results: CollectorResult[] = [];
  const collector = new DigitCollector(
    clock,
    {
      firstDigitMs: 16_000,
      interDigitMs: 5000,
      matchMs: 3000,
      totalMs: 0,
      match,
      hashEnds: 'unless-matched',
      starClears: false,
      ...changes,
    },
    (result) => results.push(result),
  );
  const key = (keys: string): void => {
    for (const k of keys) collector.feed(k);
  };
  return { clock, collector, results, key };
}

t.test('a whole number ends at its last digit, and what follows is left to the next', async (t) => {
  const { clock, collector, results, key } = collect();
  key('8812123456');
  t.strictSame(results, []);
  key('7');
  t.strictSame(results, [{ outcome: 'complete', digits: '88121234567', by: 'match' }]);
  t.equal(collector.feed('1'), false);
  t.equal(clock.pending, 0);
});

t.test('a number that may go on waits a little', async (t) => {
  const { clock, results, key } = collect();
  key('23456');
  clock.advance(2999);
  t.strictSame(results, []);
  clock.advance(1);
  t.strictSame(results, [{ outcome: 'complete', digits: '23456', by: 'timeout' }]);

  const longer = collect();
  longer.key('23456');
  longer.clock.advance(2000);
  longer.key('78');
  t.strictSame(longer.results, [{ outcome: 'complete', digits: '2345678', by: 'match' }]);
});

t.test('nothing keyed, nothing more keyed, all too slow', async (t) => {
  const none = collect();
  none.clock.advance(16_000);
  t.strictSame(none.results, [{ outcome: 'incomplete', digits: '', by: 'first-digit' }]);

  const some = collect();
  some.key('8812');
  some.clock.advance(5000);
  t.strictSame(some.results, [{ outcome: 'incomplete', digits: '8812', by: 'inter-digit' }]);

  const slow = collect({ totalMs: 20_000 });
  for (const digit of '8812123') {
    slow.key(digit);
    slow.clock.advance(3000);
  }
  t.strictSame(slow.results, [{ outcome: 'incomplete', digits: '8812123', by: 'total' }]);
  t.equal(slow.clock.pending, 0);

  const free = collect({ firstDigitMs: 0 });
  free.clock.advance(3600_000);
  t.strictSame(free.results, [], '0 is no limit');
});

t.test('# ends at once; where a code has # in it, it belongs to the code', async (t) => {
  const short = collect();
  short.key('23456#');
  t.strictSame(short.results, [{ outcome: 'complete', digits: '23456', by: 'hash' }]);

  const early = collect();
  early.key('8812#');
  t.strictSame(early.results, [{ outcome: 'incomplete', digits: '8812', by: 'hash' }]);

  const code = collect();
  code.key('*21*89#');
  t.strictSame(code.results, [{ outcome: 'complete', digits: '*21*89#', by: 'match' }]);

  const pin = collect({ hashEnds: 'always', match: () => 'maybe-more' });
  pin.key('12345678#');
  t.strictSame(pin.results, [{ outcome: 'complete', digits: '12345678', by: 'hash' }]);
});

t.test('a burst of fixed length is cut exactly (ruling 9)', async (t) => {
  const { results, collector } = collect({ fixedLength: 4, match: () => 'partial' });
  const rest = [...'777788121234567'].filter((key) => !collector.feed(key)).join('');
  t.strictSame(results, [{ outcome: 'complete', digits: '7777', by: 'length' }]);
  t.equal(rest, '88121234567');
});

t.test('* clears where it may', async (t) => {
  const { clock, results, key } = collect({ starClears: true });
  key('99*');
  clock.advance(15_000);
  t.strictSame(results, [], 'and the first digit has its time again');
  key('112');
  t.strictSame(results, [{ outcome: 'complete', digits: '112', by: 'match' }]);
});

t.test('what no number begins with ends at once', async (t) => {
  const { results, key } = collect();
  key('*5');
  t.strictSame(results, [{ outcome: 'impossible', digits: '*5' }]);
});

t.test('stopped, it says nothing', async (t) => {
  const { clock, collector, results, key } = collect();
  key('1');
  collector.stop();
  key('12');
  clock.advance(60_000);
  t.strictSame(results, []);
  t.equal(clock.pending, 0);
});
