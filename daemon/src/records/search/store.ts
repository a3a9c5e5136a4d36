import { closeSync, openSync, rmSync } from 'node:fs';
import Database from 'libsql';
import type { CallRecord } from '../call-record.ts';
import { renewSlots, tallySchema } from '../figures/tally.ts';
import { type FactRow, factColumns, factOf, legsOf, seqsPerMs } from './fact.ts';
import { type CallRemarks, trigramsOf } from './terms.ts';

/** What the index is made like; another number, and it is made anew. */
const version = 1;

const schema = `
  CREATE TABLE fact (
    seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE,
    started INTEGER NOT NULL, answered INTEGER, ended INTEGER,
    state TEXT NOT NULL, direction TEXT NOT NULL, service TEXT NOT NULL,
    trunk TEXT, person TEXT, answered_by TEXT, centre TEXT, currency TEXT,
    ring_ms INTEGER, talk_ms INTEGER NOT NULL, price REAL NOT NULL, last_slot INTEGER NOT NULL,
    text TEXT NOT NULL, marks TEXT NOT NULL
  );
  CREATE VIRTUAL TABLE word USING fts5(words, content='', contentless_delete=1, detail=none,
    tokenize="ascii tokenchars '-_.%:'");
  ${tallySchema}
  CREATE TABLE state (origin TEXT NOT NULL, changed INTEGER NOT NULL, id TEXT NOT NULL);
  PRAGMA user_version = ${version};`;

/** Rows read at a time: each portion is a transaction, so that a stop in between loses little. */
const portion = 500;

/**
 * The index of the calls, in a file of its own beside the records and made from nothing but them: it follows when it is
 * asked, and may be lost without harm. For a thread of its own: a year's calls take a minute to read for the first time.
 */
export class SearchStore {
  readonly db: Database.Database;
  readonly #records: string;

  /** @param records the SQLite file of the records */
  constructor(path: string, records: string) {
    this.#records = records;
    this.db = opened(path);
  }

  close(): void {
    this.db.close();
  }

  /** The records themselves, to be read and closed. */
  records(): Database.Database {
    const db = new Database(this.#records, { readonly: true });
    db.pragma('busy_timeout = 2000');
    return db;
  }

  /**
   * Takes in what has changed in the records since the last time, oldest change first; `most` rows of it.
   * @returns how many were taken in; fewer than `most`: it is up to date
   */
  follow(most: number): number {
    const records = this.records();
    try {
      const { id: origin } = records.prepare('SELECT id FROM origin').get() as { id: string };
      this.#belong(origin);
      let taken = 0;
      while (taken < most) {
        const n = this.#portion(records, Math.min(portion, most - taken));
        taken += n;
        if (n === 0) break;
      }
      if (taken < most) this.#forgetOld(records);
      return taken;
    } finally {
      records.close();
    }
  }

  /** How many changes are not yet taken in. */
  behind(most: number): number {
    const records = this.records();
    try {
      const at = this.#position();
      const { n } = records
        .prepare('SELECT count(*) AS n FROM (SELECT 1 FROM call WHERE (changed, id) > (?, ?) LIMIT ?)')
        .get(at.changed, at.id, most) as { n: number };
      return n;
    } finally {
      records.close();
    }
  }

  #position(): { origin: string; changed: number; id: string } {
    return (
      (this.db.prepare('SELECT origin, changed, id FROM state').get() as never) ?? {
        origin: '',
        changed: -1,
        id: '',
      }
    );
  }

  /** Other records than those it was made from: everything anew. */
  #belong(origin: string): void {
    if (this.#position().origin === origin) return;
    this.db.exec(`BEGIN IMMEDIATE; DELETE FROM fact; DELETE FROM tally; DELETE FROM spent; DELETE FROM busy; DELETE FROM leg;
      INSERT INTO word(word) VALUES ('delete-all'); DELETE FROM state;`);
    this.db.prepare('INSERT INTO state (origin, changed, id) VALUES (?, -1, ?)').run(origin, '');
    this.db.exec('COMMIT');
  }

