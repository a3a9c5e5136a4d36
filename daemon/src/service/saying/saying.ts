import type { Said } from '../../dialplan/route-plan.ts';
import {
  type CountedForms,
  cardinal,
  dayOfMonth,
  formAfter,
  type Gender,
  months,
  ordinal,
} from './russian.ts';

/** A place in a queue: "Вы третий в очереди", "You are number 3 in the queue". */
export function placeInQueue(n: number): Said {
  const which = ordinal(n);
  return {
    ru: which === undefined ? `Ваш номер в очереди: ${cardinal(n)}.` : `Вы ${which} в очереди.`,
    en: n === 1 ? 'You are first in the queue.' : `You are number ${n} in the queue.`,
  };
}

/** How many of something: `counted(3, …)` is "три новых сообщения", "3 new messages". */
export function counted(
  n: number,
  words: { ru: CountedForms; gender: Gender; en: readonly [one: string, many: string]; accusative?: boolean },
): Said {
  return {
    ru: `${cardinal(n, words.gender, words.accusative)} ${formAfter(n, words.ru)}`,
    en: `${n} ${words.en[n === 1 ? 0 : 1]}`,
  };
}

/** Minutes of waiting, as they stand after "через" and "примерно": "одну минуту", "5 minutes". */
export function minutes(n: number): Said {
  return counted(n, {
    ru: ['минуту', 'минуты', 'минут'],
    gender: 'feminine',
    accusative: true,
    en: ['minute', 'minutes'],
  });
}

/**
 * A telephone number as people say it: in Russian by groups (плюс семь, девятьсот шестнадцать, сто двадцать три,
 * сорок пять, шестьдесят семь), in English digit by digit. Short ones, extensions, too.
 */
export function telephone(number: string): Said {
  const plus = number.startsWith('+');
  const groups = grouped(number.replace(/\D/g, ''));
  const ru = groups.map(groupInRussian).join(', ');
  const en = groups.map((group) => [...group].join(' ')).join(', ');
  return plus ? { ru: `плюс ${ru}`, en: `plus ${en}` } : { ru, en };
}

/** Sizes of the groups of a number by its length, as they are written in Russia: 12-34, 123-45, 123-45-67, 8 916 123-45-67. */
const sizes: Record<number, readonly number[]> = {
  4: [2, 2],
  5: [3, 2],
  6: [2, 2, 2],
  7: [3, 2, 2],
  8: [2, 2, 2, 2],
  9: [2, 3, 2, 2],
  10: [3, 3, 2, 2],
  11: [1, 3, 3, 2, 2],
  12: [2, 3, 3, 2, 2],
};

function grouped(digits: string): string[] {
  if (digits.length <= 3) return digits === '' ? [] : [digits];
  const known = sizes[digits.length];
  // Longer ones are foreign: by threes.
  if (!known) return digits.match(/\d{1,3}/g) ?? [];
  let at = 0;
  return known.map((size) => digits.slice(at, (at += size)));
}

function groupInRussian(group: string): string {
  const zeros = /^0*/.exec(group)![0].length;
  const words = Array.from({ length: zeros }, () => 'ноль');
  if (zeros < group.length) words.push(cardinal(Number(group)));
  return words.join(' ');
}

/** Long numbers within a text made such that they are read out as telephone numbers, not as billions. */
export function readable(text: string, language: keyof Said): string {
  return text.replace(/\+\d{5,}|\d{7,}/g, (number) =>
    number.replace(/\D/g, '').length > 15 ? [...number].join(' ') : telephone(number)[language],
  );
}

/** Time and day of `at` on the clock of the office. */
interface WallTime {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

function wallTime(at: number, timeZone: string): WallTime {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    hourCycle: 'h23',
    ...{ year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' },
  }).formatToParts(at);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value);
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
  };
}

/** A time of day after "в" and "at": "четырнадцать часов две минуты", "2 oh 2 P M". */
export function timeOfDay(hour: number, minute: number): Said {
  const hours = `${cardinal(hour)} ${formAfter(hour, ['час', 'часа', 'часов'])}`;
  const of12 = `${hour % 12 === 0 ? 12 : hour % 12}`;
  const half = hour < 12 ? 'A M' : 'P M';
  if (minute === 0) return { ru: hours, en: `${of12} ${half}` };
  return {
    ru: `${hours} ${cardinal(minute, 'feminine', true)} ${formAfter(minute, ['минуту', 'минуты', 'минут'])}`,
    en: `${of12} ${minute < 10 ? `oh ${minute}` : minute} ${half}`,
  };
}

// biome-ignore format: a list
const monthsInEnglish = ['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October',
  'November', 'December'];

/** A day and a time as one tells them on `now`: "вчера в девять часов", "on November 3 at 2 15 P M". Both wall-clock ms. */
export function moment(at: number, now: number, timeZone: string): Said {
  const then = wallTime(at, timeZone);
  const today = wallTime(now, timeZone);
  const time = timeOfDay(then.hour, then.minute);
  const days = Math.round((dayNumber(today) - dayNumber(then)) / 86_400_000);
  const near: Record<number, Said> = {
    [-1]: { ru: 'завтра', en: 'tomorrow' },
    0: { ru: 'сегодня', en: 'today' },
    1: { ru: 'вчера', en: 'yesterday' },
  };
  const date = near[days] ?? {
    ru: `${dayOfMonth(then.day)} ${months[then.month - 1]}`,
    en: `on ${monthsInEnglish[then.month - 1]} ${then.day}`,
  };
  return { ru: `${date.ru} в ${time.ru}`, en: `${date.en} at ${time.en}` };
}

const dayNumber = ({ year, month, day }: WallTime): number => Date.UTC(year, month - 1, day);
