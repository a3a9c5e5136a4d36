import type Database from 'libsql';
import type { RecordFilter } from '../query.ts';
import { seqsPerMs } from './fact.ts';
import { isVoid, mark, partsOf, rangeWords, tagOf, trigramsOf } from './terms.ts';

/** More are not counted: what is found of more is told as "1000 and more". */
export const mostCounted = 1000;

/** How many a filter finds; `more`: at least so many. */
export interface FoundCount {
  n: number;
  more?: true;
}

interface Where {
  from: string;
  sql: string[];
  values: (string | number)[];
}

/** Ids of the records of a filter, newest first, of those that are older than `before` (an id and its beginning). */
export function findIds(
  db: Database.Database,
  filter: RecordFilter,
  limit: number,
  before?: { startedAt: number; id: string },
): string[] {
  const where = whereOf(filter);
  if (!where) return [];
  const { from, sql, values } = where;
  if (before) {
    const known = db.prepare('SELECT seq FROM fact WHERE id = ?').get(before.id) as
      | { seq: number }
      | undefined;
    sql.push(`${keyOf(from)} < ?`);
    values.push(known?.seq ?? before.startedAt * seqsPerMs);
  }
  const rows = db
    .prepare(
      `SELECT fact.id FROM ${from} WHERE ${sql.join(' AND ') || '1'} ORDER BY ${keyOf(from)} DESC LIMIT ?`,
    )
    .all(...values, limit) as { id: string }[];
  return rows.map(({ id }) => id);
}

/** How many records a filter finds. */
export function countFound(db: Database.Database, filter: RecordFilter): FoundCount {
  const where = whereOf(filter);
  if (!where) return { n: 0 };
  const { from, sql, values } = where;
  const { n } = db
    .prepare(`SELECT count(*) AS n FROM (SELECT 1 FROM ${from} WHERE ${sql.join(' AND ') || '1'} LIMIT ?)`)
    .get(...values, mostCounted + 1) as { n: number };
  return n > mostCounted ? { n: mostCounted, more: true } : { n };
}

const keyOf = (from: string): string => (from === 'fact' ? 'fact.seq' : 'word.rowid');

function whereOf(filter: RecordFilter): Where | undefined {
  if (filter.search !== undefined && isVoid(filter.search)) return undefined;
  const words: string[] = [];
  const sql: string[] = [];
  const values: (string | number)[] = [];
  const marked = (kind: string, value: string | undefined): void => {
    if (value === undefined) return;
    const wanted = mark(kind, value);
    words.push(`"${wanted}"`);
    sql.push('instr(fact.marks, ?) > 0');
    values.push(` ${wanted} `);
  };
  for (const part of [...(filter.search === undefined ? [] : partsOf(filter.search)), ...numberOf(filter)]) {
    // One letter or digit is no trigram: those are found by looking at the texts, newest first.
    for (const trigram of trigramsOf(part)) words.push(`"${trigram}"`);
    sql.push('instr(fact.text, ?) > 0');
    values.push(part);
  }
  marked('direction', filter.direction);
  marked('outcome', filter.outcome);
  marked('person', filter.person);
  marked('group', filter.group);
  marked('queue', filter.queue);
  marked('place', filter.place);
  marked('place', filter.trunk === undefined ? undefined : `trunk:${filter.trunk}`);
  marked('place', filter.port === undefined ? undefined : `port:${filter.port}`);
  marked('centre', filter.costCentre);
  marked('tag', filter.tag === undefined ? undefined : tagOf(filter.tag));
  if (filter.recorded) marked('recorded', 'yes');
  const range = (
    kind: 'talk' | 'price',
    column: string,
    unit: number,
    least?: number,
    most?: number,
  ): void => {
    const either = rangeWords(kind, (least ?? 0) * unit, most === undefined ? undefined : most * unit);
    if (either && either.length < 40) words.push(`(${either.map((word) => `"${word}"`).join(' OR ')})`);
    if (least !== undefined) sql.push(`fact.${column} >= ?`) && values.push(least);
    if (most !== undefined) sql.push(`fact.${column} <= ?`) && values.push(most);
  };
  range('talk', 'talk_ms', 1, filter.leastTalkMs, filter.mostTalkMs);
  range('price', 'price', 10_000, filter.leastPrice, filter.mostPrice);
  const from = words.length > 0 ? 'word JOIN fact ON fact.seq = word.rowid' : 'fact';
  if (words.length > 0) {
    sql.unshift('word MATCH ?');
    values.unshift(words.join(' AND '));
  }
  if (filter.from !== undefined) sql.push(`${keyOf(from)} >= ?`) && values.push(filter.from * seqsPerMs);
  if (filter.to !== undefined) sql.push(`${keyOf(from)} < ?`) && values.push(filter.to * seqsPerMs);
  return { from, sql, values };
}

/** The number called is looked for in the same text. */
const numberOf = ({ number }: RecordFilter): string[] => (number === undefined ? [] : partsOf(number));
