import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { ScheduleConfig } from '../../src/config/schema.ts';

/*
 * Slow and plain, and with nothing of the engine in it: it walks through time minute by minute, asks Intl what the
 * clock on the wall shows, and looks the minute up on a painted day.
 */

const quarter = 15 * 60_000;

const clocks = new Map<string, (at: number) => string>();

/** What the clock shows, as `2026-03-29T03:15`; offsets change on the quarter of an hour only. */
export function wallClock(timeZone: string): (at: number) => string {
  let clock = clocks.get(timeZone);
  if (!clock) clocks.set(timeZone, (clock = makeClock(timeZone)));
  return clock;
}

function makeClock(timeZone: string): (at: number) => string {
  const asked = new Map<number, { date: string; minute: number }>();
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' });
  return (at) => {
    const start = Math.floor(at / quarter) * quarter;
    let last = asked.get(start);
    if (!last) {
      const [date = '', time = ''] = format.format(start).split(' ');
      const [hour, minute] = time.split(':').map(Number);
      asked.set(start, (last = { date, minute: hour! * 60 + minute! }));
    }
    const minute = last.minute + Math.floor((at - start) / 60_000);
    return `${last.date}T${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  };
}

/** Days off and short days of the official table, as it stands: `off` has every Saturday that is not worked. */
export interface Table {
  off: Set<string>;
  short: Set<string>;
}

/** The line of a year in the sample, read by eye and split. */
export function tableOf(year: number): Table {
  const file = resolve(import.meta.dirname, '../../src/schedule/data/production-calendar-ru.csv');
  const line = readFileSync(file, 'utf8')
    .split('\n')
    .find((text) => text.startsWith(`${year},`));
  const months = line!.split('"').filter((_, i) => i % 2 === 1);
  const table: Table = { off: new Set(), short: new Set() };
  months.forEach((days, month) => {
    for (const item of days.split(',')) {
      const date = `${year}-${String(month + 1).padStart(2, '0')}-${String(Number.parseInt(item, 10)).padStart(2, '0')}`;
      (item.endsWith('*') ? table.short : table.off).add(date);
    }
  });
  return table;
}

const beside = (date: string, days: number): string => {
  const at = new Date(`${date}T12:00:00Z`);
  at.setUTCDate(at.getUTCDate() + days);
  return at.toISOString().slice(0, 10);
};

const weekdayOf = (date: string): number => new Date(`${date}T12:00:00Z`).getUTCDay() || 7;

const holidayNames = ['01-01', '01-02', '01-03', '01-04', '01-05', '01-06', '01-07', '01-08'].concat([
  '02-23',
  '03-08',
  '05-01',
  '05-09',
  '06-12',
  '11-04',
]);

const minutes = (text: string): number => {
  const [hour, minute] = text.split(':').map(Number);
  return hour! * 60 + minute!;
};

interface Painted {
  base: string;
  begun: { from: number; to: number; mode: string }[];
}

/** Modes of a schedule as `open`, `closed`... by the minute that the wall shows. Words must be given in English. */
export class Oracle {
  readonly #config: ScheduleConfig;
  readonly #table: Table | undefined;
  readonly #days = new Map<string, string[]>();

  constructor(config: ScheduleConfig, table?: Table) {
    this.#config = config;
    this.#table = table;
  }

  /** `wall` as {@link wallClock} says it. */
  at(wall: string): string {
    const date = wall.slice(0, 10);
    let day = this.#days.get(date);
    if (!day) this.#days.set(date, (day = this.#paint(date)));
    return day[minutes(wall.slice(11))]!;
  }

  #paint(date: string): string[] {
    const today = this.#day(date);
    const yesterday = this.#day(beside(date, -1));
    const paint: string[] = Array.from({ length: 1440 }, () => today.base);
    const strokes = [
      ...yesterday.begun.map((s) => ({ ...s, from: s.from - 1440, to: s.to - 1440 })),
      ...today.begun,
    ].sort((a, b) => a.from - b.from);
    for (const { from, to, mode } of strokes)
      for (let minute = Math.max(0, from); minute < Math.min(1440, to); minute++) paint[minute] = mode;
    return paint;
  }

  #day(date: string): Painted {
    const config = this.#config;
    const special = config.dates
      .filter((entry) => entry.from <= date && date <= (entry.to ?? entry.from))
      .sort(
        (a, b) =>
          Date.parse(a.to ?? a.from) - Date.parse(a.from) - Date.parse(b.to ?? b.from) + Date.parse(b.from),
      )[0];
    if (special) return { base: special.mode ?? 'closed', begun: special.hours.map(strokeOf) };
    const table = config.holidays === 'ru' ? this.#table : undefined;
    const weekend = weekdayOf(date) > 5;
    const off = table?.off.has(date) ?? false;
    if (off && (!weekend || holidayNames.includes(date.slice(5))))
      return { base: config.holidayMode ?? 'closed', begun: [] };
    const moved = table !== undefined && weekend && !off;
    const like = moved ? config.movedDay : weekdayOf(date);
    const begun = config.weekly.filter((hours) => hours.days.includes(like)).map(strokeOf);
    const open = begun.filter((stroke) => stroke.mode === 'open');
    if (!table?.short.has(date) || open.length === 0) return { base: 'closed', begun };
    const end = Math.max(...open.map((stroke) => stroke.to));
    const cut = begun
      .map((stroke) => {
        if (stroke.mode === 'open') return { ...stroke, to: Math.min(stroke.to, end - 60) };
        return stroke.from === end ? { ...stroke, from: end - 60 } : stroke;
      })
      .filter((stroke) => stroke.to > stroke.from);
    return { base: 'closed', begun: cut };
  }
}

function strokeOf({ from, to, mode }: { from: string; to: string; mode?: string | undefined }) {
  const [begin, end] = [minutes(from), minutes(to)];
  return { from: begin, to: end > begin ? end : end + 1440, mode: mode ?? 'open' };
}
