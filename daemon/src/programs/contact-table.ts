import { columnName } from '../base/csv-text.ts';
import type { Said } from '../dialplan/route-plan.ts';
import { type ContactOrder, contactLimits, type ReadNumber } from './contact.ts';

/** Most rows of a table, and most faults told of. */
export const mostRows = 100_000;
const mostBad = 200;

/** A row that is no good, by its line in the file, from 1. */
export interface BadContact {
  line: number;
  said: Said;
}

/** An entry of a table; `id`: of the entry that it replaces, if the table says so. */
export interface TableContact {
  line: number;
  id?: string;
  order: ContactOrder;
}

type Column = 'id' | 'name' | 'company' | 'tags' | 'note';

/** What columns are called in the tables that offices have. */
const columnNames: Record<Column, readonly string[]> = {
  id: ['id', 'ид', 'идентификатор'],
  name: ['name', 'fullname', 'contact', 'имя', 'фио', 'контакт', 'название', 'клиент', 'наименование'],
  company: ['company', 'organization', 'organisation', 'firm', 'компания', 'организация', 'фирма'],
  tags: ['tags', 'tag', 'category', 'метки', 'метка', 'теги', 'категория', 'группа'],
  note: ['note', 'notes', 'comment', 'примечание', 'комментарий', 'заметка'],
};

/** Columns of numbers: a table may have several, "Телефон 2", "Mobile phone". */
const numberColumn =
  /^(?:number|phone|tel|telephone|mobile|cell|work|home|fax|номер|тел|телефон|мобильн|сотов|рабоч|домашн|факс)/;

/**
 * Reads a table into entries. The first row names the columns; a cell of numbers may hold several, between commas,
 * semicolons or line breaks.
 */
export function contactsOf(
  rows: readonly { line: number; cells: readonly string[] }[],
  read: ReadNumber,
): { contacts: TableContact[]; bad: BadContact[] } {
  const filled = rows.filter(({ cells }) => cells.some((cell) => cell.trim() !== ''));
  const [head, ...body] = filled;
  const titles = (head?.cells ?? []).map((cell) => columnName(cell.replace(/^\uFEFF/, '')));
  const at = (column: Column): number => titles.findIndex((title) => columnNames[column].includes(title));
  const columns = {
    id: at('id'),
    name: at('name'),
    company: at('company'),
    tags: at('tags'),
    note: at('note'),
  };
  const numbers = titles.flatMap((title, i) =>
    numberColumn.test(title) && !Object.values(columns).includes(i) ? [i] : [],
  );
  const fault = (line: number, ru: string, en: string) => ({
    contacts: [],
    bad: [{ line, said: { ru, en } }],
  });
  if (columns.name < 0 && columns.company < 0)
    return fault(
      head?.line ?? 1,
      'В первой строке должны быть названия столбцов: «имя», «телефон» и, если есть, «компания», «метки», «примечание».',
      'The first row must name the columns: "name", "phone" and, where there are, "company", "tags", "note".',
    );
  if (body.length > mostRows)
    return fault(body[mostRows]!.line, `Больше ${mostRows} строк.`, `More than ${mostRows} rows.`);
  const contacts: TableContact[] = [];
  const bad: BadContact[] = [];
  const seen = new Map<string, number>();
  for (const { line, cells } of body) {
    const wrong = (ru: string, en: string): void => {
      if (bad.length < mostBad) bad.push({ line, said: { ru, en } });
    };
    const cell = (column: Column): string => cells[columns[column]]?.trim() ?? '';
    const name = cell('name') || cell('company');
    if (name === '') {
      wrong('Нет имени.', 'There is no name.');
      continue;
    }
    const written = numbers
      .flatMap((i) => (cells[i] ?? '').split(/[,;\n]/))
      .flatMap((one) => one.trim() || []);
    const unread = written.find((one) => read(one) === undefined);
    if (unread !== undefined) {
      wrong(`«${unread.slice(0, 40)}» — не номер.`, `"${unread.slice(0, 40)}" is no number.`);
      continue;
    }
    const order: ContactOrder = {
      name,
      numbers: [...new Set(written.map((one) => read(one)!))],
      tags: [
        ...new Set(
          cell('tags')
            .split(/[,;]/)
            .flatMap((one) => one.trim() || []),
        ),
      ],
      ...(cell('company') === '' || cell('name') === '' ? {} : { company: cell('company') }),
      ...(cell('note') === '' ? {} : { note: cell('note') }),
    };
    const long = tooLong(order);
    if (long) {
      wrong(`Слишком длинно: ${long.ru}.`, `Too long: ${long.en}.`);
      continue;
    }
    const twice = order.numbers.find((number) => seen.has(number));
    if (twice !== undefined) {
      wrong(
        `${twice} уже есть в строке ${seen.get(twice)}.`,
        `${twice} is in line ${seen.get(twice)} already.`,
      );
      continue;
    }
    for (const number of order.numbers) seen.set(number, line);
    contacts.push({ line, order, ...(cell('id') === '' ? {} : { id: cell('id') }) });
  }
  return { contacts, bad };
}

function tooLong({ name, company = '', numbers, tags, note = '' }: ContactOrder): Said | undefined {
  const { name: n, company: c, numbers: most, tags: t, tag, note: long } = contactLimits;
  if (name.length > n) return { ru: `имя, до ${n} знаков`, en: `the name, up to ${n} characters` };
  if (company.length > c) return { ru: `компания, до ${c} знаков`, en: `the company, up to ${c} characters` };
  if (numbers.length > most) return { ru: `номеров до ${most}`, en: `up to ${most} numbers` };
  if (tags.length > t || tags.some((one) => one.length > tag))
    return { ru: `до ${t} меток по ${tag} знаков`, en: `up to ${t} tags of ${tag} characters` };
  if (note.length > long)
    return { ru: `примечание, до ${long} знаков`, en: `the note, up to ${long} characters` };
  return undefined;
}
