import t from 'tap';
import { FakeClock } from '../../src/base/clock.ts';
import { KeyOwner, type KeySource } from '../../src/sip/key-owner.ts';

type Coming = readonly [atMs: number, key: string, source: KeySource, lastedMs?: number];

/** The keys that are told where these come, in order of time. */
function told(coming: readonly Coming[]): string {
  const clock = new FakeClock();
  let keys = '';
  const owner = new KeyOwner(clock, (key) => (keys += key));
  for (const [at, key, source, lasted] of coming) {
    clock.advance(at - clock.now());
    owner.heard(key, source, lasted);
  }
  clock.advance(5000);
  t.equal(clock.pending, 0);
  return keys;
}

t.test('a key told in several ways is one key (C03), in whatever order they come', async (t) => {
  t.equal(
    told([
      [100, '5', 'rfc4733', 100],
      [110, '5', 'info'],
    ]),
    '5',
    'event, then INFO',
  );
  t.equal(
    told([
      [0, '5', 'info'],
      [100, '5', 'rfc4733', 100],
    ]),
    '5',
    'INFO, then event',
  );
  t.equal(
    told([
      [90, '5', 'dtmf', 80],
      [120, '5', 'info'],
    ]),
    '5',
    'tone, then INFO',
  );
  t.equal(
    told([
      [0, '5', 'info'],
      [90, '5', 'dtmf', 80],
      [100, '5', 'rfc4733', 100],
    ]),
    '5',
    'all three',
  );
  t.equal(
    told([
      [0, '5', 'info'],
      [6000, '5', 'rfc4733', 6000],
    ]),
    '5',
    'held for six seconds, told at its end',
  );
  t.equal(
    told([
      [0, '1', 'rfc4733', 80],
      [500, '5', 'info'],
      [6400, '5', 'rfc4733', 6000],
    ]),
    '15',
    'and later',
  );
});

t.test('a burst told twice is the burst, though one way lags behind by keys', async (t) => {
  const burst = '1123456778900*#';
  const coming: Coming[] = [];
  for (const [i, key] of [...burst].entries()) {
    coming.push([100 + i * 140, key, 'rfc4733', 70]);
    coming.push([430 + i * 140, key, 'info']);
  }
  coming.sort((a, b) => a[0] - b[0]);
  t.equal(told(coming), burst, 'INFO 330 ms behind');
  const early: Coming[] = coming.map(([at, key, source, lasted]) => [
    source === 'info' ? at - 400 : at,
    key,
    source,
    lasted ?? 0,
  ]);
  early.sort((a, b) => a[0] - b[0]);
  t.equal(told(early), burst, 'and 70 ms ahead');
});

t.test('the same key pressed twice is two', async (t) => {
  t.equal(
    told([
      [100, '5', 'rfc4733'],
      [250, '5', 'rfc4733'],
    ]),
    '55',
  );
  t.equal(
    told([
      [100, '5', 'rfc4733'],
      [120, '5', 'info'],
      [250, '5', 'rfc4733'],
      [270, '5', 'info'],
    ]),
    '55',
  );
  t.equal(
    told([
      [100, '5', 'rfc4733'],
      [250, '5', 'rfc4733'],
      [320, '5', 'info'],
      [470, '5', 'info'],
    ]),
    '55',
  );
  t.equal(
    told([
      [0, '5', 'info'],
      [700, '5', 'info'],
    ]),
    '55',
  );
});

t.test('a peer that changes its way in the middle is heard all the same', async (t) => {
  t.equal(
    told([
      [0, '1', 'rfc4733'],
      [5000, '2', 'info'],
      [6000, '3', 'info'],
      [6100, '4', 'info'],
    ]),
    '1234',
  );
  t.equal(
    told([
      [0, '1', 'info'],
      [5000, '2', 'rfc4733'],
      [5300, '3', 'rfc4733'],
    ]),
    '123',
  );
  t.equal(
    told([
      [0, '1', 'rfc4733'],
      [5000, '2', 'dtmf', 80],
      [5500, '2', 'dtmf', 80],
    ]),
    '122',
  );
});

t.test('nothing is told once the leg has ended', async (t) => {
  const clock = new FakeClock();
  const keys: string[] = [];
  const owner = new KeyOwner(clock, (key) => keys.push(key));
  owner.heard('1', 'rfc4733');
  owner.heard('2', 'info');
  owner.stop();
  clock.advance(5000);
  t.same(keys, ['1']);
  t.equal(clock.pending, 0);
});
