import { columnName, csvRows } from '../base/csv-text.ts';
import type { Rate } from './rate-table.ts';
import type { Said } from './route-plan.ts';

/** A row that was not taken. */
export interface BadRow {
  /** Line of the file, from 1. */
  line: number;
  said: Said;
}

/** What an import makes of a file. */
export interface RateImport {
  rates: Rate[];
  bad: BadRow[];
}

type Column =
  | 'prefix'
  | 'name'
  | 'price'
  | 'steps'
  | 'first'
  | 'step'
  | 'connection'
  | 'free'
  | 'from'
  | 'hours'
  | 'days';

/** What columns are called, in the files of operators and of spreadsheets; spaces and case do not count. */
const columnNames: Record<Column, readonly string[]> = {
  prefix: ['prefix', 'prefixes', 'code', 'codes', 'dialcode', 'код', 'коды', 'префикс', 'префиксы'],
  name: ['name', 'destination', 'country', 'название', 'направление', 'страна'],
  price: ['price', 'rate', 'perminute', 'priceperminute', 'цена', 'ценаминуты', 'ценазаминуту', 'тариф'],
  steps: ['steps', 'increment', 'increments', 'billing', 'тарификация', 'шаги'],
  first: ['first', 'firstseconds', 'minimum', 'сначала', 'минимум'],
  step: ['step', 'stepseconds', 'interval', 'шаг'],
  connection: ['connection', 'connectionfee', 'setup', 'setupfee', 'соединение', 'засоединение'],
  free: ['free', 'freeseconds', 'бесплатно', 'неоплачиваетсядо'],
  from: ['from', 'validfrom', 'effective', 'effectivedate', 'с', 'действуетс', 'дата'],
  hours: ['hours', 'time', 'часы', 'время'],
  days: ['days', 'weekdays', 'дни', 'днинедели'],
};

/** Most rows of a table; the largest of operators have some 60 000. */
const mostRows = 200_000;
/** Rows told of; a wrong file has the same fault in each. */
const mostBad = 200;
const dearest = 100_000;
const longestStep = 3600;

/**
 * Reads a rate table from CSV: separated by semicolons, tabs or commas, the first row naming the columns in Russian or
 * English. Rows that cannot be read are told of one by one, and the others taken.
 */
export function importRates(text: string): RateImport {
  const rows = csvRows(text.replace(/^\uFEFF/, ''));
  const bad: BadRow[] = [];
  const head = rows.shift();
  const columns = head ? columnsOf(head.cells) : new Map<Column, number>();
  if (!head || !columns.has('prefix') || !columns.has('price')) {
    bad.push({
      line: head?.line ?? 1,
      said: {
        ru: 'В первой строке должны быть названия столбцов: «префикс», «цена» и, если есть, «направление», «шаги» (60/60), «соединение», «бесплатно», «с», «часы», «дни».',
        en: 'The first row must name the columns: "prefix", "price" and, where there are, "name", "steps" (60/60), "connection", "free", "from", "hours", "days".',
      },
    });
    return { rates: [], bad };
  }
  const rates: Rate[] = [];
  const seen = new Map<string, number>();
  for (const { line, cells } of rows) {
    if (cells.every((cell) => cell.trim() === '')) continue;
    if (rates.length >= mostRows) {
      bad.push({ line, said: { ru: `Больше ${mostRows} строк.`, en: `More than ${mostRows} rows.` } });
      break;
    }
    const cell = (column: Column): string => cells[columns.get(column) ?? -1]?.trim() ?? '';
    try {
      const rate = rateOf(cell);
      for (const prefix of prefixesOf(cell('prefix'))) {
        const key = `${prefix} ${rate.validFrom ?? ''} ${rate.hours ?? ''} ${rate.days ?? ''}`;
        const before = seen.get(key);
        if (before !== undefined) {
          wrong(
            `Цена для ${prefix} уже есть в строке ${before}.`,
            `There is a price for ${prefix} in line ${before} already.`,
          );
        }
        seen.set(key, line);
        rates.push({ ...rate, prefix });
      }
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      if (bad.length < mostBad) bad.push({ line, said: error.said });
    }
  }
  return { rates, bad };
}

/** What is wrong with a row. */
class Wrong extends Error {
  readonly said: Said;

  constructor(said: Said) {
    super(said.en);
    this.said = said;
  }
}

function wrong(ru: string, en: string): never {
  throw new Wrong({ ru, en });
}

function rateOf(cell: (column: Column) => string): Omit<Rate, 'prefix'> {
  const [firstSeconds, stepSeconds] = stepsOf(cell);
  const name = cell('name');
  const from = cell('from');
  const hours = cell('hours');
  const days = cell('days');
  return {
    perMinute: amountOf(cell('price'), 'цена', 'price'),
    firstSeconds,
    stepSeconds,
    connection:
      cell('connection') === '' ? 0 : amountOf(cell('connection'), 'плата за соединение', 'connection'),
    freeSeconds: cell('free') === '' ? 0 : secondsOf(cell('free')),
    ...(name === '' ? {} : { name }),
    ...(from === '' ? {} : { validFrom: dateOf(from) }),
    ...(hours === '' ? {} : { hours: hoursOf(hours) }),
    ...(days === '' ? {} : { days: daysOf(days) }),
  };
}

