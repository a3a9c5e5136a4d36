import type { Said } from '../../dialplan/route-plan.ts';
import type { VoiceMessage } from './shelf.ts';

/** When a message was left, in words to be spoken: today, yesterday, or the day. */
export function spokenTime(at: number, now: number, timeZone: string): Said {
  const days = dayNumber(now, timeZone) - dayNumber(at, timeZone);
  return { ru: timeIn('ru', at, days, timeZone), en: timeIn('en', at, days, timeZone) };
}

function timeIn(language: keyof Said, at: number, days: number, timeZone: string): string {
  const locale = language === 'ru' ? 'ru-RU' : 'en-GB';
  const clock = new Intl.DateTimeFormat(locale, { hour: 'numeric', minute: '2-digit', timeZone }).format(at);
  const today = { ru: 'сегодня', en: 'today' };
  const yesterday = { ru: 'вчера', en: 'yesterday' };
  const day =
    days === 0
      ? today[language]
      : days === 1
        ? yesterday[language]
        : new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'long', timeZone }).format(at);
  return language === 'ru' ? `${day} в ${clock}` : `${day} at ${clock}`;
}

/** Days since 1970 of a moment at a place. */
function dayNumber(at: number, timeZone: string): number {
  const parts = new Intl.DateTimeFormat('en-CA', { timeZone }).format(at);
  return Math.round(Date.parse(`${parts}T00:00:00Z`) / 86_400_000);
}

/** Who left a message, to be spoken: the name where there is one, and the number in single digits. */
export function spokenCaller({
  number,
  name,
  absence,
}: Pick<VoiceMessage, 'number' | 'name' | 'absence'>): Said {
  if (number === undefined) {
    return absence === 'private'
      ? { ru: 'номер скрыт', en: 'number withheld' }
      : { ru: 'номер неизвестен', en: 'number unknown' };
  }
  const digits = [...number.replace(/[^\d]/g, '')].join(' ');
  const who = name === undefined ? '' : `${name}, `;
  return { ru: `от ${who}${digits}`, en: `from ${who}${digits}` };
}

/** How many messages there are. */
export function spokenCounts(fresh: number, old: number): Said {
  const ru = [
    ...(fresh > 0
      ? [`${fresh} ${russian(fresh, 'новое сообщение', 'новых сообщения', 'новых сообщений')}`]
      : []),
    ...(old > 0 ? [`${old} ${russian(old, 'прослушанное', 'прослушанных', 'прослушанных')}`] : []),
  ];
  const en = [
    ...(fresh > 0 ? [`${fresh} new ${fresh === 1 ? 'message' : 'messages'}`] : []),
    ...(old > 0 ? [`${old} heard before`] : []),
  ];
  return { ru: ru.join(', '), en: en.join(', ') };
}

/** The form of a Russian noun behind a number. */
export function russian(count: number, one: string, few: string, many: string): string {
  const rule = new Intl.PluralRules('ru').select(count);
  return rule === 'one' ? one : rule === 'few' ? few : many;
}
