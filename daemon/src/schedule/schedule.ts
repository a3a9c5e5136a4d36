import type { ScheduleConfig } from '../config/schema.ts';
import type { Said } from '../dialplan/route-plan.ts';
import { type Day, dayOf, weekday } from './day.ts';
import { modeName, modeOf } from './mode.ts';
import { instantOf, officeTime, type WallMinute } from './office-time.ts';
import type { Override } from './override.ts';
import { activeOverride } from './override.ts';
import type { DayKind, ProductionCalendar } from './production-calendar.ts';
import { because, type Reason } from './why.ts';

/** What a schedule says at a moment. */
export interface ModeState {
  /** `open`, `closed`, `break`, or a word of the office's own. */
  mode: string;
  name: Said;
  why: Said;
  by: Reason['by'];
}

/** A change of mode to come. */
export interface ModeChange extends ModeState {
  /** ms since 1970. */
  at: number;
}

/** A schedule prepared for questions. Pure: the same question has the same answer. */
export interface Schedule {
  readonly id: string;
  readonly name: string;
  /** Every mode it can be in by itself. */
  readonly modes: ReadonlySet<string>;
  /** The mode alone, in a microsecond. @param at ms since 1970 */
  modeAt(at: number, override?: Override): string;
  /** @param at ms since 1970 */
  stateAt(at: number, override?: Override): ModeState;
  /** The next `n` changes of mode after `at`, the end of an override among them; fewer if there are no more. */
  nextChanges(at: number, n: number, override?: Override): ModeChange[];
}

interface Span {
  from: WallMinute;
  to: WallMinute;
  mode: string;
  /** As it stands in the configuration, for words: of a short day the shortened one. */
  hours: string;
}

interface DayPlan {
  /** What holds where no span does. */
  base: string;
  spans: readonly Span[];
  reason: Reason;
}

const dayMinutes = 1440;

/** How far ahead changes are looked for, days: a year, so that what happens on one date only is found. */
const horizonDays = 400;

/** Days whose plan is remembered. */
const remembered = 1000;

/** How much shorter a short day is, minutes (Labour Code, article 95). */
const shorterBy = 60;

interface Hours {
  from: string;
  to: string;
  mode?: string | undefined;
}

/**
 * Prepares a schedule of the configuration.
 * @param timeZone IANA name of the office's zone
 */
export function compileSchedule(
  config: ScheduleConfig,
  calendar: ProductionCalendar,
  timeZone: string,
): Schedule {
  const plans = new Map<Day, DayPlan>();
  const planOf = (day: Day): DayPlan => {
    const known = plans.get(day);
    if (known) return known;
    if (plans.size > remembered) plans.clear();
    const plan = planDay(config, calendar, day);
    plans.set(day, plan);
    return plan;
  };

  const atWall = (wall: WallMinute): { mode: string; reason: Reason; hours?: string } => {
    const today = Math.floor(wall / dayMinutes);
    const plan = planOf(today);
    let found: { span: Span; reason: Reason } | undefined;
    // What began yesterday goes on past midnight; what began later holds over it.
    for (const of of [planOf(today - 1), plan]) {
      for (const span of of.spans) {
        if (wall < span.from || wall >= span.to) continue;
        if (!found || span.from >= found.span.from) found = { span, reason: of.reason };
      }
    }
    if (!found) return { mode: plan.base, reason: plan.reason };
    return { mode: found.span.mode, reason: found.reason, hours: found.span.hours };
  };

  const modeAt = (at: number, override?: Override): string => {
    const active = activeOverride(override, at);
    return active ? modeOf(active.mode) : atWall(officeTime(at, timeZone)).mode;
  };

  const stateAt = (at: number, override?: Override): ModeState => {
    const active = activeOverride(override, at);
    const { mode, reason, hours } = active
      ? { mode: modeOf(active.mode), reason: { by: 'hand' } satisfies Reason, hours: undefined }
      : { hours: undefined, ...atWall(officeTime(at, timeZone)) };
    return { mode, name: modeName(mode), why: because(reason, hours), by: reason.by };
  };

  /** Instants at which the mode may change, from the day of `at` on. */
  function* moments(at: number): Generator<number> {
    const today = Math.floor(officeTime(at, timeZone) / dayMinutes);
    for (let day = today; day < today + horizonDays; day++) {
      const walls = [day * dayMinutes];
      for (const of of [planOf(day - 1), planOf(day)])
        for (const { from, to } of of.spans)
          for (const wall of [from, to]) if (Math.floor(wall / dayMinutes) === day) walls.push(wall);
      for (const wall of [...new Set(walls)].sort((a, b) => a - b)) yield instantOf(wall, timeZone);
    }
  }

  const nextChanges = (at: number, n: number, override?: Override): ModeChange[] => {
    const active = activeOverride(override, at);
    const changes: ModeChange[] = [];
    let before = modeAt(at, override);
    const look = (moment: number): void => {
      const mode = modeAt(moment, override);
      if (mode !== before) changes.push({ at: moment, ...stateAt(moment, override) });
      before = mode;
    };
    let ended = active?.until;
    if (active && ended === undefined) return changes;
    for (const moment of moments(at)) {
      if (changes.length >= n) break;
      if (moment <= at) continue;
      if (ended !== undefined && ended <= moment) {
        if (ended < moment) look(ended);
        ended = undefined;
      }
      if (changes.length < n) look(moment);
    }
    return changes;
  };

  const modes = new Set(['open', 'closed', 'break', modeOf(config.holidayMode ?? 'closed')]);
  for (const { mode } of config.weekly) if (mode) modes.add(modeOf(mode));
  for (const { mode, hours } of config.dates)
    for (const word of [mode, ...hours.map((span) => span.mode)]) if (word) modes.add(modeOf(word));

  return { id: config.id, name: config.name, modes, modeAt, stateAt, nextChanges };
}

