import { closeSync, openSync } from 'node:fs';
import Database from 'libsql';
import { orderedId } from '../base/ordered-id.ts';
import { type Contact, type ContactOrder, plainText } from './contact.ts';

const SCHEMA = `
  CREATE TABLE contact (
    n INTEGER PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    sort TEXT NOT NULL,
    doc TEXT NOT NULL
  );
  CREATE INDEX contact_by_name ON contact (sort, id);
  CREATE TABLE number (number TEXT NOT NULL, contact INTEGER NOT NULL, PRIMARY KEY (number, contact)) WITHOUT ROWID;
  CREATE INDEX number_of ON number (contact);
  CREATE VIRTUAL TABLE words USING fts5(
    text, tokenize = 'unicode61', prefix = '2 3', content = '', contentless_delete = 1, detail = 'none'
  );
  CREATE VIRTUAL TABLE digits USING fts5(text, tokenize = 'trigram', content = '', contentless_delete = 1);
  PRAGMA user_version = 1;`;

/** Up to so many matches are sorted; of more, the book is gone through by name until a page is full. */
const sortable = 2000;
/** The trigram index knows no less. */
const fewestDigits = 3;

export interface ContactQuery {
  search?: string;
  limit: number;
  /** Id of the last entry of the page before. */
  after?: string;
}

/**
 * The phonebook in its SQLite file: looked through by any beginnings of words and any part of a number, by indexes alone,
 * so that 50,000 entries cost a few milliseconds.
 */
export class Phonebook {
  readonly db: Database.Database;

  /** @throws whatever SQLite says of the file */
  constructor(path: string) {
    // SQLite would make it readable for everybody; its other files take after this one.
    closeSync(openSync(path, 'a', 0o600));
    this.db = new Database(path);
    this.db.pragma('journal_mode = WAL');
    this.db.pragma('synchronous = FULL');
    this.db.pragma('busy_timeout = 200');
    this.db.pragma('cache_size = -1024');
    const { user_version: version } = this.db.prepare('PRAGMA user_version').get() as {
      user_version: number;
    };
    if (version === 0) this.db.exec(SCHEMA);
    this.db.prepare('SELECT id FROM contact ORDER BY sort LIMIT 1').all();
  }

  get size(): number {
    return (this.db.prepare('SELECT count(*) AS n FROM contact').get() as { n: number }).n;
  }

  get(id: string): Contact | undefined {
    const row = this.db.prepare('SELECT doc FROM contact WHERE id = ?').get(id) as
      | { doc: string }
      | undefined;
    return row && (JSON.parse(row.doc) as Contact);
  }

  /** The entry that has a number; of several the one that came first. */
  byNumber(number: string): Contact | undefined {
    const row = this.db
      .prepare(
        'SELECT doc FROM contact WHERE n = (SELECT contact FROM number WHERE number = ? ORDER BY contact LIMIT 1)',
      )
      .get(number) as { doc: string } | undefined;
    return row && (JSON.parse(row.doc) as Contact);
  }

