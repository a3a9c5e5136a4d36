import type Database from 'libsql';
import type { Clock, Timer } from '../base/clock.ts';
import { messageOf } from '../base/error.ts';
import type { Said } from '../dialplan/route-plan.ts';
import type { CallRecord, CallRecorder, DialogJournal } from './call-record.ts';
import { isCorrupt, moveAside, type OpenedDatabase, openDatabase } from './database.ts';
import { Journal } from './journal.ts';
import {
  countRecords,
  cursorAfter,
  getRecord,
  listRecords,
  type RecordCounts,
  type RecordFilter,
  type RecordPage,
  type RecordQuery,
} from './query.ts';
import { columns, rowOf } from './row.ts';
import { WalKeeper } from './wal-keeper.ts';

/** Something an admin should know about the records. */
export interface RecordsAlarm {
  id: 'records-lost' | 'records-write';
  severity: 'warning' | 'critical';
  said: Said;
  cure: Said;
}

export interface RecordsOptions {
  /** The SQLite file; the journal lies beside it as `PATH.journal`. The folder must exist. */
  path: string;
  clock: Clock;
  alarm?(alarm: RecordsAlarm): void;
  /** How long ended calls are kept, days; 0 or not given: for good. Asked every hour. */
  keepDays?(): number;
}

/**
 * How long what is journalled may wait for its transaction. With the sync that follows, under 2 s to the disk. What
 * changes several times meanwhile is written once, which spares time and the memory card.
 */
const batchMs = 1000;
/** Where the disk refuses, it is asked again this often. */
const retryMs = 2000;
/** Rows of a batch are spread over turns of the event loop, so that no call waits for all of them. */
const rowsPerTransaction = 50;
const hourMs = 3_600_000;
const dayMs = 24 * hourMs;
/** Rows deleted at a time, and the pause between: no call may wait for a year's records to go. */
const pruneRows = 500;
const prunePauseMs = 1000;
/** Ended calls kept in memory while the disk refuses. */
const mostPending = 20_000;

/**
 * Opens the call records. Calls that were in progress when the daemon died are closed as `interrupted`; a
 * database that cannot be read is moved aside, with an alarm, and a new one begun.
 * @throws CodedError `records/open-failed`, `records/newer-version`
 */
export function openRecords(options: RecordsOptions): Records {
  const opened = openDatabase(options.path, options.clock.wall());
  return new Records(options, opened);
}

/**
 * The store of call records. A call costs the main thread a line in the journal when it begins, changes and
 * ends; rows are written in batches.
 */
export class Records implements CallRecorder {
  readonly #options: RecordsOptions;
  readonly #journal: Journal;
  /** Journalled and not yet in the database. A row is made of it only then, and once for many changes. */
  readonly #rows = new Map<string, Pending>();
  readonly #dialogs = new Map<string, DialogJournal | null>();
  /** Dialogs that stand in the database: the others need no forgetting there. */
  readonly #stored = new Set<string>();
  readonly #orphans: readonly DialogJournal[];
  readonly #wal: WalKeeper;
  #db: Database.Database;
  #statements: Statements;
  /** The number of the last write of a row. */
  #changed: number;
  #timer: Timer | undefined;
  #retention: Timer | undefined;
  #failing = false;
  #closed = false;

