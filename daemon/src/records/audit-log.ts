import { closeSync, openSync } from 'node:fs';
import Database from 'libsql';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/error.ts';
import type { AuditEntry, AuditSink } from './audit.ts';
import { isCorrupt, moveAside } from './database.ts';
import { WalKeeper } from './wal-keeper.ts';

/** Lines of the log, newest first. */
export interface AuditPage {
  entries: (AuditEntry & { id: number })[];
  /** Where the next page begins; missing on the last. */
  next?: number;
}

export interface AuditQuery {
  limit: number;
  /** Only lines older than this one, by its id. */
  before?: number;
  callId?: string;
}

export interface AuditLogOptions {
  /** The SQLite file; its folder must exist. */
  path: string;
  clock: Clock;
  /** How long lines are kept, days; 0: for good. */
  keepDays(): number;
  log(message: string): void;
}

const DAY_MS = 24 * 3_600_000;

/** AUTOINCREMENT: an id is never given twice, so that a line that was taken away leaves a hole to be seen. */
const SCHEMA = `
  CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at INTEGER NOT NULL,
    who TEXT NOT NULL,
    place TEXT,
    act TEXT NOT NULL,
    call_id TEXT,
    detail TEXT
  );
  CREATE INDEX audit_by_call ON audit (call_id) WHERE call_id IS NOT NULL;
  PRAGMA user_version = 1;`;

/**
 * Who listened to, took or deleted which recording, and who took part in whose call. In a file of its own, which
 * nothing but age shortens; it is brought to the disk in another thread, as call records are.
 */
export class AuditLog implements AuditSink {
  readonly #options: AuditLogOptions;
  readonly #wal: WalKeeper;
  readonly #timer: Timer;
  #db: Database.Database | undefined;

  /** Never throws: a log that cannot be read is put aside, and another begun. */
  constructor(options: AuditLogOptions) {
    this.#options = options;
    this.#wal = new WalKeeper(options.path);
    this.#db = this.#opened();
    this.#prune();
    this.#timer = options.clock.every(DAY_MS, () => this.#prune());
  }

  note({ who, from, act, callId, detail }: Omit<AuditEntry, 'at'>): void {
    const at = this.#options.clock.wall();
    this.#attempt((db) =>
      db
        .prepare('INSERT INTO audit (at, who, place, act, call_id, detail) VALUES (?, ?, ?, ?, ?, ?)')
        .run(at, who, from ?? null, act, callId ?? null, detail ?? null),
    );
    this.#wal.written((message) => this.#options.log(`the audit log is not written: ${message}`));
  }

  list({ limit, before, callId }: AuditQuery): AuditPage {
    const rows = (this.#attempt((db) =>
      db
        .prepare(
          `SELECT id, at, who, place, act, call_id, detail FROM audit
           WHERE id < ? AND (? IS NULL OR call_id = ?) ORDER BY id DESC LIMIT ?`,
        )
        .all(before ?? Number.MAX_SAFE_INTEGER, callId ?? null, callId ?? null, limit),
    ) ?? []) as Row[];
    const entries = rows.map(entryOf);
    const last = entries.at(-1);
    return { entries, ...(entries.length === limit && last ? { next: last.id } : {}) };
  }

  async close(): Promise<void> {
    this.#timer.cancel();
    await this.#wal.close();
    this.#db?.close();
    this.#db = undefined;
  }

  #prune(): void {
    const days = this.#options.keepDays();
    if (days === 0) return;
    const oldest = this.#options.clock.wall() - days * DAY_MS;
    this.#attempt((db) => db.prepare('DELETE FROM audit WHERE at < ?').run(oldest));
  }

  #attempt<T>(work: (db: Database.Database) => T): T | undefined {
    if (!this.#db) return undefined;
    try {
      return work(this.#db);
    } catch (error) {
      this.#options.log(`the audit log: ${messageOf(error)}`);
      return undefined;
    }
  }

  #opened(): Database.Database | undefined {
    const { path, clock, log } = this.#options;
    try {
      return open(path);
    } catch (error) {
      log(`the audit log cannot be opened: ${messageOf(error)}`);
      if (!isCorrupt(error)) return undefined;
      log(`it is kept as ${moveAside(path, clock.wall())}`);
    }
    try {
      return open(path);
    } catch {
      return undefined;
    }
  }
}

interface Row {
  id: number;
  at: number;
  who: string;
  place: string | null;
  act: AuditEntry['act'];
  call_id: string | null;
  detail: string | null;
}

const entryOf = ({ id, at, who, place, act, call_id, detail }: Row): AuditPage['entries'][number] => ({
  ...{ id, at, who, act },
  ...(place === null ? {} : { from: place }),
  ...(call_id === null ? {} : { callId: call_id }),
  ...(detail === null ? {} : { detail }),
});

function open(path: string): Database.Database {
  // SQLite would make it readable for everybody; its other files take after this one.
  closeSync(openSync(path, 'a', 0o600));
  const db = new Database(path);
  try {
    db.pragma('journal_mode = WAL');
    // A commit does not wait for the disk; the WalKeeper syncs it off this thread.
    db.pragma('synchronous = NORMAL');
    db.pragma('wal_autocheckpoint = 0');
    const { user_version: version } = db.prepare('PRAGMA user_version').get() as { user_version: number };
    if (version === 0) db.exec(SCHEMA);
    db.prepare('SELECT id, at FROM audit ORDER BY id DESC LIMIT 5').all();
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
}
