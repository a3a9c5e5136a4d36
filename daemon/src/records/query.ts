import type Database from 'libsql';
import type { CallRecord } from './call-record.ts';
import { type CallOutcome, searchDigits } from './row.ts';

/** Which records; every field optional, all must hold. */
export interface RecordFilter {
  /** A name, or a number in any writing. */
  search?: string;
  /** Digits of `search` if it is a number; worked out if not given. */
  digits?: string;
  /** Wall-clock ms: from (in) and to (out), by the beginning of the call. */
  from?: number;
  to?: number;
  direction?: CallRecord['direction'];
  outcome?: CallOutcome;
  /** `port:3`, `trunk:acme`. */
  place?: string;
  costCentre?: string;
  /** Who made or answered it, by id; what it came to. */
  person?: string;
  group?: string;
  queue?: string;
  trunk?: string;
  port?: number;
  /** A number that it was from or to, in any writing. */
  number?: string;
  /** Ends of ranges, both in. */
  leastTalkMs?: number;
  mostTalkMs?: number;
  leastPrice?: number;
  mostPrice?: number;
  tag?: string;
  /** There is a recording of it. */
  recorded?: true;
}

/** A page of records. */
export interface RecordQuery extends RecordFilter {
  /** `next` of the page before. */
  before?: string;
  /** 1 to 1000; 50 if not given. */
  limit?: number;
}

/** Newest first; `next` is absent on the last page. */
export interface RecordPage {
  calls: CallRecord[];
  next?: string;
}

/** Sums over the records of a filter. */
export interface RecordCounts {
  total: number;
  answered: number;
  missed: number;
  failed: number;
  active: number;
  talkMs: number;
  price: number;
}

interface Clause {
  sql: string;
  values: (string | number)[];
}

const longestPage = 1000;

/** A page of records, and where the next begins. */
export function listRecords(db: Database.Database, query: RecordQuery): RecordPage {
  const limit = Math.min(longestPage, Math.max(1, query.limit ?? 50));
  const where = clauseOf(query);
  const cursor = query.before === undefined ? undefined : cursorOf(query.before);
  if (cursor) {
    where.push({ sql: '(started_at, id) < (?, ?)', values: [cursor.startedAt, cursor.id] });
  }
  const rows = db
    .prepare(`SELECT doc FROM call ${sqlOf(where)} ORDER BY started_at DESC, id DESC LIMIT ?`)
    .all(...valuesOf(where), limit + 1) as { doc: string }[];
  const calls = rows.slice(0, limit).map((row) => JSON.parse(row.doc) as CallRecord);
  const last = calls.at(-1);
  return rows.length > limit && last ? { calls, next: cursorAfter(last) } : { calls };
}

/** What a query gives as `before` for the records that are older than this one. */
export function cursorAfter({ startedAt, id }: Pick<CallRecord, 'startedAt' | 'id'>): string {
  return `${startedAt}.${id}`;
}

/** One record. */
export function getRecord(db: Database.Database, id: string): CallRecord | undefined {
  const row = db.prepare('SELECT doc FROM call WHERE id = ?').get(id) as { doc: string } | undefined;
  return row ? (JSON.parse(row.doc) as CallRecord) : undefined;
}

/** Counts and sums of what a filter selects. */
export function countRecords(db: Database.Database, filter: RecordFilter): RecordCounts {
  const where = clauseOf(filter);
  const rows = db
    .prepare(
      `SELECT outcome, count(*) AS n, sum(talk_ms) AS talk, sum(price) AS price FROM call ${sqlOf(where)} GROUP BY outcome`,
    )
    .all(...valuesOf(where)) as { outcome: CallOutcome; n: number; talk: number; price: number }[];
  const counts: RecordCounts = {
    total: 0,
    answered: 0,
    missed: 0,
    failed: 0,
    active: 0,
    talkMs: 0,
    price: 0,
  };
  for (const row of rows) {
    counts[row.outcome] += row.n;
    counts.total += row.n;
    counts.talkMs += row.talk;
    counts.price += row.price;
  }
  counts.price = Math.round(counts.price * 10_000) / 10_000;
  return counts;
}

function clauseOf(filter: RecordFilter): Clause[] {
  const where: Clause[] = [];
  const equal = (column: string, value: string | undefined): void => {
    if (value !== undefined) where.push({ sql: `${column} = ?`, values: [value] });
  };
  if (filter.from !== undefined) where.push({ sql: 'started_at >= ?', values: [filter.from] });
  if (filter.to !== undefined) where.push({ sql: 'started_at < ?', values: [filter.to] });
  equal('direction', filter.direction);
  equal('outcome', filter.outcome);
  equal('cost_centre', filter.costCentre);
  if (filter.place !== undefined) where.push({ sql: 'instr(places, ?) > 0', values: [` ${filter.place} `] });
  const search = filter.search?.trim();
  const wanted = filter.digits ?? (search ? (searchDigits(search) ?? search.toLowerCase()) : undefined);
  if (wanted !== undefined && wanted !== '') where.push({ sql: 'instr(search, ?) > 0', values: [wanted] });
  return where;
}

function sqlOf(where: readonly Clause[]): string {
  return where.length === 0 ? '' : `WHERE ${where.map((clause) => clause.sql).join(' AND ')}`;
}

function valuesOf(where: readonly Clause[]): (string | number)[] {
  return where.flatMap((clause) => clause.values);
}

/** What a cursor stands for; undefined: it is none. */
export function cursorOf(text: string): { startedAt: number; id: string } | undefined {
  const match = /^(\d{1,15})\.(.+)$/s.exec(text);
  return match ? { startedAt: Number(match[1]), id: match[2]! } : undefined;
}
