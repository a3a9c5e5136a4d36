/** A day of the office's calendar as days since 1970-01-01, whatever the time zone. */
export type Day = number;

const dayMs = 86_400_000;

/** The day of `YYYY-MM-DD`; undefined if there is no such date. */
export function dayOf(date: string): Day | undefined {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(date);
  if (!parts) return undefined;
  const [year, month, day] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const ms = Date.UTC(year, month - 1, day);
  // Date.UTC makes the 2nd of March of a 30th of February.
  return new Date(ms).getUTCDate() === day && month >= 1 && month <= 12 ? ms / dayMs : undefined;
}

/** A day as `YYYY-MM-DD`. */
export function dateOf(day: Day): string {
  return new Date(day * dayMs).toISOString().slice(0, 10);
}

/** Day of the week, 1 Monday to 7 Sunday. */
export function weekday(day: Day): number {
  // 1970-01-01 was a Thursday.
  return ((((day + 3) % 7) + 7) % 7) + 1;
}

/** Year, month (1 to 12) and day of the month. */
export function partsOf(day: Day): { year: number; month: number; date: number } {
  const at = new Date(day * dayMs);
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, date: at.getUTCDate() };
}

/** First day of a month. */
export const firstOf = (year: number, month: number): Day => Date.UTC(year, month - 1, 1) / dayMs;