function planDay(config: ScheduleConfig, calendar: ProductionCalendar, day: Day): DayPlan {
  const special = specialDay(config, day);
  if (special) {
    const reason: Reason = { by: 'date', name: special.name };
    return { base: modeOf(special.mode ?? 'closed'), spans: spansOf(special.hours, day), reason };
  }
  const kind: DayKind = config.holidays === 'ru' ? calendar.kind(day) : 'usual';
  if (kind === 'off')
    return { base: modeOf(config.holidayMode ?? 'closed'), spans: [], reason: { by: 'day-off' } };
  const moved = kind === 'working' || kind === 'working-short';
  const like = moved ? config.movedDay : weekday(day);
  const spans = spansOf(
    config.weekly.filter((hours) => hours.days.includes(like)),
    day,
  );
  const short = kind === 'short' || kind === 'working-short';
  return {
    base: 'closed',
    spans: short ? shortened(spans, day) : spans,
    reason: moved
      ? { by: 'moved-day', weekday: weekday(day), like, short }
      : short
        ? { by: 'short-day', weekday: weekday(day) }
        : { by: 'hours', weekday: weekday(day) },
  };
}

/** The special day that holds: the shortest that the day lies in, of equal ones the first. */
function specialDay(config: ScheduleConfig, day: Day): ScheduleConfig['dates'][number] | undefined {
  let best: { entry: ScheduleConfig['dates'][number]; length: number } | undefined;
  for (const entry of config.dates) {
    const first = dayOf(entry.from);
    const last = entry.to === undefined ? first : dayOf(entry.to);
    if (first === undefined || last === undefined || day < first || day > last) continue;
    if (!best || last - first < best.length) best = { entry, length: last - first };
  }
  return best?.entry;
}

function spansOf(hours: readonly Hours[], day: Day): Span[] {
  return hours.map(({ from, to, mode }) => {
    const [begin, end] = [minuteOf(from), minuteOf(to)];
    const at = day * dayMinutes;
    return {
      from: at + begin,
      to: at + end + (end > begin ? 0 : dayMinutes),
      mode: modeOf(mode ?? 'open'),
      hours: `${from}–${to}`,
    };
  });
}

/** Work ends an hour earlier, and what would have followed it begins then. */
function shortened(spans: readonly Span[], day: Day): Span[] {
  const open = spans.filter((span) => span.mode === 'open');
  if (open.length === 0) return [...spans];
  const end = Math.max(...open.map((span) => span.to));
  const early = end - shorterBy;
  return spans.flatMap((span) => {
    const changed =
      span.mode === 'open'
        ? { ...span, to: Math.min(span.to, early) }
        : span.from === end
          ? { ...span, from: early }
          : span;
    if (changed.to <= changed.from) return [];
    const same = changed.to === span.to && changed.from === span.from;
    return [same ? span : { ...changed, hours: `${clock(changed.from, day)}–${clock(changed.to, day)}` }];
  });
}

function minuteOf(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
}

function clock(wall: WallMinute, day: Day): string {
  const minute = wall - day * dayMinutes;
  if (minute === dayMinutes) return '24:00';
  const two = (n: number): string => String(n).padStart(2, '0');
  return `${two(Math.floor(minute / 60) % 24)}:${two(minute % 60)}`;
}