  /** Use {@link openRecords}. */
  constructor(options: RecordsOptions, opened: OpenedDatabase) {
    this.#options = options;
    this.#db = opened.db;
    this.#statements = statementsOf(opened.db);
    this.#changed = lastChange(opened.db);
    this.#wal = new WalKeeper(options.path);
    this.#journal = new Journal(`${options.path}.journal`);
    for (const { callId } of this.#storedDialogs()) this.#stored.add(callId);
    if (opened.movedAside !== undefined) this.#tellLost(opened.movedAside);
    this.#replay();
    this.#interrupt();
    this.#orphans = this.#storedDialogs();
    if (options.keepDays) this.#retention = options.clock.after(prunePauseMs, () => this.#retain());
  }

  begin(record: CallRecord): void {
    this.#write(record);
  }

  update(record: CallRecord): void {
    this.#write(record);
  }

  end(record: CallRecord): void {
    this.#write(record);
  }

  saveDialog(dialog: DialogJournal): void {
    this.#note(JSON.stringify({ dialog }));
    this.#dialogs.set(dialog.callId, dialog);
    this.#schedule(batchMs);
  }

  forgetDialog(callId: string): void {
    this.#note(JSON.stringify({ forget: callId }));
    this.#dialogs.set(callId, null);
    this.#schedule(batchMs);
  }

  /** Dialogs that were standing when the daemon last died; each wants a BYE and then {@link forgetDialog}. */
  orphans(): readonly DialogJournal[] {
    return this.#orphans;
  }

  /** A page of records, newest first. */
  list(query: RecordQuery = {}): RecordPage {
    return this.#read(() => listRecords(this.#db, query));
  }

  /** What `before` has to be for the records older than this one. */
  after(record: CallRecord): string {
    return cursorAfter(record);
  }

  get(id: string): CallRecord | undefined {
    const pending = this.#rows.get(id);
    if (pending) return JSON.parse(pending.json) as CallRecord;
    return getRecord(this.#db, id);
  }

  count(filter: RecordFilter = {}): RecordCounts {
    return this.#read(() => countRecords(this.#db, filter));
  }

  /** Every record of a filter, newest first, read page by page so that the list may be long. */
  *all(filter: RecordFilter = {}): Generator<CallRecord> {
    let before: string | undefined;
    do {
      const page = this.list({ ...filter, limit: 500, ...(before === undefined ? {} : { before }) });
      yield* page.calls;
      before = page.next;
    } while (before !== undefined);
  }

  /**
   * Deletes ended calls that began before `wall` ms, at most `most` of them, so that a caller may do it in
   * portions. Returns how many went.
   */
  prune(wall: number, most = 500): number {
    this.flush();
    const { changes } = this.#statements.prune.run(wall, most);
    if (changes > 0) this.#wal.written((message) => this.#tellWrite(new Error(message)));
    return changes;
  }

  /** Whether the last write went well; for the health probe. */
  get healthy(): boolean {
    return !this.#failing;
  }

  /** Writes everything pending now. Failures are told by alarm and tried again later. */
  flush(): void {
    if (this.#closed) return;
    this.#timer?.cancel();
    this.#timer = undefined;
    while (this.#rows.size > 0 || this.#dialogs.size > 0) {
      if (!this.#transaction()) return;
    }
    this.#settled();
  }

  /** Writes what is pending, waits until it is on the disk, and closes. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.flush();
    this.#retention?.cancel();
    this.#closed = true;
    await this.#wal.close();
    this.#journal.close();
    this.#db.close();
  }

  /** Reads what is written; a database that turns out to be broken is replaced, and the new one read. */
  #read<T>(query: () => T): T {
    this.flush();
    try {
      return query();
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      this.#replaceDatabase();
      return query();
    }
  }

  #retain(): void {
    const { clock, keepDays } = this.#options;
    const days = keepDays?.() ?? 0;
    let gone = 0;
    try {
      if (days > 0) gone = this.prune(clock.wall() - days * dayMs, pruneRows);
    } catch (error) {
      this.#tellWrite(error);
    }
    this.#retention = clock.after(gone === pruneRows ? prunePauseMs : hourMs, () => this.#retain());
  }

  #write(record: CallRecord): void {
    const json = JSON.stringify(record);
    this.#note(`{"record":${json}}`);
    this.#rows.set(record.id, { record, json });
    this.#schedule(batchMs);
  }

  #note(json: string): void {
    try {
      this.#journal.append(json);
    } catch (error) {
      // A full disk must not keep anybody from calling; the record waits in memory.
      this.#tellWrite(error);
    }
  }

