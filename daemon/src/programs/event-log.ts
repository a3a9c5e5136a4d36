import { closeSync, openSync } from 'node:fs';
import Database from 'libsql';
import type { Clock } from '../base/clock.ts';
import { Emitter } from '../base/emitter.ts';
import { messageOf } from '../base/error.ts';
import { orderedId } from '../base/ordered-id.ts';
import type { EventKind } from '../config/schema/webhook.ts';
import { isCorrupt, moveAside } from '../records/database.ts';
import { WalKeeper } from '../records/wal-keeper.ts';
import type { CallMarks, EventData, ProgramEvent } from './program-event.ts';

/** How the telling of one event to one program stands: `dead`: it was given up, and waits to be replayed. */
export type DeliveryState = 'pending' | 'done' | 'dead';

/** The telling of one event to one program. */
export interface Delivery {
  number: number;
  id: string;
  type: EventKind;
  /** When it happened, wall-clock ms. */
  at: number;
  state: DeliveryState;
  tries: number;
  /** When it is tried next, wall-clock ms. */
  nextAt: number;
  triedAt?: number;
  /** What the program answered last. */
  status?: number;
  /** Why it failed last: see {@link file://./webhooks.ts}. */
  error?: string;
}

/** So many events are kept, and for so long, ms. */
const mostEvents = 50_000;
const longestMs = 30 * 86_400_000;
/** Every so many events the oldest go. */
const pruneEvery = 500;

/** AUTOINCREMENT: a number is never given twice, so that a program that has seen it does not miss another. */
const SCHEMA = `
  CREATE TABLE event (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    at INTEGER NOT NULL,
    data TEXT NOT NULL
  );
  CREATE TABLE delivery (
    webhook TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL,
    tries INTEGER NOT NULL,
    next_at INTEGER NOT NULL,
    tried_at INTEGER,
    status INTEGER,
    error TEXT,
    PRIMARY KEY (webhook, number)
  ) WITHOUT ROWID;
  CREATE INDEX delivery_open ON delivery (webhook, state, number) WHERE state <> 'done';
  CREATE TABLE call (id TEXT PRIMARY KEY, marks TEXT NOT NULL) WITHOUT ROWID;
  PRAGMA user_version = 1;`;

/**
 * What programs are told of, in order and numbered, and to whom it still has to be told. What is appended survives the
 * process at once, and a power cut a moment later: the log is brought to the disk in another thread, as call records are.
 */
export class EventLog extends Emitter<{ appended: [] }> {
  readonly #path: string;
  readonly #clock: Clock;
  readonly #warn: (message: string) => void;
  readonly #wal: WalKeeper;
  #db: Database.Database | undefined;
  #appended = 0;

  /** Never throws: a log that cannot be read is put aside, and another begun. */
  constructor(path: string, clock: Clock, warn: (message: string) => void) {
    super();
    this.#path = path;
    this.#clock = clock;
    this.#warn = warn;
    this.#wal = new WalKeeper(path);
    this.#db = this.#opened();
  }

