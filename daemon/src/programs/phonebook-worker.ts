import { parentPort } from 'node:worker_threads';
import { csvRows, decodeText } from '../base/csv-text.ts';
import { messageOf } from '../base/error.ts';
import { normaliseCaller } from '../dialplan/normalise-caller.ts';
import type { Contact, ReadNumber } from './contact.ts';
import { contactsOf } from './contact-table.ts';
import { Phonebook } from './phonebook.ts';
import type { FromPhonebook, ImportResult, ToPhonebook } from './phonebook-thread.ts';

if (!parentPort) throw new Error('this module is the entry of the phonebook thread');
const port = parentPort;
port.on('message', (order: ToPhonebook) => {
  work(order).then(
    (done) => port.postMessage(done),
    (error: unknown) => port.postMessage({ broken: messageOf(error) } satisfies FromPhonebook),
  );
});

async function work(order: ToPhonebook): Promise<FromPhonebook> {
  const book = new Phonebook(order.path);
  // Whoever writes one entry meanwhile is done in a moment.
  book.db.pragma('busy_timeout = 5000');
  try {
    if (order.do === 'restore') return { restored: restore(book, order) };
    return order.do === 'import'
      ? { imported: await importTable(book, order) }
      : { xlsx: await workbook(book, order) };
  } finally {
    book.close();
  }
}

/** All of them or nothing; ids stay what they were. */
function restore(book: Phonebook, { data, now }: Extract<ToPhonebook, { do: 'restore' }>): number {
  const contacts = JSON.parse(Buffer.from(data).toString()) as Contact[];
  return book.inTransaction(() => {
    for (const { id } of book.db.prepare('SELECT id FROM contact').all() as { id: string }[])
      book.removeWithin(id);
    for (const { id, changedAt, ...order } of contacts) book.write(id, order, changedAt ?? now);
    return contacts.length;
  });
}

async function importTable(
  book: Phonebook,
  { data, area, check, replace, now }: Extract<ToPhonebook, { do: 'import' }>,
): Promise<ImportResult> {
  const read: ReadNumber = (text) => {
    const { e164, digits } = normaliseCaller(text.replace(/[^\d+]*(?:доб|ext|x).*$/i, ''), area);
    return e164 ?? (digits !== undefined && digits.length >= 2 && digits.length <= 20 ? digits : undefined);
  };
  const rows = await rowsOf(data);
  const { contacts, bad } = contactsOf(rows, read);
  const counts: ImportResult = { rows: contacts.length, added: 0, changed: 0, removed: 0, bad };
  if (bad.length > 0) return counts;
  // All of it or nothing: what is only checked is taken back at the end.
  book.db.exec('BEGIN IMMEDIATE');
  let kept = false;
  try {
    const known = new Set<string>();
    if (replace) {
      for (const { id } of book.db.prepare('SELECT id FROM contact').all() as { id: string }[]) known.add(id);
      counts.removed = known.size;
    }
    const written = new Set<string>();
    for (const { id, order } of contacts) {
      const before =
        (id === undefined ? undefined : book.get(id)) ??
        order.numbers.map((number) => book.byNumber(number)).find((one) => one && !written.has(one.id));
      const contact = book.write(before?.id, order, now);
      written.add(contact.id);
      if (before) counts.changed++;
      else counts.added++;
    }
    if (replace) {
      for (const id of known) {
        if (written.has(id)) counts.removed--;
        else book.removeWithin(id);
      }
    }
    if (!check) book.db.exec('COMMIT');
    kept = !check;
  } finally {
    if (!kept && book.db.inTransaction) book.db.exec('ROLLBACK');
  }
  return counts;
}

/** Rows of a CSV file, or of the first sheet of a workbook. */
async function rowsOf(data: Uint8Array): Promise<{ line: number; cells: string[] }[]> {
  // A workbook is a ZIP archive (ECMA-376 part 2).
  if (!(data[0] === 0x50 && data[1] === 0x4b)) return csvRows(decodeText(data));
  const { readSheet } = await import('read-excel-file/node');
  const rows = await readSheet(Buffer.from(data));
  return rows.map((row, i) => ({
    line: i + 1,
    cells: row.map((cell) =>
      cell === null ? '' : cell instanceof Date ? cell.toISOString().slice(0, 10) : String(cell),
    ),
  }));
}

async function workbook(
  book: Phonebook,
  { titles }: Extract<ToPhonebook, { do: 'xlsx' }>,
): Promise<Uint8Array> {
  const { default: writeXlsx } = await import('write-excel-file/node');
  const text = (value: string) => ({ value, type: String });
  const rows = [titles.map((value) => ({ ...text(value), fontWeight: 'bold' as const }))];
  let after: string | undefined;
  for (;;) {
    const page = book.list({ limit: 1000, ...(after === undefined ? {} : { after }) });
    for (const { id, name, company = '', numbers, tags, note = '' } of page)
      rows.push(
        [name, company, numbers.join('; '), tags.join('; '), note, id].map(text) as (typeof rows)[number],
      );
    after = page.at(-1)?.id;
    if (page.length < 1000) break;
  }
  return writeXlsx(rows).toBuffer();
}
