import type { ConfigIssue } from '../api/contract.ts';
import { columnName, csvRows } from '../base/csv-text.ts';
import type { BadRow } from '../dialplan/rate-import.ts';
import type { Said } from '../dialplan/route-plan.ts';
import type { Config } from './schema.ts';

/** What a table may be of. */
export type ImportKind = 'people' | 'speedDials' | 'callers';

/** What comes of a table: the document with it, and which line each new entry is from. Nothing is stored here. */
export interface ListImport {
  /** Undefined where a row is no good: half a table is worse than none. */
  document: Config | undefined;
  bad: BadRow[];
  rows: number;
  added: number;
  changed: number;
  /** Line of the file that made the entry at a place: `/people/3` -> 5. */
  lines: ReadonlyMap<string, number>;
}

/** Most rows of a table, and most faults told of. */
const mostRows = 5000;
const mostBad = 200;

type Column = 'id' | 'name' | 'extension' | 'mobile' | 'port' | 'class' | 'department' | 'code' | 'number';

/** What columns are called in the tables that offices have. */
const columnNames: Record<Column, readonly string[]> = {
  id: ['id', 'ид', 'идентификатор'],
  name: ['name', 'person', 'employee', 'имя', 'фио', 'сотрудник', 'название', 'абонент'],
  extension: ['extension', 'ext', 'internal', 'внутренний', 'внутреннийномер', 'внутр', 'добавочный'],
  mobile: ['mobile', 'cell', 'cellphone', 'мобильный', 'мобильныйномер', 'сотовый', 'мобильныйтелефон'],
  port: ['socket', 'port', 'telephone', 'гнездо', 'порт', 'разъём', 'разъем'],
  class: ['class', 'classofservice', 'rights', 'класс', 'права', 'классобслуживания'],
  department: ['department', 'costcentre', 'costcenter', 'отдел', 'центрзатрат', 'подразделение'],
  code: ['code', 'short', 'speeddial', 'код', 'короткий', 'короткийномер'],
  number: ['number', 'phone', 'phonenumber', 'номер', 'телефон', 'номертелефона'],
};

const needed: Record<ImportKind, { columns: readonly Column[]; said: Said }> = {
  people: {
    columns: ['name'],
    said: {
      ru: 'В первой строке должны быть названия столбцов: «имя» и, если есть, «внутренний», «мобильный», «гнездо», «класс», «отдел».',
      en: 'The first row must name the columns: "name" and, where there are, "extension", "mobile", "socket", "class", "department".',
    },
  },
  speedDials: {
    columns: ['code', 'number'],
    said: {
      ru: 'В первой строке должны быть названия столбцов: «код», «номер» и, если есть, «название».',
      en: 'The first row must name the columns: "code", "number" and, where there is, "name".',
    },
  },
  callers: {
    columns: ['number'],
    said: {
      ru: 'В первой строке должно быть название столбца: «номер».',
      en: 'The first row must name the column: "number".',
    },
  },
};

/**
 * Reads a table into the settings: people and short numbers are added, those that are there already (by extension, by
 * code, or by id) are changed; the numbers of a list of callers are replaced. `list`: which list, for `callers`.
 */
export function importList(kind: ImportKind, text: string, config: Config, list = ''): ListImport {
  const rows = csvRows(text.replace(/^\uFEFF/, '')).filter(({ cells }) =>
    cells.some((cell) => cell.trim() !== ''),
  );
  const head = rows.shift();
  const columns = columnsOf(head?.cells ?? []);
  const { columns: wanted, said } = needed[kind];
  const none = { document: undefined, rows: 0, added: 0, changed: 0, lines: new Map<string, number>() };
  if (!head || wanted.some((column) => !columns.has(column)))
    return { ...none, bad: [{ line: head?.line ?? 1, said }] };
  if (rows.length > mostRows)
    return {
      ...none,
      bad: [
        {
          line: rows[mostRows]?.line ?? 1,
          said: { ru: `Больше ${mostRows} строк.`, en: `More than ${mostRows} rows.` },
        },
      ],
    };
  const document = structuredClone(config);
  const bad: BadRow[] = [];
  const lines = new Map<string, number>();
  const seen = new Map<string, number>();
  let added = 0;
  let changed = 0;
  const numbers: string[] = [];
  for (const { line, cells } of rows) {
    const cell = (column: Column): string => cells[columns.get(column) ?? -1]?.trim() ?? '';
    const wrong = (ru: string, en: string): void => {
      if (bad.length < mostBad) bad.push({ line, said: { ru, en } });
    };
    const key =
      kind === 'people'
        ? cell('id') || cell('extension')
        : kind === 'callers'
          ? cell('number')
          : cell('code');
    const before = key === '' ? undefined : seen.get(key);
    if (before !== undefined) {
      wrong(`${key} уже есть в строке ${before}.`, `${key} is in line ${before} already.`);
      continue;
    }
    seen.set(key, line);
    if (kind === 'callers') {
      if (cell('number') === '') wrong('Нет номера.', 'There is no number.');
      else {
        lines.set(`/numbers/${numbers.length}`, line);
        numbers.push(cell('number'));
      }
      continue;
    }
    const entry = kind === 'people' ? personOf(cell, config, wrong) : shortOf(cell, wrong);
    if (!entry) continue;
    const entries = document[kind] as { id: string; extension?: string | undefined; code?: string }[];
    const at = entries.findIndex(
      (one) =>
        one.id === cell('id') ||
        (kind === 'people'
          ? cell('extension') !== '' && one.extension === cell('extension')
          : one.code === cell('code')),
    );
    if (at >= 0) {
      Object.assign(entries[at]!, entry);
      changed++;
    } else {
      // What the table does not say of somebody who is there already stays; who is new gets the first class.
      const rest =
        kind === 'people' ? { classOfService: config.classesOfService[0]?.id } : { name: cell('number') };
      entries.push({ id: freeId(cell('id') || cell('name') || cell('code'), entries), ...rest, ...entry });
      added++;
    }
    lines.set(`/${kind}/${at >= 0 ? at : entries.length - 1}`, line);
  }
  if (kind === 'callers') {
    const at = document.callerLists.findIndex(({ id }) => id === list);
    if (at >= 0) document.callerLists[at]!.numbers = numbers;
    for (const [path, line] of [...lines]) {
      lines.delete(path);
      lines.set(`/callerLists/${at}${path}`, line);
    }
    added = numbers.length;
  }
  return { document: bad.length === 0 ? document : undefined, bad, rows: rows.length, added, changed, lines };
}

