import * as z from 'zod';
import { destinations } from '../../dialplan/destinations.ts';
import { field, type Words } from '../field.ts';
import { timeRuleIds } from './common.ts';

const money = (ru: string, en: string, ruHelp: string, enHelp: string) =>
  z
    .number()
    .min(0)
    .max(100_000_000)
    .optional()
    .meta(field(ru, en, ruHelp, enHelp));

const minutes = (ru: string, en: string, ruHelp: string, enHelp: string) =>
  z
    .number()
    .int()
    .min(0)
    .max(1_000_000)
    .optional()
    .meta(field(ru, en, ruHelp, enHelp, { unit: 'min' }));

/** How much may be spent by whoever it stands with (L07). Nothing given: no limit. */
export const limits = z
  .object({
    moneyPerDay: money('Денег в день', 'Money a day', 'В валюте офиса.', "In the office's currency."),
    moneyPerMonth: money(
      'Денег в месяц',
      'Money a month',
      'В валюте офиса, с первого числа.',
      "In the office's currency, from the first of the month.",
    ),
    minutesPerDay: minutes(
      'Минут в день',
      'Minutes a day',
      'Разговоры с городом и межгородом вместе.',
      'Calls to the outside, local ones included.',
    ),
    minutesPerMonth: minutes(
      'Минут в месяц',
      'Minutes a month',
      'С первого числа.',
      'From the first of the month.',
    ),
  })
  .optional()
  .meta(
    field(
      'Бюджет',
      'Budget',
      'Пусто: без предела. На 80 % предупредит, на исходе — гудок в трубке и отбой; экстренные вызовы не считаются.',
      'Empty: no limit. Warns at 80 %, beeps in the call near the end, then releases it; emergency calls never count.',
      { scope: 'next-call' },
    ),
  );

export const spending = z
  .object({
    limits,
    warnPercent: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(80)
      .meta(
        field(
          'Предупреждать, когда израсходовано',
          'Warn when spent',
          'Доля любого бюджета, с которой о нём предупреждают.',
          'The share of any budget at which a warning stands.',
          { unit: 'percent' },
        ),
      ),
    beepSeconds: z
      .number()
      .int()
      .min(0)
      .max(300)
      .default(60)
      .meta(
        field(
          'Гудок до отбоя',
          'Beep before the cut',
          'За сколько до конца бюджета звонящий слышит предупредительный гудок; 0 — без гудка.',
          'How long before the budget ends the caller hears a warning; 0: none.',
          { unit: 's' },
        ),
      ),
    expectedSeconds: z
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(180)
      .meta(
        field(
          'Обычный разговор',
          'Usual call',
          'По цене разговора такой длины сравниваются маршруты.',
          'Routes are compared by what a call of this length costs.',
          { unit: 's' },
        ),
      ),
  })
  .prefault({})
  .meta(
    field(
      'Расходы',
      'Spending',
      'Бюджет всего офиса и то, как о нём предупреждать.',
      "The whole office's budget, and how its end is told.",
      { scope: 'next-call' },
    ),
  );

const names: Record<string, Words> = Object.fromEntries(
  destinations.map(({ code, ru, en }) => [code, [`${ru} (+${code})`, `${en} (+${code})`] as const]),
);

const most = (ru: string, en: string, ruHelp: string, enHelp: string, usual: number, unit?: 'min') =>
  z
    .number()
    .int()
    .min(0)
    .max(100_000)
    .default(usual)
    .meta(field(ru, en, ruHelp, enHelp, unit ? { unit } : {}));

export const fraudGuard = z
  .object({
    openCountries: z
      .array(
        z
          .enum(destinations.map(({ code }) => code) as [string, ...string[]])
          .meta(field('Страна', 'Country', 'Страна.', 'A country.', { choices: names })),
      )
      .default([])
      .meta(
        field(
          'Открытые страны',
          'Countries that are open',
          'Куда за границу вообще можно звонить; вместе с классом обслуживания должны разрешать оба.',
          'Where calls abroad may go at all; both this and the class of service must allow them.',
          { choices: names },
        ),
      ),
    closedWhen: timeRuleIds
      .default([])
      .meta(
        field(
          'Когда за границу нельзя',
          'When calls abroad are closed',
          'Правила времени вдобавок к ночному замку, например выходные.',
          'Time rules besides the night lock, such as weekends.',
          { refersTo: 'timeRules' },
        ),
      ),
    nightLock: z
      .boolean()
      .default(true)
      .meta(
        field(
          'Ночной замок',
          'Night lock',
          'Ночью за границу не звонят: мошенники звонят именно тогда.',
          'No calls abroad at night, which is when thieves call.',
        ),
      ),
    nightFrom: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .default('22:00')
      .meta(
        field('Ночь с', 'Night from', 'Начало, ЧЧ:ММ.', 'Beginning, HH:MM.', {
          time: true,
          hint: ['время ЧЧ:ММ', 'a time HH:MM'],
        }),
      ),
    nightTo: z
      .string()
      .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
      .default('07:00')
      .meta(
        field('Ночь до', 'Night to', 'Конец, ЧЧ:ММ.', 'End, HH:MM.', {
          time: true,
          hint: ['время ЧЧ:ММ', 'a time HH:MM'],
        }),
      ),
    callsPerHour: most(
      'Вызовов за границу в час',
      'Calls abroad an hour',
      'Больше — тревога; 0 — не следить.',
      'More is an alarm; 0: not watched.',
      20,
    ),
    minutesPerHour: most(
      'Минут за границу в час',
      'Minutes abroad an hour',
      'Больше — тревога; 0 — не следить.',
      'More is an alarm; 0: not watched.',
      60,
      'min',
    ),
    atOnce: most(
      'Одновременно за границу',
      'Calls abroad at once',
      'Больше — тревога; 0 — не следить.',
      'More is an alarm; 0: not watched.',
      4,
    ),
    nightCalls: most(
      'Дорогих вызовов за ночь',
      'Calls at night',
      'Междугородных, на мобильные и за границу; больше — тревога; 0 — не следить.',
      'Long distance, to mobiles and abroad; more is an alarm; 0: not watched.',
      20,
    ),
    moneyPerDay: z
      .number()
      .min(0)
      .max(100_000_000)
      .default(0)
      .meta(
        field(
          'Тревога по расходам за день',
          "Alarm at a day's spending",
          'Все вызовы офиса, в его валюте; 0 — не следить.',
          'All calls of the office, in its currency; 0: not watched.',
        ),
      ),
    lock: z
      .boolean()
      .default(true)
      .meta(
        field(
          'Закрывать при тревоге',
          'Lock at an alarm',
          'Вместе с тревогой закрыть вызовы за границу и платные; идущие разговоры не рвутся.',
          'Along with the alarm close calls abroad and premium ones; calls in progress go on.',
        ),
      ),
    lockMinutes: z
      .number()
      .int()
      .min(1)
      .max(10_080)
      .default(60)
      .meta(
        field(
          'На сколько закрывать',
          'Locked for',
          'Потом откроется само; раньше — снимите замок на странице.',
          'Then it opens by itself; sooner if you lift the lock on the page.',
          { unit: 'min' },
        ),
      ),
  })
  .prefault({})
  .meta(
    field(
      'Защита от чужих разговоров',
      'Fraud guard',
      'Куда за границу можно, и что считать подозрительным.',
      'Where calls abroad may go, and what is suspicious.',
      { scope: 'next-call' },
    ),
  );
