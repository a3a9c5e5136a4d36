import type { Config } from '../config/schema.ts';
import data from './data/production-calendar-ru.json' with { type: 'json' };
import { modeOf } from './mode.ts';
import type { Override } from './override.ts';
import {
  type ProductionCalendar,
  type ProductionYear,
  productionCalendar,
  productionCalendarFile,
} from './production-calendar.ts';
import { compileSchedule, type Schedule } from './schedule.ts';

/** A condition on a schedule: it is in one of these modes; none named means open. */
export interface During {
  schedule: string;
  modes: readonly string[];
}

/** Schedules that are switched by hand, by id. */
export type Overrides = ReadonlyMap<string, Override>;

/** All schedules of a configuration, prepared. */
export interface Schedules {
  readonly calendar: ProductionCalendar;
  readonly all: ReadonlyMap<string, Schedule>;
}

/** Years of the production calendar that are shipped with the box. */
export const shippedYears: readonly ProductionYear[] = productionCalendarFile.parse(data).years;

const compiled = new WeakMap<object, Schedules>();

/** The schedules of a configuration; prepared once per document. */
export function schedulesOf(config: Pick<Config, 'schedules' | 'calendars' | 'site'>): Schedules {
  const known = compiled.get(config);
  if (known) return known;
  const calendar = productionCalendar([...shippedYears, ...config.calendars]);
  const { timeZone } = config.site;
  const all = new Map(
    config.schedules.map((schedule) => [schedule.id, compileSchedule(schedule, calendar, timeZone)]),
  );
  const made = { calendar, all };
  compiled.set(config, made);
  return made;
}

/**
 * Whether a condition holds at an instant (ms since 1970). None always does; one on a schedule that does not exist
 * never does.
 */
export function holds(
  during: During | undefined,
  schedules: Schedules,
  at: number,
  overrides: Overrides = none,
): boolean {
  if (!during) return true;
  const mode = schedules.all.get(during.schedule)?.modeAt(at, overrides.get(during.schedule));
  return mode !== undefined && modesOf(during).includes(mode);
}

/** The modes that a condition names. */
export function modesOf({ modes }: Pick<During, 'modes'>, usual = 'open'): string[] {
  return modes.length === 0 ? [usual] : modes.map(modeOf);
}

const none: Overrides = new Map();
