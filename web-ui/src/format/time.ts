import { language, t } from '../i18n/index.ts';

/** Zone of the office; times are the office's, wherever the browser stands. */
let timeZone: string | undefined;

export function setTimeZone(zone: string): void {
  try {
    new Intl.DateTimeFormat('ru', { timeZone: zone });
    timeZone = zone;
  } catch {
    // A zone that this browser does not know: its own is the nearest.
    timeZone = undefined;
  }
}

function format(at: number, options: Intl.DateTimeFormatOptions): string {
  const locale = language.value === 'ru' ? 'ru-RU' : 'en-GB';
  return new Intl.DateTimeFormat(locale, { ...options, ...(timeZone && { timeZone }) }).format(at);
}

/** 14:05:09. */
export const clockTime = (at: number): string =>
  format(at, { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });

/** 14:05. */
export const shortTime = (at: number): string =>
  format(at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** Today, yesterday, or 3 March. */
export function day(at: number, now: number): string {
  const key = (ms: number): string => format(ms, { year: 'numeric', month: '2-digit', day: '2-digit' });
  if (key(at) === key(now)) return t('time.today');
  if (key(at) === key(now - 24 * 3600_000)) return t('time.yesterday');
  const far = now - at > 300 * 24 * 3600_000;
  return format(at, { day: 'numeric', month: 'long', ...(far && { year: 'numeric' }) });
}

/** Today 14:05. */
export const moment = (at: number, now: number): string => `${day(at, now)} ${shortTime(at)}`;

/** 0:07, 12:30, 1:02:03. */
export function duration(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n: number): string => String(n).padStart(2, '0');
  const minutes = Math.floor(s / 60) % 60;
  const hours = Math.floor(s / 3600);
  return hours > 0 ? `${hours}:${two(minutes)}:${two(s % 60)}` : `${minutes}:${two(s % 60)}`;
}

/** 0,132 or 1:02,132: seconds since the first of several moments, to the millisecond. */
export function sinceStart(ms: number): string {
  const point = language.value === 'ru' ? ',' : '.';
  const whole = Math.max(0, Math.round(ms));
  const minutes = Math.floor(whole / 60_000);
  const seconds = String(Math.floor(whole / 1000) % 60);
  const rest = String(whole % 1000).padStart(3, '0');
  return minutes === 0
    ? `${seconds}${point}${rest}`
    : `${minutes}:${seconds.padStart(2, '0')}${point}${rest}`;
}

/** 2 d 3 h, 5 h 12 min, 3 min, 20 s: how long something has been so. */
export function span(ms: number): string {
  const s = Math.max(0, Math.floor(ms / 1000));
  if (s < 60) return t('time.seconds', { n: s });
  const m = Math.floor(s / 60);
  if (m < 60) return t('time.minutes', { n: m });
  const h = Math.floor(m / 60);
  if (h < 24) return t('time.hours', { h, m: m % 60 });
  return t('time.days', { d: Math.floor(h / 24), h: h % 24 });
}

/** The moment of a date and time as read from a form (`2026-03-01T09:00`), by the office's clock. */
export function officeMoment(local: string): number {
  const asUtc = Date.parse(`${local}Z`);
  // The zone's offset at about that moment; a second look settles the hours around a change of clocks.
  const offset = (at: number): number => {
    const zone = timeZone ?? Intl.DateTimeFormat().resolvedOptions().timeZone;
    const parts = new Intl.DateTimeFormat('sv-SE', {
      timeZone: zone,
      dateStyle: 'short',
      timeStyle: 'medium',
    });
    return Date.parse(`${parts.format(at).replace(' ', 'T')}Z`) - at;
  };
  return asUtc - offset(asUtc - offset(asUtc));
}
