import type { Said } from '../dialplan/route-plan.ts';
import { type Day, dateOf, firstOf, weekday } from './day.ts';
import { isStatutoryHoliday, type ProductionYear } from './production-calendar.ts';

/*
 * The official production calendar as the government's open data has it: a table with one line for each year, in
 * each column of a month the days that are not worked, with commas; `*` behind a day: it is worked, an hour shorter;
 * `+`: it is off because a day off was moved there. Saturdays and Sundays that are not named are worked. Totals of
 * working days, days off and hours of a 40-hour week stand behind the months.
 */

/** A fault of the file: in which line (from 1), and what is wrong. */
export interface CalendarFault {
  line: number;
  said: Said;
}

export type CalendarReading = { ok: true; years: ProductionYear[] } | { ok: false; faults: CalendarFault[] };

const monthNames = [
  'январь',
  'февраль',
  'март',
  'апрель',
  'май',
  'июнь',
  'июль',
  'август',
  'сентябрь',
  'октябрь',
  'ноябрь',
  'декабрь',
] as const;

/** Most faults told of one file: beyond them it is another kind of file. */
const mostFaults = 20;

/** A file of so many lines is no calendar: the official one begins in 1999. */
const mostLines = 300;

const totals = {
  worked: 'всего рабочих дней',
  off: 'всего праздничных и выходных дней',
  hours: 'количество рабочих часов при 40-часовой рабочей неделе',
} as const;

/**
 * Reads the table in UTF-8 or windows-1251, with commas or semicolons between columns.
 * @param from first year that is wanted: lines of earlier years are not looked at
 */
export function readCalendarCsv(file: Uint8Array, from: number): CalendarReading {
  const rows = table(textOf(file));
  const faults: CalendarFault[] = [];
  const fault = (line: number, ru: string, en: string): void => {
    if (faults.length < mostFaults) faults.push({ line, said: { ru, en } });
  };
  const head = rows[0]?.map((cell) => cell.trim().toLowerCase()) ?? [];
  const columns = monthNames.map((name) => head.indexOf(name));
  if (columns.some((column) => column < 0) || rows.length > mostLines) {
    fault(
      1,
      'Это не производственный календарь: в первой строке нужны столбцы «Год/Месяц», «Январь» … «Декабрь».',
      'This is no production calendar: the first line must name the columns «Год/Месяц», «Январь» to «Декабрь».',
    );
    return { ok: false, faults };
  }
  const years = new Map<number, ProductionYear>();
  rows.slice(1).forEach((row, index) => {
    const line = index + 2;
    const year = Number(row[0]?.trim());
    if (!Number.isInteger(year) || year < 1999 || year > 2199) {
      fault(line, `«${row[0] ?? ''}» — не год.`, `"${row[0] ?? ''}" is no year.`);
      return;
    }
    if (year < from) return;
    if (years.has(year)) {
      fault(line, `${year} год уже был в этом файле.`, `The year ${year} is in this file already.`);
      return;
    }
    const before = faults.length;
    const months = columns.map((column, month) =>
      daysOfMonth(row[column] ?? '', year, month + 1, line, fault),
    );
    if (faults.length > before) return;
    const read = yearOf(year, months);
    checkTotals(read, row, head, line, fault);
    years.set(year, read.year);
  });
  if (faults.length > 0) return { ok: false, faults };
  if (years.size === 0) {
    fault(1, `В файле нет ${from} года и более поздних.`, `The file has neither ${from} nor any later year.`);
    return { ok: false, faults };
  }
  return { ok: true, years: [...years.values()].sort((a, b) => a.year - b.year) };
}

interface Month {
  off: Set<Day>;
  short: Set<Day>;
}

type Fault = (line: number, ru: string, en: string) => void;

