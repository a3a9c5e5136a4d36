import { join } from 'node:path';
import fc from 'fast-check';
import t from 'tap';
import { FakeClock, systemClock } from '../../src/base/clock.ts';
import type { CallRecord } from '../../src/records/call-record.ts';
import { CallSearch } from '../../src/records/call-search.ts';
import type { RecordFilter } from '../../src/records/query.ts';
import { openRecords } from '../../src/records/records.ts';
import { outcomeOf, searchDigits } from '../../src/records/row.ts';
import { answerOf } from '../../src/records/search/answer.ts';
import { countFound, findIds } from '../../src/records/search/find.ts';
import { SearchStore } from '../../src/records/search/store.ts';
import { centres, generated, people, random, trunks } from './generated.ts';

const begin = Date.UTC(2026, 2, 28, 18);

/** What a filter means, thought out anew: over whole records, with nothing but loops. */
function meets(record: CallRecord, filter: RecordFilter): boolean {
  const numbers = [record.callerNumber, record.dialed, record.calledNumber].map(
    (n) => n?.replace(/\D/g, '') ?? '',
  );
  const words = (text: string): string[] =>
    text
      .toLowerCase()
      .replaceAll('ё', 'е')
      .split(/[^\p{L}\p{N}]+/u)
      .filter(Boolean);
  const found = (search: string): boolean => {
    const digits = searchDigits(search);
    const name = words(record.callerName ?? '');
    const has = (part: string): boolean =>
      [...numbers, ...name].some((word) => (part.length < 3 ? word.startsWith(part) : word.includes(part)));
    if (digits !== undefined) return has(digits);
    const wanted = words(search);
    return wanted.length > 0 && wanted.every(has);
  };
  const came = (what: string, id: string) =>
    record.events.some((e) => e.what === what && e.detail?.split(' ')[0] === id);
  return (
    (filter.search === undefined || filter.search === '' || found(filter.search)) &&
    (filter.number === undefined || found(filter.number)) &&
    (filter.from === undefined || record.startedAt >= filter.from) &&
    (filter.to === undefined || record.startedAt < filter.to) &&
    (filter.direction === undefined || record.direction === filter.direction) &&
    (filter.outcome === undefined || outcomeOf(record) === filter.outcome) &&
    (filter.person === undefined || [record.calledBy, record.answeredBy].includes(filter.person)) &&
    (filter.group === undefined || came('group', filter.group)) &&
    (filter.trunk === undefined || record.trunkId === filter.trunk) &&
    (filter.port === undefined || record.legs.some(({ place }) => place === `port:${filter.port}`)) &&
    (filter.costCentre === undefined || record.costCentre === filter.costCentre) &&
    (filter.recorded === undefined || (record.recordings ?? []).length > 0) &&
    (record.talkMs ?? 0) >= (filter.leastTalkMs ?? 0) &&
    (record.talkMs ?? 0) <= (filter.mostTalkMs ?? Number.POSITIVE_INFINITY) &&
    (record.price ?? 0) >= (filter.leastPrice ?? 0) &&
    (record.price ?? 0) <= (filter.mostPrice ?? Number.POSITIVE_INFINITY)
  );
}

const optional = <T>(of: fc.Arbitrary<T>) => fc.option(of, { nil: undefined, freq: 1 });
const filters = fc.record({
  search: optional(
    fc.constantFrom(
      'ромашка',
      'елкин',
      'Ёлкина Анна',
      'smith',
      '8 (495)',
      '916',
      '+7 812',
      '20',
      '21',
      'ив',
      'скл 2',
      '%',
      '2',
      '«»',
    ),
  ),
  number: optional(fc.constantFrom('495', '903 1', '205')),
  from: optional(fc.integer({ min: begin, max: begin + 4e8 })),
  to: optional(fc.integer({ min: begin, max: begin + 4e8 })),
  direction: optional(fc.constantFrom('incoming' as const, 'outgoing' as const, 'internal' as const)),
  outcome: optional(fc.constantFrom('answered' as const, 'missed' as const, 'failed' as const)),
  person: optional(fc.constantFrom(...people)),
  group: optional(fc.constant('shop')),
  trunk: optional(fc.constantFrom(...trunks, 'acm')),
  port: optional(fc.integer({ min: 1, max: 9 })),
  costCentre: optional(fc.constantFrom(...centres)),
  recorded: optional(fc.constant(true as const)),
  leastTalkMs: optional(fc.integer({ min: 0, max: 2e6 })),
  mostTalkMs: optional(fc.integer({ min: 0, max: 2e6 })),
  leastPrice: optional(fc.double({ min: 0, max: 30, noNaN: true })),
  mostPrice: optional(fc.double({ min: 0, max: 30, noNaN: true })),
});

const given = (filter: object): RecordFilter =>
  Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== undefined));