  #portion(records: Database.Database, size: number): number {
    const at = this.#position();
    const rows = records
      .prepare(
        `SELECT call.id, call.changed, call.doc, remark.doc AS remarks FROM call
         LEFT JOIN remark ON remark.call_id = call.id
         WHERE (call.changed, call.id) > (?, ?) ORDER BY call.changed, call.id LIMIT ?`,
      )
      .all(at.changed, at.id, size) as { id: string; changed: number; doc: string; remarks: string | null }[];
    const last = rows.at(-1);
    if (!last) return 0;
    this.#within(() => {
      const slots = new Set<number>();
      for (const { doc, remarks } of rows)
        this.#put(JSON.parse(doc) as CallRecord, remarksOf(remarks), slots);
      renewSlots(this.db, slots);
      this.db.prepare('UPDATE state SET changed = ?, id = ?').run(last.changed, last.id);
    });
    return rows.length;
  }

  #put(record: CallRecord, remarks: CallRemarks, slots: Set<number>): void {
    const old = this.db.prepare('SELECT seq, started, last_slot FROM fact WHERE id = ?').get(record.id) as
      | Pick<FactRow, 'seq' | 'started' | 'last_slot'>
      | undefined;
    if (old) this.#drop(old, slots);
    const seq = old && old.started === record.startedAt ? old.seq : this.#freeSeq(record.startedAt);
    const fact = factOf(record, seq, remarks);
    this.db
      .prepare(
        `INSERT INTO fact (${factColumns.join(', ')}) VALUES (${factColumns.map(() => '?').join(', ')})`,
      )
      .run(...factColumns.map((column) => fact[column]));
    const words = [...trigramsOf(fact.text), ...fact.marks.trim().split(' ')].join(' ');
    this.db.prepare('INSERT INTO word (rowid, words) VALUES (?, ?)').run(seq, words);
    const save = this.db.prepare(
      'INSERT INTO leg (slot, place, seq, n, since, until) VALUES (?, ?, ?, ?, ?, ?)',
    );
    for (const [n, { slot, place, since, until }] of legsOf(record).entries()) {
      save.run(slot, place, seq, n, since, until);
      slots.add(slot);
    }
    slots.add(slotOf(record.startedAt));
  }

  #drop(
    { seq, started, last_slot }: Pick<FactRow, 'seq' | 'started' | 'last_slot'>,
    slots: Set<number>,
  ): void {
    const first = slotOf(started);
    slots.add(first);
    const legs = this.db
      .prepare('DELETE FROM leg WHERE slot BETWEEN ? AND ? AND seq = ? RETURNING slot')
      .all(first, last_slot, seq) as { slot: number }[];
    for (const { slot } of legs) slots.add(slot);
    this.db.prepare('DELETE FROM fact WHERE seq = ?').run(seq);
    this.db.prepare('DELETE FROM word WHERE rowid = ?').run(seq);
  }

  /** Calls of one millisecond have numbers one after the other. */
  #freeSeq(startedAt: number): number {
    const first = startedAt * seqsPerMs;
    const { last } = this.db
      .prepare('SELECT max(seq) AS last FROM fact WHERE seq >= ? AND seq < ?')
      .get(first, first + seqsPerMs) as { last: number | null };
    return last === null ? first : last + 1;
  }

  /** What the records keep no longer: the oldest ended calls. */
  #forgetOld(records: Database.Database): void {
    const { oldest } =
      (records.prepare('SELECT started_at AS oldest FROM call ORDER BY started_at, id LIMIT 1').get() as
        | { oldest: number }
        | { oldest?: never }) ?? {};
    const before = (oldest ?? Number.MAX_SAFE_INTEGER / seqsPerMs) * seqsPerMs;
    for (;;) {
      const gone = this.db
        .prepare('SELECT seq, started, last_slot FROM fact WHERE seq < ? ORDER BY seq LIMIT ?')
        .all(Math.floor(before), portion) as Pick<FactRow, 'seq' | 'started' | 'last_slot'>[];
      if (gone.length === 0) return;
      this.#within(() => {
        const slots = new Set<number>();
        for (const fact of gone) this.#drop(fact, slots);
        renewSlots(this.db, slots);
      });
    }
  }

  #within(work: () => void): void {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      work();
      this.db.exec('COMMIT');
    } catch (error) {
      this.db.exec('ROLLBACK');
      throw error;
    }
  }
}

const slotOf = (at: number): number => Math.floor(at / 900_000);

function remarksOf(json: string | null): CallRemarks {
  if (json === null) return { tags: [], notes: [] };
  const { tags = [], notes = [] } = JSON.parse(json) as { tags?: string[]; notes?: { text: string }[] };
  return { tags, notes: notes.map(({ text }) => text) };
}

function opened(path: string): Database.Database {
  try {
    return prepared(path);
  } catch {
    // Made from the records alone: whatever is wrong with it, it is made anew.
    for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(path + suffix, { force: true });
    return prepared(path);
  }
}

function prepared(path: string): Database.Database {
  closeSync(openSync(path, 'a', 0o600));
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    // A power cut may cost the newest of it, which is then read again; no sync is waited for.
    db.pragma('synchronous = NORMAL');
    const { user_version: found } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (found === 0) db.exec(`BEGIN; ${schema} COMMIT;`);
    else if (found !== version) throw new Error('another version');
    db.prepare('SELECT count(*) FROM state').get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
