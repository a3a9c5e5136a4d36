import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import t from 'tap';
import type { LiveState } from '../../src/api/contract.ts';
import { FakeClock } from '../../src/base/clock.ts';
import { beginning } from '../../src/main/beginning.ts';
import { driveLamps } from '../../src/main/lamps.ts';

const picture = (change: object = {}): LiveState =>
  ({ alarms: [], card: { up: true }, ports: [], ...change }) as unknown as LiveState;

t.test('the lamps of the box follow the page', async (t) => {
  const names = [
    'linegate:power',
    'linegate:status:green',
    'linegate:status:red',
    'linegate:port1:green',
    'mmc0::',
  ];
  const folder = t.testdir(Object.fromEntries(names.map((name) => [name, { brightness: '0' }])));
  const bright = (name: string): string => readFileSync(join(folder, name, 'brightness'), 'utf8');
  const clock = new FakeClock();
  let live = picture();
  let claimed = false;
  const warned: string[] = [];
  const stop = driveLamps({
    ...{ clock, folder, live: () => live, claimed: () => claimed },
    warn: (message) => warned.push(message),
  });
  t.equal(bright('linegate:power'), '1');
  const seen = new Set<string>();
  for (let i = 0; i < 10; i++) {
    clock.advance(125);
    seen.add(bright('linegate:status:green'));
  }
  t.same([...seen].sort(), ['0', '1'], 'blinks until the box is claimed');
  claimed = true;
  live = picture({
    ports: [
      { number: 1, state: 'talking' },
      { number: 2, state: 'ringing' },
    ],
  });
  clock.advance(250);
  t.same(['linegate:status:green', 'linegate:status:red', 'linegate:port1:green'].map(bright), [
    '1',
    '0',
    '1',
  ]);
  live = picture({ alarms: [{ severity: 'critical' }], card: { up: true } });
  clock.advance(250);
  t.equal(bright('linegate:status:green'), '0');
  stop();
  t.equal(bright('linegate:status:red'), '1', 'a box that does not serve is red');
  t.equal(bright('mmc0::'), '0', 'lamps that are not ours are left alone');
  t.same(warned, [], 'a lamp that the board has not is no fault');
});

t.test('without lamps nothing runs, and one that is broken is told once', async (t) => {
  const clock = new FakeClock();
  const asked = (): LiveState => {
    throw new Error('nobody may look');
  };
  driveLamps({
    clock,
    live: asked,
    claimed: () => true,
    warn: t.fail,
    folder: join(t.testdir({}), 'none'),
  })();
  const folder = t.testdir({});
  mkdirSync(join(folder, 'linegate:power/brightness'), { recursive: true });
  const warned: string[] = [];
  const stop = driveLamps({
    ...{ clock, folder, live: () => picture(), claimed: () => true },
    warn: (message) => warned.push(message),
  });
  clock.advance(1000);
  stop();
  t.equal(warned.length, 1);
  t.match(warned[0], /linegate:power: EISDIR/);
});

t.test('what a factory reset has left is what the box begins with', async (t) => {
  const folder = t.testdir({});
  const file = join(folder, 'begin.json');
  const warned: string[] = [];
  const begin = (): unknown => beginning(folder, (message) => warned.push(message));
  t.equal(begin(), undefined);
  t.same(warned, []);
  writeFileSync(file, '{"network":{"name":"reception"}}');
  t.match(begin(), { network: { name: 'reception' } });
  for (const bad of ['{"network":{"mode":"what"}}', '{"netw', '']) {
    writeFileSync(file, bad);
    t.equal(begin(), undefined, bad);
  }
  t.equal(warned.length, 3, 'each is told, and none keeps the box from starting');
});
