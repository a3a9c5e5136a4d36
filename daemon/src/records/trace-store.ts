import { closeSync, openSync, rmSync } from 'node:fs';
import Database from 'libsql';

/** The trace of one call as it is kept. What is in `doc` the store does not know. */
export interface StoredTrace {
  /** Id of the call's record. */
  recordId: string;
  /** Wall-clock ms at which the call began. */
  startedAt: number;
  /** Nobody answered, or something went wrong: such calls are looked at, and kept apart from the others. */
  failed: boolean;
  doc: Buffer;
}

export interface TraceStoreOptions {
  /** The SQLite file; its folder must exist. */
  path: string;
  /** How many calls are kept: so many that went well, and as many that did not. */
  keepCalls(): number;
  /** How long, days, as call records are; 0: as long as there is room. */
  keepDays(): number;
  wall(): number;
}

/** Most bytes of all traces together: some 30,000 calls of ordinary length. */
const MOST_BYTES = 48 * 1024 * 1024;
const DAY_MS = 24 * 3_600_000;

const SCHEMA = `
  CREATE TABLE trace (
    record_id TEXT PRIMARY KEY,
    started_at INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    bytes INTEGER NOT NULL,
    doc BLOB NOT NULL
  );
  CREATE INDEX trace_by_time ON trace (failed, started_at);
  PRAGMA user_version = 1;`;

/**
 * Traces of the last calls, in a file of its own: it is bounded, may be lost without harm (it is begun anew
 * if it cannot be read), and its writes wait for no disk.
 */
export class TraceStore {
  readonly #options: TraceStoreOptions;
  #db: Database.Database | undefined;

  /** Never throws: without a file there are no old traces, and calls go on. */
  constructor(options: TraceStoreOptions) {
    this.#options = options;
    this.#db = this.#opened();
  }

  /** Writes traces, each in place of an earlier one of the same call, and lets the oldest go. */
  put(traces: readonly StoredTrace[]): void {
    this.#attempt((db) => {
      const save = db.prepare(
        'INSERT OR REPLACE INTO trace (record_id, started_at, failed, bytes, doc) VALUES (?, ?, ?, ?, ?)',
      );
      db.exec('BEGIN IMMEDIATE');
      try {
        for (const { recordId, startedAt, failed, doc } of traces)
          save.run(recordId, startedAt, failed ? 1 : 0, doc.length, doc);
        this.#prune(db);
        db.exec('COMMIT');
      } catch (error) {
        db.exec('ROLLBACK');
        throw error;
      }
    });
  }

  get(recordId: string): Buffer | undefined {
    return this.#attempt((db) => {
      const row = db.prepare('SELECT doc FROM trace WHERE record_id = ?').get(recordId);
      return (row as { doc: Buffer } | undefined)?.doc;
    });
  }

  /** How many traces there are. */
  get size(): number {
    return (
      this.#attempt((db) => (db.prepare('SELECT count(*) AS n FROM trace').get() as { n: number }).n) ?? 0
    );
  }

  /** Lets go what is too old or too much; also done with every {@link put}. */
  prune(): void {
    this.#attempt((db) => this.#prune(db));
  }

  close(): void {
    this.#db?.close();
    this.#db = undefined;
  }

  #prune(db: Database.Database): void {
    const { keepCalls, keepDays, wall } = this.#options;
    const days = keepDays();
    if (days > 0) db.prepare('DELETE FROM trace WHERE started_at < ?').run(wall() - days * DAY_MS);
    for (const failed of [0, 1]) {
      const edge = db
        .prepare(
          'SELECT started_at AS at FROM trace WHERE failed = ? ORDER BY started_at DESC LIMIT 1 OFFSET ?',
        )
        .get(failed, Math.max(0, keepCalls())) as { at: number } | undefined;
      if (edge) db.prepare('DELETE FROM trace WHERE failed = ? AND started_at <= ?').run(failed, edge.at);
    }
    const { bytes } = db.prepare('SELECT total(bytes) AS bytes FROM trace').get() as { bytes: number };
    if (bytes > MOST_BYTES)
      db.exec(
        'DELETE FROM trace WHERE record_id IN (SELECT record_id FROM trace ORDER BY started_at LIMIT 500)',
      );
  }

  /** Whatever the file does, no call may suffer: one that fails is replaced at the next start. */
  #attempt<T>(work: (db: Database.Database) => T): T | undefined {
    if (!this.#db) return undefined;
    try {
      return work(this.#db);
    } catch {
      return undefined;
    }
  }

  #opened(): Database.Database | undefined {
    const { path } = this.#options;
    for (const fresh of [false, true]) {
      try {
        if (fresh) for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true });
        return open(path);
      } catch {
        // Unreadable or of another release: nobody misses it.
      }
    }
    return undefined;
  }
}

function open(path: string): Database.Database {
  // SQLite would make it readable for everybody; its other files take after this one.
  closeSync(openSync(path, 'a', 0o600));
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    db.pragma('synchronous = OFF');
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version > 1) throw new Error('of a later release');
    if (version === 0) db.exec(SCHEMA);
    db.prepare('SELECT record_id, doc FROM trace ORDER BY started_at DESC LIMIT 5').all();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