/** `7812`, `+7 812`, `8-10-44` is none, `7495, 7499`; an empty one is the price of everything else. */
function prefixesOf(text: string): string[] {
  if (text === '' || text === '*') return [''];
  return text.split(/[,;/]|\s(?=\+)/).map((part) => {
    const digits = part.replace(/[\s()+-]/g, '');
    if (!/^[0-9]{1,15}$/.test(digits))
      wrong(
        `«${part.trim()}» — не начало номера: нужны цифры с кодом страны, например 7812.`,
        `"${part.trim()}" is no beginning of a number: digits with the country code are needed, such as 7812.`,
      );
    return digits;
  });
}

function amountOf(text: string, ru: string, en: string): number {
  const plain = text.replace(/\s/g, '').replace(',', '.');
  const amount = Number(plain);
  if (!/^\d+(\.\d+)?$/.test(plain) || amount > dearest)
    wrong(
      `«${text}» — не ${ru}: нужно число, например 1,50.`,
      `"${text}" is no ${en}: a number is needed, such as 1.50.`,
    );
  return amount;
}

/** `60/60`, `30/6`, `1/1`; a single number is both. Without: whole minutes. */
function stepsOf(cell: (column: Column) => string): [first: number, step: number] {
  const text = cell('steps') || [cell('first'), cell('step')].filter((part) => part !== '').join('/');
  if (text === '') return [60, 60];
  const match = /^(\d{1,4})(?:\s*[/+]\s*(\d{1,4}))?$/.exec(text);
  const first = Number(match?.[1]);
  const step = Number(match?.[2] ?? match?.[1]);
  if (!match || first > longestStep || step > longestStep || step < 1)
    wrong(
      `«${text}» — не шаг тарификации: нужно, например, 60/60, 30/6 или 1/1.`,
      `"${text}" are no billing steps: such as 60/60, 30/6 or 1/1 are needed.`,
    );
  return [first, step];
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!/^\d{1,3}$/.test(text) || seconds > 600)
    wrong(`«${text}» — не число секунд до 600.`, `"${text}" is no number of seconds up to 600.`);
  return seconds;
}

/** `2026-03-01` or `01.03.2026`. */
function dateOf(text: string): string {
  const iso = text.replace(
    /^(\d{1,2})\.(\d{1,2})\.(\d{4})$/,
    (_all, day: string, month: string, year: string) =>
      [year, month.padStart(2, '0'), day.padStart(2, '0')].join('-'),
  );
  const time = Date.parse(`${iso}T00:00:00Z`);
  // 31.02 is read as a day of March by Date.
  if (
    !/^\d{4}-\d{2}-\d{2}$/.test(iso) ||
    Number.isNaN(time) ||
    new Date(time).toISOString().slice(0, 10) !== iso
  )
    wrong(
      `«${text}» — не дата: нужно 01.03.2026 или 2026-03-01.`,
      `"${text}" is no date: 2026-03-01 or 01.03.2026 is needed.`,
    );
  return iso;
}

/** `20:00-08:00`. */
function hoursOf(text: string): [string, string] {
  const match = /^(\d{1,2}:\d{2})\s*[-–—]\s*(\d{1,2}:\d{2})$/.exec(text);
  const [from, to] = [match?.[1] ?? '', match?.[2] ?? ''].map((time) => time.padStart(5, '0'));
  const time = /^(?:[01]\d|2[0-3]):[0-5]\d$/;
  if (
    from === undefined ||
    to === undefined ||
    !time.test(from) ||
    !(time.test(to) || to === '24:00') ||
    from === to
  )
    wrong(
      `«${text}» — не часы: нужно, например, 20:00-08:00.`,
      `"${text}" are no hours: such as 20:00-08:00 are needed.`,
    );
  return [from, to];
}

const dayNames = [
  ['1', 'пн', 'mo', 'mon'],
  ['2', 'вт', 'tu', 'tue'],
  ['3', 'ср', 'we', 'wed'],
  ['4', 'чт', 'th', 'thu'],
  ['5', 'пт', 'fr', 'fri'],
  ['6', 'сб', 'sa', 'sat'],
  ['7', 'вс', 'su', 'sun'],
];

/** `1-5`, `6,7`, `пн-пт`. */
function daysOf(text: string): number[] {
  const number = (name: string): number => dayNames.findIndex((names) => names.includes(name)) + 1;
  const days = text
    .toLowerCase()
    .split(/[,\s]+/)
    .flatMap((part) => {
      const [from = 0, to = from] = part.split(/[-–—]/).map(number);
      if (from === 0 || to === 0 || to < from)
        wrong(
          `«${text}» — не дни недели: нужно, например, пн-пт или 6,7.`,
          `"${text}" are no days: such as 1-5 or sat,sun are needed.`,
        );
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    });
  return [...new Set(days)].sort();
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
