import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import t from 'tap';
import { FakeClock, systemClock } from '../../src/base/clock.ts';
import { openRecords, type RecordsAlarm } from '../../src/records/records.ts';
import { makeDialog, makeRecord } from './make-record.ts';

const hour = 3_600_000;

t.test('a call is found by any writing of its numbers, by name, place, outcome and time', async (t) => {
  const records = openRecords({ path: join(t.testdir(), 'r.sqlite'), clock: systemClock() });
  t.teardown(() => records.close());
  const base = Date.UTC(2026, 0, 15, 9, 0, 0);
  records.end(
    makeRecord('a', {
      state: 'ended',
      startedAt: base,
      answeredAt: base + 1,
      talkMs: 61_000,
      price: 2.4,
      costCentre: 'sales',
    }),
  );
  records.end(makeRecord('b', { state: 'ended', startedAt: base + hour, q850: 17 }));
  records.end(
    makeRecord('c', {
      state: 'ended',
      startedAt: base + 2 * hour,
      direction: 'incoming',
      callerNumber: '+79161234567',
      callerName: 'ООО «Ромашка»',
      dialed: '201',
      calledNumber: '201',
      legs: [],
    }),
  );
  records.begin(makeRecord('d', { startedAt: base + 3 * hour }));
  const ids = (query: Parameters<typeof records.list>[0]): string[] =>
    records.list(query).calls.map((call) => call.id);
  t.same(ids({}), ['d', 'c', 'b', 'a']);
  for (const search of ['+7 916 123-45-67', '8 (916) 123-45-67', '9161234567', '123-45-67', '89161234567']) {
    t.ok(ids({ search }).includes('c'), search);
  }
  t.same(ids({ search: '916' }), ['c']);
  t.same(ids({ search: 'ромашка' }), ['c']);
  t.same(ids({ search: 'анна' }), ['d', 'b', 'a']);
  t.same(ids({ search: '%' }), [], 'no wildcard');
  t.same(ids({ outcome: 'answered' }), ['a']);
  t.same(ids({ outcome: 'missed' }), ['c']);
  t.same(ids({ outcome: 'failed' }), ['b']);
  t.same(ids({ outcome: 'active' }), ['d']);
  t.same(ids({ direction: 'incoming' }), ['c']);
  t.same(ids({ place: 'trunk:acme' }), ['d', 'b', 'a']);
  t.same(ids({ place: 'trunk:acm' }), []);
  t.same(ids({ costCentre: 'sales' }), ['a']);
  t.same(ids({ from: base + hour, to: base + 2 * hour }), ['b']);
  t.match(records.count(), {
    total: 4,
    answered: 1,
    missed: 1,
    failed: 1,
    active: 1,
    talkMs: 61_000,
    price: 2.4,
  });
});

t.test('pages follow each other without gap or repetition, equal times included', async (t) => {
  const records = openRecords({ path: join(t.testdir(), 'r.sqlite'), clock: systemClock() });
  t.teardown(() => records.close());
  for (let i = 0; i < 25; i++) {
    records.end(
      makeRecord(`call-${String(i).padStart(2, '0')}`, {
        state: 'ended',
        startedAt: 1000 + Math.floor(i / 7),
      }),
    );
  }
  const seen: string[] = [];
  let before: string | undefined;
  do {
    const page = records.list({ limit: 4, ...(before === undefined ? {} : { before }) });
    seen.push(...page.calls.map((call) => call.id));
    before = page.next;
  } while (before !== undefined);
  t.equal(seen.length, 25);
  t.equal(new Set(seen).size, 25);
  t.same(seen, [...seen].sort().reverse());
  t.same(records.list({ before: 'nonsense' }).calls.length, 25);
  t.equal([...records.all()].length, 25);
});

