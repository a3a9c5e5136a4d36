import type Database from 'libsql';
import { seqsPerMs } from '../search/fact.ts';
import { amount, is, load } from './definitions.ts';
import { slotMs } from './slot.ts';

/** What is kept of each quarter of an hour: it is always the sum of the facts, as it is made from them anew when one changes. */
export const tallySchema = `
  CREATE TABLE tally (
    slot INTEGER PRIMARY KEY, calls INTEGER NOT NULL, incoming INTEGER NOT NULL, outgoing INTEGER NOT NULL,
    answered INTEGER NOT NULL, lost INTEGER NOT NULL, short INTEGER NOT NULL, reached INTEGER NOT NULL,
    answer_ms INTEGER NOT NULL, ring_ms INTEGER NOT NULL, talk_ms INTEGER NOT NULL, price REAL NOT NULL
  );
  CREATE TABLE spent (
    slot INTEGER NOT NULL, kind TEXT NOT NULL, who TEXT NOT NULL,
    calls INTEGER NOT NULL, talk_ms INTEGER NOT NULL, price REAL NOT NULL,
    PRIMARY KEY (slot, kind, who)
  ) WITHOUT ROWID;
  CREATE TABLE leg (
    slot INTEGER NOT NULL, place TEXT NOT NULL, seq INTEGER NOT NULL, n INTEGER NOT NULL,
    since INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (slot, place, seq, n)
  ) WITHOUT ROWID;
  CREATE TABLE busy (
    slot INTEGER NOT NULL, place TEXT NOT NULL, busy_ms INTEGER NOT NULL, most INTEGER NOT NULL,
    PRIMARY KEY (slot, place)
  ) WITHOUT ROWID;`;

const span = slotMs * seqsPerMs;
const count = (condition: string): string => `coalesce(sum(${condition}), 0)`;
const sum = (what: string, condition: string): string =>
  `coalesce(sum(CASE WHEN ${condition} THEN ${what} END), 0)`;
/** The calls of a quarter of an hour lie together. */
const within = `seq >= ? * ${span} AND seq < (? + 1) * ${span} AND ${is.over}`;

const tallySql = `INSERT INTO tally
  SELECT ?, count(*), ${count(is.incoming)}, ${count(is.outgoing)}, ${count(is.answered)}, ${count(is.lost)},
    ${count(is.short)}, ${count(is.reached)}, ${sum(amount.answerMs, is.answered)}, ${sum(amount.ringMs, is.answered)},
    coalesce(sum(${amount.talkMs}), 0), coalesce(sum(${amount.price}), 0)
  FROM fact WHERE ${within} HAVING count(*) > 0`;

const spentSql = (['trunk', 'person', 'centre'] as const)
  .map(
    (kind) => `SELECT ?, '${kind}', ${kind}, count(*), sum(${amount.talkMs}), sum(${amount.price}) FROM fact
      WHERE ${within} AND ${kind} IS NOT NULL AND price > 0 GROUP BY ${kind}`,
  )
  .join(' UNION ALL ');

// Of a leg that ends and one that begins at the same instant only one stands there.
const busySql = `INSERT INTO busy
  WITH step AS (
    SELECT place, since AS at, 1 AS by FROM leg WHERE slot = ?
    UNION ALL SELECT place, until, -1 FROM leg WHERE slot = ?
  ), standing AS (
    SELECT place, sum(by) OVER (PARTITION BY place ORDER BY at, by ROWS UNBOUNDED PRECEDING) AS n FROM step
  ), highest AS (SELECT place, max(n) AS most FROM standing GROUP BY place)
  SELECT ?, leg.place, ${load.busyMs}, highest.most FROM leg JOIN highest ON highest.place = leg.place
  WHERE leg.slot = ? GROUP BY leg.place`;

/** Makes the figures of those quarters of an hour anew from the facts; within the caller's transaction. */
export function renewSlots(db: Database.Database, slots: Iterable<number>): void {
  const work = {
    clear: (['tally', 'spent', 'busy'] as const).map((table) =>
      db.prepare(`DELETE FROM ${table} WHERE slot = ?`),
    ),
    tally: db.prepare(tallySql),
    spent: db.prepare(`INSERT INTO spent ${spentSql}`),
    busy: db.prepare(busySql),
  };
  for (const slot of slots) {
    for (const clear of work.clear) clear.run(slot);
    work.tally.run(slot, slot, slot);
    work.spent.run(...Array<number>(9).fill(slot));
    work.busy.run(slot, slot, slot, slot);
  }
}