t.test('the index finds exactly what each filter means, newest first, and counts it', async (t) => {
  const path = join(t.testdir(), 'r.sqlite');
  const records = openRecords({ path, clock: new FakeClock() });
  const next = random(7);
  const all = Array.from({ length: 1000 }, (_, n) => generated(n, begin + Math.floor(next() * 4e8), next));
  for (const record of all) records.end(record);
  records.flush();
  const store = new SearchStore(`${path}-index`, path);
  store.follow(10_000);
  t.teardown(async () => {
    store.close();
    await records.close();
  });
  const ordered = [...all].sort((a, b) => b.startedAt - a.startedAt);
  fc.assert(
    fc.property(filters, fc.integer({ min: 1, max: 60 }), (asked, limit) => {
      const filter = given(asked);
      const wanted = ordered.filter((record) => meets(record, filter)).map(({ id }) => id);
      const found: string[] = [];
      let before: { startedAt: number; id: string } | undefined;
      for (;;) {
        const page = findIds(store.db, filter, limit, before);
        found.push(...page);
        const last = all.find(({ id }) => id === page.at(-1));
        if (page.length < limit || !last || found.length > 400) break;
        before = last;
      }
      const part = found.length > 400 ? wanted.slice(0, found.length) : wanted;
      if (found.join() !== part.join()) throw new Error(`found ${found}\nwanted ${part}`);
      const { n, more } = countFound(store.db, filter);
      if (more ? wanted.length <= n : wanted.length !== n)
        throw new Error(`counted ${n}, not ${wanted.length}`);
    }),
    { numRuns: 150, seed: 11 },
  );
  t.pass('150 filters, page by page');
});

t.test('pages stay as they were while new calls come and old ones change', async (t) => {
  const path = join(t.testdir(), 'r.sqlite');
  const records = openRecords({ path, clock: new FakeClock() });
  const next = random(3);
  const incoming = (n: number, at: number): CallRecord => ({
    ...generated(n, at, next),
    direction: 'incoming',
  });
  // Several in one millisecond.
  for (let n = 0; n < 90; n++) records.end(incoming(n, begin + Math.floor(n / 4)));
  const store = new SearchStore(`${path}-index`, path);
  t.teardown(async () => {
    store.close();
    await records.close();
  });
  const filter = { direction: 'incoming' as const };
  const seen: string[] = [];
  let before: { startedAt: number; id: string } | undefined;
  for (let turn = 0; ; turn++) {
    records.end(incoming(1000 + turn, begin + 5000 + turn));
    const changed = records.get(`call-${turn}`);
    if (changed) records.end({ ...changed, callerName: 'Новое имя' });
    records.flush();
    const page = answerOf(store, { ask: 'page', filter, limit: 7, ...(before && { before }) });
    if (!('docs' in page)) throw new Error('no page');
    const calls = page.docs.map((doc) => JSON.parse(doc) as CallRecord);
    seen.push(...calls.map(({ id }) => id));
    before = calls.at(-1);
    if (calls.length < 7) break;
  }
  const old = seen.filter((id) => Number(id.slice(5)) < 1000);
  t.equal(new Set(seen).size, seen.length, 'nothing twice');
  t.same(
    old,
    Array.from({ length: 90 }, (_, n) => `call-${89 - n}`),
    'nothing left out',
  );
  t.same(
    findIds(store.db, { search: 'новое имя' }, 3).length,
    3,
    'what has changed is found by what it is now',
  );
});

t.test('the index follows what is pruned and begins anew with other records', async (t) => {
  const path = join(t.testdir(), 'r.sqlite');
  const next = random(5);
  const records = openRecords({ path, clock: new FakeClock() });
  for (let n = 0; n < 20; n++) records.end(generated(n, begin + n * 1000, next));
  records.flush();
  const store = new SearchStore(`${path}-index`, path);
  store.follow(100);
  t.equal(findIds(store.db, {}, 100).length, 20);
  records.prune(begin + 5000);
  store.follow(100);
  t.equal(findIds(store.db, {}, 100).length, 15);
  await records.close();
  store.close();
  const other = join(t.testdir({}), 'other.sqlite');
  const fresh = openRecords({ path: other, clock: new FakeClock() });
  fresh.end(generated(99, begin, next));
  fresh.flush();
  const moved = new SearchStore(`${path}-index`, other);
  t.equal(moved.follow(100), 1);
  t.same(findIds(moved.db, {}, 100), ['call-99']);
  moved.close();
  await fresh.close();
});

t.test('a thread of its own answers, and what has just been written is in it', async (t) => {
  const path = join(t.testdir(), 'r.sqlite');
  const records = openRecords({ path, clock: systemClock() });
  const search = new CallSearch({ path, clock: systemClock({ unref: true }), flush: () => records.flush() });
  t.teardown(async () => {
    await search.close();
    await records.close();
  });
  const next = random(9);
  for (let n = 0; n < 5; n++) records.end({ ...generated(n, begin + n, next), callerName: 'Ромашка' });
  const first = await search.page({ search: 'ромаш', limit: 2 });
  t.same(
    first.calls.map(({ id }) => id),
    ['call-4', 'call-3'],
  );
  t.same(first.count, { n: 5 });
  const second = await search.page({ search: 'ромаш', limit: 3, before: first.next! });
  t.same(
    second.calls.map(({ id }) => id),
    ['call-2', 'call-1', 'call-0'],
  );
  t.equal(second.next, undefined);
  t.equal(second.count, undefined);
});
