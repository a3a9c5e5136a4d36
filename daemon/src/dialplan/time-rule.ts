import type { TimeRuleConfig } from '../config/schema.ts';

/** Minute of the local day (0..1439) and day of the week, 1 Monday to 7 Sunday. */
export interface LocalMinute {
  day: number;
  minute: number;
}

const formatters = new Map<string, Intl.DateTimeFormat>();
let last: { timeZone: string; wallMinute: number; local: LocalMinute } | undefined;
const days = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const minutesOfDay = 24 * 60;

/**
 * Local day and minute of `wallMs` (ms since 1970) in an IANA time zone. The last answer is kept, because
 * Intl costs more than the rest of a dial plan and every offset in use is whole minutes.
 * @throws RangeError if there is no such time zone.
 */
export function localMinute(wallMs: number, timeZone: string): LocalMinute {
  const wallMinute = Math.floor(wallMs / 60_000);
  if (last?.wallMinute === wallMinute && last.timeZone === timeZone) return last.local;
  let formatter = formatters.get(timeZone);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat('en-GB', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    });
    formatters.set(timeZone, formatter);
  }
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  for (const part of formatter.formatToParts(wallMinute * 60_000)) parts[part.type] = part.value;
  const local = {
    day: days.indexOf(parts.weekday ?? '') + 1,
    minute: Number(parts.hour) * 60 + Number(parts.minute),
  };
  last = { timeZone, wallMinute, local };
  return local;
}

const dayFormatters = new Map<string, Intl.DateTimeFormat>();
let lastDay: { timeZone: string; wallMinute: number; day: string } | undefined;

/**
 * The day of `wallMs` in an IANA time zone, YYYY-MM-DD; its first seven characters are the month. The last answer is
 * kept, as that of {@link localMinute} is: several budgets and prices ask within each call.
 */
export function localDay(wallMs: number, timeZone: string): string {
  const wallMinute = Math.floor(wallMs / 60_000);
  if (lastDay?.wallMinute === wallMinute && lastDay.timeZone === timeZone) return lastDay.day;
  let formatter = dayFormatters.get(timeZone);
  if (!formatter) {
    // The Swedish way of writing a date is that of ISO 8601.
    formatter = new Intl.DateTimeFormat('sv-SE', { timeZone });
    dayFormatters.set(timeZone, formatter);
  }
  const day = formatter.format(wallMs);
  lastDay = { timeZone, wallMinute, day };
  return day;
}

/**
 * Whether `wallMs` lies within the rule in the office's time zone. `from` is in, `to` is out. A rule whose
 * `to` is not after its `from` runs over midnight and belongs to the day on which it begins.
 */
export function isWithin(rule: TimeRuleConfig, wallMs: number, timeZone: string): boolean {
  const { day, minute } = localMinute(wallMs, timeZone);
  const from = minutesOf(rule.from);
  const to = minutesOf(rule.to);
  if (from < to) return rule.days.includes(day) && minute >= from && minute < to;
  const yesterday = day === 1 ? 7 : day - 1;
  return (rule.days.includes(day) && minute >= from) || (rule.days.includes(yesterday) && minute < to);
}

/** Whether any of the rules holds; a list without rules always does. Rules that do not exist never hold. */
export function isWithinAny(
  ids: readonly string[],
  rules: ReadonlyMap<string, TimeRuleConfig>,
  wallMs: number,
  timeZone: string,
): boolean {
  if (ids.length === 0) return true;
  return ids.some((id) => {
    const rule = rules.get(id);
    return rule !== undefined && isWithin(rule, wallMs, timeZone);
  });
}

function minutesOf(text: string): number {
  const minutes = Number(text.slice(0, 2)) * 60 + Number(text.slice(3, 5));
  return Math.min(minutes, minutesOfDay);
}

/** Whether a minute of the day lies between two times HH:MM, the second of which may be of the next day. */
export function clockWithin(minute: number, from: string, to: string): boolean {
  const [begin, end] = [minutesOf(from), minutesOf(to)];
  return begin <= end ? minute >= begin && minute < end : minute >= begin || minute < end;
}
