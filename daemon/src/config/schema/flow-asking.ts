import * as z from 'zod';
import { field } from '../field.ts';
import { announcement } from './announcement.ts';
import { id } from './common.ts';
import { keys, kind, next, otherwise, say, seconds, special, tries, variable } from './flow-fields.ts';

/** Something is said. */
export const play = z.object({
  kind: kind('play'),
  say: say('Звонящий слышит это.', 'The caller hears it.'),
  interrupt: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Можно прервать',
        'May be cut off',
        'Клавиша прерывает сообщение и достаётся следующему меню.',
        'A key cuts the message off and belongs to the menu that follows.',
      ),
    ),
  next,
});

/** Keys choose. */
export const menu = z.object({
  kind: kind('menu'),
  say: say('Что предлагает меню; клавиша прерывает.', 'What the menu offers; a key cuts it off.'),
  choices: z
    .array(z.object({ keys, next }).meta(field('Пункт', 'Choice', 'Клавиша и шаг.', 'A key and a step.')))
    .min(1)
    .max(50)
    .meta(field('Пункты', 'Choices', 'Что можно нажать.', 'What may be pressed.')),
  extensions: z
    .boolean()
    .default(false)
    .meta(
      field(
        'Внутренние номера',
        'Extensions',
        'Можно сразу набрать внутренний номер сотрудника, группы, очереди или комнаты.',
        'The extension of a person, a group, a queue or a room may be dialed at once.',
      ),
    ),
  seconds,
  tries,
  sayWrong: announcement(
    'Если ошиблись',
    'When wrong',
    'Что сказать, когда такого пункта нет. Пусто — обычные слова.',
    'What is said where there is no such choice. Empty: the usual words.',
  ).default(''),
  silent: special(
    'Если ничего не нажали',
    'When nothing was pressed',
    'Код шага, если молчали все попытки. Пусто — как «Иначе».',
    'Id of the step where every try passed in silence. Empty: as "Otherwise".',
  ),
  otherwise,
});

/** Somebody asks to be called back (A14). */
export const callback = z.object({
  kind: kind('callback'),
  queue: id.meta(field('Очередь', 'Queue', 'Кто перезвонит.', 'Who calls back.', { refersTo: 'queues' })),
  sayNumber: announcement(
    'Спросить номер',
    'Ask for the number',
    'Если номер звонящего скрыт: просьба набрать свой и #. Пусто — обычные слова.',
    "Where the caller's number is withheld: to key it, and #. Empty: the usual words.",
  ).default(''),
  next,
  otherwise,
});

/** A question whose answer is keyed and kept (S12). */
export const record = z.object({
  kind: kind('record'),
  name: variable,
  say: say('Вопрос; клавиша прерывает.', 'The question; a key cuts it off.'),
  min: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(1)
    .meta(field('Цифр от', 'Digits from', 'Короче — ошибка.', 'Shorter is wrong.', { unit: 'digits' })),
  max: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(1)
    .meta(
      field(
        'Цифр до',
        'Digits up to',
        'После последней или после # ответ дан.',
        'The last, or #, ends the answer.',
        {
          unit: 'digits',
        },
      ),
    ),
  allowed: z
    .string()
    .regex(/^[0-9*]{0,11}$/)
    .default('')
    .meta(
      field(
        'Какие цифры',
        'Which digits',
        'Например 12345 для оценки; пусто — любые.',
        'For marks, say, 12345; empty: any.',
        { hint: ['цифры и *', 'digits and *'] },
      ),
    ),
  hidden: z
    .boolean()
    .default(false)
    .meta(
      field(
        'Не сохранять',
        'Not to be kept',
        'Ответ нужен только для веток: его не будет ни в журнале, ни в записи разговора, ни в запросах.',
        'The answer is for branches alone: no log, no recording and no request has it.',
      ),
    ),
  seconds,
  tries,
  next,
  otherwise,
});