t.test('what was just written is read at once, and in the database within the batch time', async (t) => {
  const clock = new FakeClock();
  const path = join(t.testdir(), 'r.sqlite');
  const records = openRecords({ path, clock });
  t.teardown(() => records.close());
  records.begin(makeRecord('a'));
  t.match(records.get('a'), { state: 'active' });
  const reader = new Database(path);
  t.teardown(() => reader.close());
  const stored = (): unknown[] => reader.prepare('SELECT id FROM call').all();
  t.equal(stored().length, 0, 'a reader of its own sees the last transaction');
  clock.advance(1000);
  t.equal(stored().length, 1);
  t.equal(readFileSync(`${path}.journal`, 'utf8'), '', 'and the journal is empty again');
});

t.test(
  'a dialog is in the database while it stands, and one that is over before that never comes there',
  async (t) => {
    const path = join(t.testdir(), 'r.sqlite');
    const clock = new FakeClock();
    const records = openRecords({ path, clock });
    const reader = new Database(path);
    t.teardown(() => reader.close());
    const stored = (): unknown[] => reader.prepare('SELECT call_id FROM dialog').raw().all().flat();
    records.saveDialog(makeDialog('long', 'a'));
    records.saveDialog(makeDialog('short', 'a'));
    records.forgetDialog('short');
    clock.advance(1000);
    t.same(stored(), ['long']);
    await records.close();

    const later = openRecords({ path, clock });
    t.same(
      later.orphans().map(({ callId }) => callId),
      ['long'],
    );
    later.forgetDialog('long');
    clock.advance(1000);
    t.same(stored(), []);
    await later.close();
  },
);

t.test('a reader in the middle of its work keeps nobody from writing', async (t) => {
  const path = join(t.testdir(), 'r.sqlite');
  const records = openRecords({ path, clock: systemClock() });
  t.teardown(() => records.close());
  for (let i = 0; i < 50; i++) records.end(makeRecord(`a${i}`, { state: 'ended' }));
  records.flush();
  const reader = new Database(path);
  t.teardown(() => reader.close());
  reader.exec('BEGIN');
  t.equal(reader.prepare('SELECT count(*) AS n FROM call').raw().get()?.[0 as never], 50);
  records.end(makeRecord('later', { state: 'ended' }));
  records.flush();
  t.equal(
    reader.prepare('SELECT count(*) AS n FROM call').raw().get()?.[0 as never],
    50,
    'it sees its own moment',
  );
  reader.exec('COMMIT');
  t.equal(reader.prepare('SELECT count(*) AS n FROM call').raw().get()?.[0 as never], 51);
  t.ok(records.healthy);
});

t.test(
  'a database that cannot be read is moved aside with an alarm, and calls go on being recorded',
  async (t) => {
    for (const [what, damage] of [
      [
        'garbage',
        (path: string) =>
          writeFileSync(
            path,
            'this is no database, it is a text that is long enough to be read as one'.repeat(100),
          ),
      ],
      [
        'overwritten pages',
        (path: string) => {
          const bytes = readFileSync(path);
          bytes.fill(0xa5, 4096);
          writeFileSync(path, bytes);
        },
      ],
    ] as const) {
      const folder = t.testdir({ [what]: {} });
      const path = join(folder, what, 'r.sqlite');
      const first = openRecords({ path, clock: systemClock() });
      for (let i = 0; i < 200; i++) first.end(makeRecord(`a${i}`, { state: 'ended' }));
      first.flush();
      await first.close();
      const settle = new Database(path);
      settle.pragma('wal_checkpoint(TRUNCATE)');
      settle.close();
      damage(path);
      const alarms: RecordsAlarm[] = [];
      const second = openRecords({ path, clock: systemClock(), alarm: (alarm) => alarms.push(alarm) });
      t.match(alarms, [{ id: 'records-lost', said: { ru: /не читаются/, en: /cannot be read/ } }], what);
      t.ok(
        readdirSync(join(folder, what)).some((name) => name.startsWith('r.sqlite.broken-')),
        'the old file is kept',
      );
      second.end(makeRecord('new', { state: 'ended' }));
      t.equal(second.count().total, 1);
      await second.close();
    }
  },
);