  #schedule(ms: number): void {
    if (this.#timer || this.#closed) return;
    this.#timer = this.#options.clock.after(ms, () => {
      this.#timer = undefined;
      this.#step();
    });
  }

  /** One transaction a turn until all is written. */
  #step(): void {
    if (this.#closed || !this.#transaction()) return;
    if (this.#rows.size > 0 || this.#dialogs.size > 0) this.#schedule(0);
    else this.#settled();
  }

  /** Everything journalled is committed: the journal may be emptied and the WAL go to the disk. */
  #settled(): void {
    this.#failing = false;
    if (this.#journal.bytes === 0) return;
    try {
      this.#journal.clear();
    } catch (error) {
      this.#tellWrite(error);
    }
    this.#wal.written((message) => this.#tellWrite(new Error(message)));
  }

  /** Writes a portion; false if the disk refused, and then it is tried again later. */
  #transaction(): boolean {
    const rows = [...this.#rows].slice(0, rowsPerTransaction);
    const dialogs = [...this.#dialogs].slice(0, rowsPerTransaction);
    if (rows.length === 0 && dialogs.length === 0) return true;
    const { begin, commit, rollback, save, saveDialog, forgetDialog } = this.#statements;
    try {
      begin.run();
      for (const [, { record, json }] of rows) save.run(...rowOf(record, json), ++this.#changed);
      for (const [callId, dialog] of dialogs) {
        if (dialog) saveDialog.run(callId, dialog.callRecordId, JSON.stringify(dialog));
        else if (this.#stored.has(callId)) forgetDialog.run(callId);
      }
      commit.run();
    } catch (error) {
      attempt(() => rollback.run());
      this.#refused(error);
      return false;
    }
    // Nothing can have changed meanwhile: all of this is one turn.
    for (const [id] of rows) this.#rows.delete(id);
    for (const [callId, dialog] of dialogs) {
      this.#dialogs.delete(callId);
      if (dialog) this.#stored.add(callId);
      else this.#stored.delete(callId);
    }
    return true;
  }

  #refused(error: unknown): void {
    if (!isCorrupt(error)) this.#tellWrite(error);
    else {
      try {
        this.#replaceDatabase();
      } catch (again) {
        this.#tellWrite(again);
      }
    }
    for (const id of this.#rows.keys()) {
      if (this.#rows.size <= mostPending) break;
      this.#rows.delete(id);
    }
    this.#schedule(retryMs);
  }

  #replaceDatabase(): void {
    attempt(() => this.#db.close());
    const { path, clock } = this.#options;
    const aside = moveAside(path, clock.wall());
    const opened = openDatabase(path, clock.wall());
    this.#db = opened.db;
    this.#statements = statementsOf(opened.db);
    this.#changed = lastChange(opened.db);
    this.#stored.clear();
    this.#wal.reopened();
    this.#tellLost(aside);
  }

  #replay(): void {
    const { lines } = this.#journal.read();
    if (lines.length === 0) return;
    for (const line of lines) {
      if ('record' in line)
        this.#rows.set(line.record.id, { record: line.record, json: JSON.stringify(line.record) });
      else if ('dialog' in line) this.#dialogs.set(line.dialog.callId, line.dialog);
      else this.#dialogs.set(line.forget, null);
    }
    while (this.#rows.size > 0 || this.#dialogs.size > 0) {
      if (this.#transaction()) continue;
      // What follows must not be glued to a torn line.
      this.#note('');
      return;
    }
    this.#journal.clearAll();
    this.#wal.written((message) => this.#tellWrite(new Error(message)));
  }

  /** Calls that nobody ended: the daemon died while they stood. */
  #interrupt(): void {
    const rows = this.#db.prepare("SELECT doc FROM call WHERE state = 'active'").all() as { doc: string }[];
    for (const { doc } of rows) {
      const record = JSON.parse(doc) as CallRecord;
      // Q.850 41: temporary failure. When it ended nobody knows, so there is no end and no price.
      this.#write({
        ...record,
        state: 'interrupted',
        q850: 41,
        releasedBy: 'box',
        causeText: 'the daemon died during the call',
      });
    }
    if (rows.length > 0) this.flush();
  }

  #storedDialogs(): DialogJournal[] {
    const rows = this.#db.prepare('SELECT doc FROM dialog').all() as { doc: string }[];
    return rows.map((row) => JSON.parse(row.doc) as DialogJournal);
  }

  #tellLost(aside: string): void {
    this.#options.alarm?.({
      id: 'records-lost',
      severity: 'critical',
      said: {
        ru: `Записи о звонках не читаются; начат новый файл, старый сохранён как ${aside}.`,
        en: `The call records cannot be read; a new file was begun, the old one is kept as ${aside}.`,
      },
      cure: {
        ru: 'Проверьте накопитель. Старый файл можно отдать специалисту.',
        en: 'Check the storage. The old file may be given to a specialist.',
      },
    });
  }

  #tellWrite(error: unknown): void {
    if (this.#failing) return;
    this.#failing = true;
    this.#options.alarm?.({
      id: 'records-write',
      severity: 'critical',
      said: {
        ru: `Записи о звонках не сохраняются: ${messageOf(error)}. Пока они в памяти, звонить можно.`,
        en: `Call records cannot be stored: ${messageOf(error)}. They stay in memory, and calls go on.`,
      },
      cure: { ru: 'Освободите место на накопителе.', en: 'Free space on the storage.' },
    });
  }
}

/** A record, and its JSON when it was journalled. */
interface Pending {
  record: CallRecord;
  json: string;
}

type Statements = ReturnType<typeof statementsOf>;

function statementsOf(db: Database.Database) {
  const assignments = columns.slice(1).map((column) => `${column} = excluded.${column}`);
  return {
    begin: db.prepare('BEGIN IMMEDIATE'),
    commit: db.prepare('COMMIT'),
    rollback: db.prepare('ROLLBACK'),
    // An old journal line that a power cut brought back must not reopen a call that has ended.
    save: db.prepare(
      `INSERT INTO call (${columns.join(', ')}, changed) VALUES (${columns.map(() => '?').join(', ')}, ?)
       ON CONFLICT (id) DO UPDATE SET ${assignments.join(', ')}, changed = excluded.changed WHERE call.state = 'active' OR excluded.state <> 'active'`,
    ),
    saveDialog: db.prepare(
      'INSERT INTO dialog (call_id, record_id, doc) VALUES (?, ?, ?) ON CONFLICT (call_id) DO UPDATE SET record_id = excluded.record_id, doc = excluded.doc',
    ),
    forgetDialog: db.prepare('DELETE FROM dialog WHERE call_id = ?'),
    prune: db.prepare(
      "DELETE FROM call WHERE id IN (SELECT id FROM call WHERE started_at < ? AND state <> 'active' ORDER BY started_at LIMIT ?)",
    ),
  };
}

const lastChange = (db: Database.Database): number =>
  (db.prepare('SELECT coalesce(max(changed), 0) AS last FROM call').get() as { last: number }).last;

function attempt(work: () => unknown): void {
  try {
    work();
  } catch {
    // The error before this one is the one that counts.
  }
}
