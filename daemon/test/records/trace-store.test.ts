import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'libsql';
import t, { type Test } from 'tap';
import { type StoredTrace, TraceStore, type TraceStoreOptions } from '../../src/records/trace-store.ts';

const day = 24 * 3_600_000;
const now = Date.UTC(2026, 0, 15);

function open(t: Test, options: Partial<TraceStoreOptions> = {}, path = join(t.testdir(), 'traces.sqlite')) {
  const store = new TraceStore({ path, keepCalls: () => 3, keepDays: () => 0, wall: () => now, ...options });
  t.teardown(() => store.close());
  return { store, path };
}

const trace = (
  recordId: string,
  startedAt: number,
  failed = false,
  doc = `said in ${recordId}`,
): StoredTrace => ({
  recordId,
  startedAt,
  failed,
  doc: Buffer.from(doc),
});

t.test('what is put is there, also after a restart; a later one takes the place of an earlier', async (t) => {
  const { store, path } = open(t);
  store.put([trace('a', 1), trace('b', 2)]);
  store.put([trace('a', 1, false, 'more')]);
  t.equal(store.get('a')?.toString(), 'more');
  t.equal(store.get('x'), undefined);
  store.close();
  t.equal(store.get('a'), undefined, 'closed: nothing, and nothing thrown');
  const again = open(t, {}, path).store;
  t.equal(again.get('b')?.toString(), 'said in b');
  t.equal(again.size, 2);
  t.equal(statSync(path).mode & 0o077, 0, 'nobody else may read it');
});

t.test('the last calls are kept, and as many of those that failed', async (t) => {
  const { store } = open(t);
  store.put([trace('lost', 1, true)]);
  for (let i = 2; i < 50; i++) store.put([trace(`good${i}`, i)]);
  t.equal(store.size, 4);
  t.ok(store.get('lost'), 'no storm of good calls drives out one that went wrong');
  t.ok(store.get('good47'));
  t.notOk(store.get('good46'));
  for (let i = 50; i < 53; i++) store.put([trace(`bad${i}`, i, true)]);
  t.notOk(store.get('lost'));
});

t.test('they go with their records, when days have passed or the admin keeps fewer', async (t) => {
  let keepDays = 0;
  let keepCalls = 100;
  const { store } = open(t, { keepCalls: () => keepCalls, keepDays: () => keepDays });
  store.put([trace('old', now - 10 * day), trace('new', now - day)]);
  t.equal(store.size, 2);
  keepDays = 5;
  store.prune();
  t.equal(store.get('old'), undefined);
  t.ok(store.get('new'));
  keepCalls = 0;
  store.prune();
  t.equal(store.size, 0);
});

t.test('bytes are bounded too', async (t) => {
  const { store } = open(t, { keepCalls: () => 2000 });
  const large = 'x'.repeat(5 * 1024 * 1024);
  for (let i = 0; i < 12; i++) store.put([trace(`r${i}`, i, false, large)]);
  t.ok(store.size < 12, `${store.size} traces of 5 MB kept`);
  t.ok(store.get('r11'));
});

t.test(
  'a file that cannot be read, or is of a later release, is begun anew; a folder is no reason to fail',
  async (t) => {
    const path = join(t.testdir(), 'traces.sqlite');
    writeFileSync(
      path,
      'this is no database at all, and long enough to be looked at by SQLite for its header',
    );
    const { store } = open(t, {}, path);
    store.put([trace('a', 1)]);
    t.ok(store.get('a'));
    store.close();
    const db = new Database(path);
    db.pragma('user_version = 7');
    db.close();
    t.equal(open(t, {}, path).store.size, 0);
    const nowhere = open(t, {}, join(t.testdir(), 'no', 'such', 'folder')).store;
    nowhere.put([trace('a', 1)]);
    t.equal(nowhere.get('a'), undefined);
    t.equal(nowhere.size, 0);
  },
);