t.test(
  'a database that breaks under way is replaced, and what was pending goes into the new one',
  async (t) => {
    const folder = t.testdir();
    const path = join(folder, 'r.sqlite');
    const alarms: string[] = [];
    const records = openRecords({ path, clock: systemClock(), alarm: (alarm) => alarms.push(alarm.id) });
    t.teardown(() => records.close());
    for (let i = 0; i < 200; i++) records.end(makeRecord(`a${i}`, { state: 'ended' }));
    records.flush();
    const other = new Database(path);
    other.pragma('wal_checkpoint(TRUNCATE)');
    other.close();
    const bytes = readFileSync(path);
    writeFileSync(path, bytes.fill(0xa5));
    records.end(makeRecord('new', { state: 'ended' }));
    records.flush();
    t.same(
      records.list().calls.map((call) => call.id),
      ['new'],
    );
    t.ok(alarms.includes('records-lost'), alarms.join());
    t.ok(readdirSync(folder).some((name) => name.startsWith('r.sqlite.broken-')));
    t.ok(records.healthy);
  },
);

t.test('a record of a newer release is not touched', async (t) => {
  const path = join(t.testdir(), 'r.sqlite');
  const db = new Database(path);
  db.exec('PRAGMA user_version = 99');
  db.close();
  t.throws(() => openRecords({ path, clock: systemClock() }), { code: 'records/newer-version' });
});

t.test('old records go in portions, calls in progress stay', async (t) => {
  const records = openRecords({ path: join(t.testdir(), 'r.sqlite'), clock: systemClock() });
  t.teardown(() => records.close());
  for (let i = 0; i < 10; i++) records.end(makeRecord(`a${i}`, { state: 'ended', startedAt: i * 1000 }));
  records.begin(makeRecord('active', { startedAt: 0 }));
  t.equal(records.prune(5000, 3), 3);
  t.equal(records.prune(5000), 2);
  t.equal(records.prune(5000), 0);
  t.ok(records.get('active'));
  t.equal(records.count().total, 6);
});

t.test('retention takes what is too old, hour by hour, in portions', async (t) => {
  const clock = new FakeClock();
  let days = 0;
  const records = openRecords({ path: join(t.testdir(), 'r.sqlite'), clock, keepDays: () => days });
  t.teardown(() => records.close());
  const day = 24 * hour;
  for (let i = 0; i < 700; i++)
    records.end(makeRecord(`old${i}`, { state: 'ended', startedAt: clock.wall() - 31 * day }));
  records.end(makeRecord('new', { state: 'ended', startedAt: clock.wall() - 29 * day }));
  clock.advance(2 * hour);
  t.equal(records.count().total, 701, 'for good while nobody says otherwise');
  days = 30;
  clock.advance(hour);
  t.same(
    records.list().calls.map((call) => call.id),
    ['new'],
  );
});

t.test('a call costs the call path well under a millisecond', async (t) => {
  const records = openRecords({ path: join(t.testdir(), 'r.sqlite'), clock: systemClock() });
  t.teardown(() => records.close());
  const times: number[] = [];
  for (let i = 0; i < 500; i++) {
    const record = makeRecord(`a${i}`);
    const start = performance.now();
    records.begin(record);
    times.push(performance.now() - start);
    records.saveDialog(makeDialog(`d${i}`, record.id));
  }
  times.sort((a, b) => a - b);
  t.ok(times[250]! < 1, `median of begin ${times[250]!.toFixed(3)} ms`);
});

t.test('nobody but the daemon can read who called whom', async (t) => {
  const folder = t.testdir();
  const records = openRecords({ path: join(folder, 'r.sqlite'), clock: systemClock() });
  t.teardown(() => records.close());
  records.end(makeRecord('a', { state: 'ended' }));
  records.flush();
  const files = readdirSync(folder);
  t.same(files.sort(), ['r.sqlite', 'r.sqlite-shm', 'r.sqlite-wal', 'r.sqlite.journal']);
  for (const name of files) t.equal(statSync(join(folder, name)).mode & 0o077, 0, name);
});
