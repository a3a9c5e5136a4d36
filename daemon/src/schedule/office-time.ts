/*
 * What the clock on the office's wall shows, as minutes since 1970-01-01 00:00 of that clock. Where clocks are put
 * forward a time is skipped, where they are put back times come twice. Both are settled by one rule: a moment of the
 * day has come as soon as the clock has shown it or anything later. So what begins at a skipped time begins with
 * the jump, and what ends at a doubled time ends the first time and does not begin again.
 */

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Minutes of the wall clock since 1970-01-01 00:00 on it. */
export type WallMinute = number;

interface Change {
  /** First instant of the offset after it, ms since 1970. */
  at: number;
  before: number;
  after: number;
}

interface Zone {
  format: Intl.DateTimeFormat;
  /** Offset at the beginning of a day of UTC, ms. */
  offsets: Map<number, number>;
  changes: Map<number, Change>;
}

const zones = new Map<string, Zone>();

/** Days whose offset is remembered; a year of schedule takes 366. */
const remembered = 4000;

function zoneOf(timeZone: string): Zone {
  const known = zones.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-GB', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
  const zone = { format, offsets: new Map<number, number>(), changes: new Map<number, Change>() };
  zones.set(timeZone, zone);
  return zone;
}

/** Local time less UTC at an instant, ms, asked of Intl. */
function askOffset(zone: Zone, at: number): number {
  const parts: Partial<Record<Intl.DateTimeFormatPartTypes, string>> = {};
  const second = Math.floor(at / 1000) * 1000;
  for (const part of zone.format.formatToParts(second)) parts[part.type] = part.value;
  const n = (type: Intl.DateTimeFormatPartTypes): number => Number(parts[type]);
  return Date.UTC(n('year'), n('month') - 1, n('day'), n('hour'), n('minute'), n('second')) - second;
}

function offsetOfDay(zone: Zone, day: number): number {
  const known = zone.offsets.get(day);
  if (known !== undefined) return known;
  if (zone.offsets.size > remembered) zone.offsets.clear();
  const offset = askOffset(zone, day * dayMs);
  zone.offsets.set(day, offset);
  return offset;
}

/** The change of offset within a day of UTC, if there is one. No zone has changed twice in a day. */
function changeIn(zone: Zone, day: number): Change | undefined {
  const before = offsetOfDay(zone, day);
  const after = offsetOfDay(zone, day + 1);
  if (before === after) return undefined;
  const known = zone.changes.get(day);
  if (known) return known;
  let [low, high] = [day * dayMs, (day + 1) * dayMs];
  while (high - low > 1000) {
    const middle = Math.floor((low + high) / 2000) * 1000;
    if (askOffset(zone, middle) === before) low = middle;
    else high = middle;
  }
  const change = { at: high, before, after };
  zone.changes.set(day, change);
  return change;
}

/** The last change of offset in the two days up to `at`. */
function lastChange(zone: Zone, at: number): Change | undefined {
  const today = Math.floor(at / dayMs);
  for (const day of [today, today - 1]) {
    const change = changeIn(zone, day);
    if (change && change.at <= at) return change;
  }
  return undefined;
}

/**
 * The latest minute that the office's clock has shown by the instant `at` (ms since 1970). It stands still while
 * times come for the second time.
 * @throws RangeError if there is no such time zone.
 */
export function officeTime(at: number, timeZone: string): WallMinute {
  const zone = zoneOf(timeZone);
  const today = Math.floor(at / dayMs);
  const change = changeIn(zone, today);
  const offset = change && at >= change.at ? change.after : offsetOfDay(zone, today);
  const shown = Math.floor((at + offset) / minuteMs);
  const last = lastChange(zone, at);
  if (!last || last.after >= last.before) return shown;
  return Math.max(shown, Math.ceil((last.at + last.before) / minuteMs) - 1);
}

/**
 * The first instant (ms since 1970) at which the office's clock shows `wall` or something later.
 * @throws RangeError if there is no such time zone.
 */
export function instantOf(wall: WallMinute, timeZone: string): number {
  const zone = zoneOf(timeZone);
  const local = wall * minuteMs;
  // Offsets reach from -12 to +14 hours, so the instant lies between these days of UTC.
  const first = Math.floor(local / dayMs) - 1;
  let at = local - offsetOfDay(zone, first);
  for (let day = first; day <= first + 2; day++) {
    const change = changeIn(zone, day);
    if (!change) continue;
    if (local - change.before < change.at) return local - change.before;
    at = Math.max(change.at, local - change.after);
  }
  return at;
}
