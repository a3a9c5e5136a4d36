import type { ConfigIssue } from '../api/contract.ts';
import { readCalendarCsv } from '../schedule/calendar-csv.ts';
import type { Config } from './schema.ts';

/** The years that an uploaded table adds to the configuration, or what is wrong with it, line by line. */
export type CalendarUpload =
  | { ok: true; calendars: Config['calendars']; years: number[] }
  | { ok: false; issues: ConfigIssue[] };

/**
 * Reads the official table and puts its years in place of those that were there.
 * @param from first year that is taken
 */
export function calendarYears(config: Config, file: Uint8Array, from: number): CalendarUpload {
  const reading = readCalendarCsv(file, from);
  if (!reading.ok) {
    return {
      ok: false,
      issues: reading.faults.map(({ line, said }) => ({
        path: `/lines/${line}`,
        said: { ru: `Строка ${line}. ${said.ru}`, en: `Line ${line}. ${said.en}` },
      })),
    };
  }
  const years = reading.years.map(({ year }) => year);
  const kept = config.calendars.filter(({ year }) => !years.includes(year));
  const added = reading.years.map((year) => ({ id: idFor(year.year, kept), ...year }));
  return { ok: true, calendars: [...kept, ...added].sort((a, b) => a.year - b.year), years };
}

/** An entry that somebody made by hand may have the id already, for another year. */
function idFor(year: number, kept: Config['calendars']): string {
  const wanted = `ru-${year}`;
  return kept.some(({ id }) => id === wanted) ? `${wanted}-table` : wanted;
}
