import * as z from 'zod';
import { type Day, dayOf, partsOf, weekday } from './day.ts';

const dates = z.array(z.string().date());

/** A year of the Russian production calendar: only what differs from Monday to Friday. */
export const productionYear = z.object({
  year: z.number().int().min(1999).max(2199),
  /** Days without work: holidays on whatever day, and weekdays to which a day off was moved. */
  daysOff: dates,
  /** Saturdays and Sundays that are worked. */
  workingDays: dates,
  /** Working days an hour shorter (Labour Code, article 95). */
  shortDays: dates,
});

/** Years as they are shipped with the box (config/data). */
export const productionCalendarFile = z.object({
  about: z.string(),
  /** Whether these are samples of a few years only (ruling 38). */
  sample: z.boolean(),
  years: z.array(productionYear),
});

export type ProductionYear = z.infer<typeof productionYear>;

/** What a production calendar says of a day; `usual`: nothing, the week decides. */
export type DayKind = 'usual' | 'off' | 'working' | 'short' | 'working-short';

/** What is known of the days of all years. */
export interface ProductionCalendar {
  kind(day: Day): DayKind;
  /** Whether the year's calendar is here; without it only the holidays of the Labour Code are known. */
  has(year: number): boolean;
}

/** Holidays of the Labour Code, article 112, as month and day; 1 to 8 January are not moved by its second part. */
const newYear: readonly string[] = ['1-1', '1-2', '1-3', '1-4', '1-5', '1-6', '1-7', '1-8'];
const others: readonly string[] = ['2-23', '3-8', '5-1', '5-9', '6-12', '11-4'];
const holidays = new Set([...newYear, ...others]);

const isWeekend = (day: Day): boolean => weekday(day) >= 6;

/** Whether the Labour Code names the day a holiday, in any year. */
export function isStatutoryHoliday(day: Day): boolean {
  const { month, date } = partsOf(day);
  return holidays.has(`${month}-${date}`);
}

/** What the Labour Code alone says of a day, where the government's transfers of the year are not known. */
function statutory(day: Day): DayKind {
  if (isStatutoryHoliday(day)) return 'off';
  if (isWeekend(day)) return 'usual';
  // Article 112, part 2: a holiday on a weekend is made up for on the next working day after it.
  for (let back = day - 1; back >= day - 4 && (isWeekend(back) || isStatutoryHoliday(back)); back--) {
    const { month, date } = partsOf(back);
    if (isWeekend(back) && others.includes(`${month}-${date}`)) return 'off';
  }
  // Article 95: the day before a holiday is an hour shorter.
  return isStatutoryHoliday(day + 1) ? 'short' : 'usual';
}

/** Puts the years together; of several for the same year the last holds. */
export function productionCalendar(years: readonly ProductionYear[]): ProductionCalendar {
  const kinds = new Map<number, Map<Day, DayKind>>();
  for (const { year, daysOff, workingDays, shortDays } of years) {
    const of = new Map<Day, DayKind>();
    const put = (list: readonly string[], kind: (before: DayKind | undefined) => DayKind): void => {
      for (const date of list) {
        const day = dayOf(date);
        if (day !== undefined) of.set(day, kind(of.get(day)));
      }
    };
    put(workingDays, () => 'working');
    put(shortDays, (before) => (before === 'working' ? 'working-short' : 'short'));
    put(daysOff, () => 'off');
    kinds.set(year, of);
  }
  return {
    kind: (day) => {
      const year = kinds.get(partsOf(day).year);
      return year ? (year.get(day) ?? 'usual') : statutory(day);
    },
    has: (year) => kinds.has(year),
  };
}

/**
 * The year whose calendar is wanting at a date of the office: in December next year's, which the government has
 * decreed by then, else the present one's.
 */
export function missingYear(calendar: ProductionCalendar, today: Day): number | undefined {
  const { year, month } = partsOf(today);
  if (!calendar.has(year)) return year;
  return month === 12 && !calendar.has(year + 1) ? year + 1 : undefined;
}