/** What the check of the whole document says, told by line; what is of no line is told of line 1. */
export function issuesByLine(issues: readonly ConfigIssue[], lines: ReadonlyMap<string, number>): BadRow[] {
  return issues
    .map(({ path, said }) => {
      const [, list = '', ...rest] = path.split('/');
      const places = rest.map((_, i) => `/${[list, ...rest.slice(0, i + 1)].join('/')}`);
      const line = places.map((place) => lines.get(place)).find((found) => found !== undefined);
      return { line: line ?? 1, said };
    })
    .sort((a, b) => a.line - b.line)
    .slice(0, mostBad);
}

type Wrong = (ru: string, en: string) => void;
type Cell = (column: Column) => string;

function personOf(cell: Cell, config: Config, wrong: Wrong): object | undefined {
  const name = cell('name');
  if (name === '') {
    wrong('Нет имени.', 'There is no name.');
    return undefined;
  }
  const named = (column: Column, entries: readonly { id: string; name: string }[]): string | undefined => {
    const text = cell(column);
    const lower = text.toLowerCase();
    const found = entries.find(({ id, name: own }) => id === lower || own.toLowerCase() === lower);
    if (text !== '' && !found) wrong(`«${text}» не существует.`, `"${text}" does not exist.`);
    return found?.id;
  };
  const mobile = numberOf(cell('mobile'));
  if (mobile === undefined)
    wrong(
      `Мобильный «${cell('mobile')}»: нужен номер вида +79161234567 или 8 916 123-45-67.`,
      `Mobile "${cell('mobile')}": a number such as +79161234567 or 8 916 123-45-67 is needed.`,
    );
  const ports = cell('port')
    .split(/[\s,+]+/)
    .filter((text) => text !== '');
  if (ports.some((text) => !/^\d{1,2}$/.test(text)))
    wrong(`Гнездо «${cell('port')}»: нужен номер.`, `Socket "${cell('port')}": a number is needed.`);
  const classOfService = named('class', config.classesOfService);
  const costCentre = named('department', config.costCentres);
  return {
    name,
    ...(classOfService === undefined ? {} : { classOfService }),
    ...(cell('extension') === '' ? {} : { extension: cell('extension') }),
    ...(mobile ? { mobile } : {}),
    ...(ports.length > 0 ? { ports: ports.map(Number) } : {}),
    ...(costCentre === undefined ? {} : { costCentre }),
  };
}

function shortOf(cell: Cell, wrong: Wrong): object | undefined {
  const [code, number] = [cell('code'), cell('number')];
  if (code === '' || number === '') {
    wrong('Нужны и код, и номер.', 'Both code and number are needed.');
    return undefined;
  }
  return {
    ...{ code, number: number.replace(/[\s().-]/g, '') },
    ...(cell('name') === '' ? {} : { name: cell('name') }),
  };
}

/** A number in any usual writing as E.164; '' stays, undefined: it is none. */
function numberOf(text: string): string | undefined {
  const digits = text.replace(/[^\d+]/g, '');
  if (digits === '') return text === '' ? '' : undefined;
  if (/^\+[1-9]\d{5,14}$/.test(digits)) return digits;
  const own = /^[78]?(9\d{9})$/.exec(digits)?.[1];
  return own === undefined ? undefined : `+7${own}`;
}

const letters: Record<string, string> = Object.fromEntries([
  ...[...'абвгдеёзийклмнопрстуфыэ'].map((letter, i) => [letter, 'abvgdeezijklmnoprstufye'[i]]),
  ...[...'жхцчшщюя'].map((letter, i) => [letter, ['zh', 'kh', 'ts', 'ch', 'sh', 'sch', 'yu', 'ya'][i]]),
]);

/** An id made of a name that nobody has. */
function freeId(text: string, taken: readonly { id: string }[]): string {
  const latin = [...text.toLowerCase()].map((letter) => letters[letter] ?? letter).join('');
  const base =
    latin
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+|-+$/g, '')
      .slice(0, 26) || 'entry';
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.some((one) => one.id === id)) return id;
  }
}

function columnsOf(cells: readonly string[]): Map<Column, number> {
  const found = new Map<Column, number>();
  for (const [index, cell] of cells.entries()) {
    const name = columnName(cell);
    for (const [column, names] of Object.entries(columnNames))
      if (names.includes(name) && !found.has(column as Column)) found.set(column as Column, index);
  }
  return found;
}
