import type Database from 'libsql';
import type { Said } from '../../dialplan/route-plan.ts';
import { findingsOf } from './findings.ts';
import { slotMs } from './slot.ts';
import { zoneSpans } from './zone.ts';

/** Of when figures are wanted: whole quarters of an hour; others are taken down to one. */
export interface FiguresQuery {
  /** Wall-clock ms, from (in) and to (out). */
  from: number;
  to: number;
  /** IANA name of the office's. */
  timeZone: string;
}

/** Sums of some calls that are over; see definitions.ts for what each means. Times in ms. */
export interface CallSums {
  calls: number;
  incoming: number;
  outgoing: number;
  answered: number;
  lost: number;
  short: number;
  reached: number;
  /** Of the answered: how long they waited, and how long telephones rang, in all. */
  answerMs: number;
  ringMs: number;
  talkMs: number;
  price: number;
}

/** An hour of the office's clock on a day of the week: 1 is Monday, 7 Sunday. */
export interface HourCell extends CallSums {
  weekday: number;
  hour: number;
}

/** A day of the office's clock, `2026-03-29`. */
export interface DayRow extends CallSums {
  day: string;
}

/** What a port or trunk carried. */
export interface LineLoad {
  /** `port:3`, `trunk:acme`. */
  place: string;
  /** Time that calls stood on it, each for itself, ms. */
  busyMs: number;
  /** Over all the time asked for. */
  erlang: number;
  /** Of its busiest hour of the office's clock: when that began, its load, and how many stood at once at most. */
  busiestAt: number;
  busiestErlang: number;
  /** Calls that stood at once at most, in all the time. */
  most: number;
}

/** What calls cost by whom. */
export interface Spent {
  kind: 'trunk' | 'person' | 'centre';
  who: string;
  calls: number;
  talkMs: number;
  price: number;
}

/** Figures of a time, and what there is to find in them, in words. */
export interface Figures {
  from: number;
  to: number;
  timeZone: string;
  total: CallSums;
  /** Only hours with calls. */
  hours: HourCell[];
  /** Only days with calls. */
  days: DayRow[];
  load: LineLoad[];
  cost: Spent[];
  findings: { hours: Said; lost: Said; load: Said; cost: Said };
}

const sums = ['calls', 'incoming', 'outgoing', 'answered', 'lost', 'short', 'reached']
  .map((name) => `coalesce(sum(${name}), 0) AS ${name}`)
  .concat(
    ...[
      ['answer_ms', 'answerMs'],
      ['ring_ms', 'ringMs'],
      ['talk_ms', 'talkMs'],
    ].map(([column, name]) => `coalesce(sum(${column}), 0) AS ${name}`),
    // Prices have four decimals; sums of binary fractions drift beyond them.
    'coalesce(round(sum(price), 4), 0) AS price',
  )
  .join(', ');

/** The figures of a time, read from the sums of quarters of an hour that the index keeps. */
export function figuresOf(db: Database.Database, query: FiguresQuery): Figures {
  const slots = [Math.floor(query.from / slotMs), Math.max(0, Math.ceil(query.to / slotMs))] as const;
  const [from, to] = [slots[0] * slotMs, slots[1] * slotMs];
  const zone = zoneSpans(query.timeZone, from, to);
  // Each slot's office time: its offset comes from the span that it lies in.
  const spans =
    zone.length === 0
      ? '(0, 0, 0)'
      : zone
          .map((one) => `(${Math.floor(one.from / slotMs)}, ${Math.floor(one.to / slotMs)}, ${one.offset})`)
          .join(', ');
  const local = (table: string): string =>
    `WITH span (first, past, off) AS (VALUES ${spans}),
     here AS (SELECT t.*, (t.slot * ${slotMs} + span.off) / 1000 AS wall FROM span
       JOIN ${table} t ON t.slot >= span.first AND t.slot < span.past)`;
  const all = <T>(sql: string, ...values: (string | number)[]): T[] => db.prepare(sql).all(...values) as T[];
  // 1970-01-01 was a Thursday.
  const hours = all<HourCell>(
    `${local('tally')} SELECT (wall / 86400 + 3) % 7 + 1 AS weekday, wall / 3600 % 24 AS hour, ${sums}
     FROM here GROUP BY 1, 2 ORDER BY 1, 2`,
  );
  const days = all<DayRow>(
    `${local('tally')} SELECT date(wall - wall % 86400, 'unixepoch') AS day, ${sums} FROM here GROUP BY wall / 86400 ORDER BY wall / 86400`,
  );
  const [total] = all<CallSums>(`SELECT ${sums} FROM tally WHERE slot >= ? AND slot < ?`, ...slots);
  const load = loadOf(all, local('busy'), to - from);
  const cost = all<Spent>(
    `SELECT kind, who, sum(calls) AS calls, sum(talk_ms) AS talkMs, round(sum(price), 4) AS price FROM spent
     WHERE slot >= ? AND slot < ? GROUP BY kind, who ORDER BY kind, price DESC, who`,
    ...slots,
  );
  const figures = { from, to, timeZone: query.timeZone, total: total!, hours, days, load, cost };
  return { ...figures, findings: findingsOf(figures) };
}

function loadOf(all: <T>(sql: string) => T[], local: string, time: number): LineLoad[] {
  // An hour of the clock that comes twice is two hours: the offset is what tells them apart.
  const rows = all<Pick<LineLoad, 'place' | 'busyMs' | 'busiestAt' | 'most'> & { busiestMs: number }>(
    `${local}, hourly AS (
       SELECT place, (slot * ${slotMs / 1000} - wall % 3600) * 1000 AS at, sum(busy_ms) AS ms, max(most) AS most
       FROM here GROUP BY place, wall / 3600, slot * ${slotMs / 1000} - wall
     ), ranked AS (SELECT *, row_number() OVER (PARTITION BY place ORDER BY ms DESC, at) AS place_at FROM hourly)
     SELECT place, sum(ms) AS busyMs, max(most) AS most,
       max(CASE WHEN place_at = 1 THEN ms END) AS busiestMs, max(CASE WHEN place_at = 1 THEN at END) AS busiestAt
     FROM ranked GROUP BY place ORDER BY place`,
  );
  return rows.map(({ busiestMs, ...row }) => ({
    ...row,
    erlang: time > 0 ? row.busyMs / time : 0,
    busiestErlang: busiestMs / 3_600_000,
  }));
}