function daysOfMonth(cell: string, year: number, month: number, line: number, fault: Fault): Month {
  const found: Month = { off: new Set(), short: new Set() };
  const first = firstOf(year, month);
  const length = firstOf(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1) - first;
  const name = { ru: monthNames[month - 1]!, en: `month ${month}` };
  if (cell.trim() === '') {
    fault(
      line,
      `${year} год, ${name.ru}: нет ни одного выходного, строка неполна.`,
      `${year}, ${name.en}: not a single day off, the line is incomplete.`,
    );
    return found;
  }
  for (const item of cell.split(',')) {
    const text = item.trim();
    const parts = /^(\d{1,2})([*+]?)$/.exec(text);
    const date = Number(parts?.[1]);
    if (!parts || date < 1 || date > length) {
      fault(
        line,
        `${year} год, ${name.ru}: «${text}» — не день этого месяца.`,
        `${year}, ${name.en}: "${text}" is no day of this month.`,
      );
      continue;
    }
    const day = first + date - 1;
    if (found.off.has(day) || found.short.has(day)) {
      fault(
        line,
        `${year} год, ${name.ru}: день ${date} назван дважды.`,
        `${year}, ${name.en}: day ${date} is there twice.`,
      );
    }
    (parts[2] === '*' ? found.short : found.off).add(day);
  }
  return found;
}

interface ReadYear {
  year: ProductionYear;
  worked: number;
  off: number;
  hours: number;
}

function yearOf(year: number, months: readonly Month[]): ReadYear {
  const out: ProductionYear = { year, daysOff: [], workingDays: [], shortDays: [] };
  let off = 0;
  const [begin, end] = [firstOf(year, 1), firstOf(year + 1, 1)];
  const isOff = (day: Day): boolean => months.some((month) => month.off.has(day));
  const isShort = (day: Day): boolean => months.some((month) => month.short.has(day));
  for (let day = begin; day < end; day++) {
    const weekend = weekday(day) >= 6;
    if (isOff(day)) {
      off++;
      // An ordinary Saturday is left to the office's own hours; a holiday that falls on one is not.
      if (!weekend || isStatutoryHoliday(day)) out.daysOff.push(dateOf(day));
      continue;
    }
    if (weekend) out.workingDays.push(dateOf(day));
    if (isShort(day)) out.shortDays.push(dateOf(day));
  }
  const worked = end - begin - off;
  return { year: out, worked, off, hours: worked * 8 - out.shortDays.length };
}

/** The file says the sums itself: where they differ, a day is missing or wrong. */
function checkTotals(
  read: ReadYear,
  row: readonly string[],
  head: readonly string[],
  line: number,
  fault: Fault,
) {
  const words = {
    worked: ['рабочих дней', 'working days'],
    off: ['выходных и праздничных дней', 'days off'],
    hours: ['рабочих часов при 40-часовой неделе', 'hours of a 40-hour week'],
  } as const;
  for (const key of ['worked', 'off', 'hours'] as const) {
    const column = head.indexOf(totals[key]);
    const told = column < 0 ? undefined : row[column]?.trim().replace(',', '.');
    if (told === undefined || told === '' || Number(told) === read[key]) continue;
    const [ru, en] = words[key];
    const { year } = read.year;
    fault(
      line,
      `${year} год: ${ru} по дням выходит ${read[key]}, а в итоге записано ${told}.`,
      `${year}: the days add up to ${read[key]} ${en}, but the total says ${told}.`,
    );
  }
}

/** The open data come in UTF-8, tables saved by office programs often in windows-1251. */
function textOf(file: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(file);
  } catch {
    return new TextDecoder('windows-1251').decode(file);
  }
}

/** Lines and cells as RFC 4180 has them, with the separator that the first line uses. */
function table(text: string): string[][] {
  const separator = /^[^\n]*;/.test(text) ? ';' : ',';
  const rows: string[][] = [];
  let [row, cell, quoted]: [string[], string, boolean] = [[], '', false];
  const endRow = (): void => {
    row.push(cell);
    if (row.some((entry) => entry.trim() !== '')) rows.push(row);
    [row, cell] = [[], ''];
  };
  for (let i = 0; i < text.length; i++) {
    const at = text[i]!;
    if (quoted) {
      if (at !== '"') cell += at;
      else if (text[i + 1] === '"') {
        cell += at;
        i++;
      } else quoted = false;
    } else if (at === '"') quoted = true;
    else if (at === separator) {
      row.push(cell);
      cell = '';
    } else if (at === '\n') endRow();
    else if (at !== '\r') cell += at;
  }
  endRow();
  return rows;
}
