import * as z from 'zod';
import { field } from '../field.ts';
import { callerNumber, enabled, id, name } from './common.ts';
import { during } from './schedule.ts';

const day = (ru: string, en: string, ruHelp: string, enHelp: string) =>
  z
    .string()
    .date()
    .optional()
    .meta(field(ru, en, ruHelp, enHelp, { hint: ['дата ГГГГ-ММ-ДД', 'a date YYYY-MM-DD'] }));

/** Callers who are led elsewhere than the others, or not let in (M03, M16, M22). */
export const callerList = z.object({
  id,
  name,
  enabled,
  numbers: z
    .array(callerNumber)
    .min(1)
    .max(2000)
    .meta(
      field(
        'Номера',
        'Numbers',
        'В любой записи; +7916* — все, что так начинаются; hidden — номер скрыт; unknown — номера нет.',
        'In any writing; +7916*: all that begin so; hidden: withheld; unknown: no number came.',
      ),
    ),
  action: z
    .enum(['destination', 'refuse'])
    .default('destination')
    .meta(
      field('Что делать', 'What to do', 'С вызовами с этих номеров.', 'With calls from these numbers.', {
        choices: {
          destination: ['вести к указанным', 'lead to the destination'],
          refuse: ['не принимать', 'refuse'],
        },
      }),
    ),
  destination: id.optional().meta(
    field('К кому', 'Destination', 'Кто отвечает этим звонящим.', 'Who answers these callers.', {
      refersTo: 'destinations',
    }),
  ),
  incoming: z
    .array(
      id.meta(
        field('Входящий номер', 'Incoming number', 'Номер офиса.', 'A number of the office.', {
          refersTo: 'incomingNumbers',
        }),
      ),
    )
    .default([])
    .meta(
      field(
        'На какие номера',
        'Called numbers',
        'Пусто: на любые номера и городские линии.',
        'Empty: all numbers and city lines.',
        { refersTo: 'incomingNumbers' },
      ),
    ),
  during,
  from: day('С', 'From', 'Первый день; пусто — сразу.', 'The first day; empty: at once.'),
  until: day('По', 'Until', 'Последний день; пусто — бессрочно.', 'The last day; empty: for good.'),
});