  /** A page of entries by name. */
  list({ search = '', limit, after }: ContactQuery): Contact[] {
    const last = after === undefined ? undefined : this.get(after);
    const from = last ? [sortKey(last), last.id] : ['', ''];
    const found = matching(search);
    if (!found)
      return this.#docs('SELECT doc FROM contact WHERE (sort, id) > (?, ?) ORDER BY sort, id LIMIT ?', [
        ...from,
        limit,
      ]);
    if (found.where === '') return [];
    const { where, values } = found;
    const ids = this.db.prepare(`SELECT n FROM contact WHERE ${where} LIMIT ${sortable}`).all(...values) as {
      n: number;
    }[];
    if (ids.length < sortable)
      return this.#docs(
        'SELECT doc FROM contact WHERE n IN (SELECT value FROM json_each(?)) AND (sort, id) > (?, ?) ORDER BY sort, id LIMIT ?',
        [JSON.stringify(ids.map(({ n }) => n)), ...from, limit],
      );
    return this.#docs(
      `SELECT doc FROM contact INDEXED BY contact_by_name WHERE (sort, id) > (?, ?) AND ${where} ORDER BY sort, id LIMIT ?`,
      [...from, ...values, limit],
    );
  }

  /** Writes an entry, new or in the place of the one of that id. */
  put(id: string | undefined, order: ContactOrder, now: number): Contact {
    return this.inTransaction(() => this.write(id, order, now));
  }

  /** The same within a transaction of the caller's. */
  write(id: string | undefined, order: ContactOrder, now: number): Contact {
    const contact: Contact = { ...order, id: id ?? orderedId(now), changedAt: now };
    const before = id === undefined ? undefined : this.#row(id);
    const doc = JSON.stringify(contact);
    let n: number;
    if (before === undefined) {
      const { lastInsertRowid } = this.#prepared('INSERT INTO contact (id, sort, doc) VALUES (?, ?, ?)').run(
        ...[contact.id, sortKey(contact), doc],
      );
      n = Number(lastInsertRowid);
    } else {
      n = before;
      this.#unlist(n);
      this.#prepared('UPDATE contact SET sort = ?, doc = ? WHERE n = ?').run(sortKey(contact), doc, n);
    }
    const words = [contact.name, contact.company, contact.note, ...contact.tags].join(' ');
    this.#prepared('INSERT INTO words (rowid, text) VALUES (?, ?)').run(n, plainText(words));
    this.#prepared('INSERT INTO digits (rowid, text) VALUES (?, ?)').run(n, contact.numbers.join(' '));
    for (const number of new Set(contact.numbers))
      this.#prepared('INSERT OR IGNORE INTO number (number, contact) VALUES (?, ?)').run(number, n);
    return contact;
  }

  remove(id: string): boolean {
    return this.inTransaction(() => this.removeWithin(id));
  }

  /** The same within a transaction of the caller's. */
  removeWithin(id: string): boolean {
    const n = this.#row(id);
    if (n === undefined) return false;
    this.#unlist(n);
    this.#prepared('DELETE FROM contact WHERE n = ?').run(n);
    return true;
  }

  inTransaction<T>(work: () => T): T {
    this.db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.db.exec('COMMIT');
      return result;
    } catch (error) {
      if (this.db.inTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
  }

  close(): void {
    this.db.close();
  }

  #row(id: string): number | undefined {
    return (this.#prepared('SELECT n FROM contact WHERE id = ?').get(id) as { n: number } | undefined)?.n;
  }

  #unlist(n: number): void {
    this.#prepared('DELETE FROM number WHERE contact = ?').run(n);
    this.#prepared('DELETE FROM words WHERE rowid = ?').run(n);
    this.#prepared('DELETE FROM digits WHERE rowid = ?').run(n);
  }

  readonly #statements = new Map<string, Database.Statement>();

  #prepared(sql: string): Database.Statement {
    const known = this.#statements.get(sql) ?? this.db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #docs(sql: string, values: (string | number)[]): Contact[] {
    const rows = this.db.prepare(sql).all(...values) as { doc: string }[];
    return rows.map(({ doc }) => JSON.parse(doc) as Contact);
  }
}

const sortKey = ({ name }: { name: string }): string => plainText(name);

/** What a search asks for; undefined: everything; an empty condition: nothing can match. */
function matching(search: string): { where: string; values: string[] } | undefined {
  const text = plainText(search).trim();
  if (text === '') return undefined;
  // A number in any writing: 8916…, +7916… and 916… are the same.
  const digits = text.replace(/[\s()+.-]/g, '');
  if (/^\d+$/.test(digits)) {
    const part = digits.replace(/^[78](?=\d{10}$)/, '').replace(/^8(?=9\d{2,})/, '');
    return part.length < fewestDigits ? { where: '', values: [] } : byDigits(part);
  }
  const words = text.match(/[\p{L}\p{N}]+/gu) ?? [];
  if (words.length === 0) return { where: '', values: [] };
  return {
    where: 'n IN (SELECT rowid FROM words WHERE words MATCH ?)',
    values: [words.map((word) => `"${word}"*`).join(' AND ')],
  };
}

const byDigits = (part: string) => ({
  where: 'n IN (SELECT rowid FROM digits WHERE digits MATCH ?)',
  values: [`"${part}"`],
});
