import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import Database from 'libsql';
import { CodedError, messageOf } from '../base/error.ts';

/** A step of the table's history; its place in the list is the version it makes (`user_version`). */
const migrations: readonly string[] = [
  `CREATE TABLE call (
     id TEXT PRIMARY KEY,
     started_at INTEGER NOT NULL,
     state TEXT NOT NULL,
     outcome TEXT NOT NULL,
     direction TEXT NOT NULL,
     service TEXT NOT NULL,
     cost_centre TEXT,
     places TEXT NOT NULL,
     search TEXT NOT NULL,
     talk_ms INTEGER NOT NULL,
     price REAL NOT NULL,
     doc TEXT NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX call_by_time ON call (started_at, id);
   CREATE INDEX call_active ON call (state) WHERE state = 'active';
   CREATE TABLE dialog (call_id TEXT PRIMARY KEY, record_id TEXT NOT NULL, doc TEXT NOT NULL) WITHOUT ROWID;`,
  // \`changed\` grows with each write of a row, so that the index (search/) reads what is new; \`origin\` tells whose it is.
  `ALTER TABLE call ADD COLUMN changed INTEGER NOT NULL DEFAULT 0;
   CREATE INDEX call_by_change ON call (changed, id);
   CREATE TABLE origin (id TEXT NOT NULL);
   INSERT INTO origin (id) VALUES (hex(randomblob(8)));
   CREATE TABLE remark (call_id TEXT PRIMARY KEY, doc TEXT NOT NULL) WITHOUT ROWID;
   CREATE TABLE task (
     call_id TEXT PRIMARY KEY,
     number TEXT NOT NULL,
     state TEXT NOT NULL,
     at INTEGER NOT NULL,
     doc TEXT NOT NULL
   ) WITHOUT ROWID;
   CREATE INDEX task_open ON task (number) WHERE state <> 'done';
   CREATE INDEX task_by_time ON task (at, call_id);`,
];

export interface OpenedDatabase {
  db: Database.Database;
  /** Where a broken file was moved to. */
  movedAside?: string;
}

/**
 * Opens the records, brings them to the present version, and moves a file that SQLite cannot read out of
 * the way: a box must take calls even if its memory of them is lost.
 * @param now wall-clock ms, for the name of the moved file
 * @throws CodedError `records/newer-version`, `records/open-failed`
 */
export function openDatabase(path: string, now: number): OpenedDatabase {
  try {
    return { db: prepare(path) };
  } catch (error) {
    if (!isCorrupt(error)) throw failed(path, error);
    const movedAside = moveAside(path, now);
    try {
      return { db: prepare(path), movedAside };
    } catch (again) {
      throw failed(path, again);
    }
  }
}

function failed(path: string, error: unknown): Error {
  if (error instanceof CodedError) return error;
  return new CodedError('records/open-failed', `cannot open the call records ${path}: ${messageOf(error)}`, {
    cause: error,
  });
}

function prepare(path: string): Database.Database {
  // SQLite would make it readable for everybody; its other files take after this one.
  closeSync(openSync(path, 'a', 0o600));
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    // NORMAL: a commit does not wait for the disk; record-store.ts syncs the WAL off the main thread.
    db.pragma('synchronous = NORMAL');
    db.pragma('wal_autocheckpoint = 0');
    db.pragma('busy_timeout = 200');
    migrate(db);
    // Touches table, indexes and the newest pages: what is broken there shows now and not in a call.
    db.prepare("SELECT count(*) FROM call WHERE state = 'active'").get();
    db.prepare('SELECT id, doc FROM call ORDER BY started_at DESC, id DESC LIMIT 20').all();
    db.prepare('SELECT count(*) FROM dialog').get();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}

function migrate(db: Database.Database): void {
  const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
  if (version > migrations.length) {
    throw new CodedError(
      'records/newer-version',
      `the call records have version ${version}; this release knows ${migrations.length}`,
    );
  }
  for (let at = version; at < migrations.length; at++) {
    db.exec(`BEGIN IMMEDIATE; ${migrations[at]} PRAGMA user_version = ${at + 1}; COMMIT;`);
  }
}

/** Whether an error says that the file is no good, as opposed to busy, full or forbidden. */
export function isCorrupt(error: unknown): boolean {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' && /^SQLITE_(CORRUPT|NOTADB)/.test(code);
}

/** Renames the file and what belongs to it; returns the new name. */
export function moveAside(path: string, now: number): string {
  const aside = `${path}.broken-${new Date(now).toISOString().replaceAll(/[:.]/g, '-')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return aside;
}
