import t from 'tap';
import { cardinal, dayOfMonth, ordinal } from '../../src/service/saying/russian.ts';
import {
  counted,
  minutes,
  moment,
  placeInQueue,
  readable,
  telephone,
  timeOfDay,
} from '../../src/service/saying/saying.ts';

t.test('numbers in Russian have their case and gender', async (t) => {
  t.equal(cardinal(0), 'ноль');
  t.equal(cardinal(11), 'одиннадцать');
  t.equal(cardinal(21, 'feminine'), 'двадцать одна');
  t.equal(cardinal(2, 'feminine'), 'две');
  t.equal(cardinal(1, 'neuter'), 'одно');
  t.equal(cardinal(1, 'feminine', true), 'одну');
  t.equal(cardinal(119), 'сто девятнадцать');
  t.equal(cardinal(1000), 'одна тысяча');
  t.equal(cardinal(2345, 'feminine'), 'две тысячи триста сорок пять');
  t.equal(cardinal(511_001), 'пятьсот одиннадцать тысяч один');
  t.equal(cardinal(1_000_000), '1000000', 'larger ones are left to the voice');
  t.equal(ordinal(3), 'третий');
  t.equal(ordinal(40), 'сороковой');
  t.equal(ordinal(22), 'двадцать второй');
  t.equal(ordinal(100), undefined);
  t.equal(dayOfMonth(3), 'третьего');
  t.equal(dayOfMonth(2), 'второго');
  t.equal(dayOfMonth(21), 'двадцать первого');
  t.equal(dayOfMonth(30), 'тридцатого');
});

t.test('a place in the queue and a time to wait are said as people say them', async (t) => {
  t.same(placeInQueue(3), { ru: 'Вы третий в очереди.', en: 'You are number 3 in the queue.' });
  t.same(placeInQueue(1), { ru: 'Вы первый в очереди.', en: 'You are first in the queue.' });
  t.equal(placeInQueue(120).ru, 'Ваш номер в очереди: сто двадцать.');
  t.same(minutes(1), { ru: 'одну минуту', en: '1 minute' });
  t.same(minutes(2), { ru: 'две минуты', en: '2 minutes' });
  t.same(minutes(11), { ru: 'одиннадцать минут', en: '11 minutes' });
  t.same(minutes(21), { ru: 'двадцать одну минуту', en: '21 minutes' });
  const messages = {
    ru: ['новое сообщение', 'новых сообщения', 'новых сообщений'],
    gender: 'neuter',
    en: ['new message', 'new messages'],
  } as const;
  t.same(counted(1, messages), { ru: 'одно новое сообщение', en: '1 new message' });
  t.same(counted(22, messages), { ru: 'двадцать два новых сообщения', en: '22 new messages' });
  t.same(counted(14, messages), { ru: 'четырнадцать новых сообщений', en: '14 new messages' });
});

t.test('telephone numbers go by groups in Russian, digit by digit in English', async (t) => {
  t.same(telephone('+79161234567'), {
    ru: 'плюс семь, девятьсот шестнадцать, сто двадцать три, сорок пять, шестьдесят семь',
    en: 'plus 7, 9 1 6, 1 2 3, 4 5, 6 7',
  });
  t.equal(telephone('88005553500').ru, 'восемь, восемьсот, пятьсот пятьдесят пять, тридцать пять, ноль ноль');
  t.equal(telephone('0070105').ru, 'ноль ноль семь, ноль один, ноль пять');
  t.same(telephone('204'), { ru: 'двести четыре', en: '2 0 4' });
  t.equal(telephone('1234').en, '1 2, 3 4');
  t.equal(telephone('12345').en, '1 2 3, 4 5');
  t.equal(telephone('+4930123456789').en, 'plus 4 9 3, 0 1 2, 3 4 5, 6 7 8, 9');
  t.equal(
    readable('Звоните 88005553535, дом 12', 'ru'),
    'Звоните восемь, восемьсот, пятьсот пятьдесят пять, тридцать пять, тридцать пять, дом 12',
  );
});

t.test('times and days have their cases, and the clock is that of the office', async (t) => {
  t.same(timeOfDay(14, 0), { ru: 'четырнадцать часов', en: '2 P M' });
  t.same(timeOfDay(1, 1), { ru: 'один час одну минуту', en: '1 oh 1 A M' });
  t.same(timeOfDay(22, 32), { ru: 'двадцать два часа тридцать две минуты', en: '10 32 P M' });
  t.same(timeOfDay(0, 15), { ru: 'ноль часов пятнадцать минут', en: '12 15 A M' });
  const now = Date.UTC(2026, 10, 23, 6, 0);
  const at = (...[month, day, hour, minute]: [number, number, number, number]) =>
    moment(Date.UTC(2026, month, day, hour, minute), now, 'Europe/Moscow');
  t.same(at(10, 23, 5, 30), {
    ru: 'сегодня в восемь часов тридцать минут',
    en: 'today at 8 30 A M',
  });
  // 22:30 UTC is tomorrow's half past one in Moscow.
  t.equal(at(10, 21, 22, 30).ru, 'вчера в один час тридцать минут');
  t.same(at(10, 3, 12, 5), {
    ru: 'третьего ноября в пятнадцать часов пять минут',
    en: 'on November 3 at 3 oh 5 P M',
  });
});
