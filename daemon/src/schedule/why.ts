import type { Said } from '../dialplan/route-plan.ts';

/** What decided about a day or a moment. */
export type Reason =
  /** Somebody switched it. */
  | { by: 'hand' }
  | { by: 'date'; name: string }
  | { by: 'day-off' }
  /** A weekend day that is worked by the hours of another day of the week. */
  | { by: 'moved-day'; weekday: number; like: number; short: boolean }
  | { by: 'short-day'; weekday: number }
  | { by: 'hours'; weekday: number };

const on: readonly Said[] = [
  { ru: 'понедельник', en: 'Monday' },
  { ru: 'вторник', en: 'Tuesday' },
  { ru: 'среда', en: 'Wednesday' },
  { ru: 'четверг', en: 'Thursday' },
  { ru: 'пятница', en: 'Friday' },
  { ru: 'суббота', en: 'Saturday' },
  { ru: 'воскресенье', en: 'Sunday' },
];

const genitive: readonly string[] = [
  'понедельника',
  'вторника',
  'среды',
  'четверга',
  'пятницы',
  'субботы',
  'воскресенья',
];

/** Name of a day of the week, 1 to 7. */
export const weekdayName = (day: number): Said => on[day - 1]!;

/** Why a mode holds, as a phrase without a full stop; `hours`: those that it lies in, if in any. */
export function because(reason: Reason, hours?: string): Said {
  const within = (ru: string, en: string): Said =>
    hours === undefined
      ? { ru: `${ru}, вне рабочих часов`, en: `${en}, outside the hours` }
      : { ru: `${ru}, ${hours}`, en: `${en}, ${hours}` };
  switch (reason.by) {
    case 'hand':
      return { ru: 'переключено вручную', en: 'switched by hand' };
    case 'date': {
      const tail = hours === undefined ? '' : `, ${hours}`;
      return { ru: `особый день «${reason.name}»${tail}`, en: `special day "${reason.name}"${tail}` };
    }
    case 'day-off':
      return {
        ru: 'нерабочий день по производственному календарю',
        en: 'a day off by the production calendar',
      };
    case 'moved-day': {
      const { ru, en } = weekdayName(reason.weekday);
      const like = { ru: genitive[reason.like - 1]!, en: weekdayName(reason.like).en };
      const short = reason.short ? { ru: ', на час короче', en: ', an hour shorter' } : { ru: '', en: '' };
      return within(
        `${ru} рабочая по производственному календарю, по часам ${like.ru}${short.ru}`.replace(
          'воскресенье рабочая',
          'воскресенье рабочее',
        ),
        `a ${en} worked by the production calendar, with the hours of ${like.en}${short.en}`,
      );
    }
    case 'short-day': {
      const { ru, en } = weekdayName(reason.weekday);
      return within(`${ru}, сокращённый день`, `${en}, a short day`);
    }
    case 'hours': {
      const { ru, en } = weekdayName(reason.weekday);
      return within(ru, en);
    }
  }
}