  /** Appends what happened, for these programs, together with what has then been told of a call. */
  append(
    news: readonly { type: EventKind; data: EventData; webhooks: readonly string[] }[],
    call?: { id: string; marks: CallMarks | undefined },
  ): void {
    const at = this.#clock.wall();
    const done = this.#attempt((db) => {
      db.exec('BEGIN IMMEDIATE');
      try {
        for (const { type, data, webhooks } of news) {
          const { lastInsertRowid } = db
            .prepare('INSERT INTO event (id, type, at, data) VALUES (?, ?, ?, ?)')
            .run(orderedId(at), type, at, JSON.stringify(data));
          for (const webhook of webhooks)
            db.prepare(
              "INSERT INTO delivery (webhook, number, state, tries, next_at) VALUES (?, ?, 'pending', 0, ?)",
            ).run(webhook, Number(lastInsertRowid), at);
        }
        if (call?.marks)
          db.prepare(
            'INSERT INTO call (id, marks) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET marks = excluded.marks',
          ).run(call.id, JSON.stringify(call.marks));
        else if (call) db.prepare('DELETE FROM call WHERE id = ?').run(call.id);
        db.exec('COMMIT');
        return true;
      } catch (error) {
        if (db.inTransaction) db.exec('ROLLBACK');
        throw error;
      }
    });
    if (!done) return;
    this.#wal.written((message) => this.#warn(`the events of programs are not written: ${message}`));
    if (news.length === 0) return;
    this.#appended += news.length;
    if (this.#appended >= pruneEvery) this.#prune();
    this.emit('appended');
  }

  /** Calls of which not all has been told, with what has. */
  openCalls(): { id: string; marks: CallMarks }[] {
    const rows = this.#all<{ id: string; marks: string }>('SELECT id, marks FROM call');
    return rows.map(({ id, marks }) => ({ id, marks: JSON.parse(marks) as CallMarks }));
  }

  /** Events after a number, the oldest first. */
  since(number: number, limit: number): ProgramEvent[] {
    return this.#all<EventRow>(
      'SELECT number, id, type, at, data FROM event WHERE number > ? ORDER BY number LIMIT ?',
      number,
      limit,
    ).map(eventOf);
  }

  /** Numbers of the oldest event that is kept, and of the last there ever was; 0: there was none. */
  bounds(): { first: number; last: number } {
    const [row] = this.#all<{ first: number | null }>('SELECT min(number) AS first FROM event');
    const [last] = this.#all<{ seq: number }>("SELECT seq FROM sqlite_sequence WHERE name = 'event'");
    return { first: row?.first ?? 0, last: last?.seq ?? 0 };
  }

  /** What a program has to be told first. */
  head(webhook: string): { event: ProgramEvent; tries: number; nextAt: number } | undefined {
    const [row] = this.#all<EventRow & { tries: number; next_at: number }>(
      `SELECT e.number, e.id, e.type, e.at, e.data, d.tries, d.next_at FROM delivery d
       JOIN event e ON e.number = d.number
       WHERE d.webhook = ? AND d.state = 'pending' ORDER BY d.number LIMIT 1`,
      webhook,
    );
    return row && { event: eventOf(row), tries: row.tries, nextAt: row.next_at };
  }

  /** How a try went. */
  tried(
    webhook: string,
    number: number,
    how: Pick<Delivery, 'state' | 'tries' | 'nextAt' | 'status' | 'error'>,
  ): void {
    this.#attempt((db) =>
      db
        .prepare(
          `UPDATE delivery SET state = ?, tries = ?, next_at = ?, tried_at = ?, status = ?, error = ?
           WHERE webhook = ? AND number = ?`,
        )
        .run(
          ...[how.state, how.tries, how.nextAt, this.#clock.wall(), how.status ?? null, how.error ?? null],
          ...[webhook, number],
        ),
    );
    this.#wal.written((message) => this.#warn(`the events of programs are not written: ${message}`));
  }

  /** Deliveries to a program, the newest first. */
  deliveries(
    webhook: string,
    { state, before, limit }: { state?: DeliveryState; before?: number; limit: number },
  ): Delivery[] {
    return this.#all<DeliveryRow>(
      `SELECT e.number, e.id, e.type, e.at, d.state, d.tries, d.next_at, d.tried_at, d.status, d.error
       FROM delivery d JOIN event e ON e.number = d.number
       WHERE d.webhook = ? AND d.number < ? AND (? IS NULL OR d.state = ?) ORDER BY d.number DESC LIMIT ?`,
      webhook,
      before ?? Number.MAX_SAFE_INTEGER,
      state ?? null,
      state ?? null,
      limit,
    ).map(deliveryOf);
  }

  /** Has events told again, from a number on or only one; returns how many. */
  replay(webhook: string, which: { since: number } | { number: number }): number {
    const [from, to] =
      'number' in which ? [which.number, which.number] : [which.since, Number.MAX_SAFE_INTEGER];
    const changed = this.#attempt((db) =>
      db
        .prepare(
          `UPDATE delivery SET state = 'pending', tries = 0, next_at = ? WHERE webhook = ? AND number BETWEEN ? AND ?`,
        )
        .run(this.#clock.wall(), webhook, from, to),
    );
    this.#wal.written((message) => this.#warn(`the events of programs are not written: ${message}`));
    return changed?.changes ?? 0;
  }

  /** How many wait for a program, and how many were given up. */
  counts(webhook: string): { pending: number; dead: number } {
    const rows = this.#all<{ state: string; n: number }>(
      "SELECT state, count(*) AS n FROM delivery WHERE webhook = ? AND state <> 'done' GROUP BY state",
      webhook,
    );
    const of = (state: string): number => rows.find((row) => row.state === state)?.n ?? 0;
    return { pending: of('pending'), dead: of('dead') };
  }

  /** Forgets what was for programs that are there no more. */
  keepOnly(webhooks: readonly string[]): void {
    const marks = webhooks.map(() => '?').join(', ');
    this.#attempt((db) =>
      db.prepare(`DELETE FROM delivery WHERE webhook NOT IN (${marks})`).run(...webhooks),
    );
  }

  async close(): Promise<void> {
    this.off();
    await this.#wal.close();
    this.#db?.close();
    this.#db = undefined;
  }

  #prune(): void {
    this.#appended = 0;
    const { last } = this.bounds();
    const oldest = this.#clock.wall() - longestMs;
    this.#attempt((db) => {
      // The index of the events is their number, and numbers grow with time: only the oldest are looked at.
      db.prepare('DELETE FROM event WHERE number <= ?').run(last - mostEvents);
      db.prepare(
        'DELETE FROM event WHERE number IN (SELECT number FROM event WHERE at < ? ORDER BY number LIMIT 2000)',
      ).run(oldest);
      db.prepare(
        'DELETE FROM delivery WHERE number < (SELECT coalesce(min(number), 9223372036854775807) FROM event)',
      ).run();
    });
  }

  #all<T>(sql: string, ...values: (string | number | null)[]): T[] {
    return (this.#attempt((db) => db.prepare(sql).all(...values)) ?? []) as T[];
  }

  #attempt<T>(work: (db: Database.Database) => T): T | undefined {
    if (!this.#db) return undefined;
    try {
      return work(this.#db);
    } catch (error) {
      this.#warn(`the events of programs: ${messageOf(error)}`);
      return undefined;
    }
  }

  #opened(): Database.Database | undefined {
    try {
      return open(this.#path);
    } catch (error) {
      this.#warn(`the events of programs cannot be opened: ${messageOf(error)}`);
      if (!isCorrupt(error)) return undefined;
      this.#warn(`they are kept as ${moveAside(this.#path, this.#clock.wall())}`);
    }
    try {
      return open(this.#path);
    } catch {
      return undefined;
    }
  }
}

function open(path: string): Database.Database {
  // SQLite would make it readable for everybody; its other files take after this one.
  closeSync(openSync(path, 'a', 0o600));
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    // A commit does not wait for the disk; the WalKeeper syncs it off this thread.
    db.pragma('synchronous = NORMAL');
    db.pragma('wal_autocheckpoint = 0');
    // The queries are few and go by index: they need no large cache (KiB).
    db.pragma('cache_size = -256');
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version === 0) db.exec(SCHEMA);
    db.prepare('SELECT number FROM event ORDER BY number DESC LIMIT 5').all();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

interface EventRow {
  number: number;
  id: string;
  type: EventKind;
  at: number;
  data: string;
}

const eventOf = ({ number, id, type, at, data }: EventRow): ProgramEvent => ({
  ...{ number, id, type, at, data: JSON.parse(data) as EventData },
});

interface DeliveryRow {
  number: number;
  id: string;
  type: EventKind;
  at: number;
  state: DeliveryState;
  tries: number;
  next_at: number;
  tried_at: number | null;
  status: number | null;
  error: string | null;
}

const deliveryOf = ({ next_at, tried_at, status, error, ...row }: DeliveryRow): Delivery => ({
  ...row,
  nextAt: next_at,
  ...(tried_at === null ? {} : { triedAt: tried_at }),
  ...(status === null ? {} : { status }),
  ...(error === null ? {} : { error }),
});
