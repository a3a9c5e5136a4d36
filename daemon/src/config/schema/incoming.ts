import * as z from 'zod';
import { field } from '../field.ts';
import { id, name, oneLine, oneLineHint } from './common.ts';
import { byHours, during } from './schedule.ts';
import { screening } from './screening.ts';
import { target } from './targets.ts';

/** Where an incoming call goes. */
export const destination = z.object({
  id,
  name,
  classOfService: id
    .optional()
    .meta(
      field(
        'Класс для внешних номеров',
        'Class for outside numbers',
        'С какими правами устройство звонит на номера снаружи. Пусто: первый класс обслуживания.',
        'With whose rights the box calls numbers outside. Empty: the first class of service.',
        { refersTo: 'classesOfService' },
      ),
    ),
  stickyDays: z
    .number()
    .int()
    .min(1)
    .max(365)
    .optional()
    .meta(
      field(
        'Сначала к знакомому',
        'First whom they know',
        'Сначала звонить тому, кто последним говорил с этим звонящим, если с тех пор прошло не больше стольких дней. Пусто — нет.',
        'First ring whoever spoke with this caller last, if that was no more than so many days ago. Empty: no.',
      ),
    ),
  screening: screening(
    'Звонящий называет себя; кто ответил, слышит имя и нажимает 1, чтобы принять вызов, или 2, чтобы отказаться.',
    'The caller gives a name; whoever answers hears it and presses 1 to take the call, or 2 to refuse it.',
  ),
  steps: z
    .array(
      z
        .object({
          targets: z
            .array(target)
            .min(1)
            .meta(field('Кому', 'Targets', 'Звонят все сразу.', 'All are rung at once.')),
          seconds: z
            .number()
            .int()
            .min(1)
            .max(180)
            .default(20)
            .meta(
              field('Сколько звонить', 'Ring for', 'Потом следующий шаг.', 'Then the next step.', {
                unit: 's',
              }),
            ),
          pressOne: z
            .boolean()
            .default(true)
            .meta(
              field(
                'Нажать 1',
                'Press 1',
                'Ответивший снаружи нажимает 1, чтобы вызов не достался автоответчику.',
                'Outside targets must press 1, so that a voicemail never swallows a call.',
              ),
            ),
          during,
        })
        .meta(field('Шаг', 'Step', 'Кому звонить вместе.', 'Who is rung together.')),
    )
    .min(1)
    .meta(field('Шаги', 'Steps', 'По очереди, пока не ответят.', 'Tried in order until somebody answers.')),
});

export const incomingNumber = z.object({
  id,
  number: z
    .string()
    .min(1)
    .max(32)
    .regex(/^[\w+*#.() -]*$/)
    .meta(
      field(
        'Номер',
        'Number',
        'Как его присылает оператор, в любой записи.',
        'As the operator sends it, in any writing; compared after normalising.',
        {
          dialed: true,
          hint: [
            'номер или имя латиницей, как их присылает оператор',
            'a number or a name, as the operator sends it',
          ],
        },
      ),
    ),
  trunk: id
    .optional()
    .meta(field('Линия оператора', 'Trunk', 'Пусто: любая.', 'Empty: any.', { refersTo: 'trunks' })),
  label: oneLine
    .min(1)
    .max(32)
    .optional()
    .meta(
      field(
        'От чьего имени отвечать',
        'Answered in the name of',
        'Показывается на телефонах перед именем звонящего: «Ромашка».',
        'Shown on the telephones before the caller\'s name: "Camomile Ltd".',
        { hint: oneLineHint },
      ),
    ),
  destination: id.meta(
    field('Кому звонить', 'Destination', 'Кто отвечает.', 'Who is called.', { refersTo: 'destinations' }),
  ),
  byHours,
});
