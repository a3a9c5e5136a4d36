import * as z from 'zod';
import { field } from '../field.ts';
import { enabled, id, idHint, name, numberPrefix, portNumber, timeRuleIds, tollClass } from './common.ts';
import { during } from './schedule.ts';

export const price = z
  .object({
    prefix: z
      .string()
      .regex(/^[0-9]{0,15}$/)
      .meta(
        field(
          'Начало номера',
          'Prefix',
          'С кодом страны, без +; самое длинное совпадение; пусто — все номера.',
          'E.164 digits without +, longest match wins; empty matches all.',
          { hint: ['только цифры, до 15', 'digits only, up to 15'] },
        ),
      ),
    perMinute: z
      .number()
      .min(0)
      .max(100000)
      .meta(
        field('Цена минуты', 'Per minute', 'В валюте офиса.', "In the office's currency.", {
          unit: 'per-minute',
        }),
      ),
    stepSeconds: z
      .number()
      .int()
      .min(1)
      .max(3600)
      .default(60)
      .meta(
        field('Шаг', 'Step', 'Начатый шаг оплачивается целиком.', 'A step once begun is paid in full.', {
          unit: 's',
        }),
      ),
    firstSeconds: z
      .number()
      .int()
      .min(0)
      .max(3600)
      .default(60)
      .meta(
        field(
          'Сначала',
          'First part',
          'Оплачивается при любой длительности.',
          'Charged however short the call.',
          { unit: 's' },
        ),
      ),
    connection: z
      .number()
      .min(0)
      .max(100000)
      .default(0)
      .meta(
        field('За соединение', 'Connection', 'Разовая плата за ответ.', 'Charged once when answered.', {
          unit: 'currency',
          technical: true,
        }),
      ),
    freeSeconds: z
      .number()
      .int()
      .min(0)
      .max(600)
      .default(0)
      .meta(
        field(
          'Не оплачивается до',
          'Free up to',
          'Разговор не длиннее этого не стоит ничего; более длинный оплачивается с начала.',
          'A call no longer than this costs nothing; a longer one is paid from its beginning.',
          { unit: 's', technical: true },
        ),
      ),
  })
  .meta(field('Цена', 'Price', 'Цена направления.', 'The price of a destination.'));

const via = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.literal('trunk').meta(
        field('Куда', 'Kind', 'Линия оператора.', 'A SIP trunk.', {
          choices: { trunk: ['линия оператора', 'trunk'] },
        }),
      ),
      trunk: id.meta(field('Линия оператора', 'Trunk', 'Какая.', 'Which one.', { refersTo: 'trunks' })),
    }),
    z.object({
      kind: z.literal('line').meta(
        field('Куда', 'Kind', 'Городская линия.', 'A city line.', {
          choices: { line: ['городская линия', 'city line'] },
        }),
      ),
      ports: z
        .array(
          portNumber.meta(
            field('Гнездо', 'Socket', 'Гнездо линии.', 'Socket of a line.', { refersTo: 'lines' }),
          ),
        )
        .min(1)
        .meta(
          field('Гнёзда', 'Sockets', 'Первое свободное по порядку.', 'The first free one in order.', {
            refersTo: 'lines',
          }),
        ),
    }),
  ])
  .meta(field('Через', 'Via', 'Линия оператора или городские линии.', 'A trunk or city lines.'));

export const route = z.object({
  id,
  name,
  enabled,
  classes: z
    .array(tollClass)
    .default([])
    .meta(
      field(
        'Виды вызовов',
        'Toll classes',
        'Пусто: все, кроме платных услуг.',
        'Which calls may go this way. Empty: all but premium.',
      ),
    ),
  prefixes: z
    .array(numberPrefix)
    .default([])
    .meta(
      field(
        'Направления',
        'Prefixes',
        'Пусто: любые номера. Вместе с видами вызовов должны подойти оба.',
        'Empty: any number. Together with toll classes both must fit.',
      ),
    ),
  via,
  prices: z
    .array(price)
    .default([])
    .meta(field('Цены', 'Prices', 'По направлениям.', 'By destination.')),
  rateTable: id
    .optional()
    .meta(
      field(
        'Тарифная таблица',
        'Rate table',
        'Код загруженной таблицы; цены выше важнее неё.',
        'Id of an imported table; the prices above stand over it.',
        { hint: idHint },
      ),
    ),
  package: z
    .object({
      minutes: z
        .number()
        .int()
        .min(1)
        .max(1_000_000)
        .meta(
          field('Минут в месяц', 'Minutes a month', 'С первого числа.', 'From the first of the month.', {
            unit: 'min',
          }),
        ),
      prefixes: z
        .array(numberPrefix)
        .default([])
        .meta(
          field(
            'На какие номера',
            'For which numbers',
            'Начала номеров; пусто: на все, что идут по маршруту.',
            'Beginnings of numbers; empty: all that take this route.',
          ),
        ),
    })
    .optional()
    .meta(
      field(
        'Пакет минут',
        'Package of minutes',
        'Оплаченные минуты: пока они есть, маршрут считается бесплатным.',
        'Minutes paid for already: while they last the route counts as free.',
      ),
    ),
  priority: z
    .number()
    .int()
    .min(0)
    .max(1000)
    .default(100)
    .meta(
      field(
        'Приоритет',
        'Priority',
        'Меньше — раньше; равные идут по цене, затем по порядку.',
        'Smaller is tried earlier; equal priorities go by price, then by order.',
      ),
    ),
  when: timeRuleIds
    .default([])
    .meta(field('Когда', 'When', 'Пусто: всегда.', 'Empty: always.', { refersTo: 'timeRules' })),
  during,
});
