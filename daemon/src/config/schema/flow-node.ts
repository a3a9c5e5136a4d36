import * as z from 'zod';
import { field } from '../field.ts';
import { id, oneLine, oneLineHint } from './common.ts';
import { callback, menu, play, record } from './flow-asking.ts';
import { callerNumbers, kind, next, otherwise, say, special, valueText, variable } from './flow-fields.ts';
import { duringFields } from './schedule.ts';
import { target } from './targets.ts';

const ways = <T extends z.ZodObject>(way: T, ruHelp: string, enHelp: string) =>
  z
    .array(way.meta(field('Ветка', 'Branch', 'Условие и шаг.', 'A condition and a step.')))
    .min(1)
    .max(100)
    .meta(field('Ветки', 'Branches', ruHelp, enHelp));

const time = z.object({
  kind: kind('time'),
  ways: ways(
    z.object({ ...duringFields, next }),
    'Первая, чьё расписание подходит.',
    'The first whose schedule fits.',
  ),
  otherwise,
});

const caller = z.object({
  kind: kind('caller'),
  ways: ways(
    z.object({
      numbers: callerNumbers,
      list: id
        .optional()
        .meta(
          field(
            'Список',
            "Callers' list",
            'Или номер есть в этом списке звонящих.',
            "Or the number is on this callers' list.",
            { refersTo: 'callerLists' },
          ),
        ),
      next,
    }),
    'Первая, где звонящий назван.',
    'The first that names the caller.',
  ),
  otherwise,
});

const values = z
  .array(
    valueText.min(1).meta(
      field(
        'Значение',
        'Value',
        'Целиком или начало со звёздочкой.',
        'Whole, or a beginning with an asterisk.',
        {
          hint: oneLineHint,
        },
      ),
    ),
  )
  .min(1)
  .max(1000)
  .meta(
    field(
      'Значения',
      'Values',
      'Любое из них; 12* — все, что так начинаются.',
      'Any of them; 12*: all that begin so.',
    ),
  );

const list = z.object({
  kind: kind('list'),
  value: variable,
  ways: ways(z.object({ values, next }), 'Первая, где есть такое значение.', 'The first that has the value.'),
  otherwise,
});

const http = z.object({
  kind: kind('http'),
  url: z
    .string()
    .max(500)
    .regex(/^https?:\/\/[^\s@\p{Cc}]+$/u)
    .meta(
      field(
        'Адрес',
        'Address',
        'Куда спросить. Узел должен быть назван в разделе «Запросы к вашим программам».',
        'Where to ask. Its host has to be named under "Requests to your programs".',
        { hint: ['http://192.168.1.10/call', 'http://192.168.1.10/call'] },
      ),
    ),
  seconds: z
    .number()
    .int()
    .min(1)
    .max(10)
    .default(3)
    .meta(
      field(
        'Ждать ответа',
        'Wait for the answer',
        'Потом вызов идёт дальше по «Не ответила».',
        'After that the call goes on by "No answer".',
        { unit: 's' },
      ),
    ),
  ways: z
    .array(
      z
        .object({
          answer: valueText
            .min(1)
            .meta(field('Ответ', 'Answer', 'Что ответила программа.', 'What the program answered.')),
          next,
        })
        .meta(field('Ветка', 'Branch', 'Ответ и шаг.', 'An answer and a step.')),
    )
    .max(100)
    .default([])
    .meta(field('Ветки', 'Branches', 'По полю answer ответа.', 'By the member answer of what comes back.')),
  otherwise,
  failed: special(
    'Не ответила',
    'No answer',
    'Код шага, если программа молчит или ответила непонятно. Пусто — как «Иначе».',
    'Id of the step where the program is silent or makes no sense. Empty: as "Otherwise".',
  ),
});

const queue = z.object({
  kind: kind('queue'),
  queue: id.meta(
    field('Очередь', 'Queue', 'В какой очереди ждать.', 'Which queue to wait in.', { refersTo: 'queues' }),
  ),
  otherwise,
});

const transfer = z.object({
  kind: kind('transfer'),
  to: target,
  seconds: z
    .number()
    .int()
    .min(3)
    .max(180)
    .default(30)
    .meta(
      field('Сколько звонить', 'Ring for', 'Потом следующий шаг.', 'Then the step that follows.', {
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
        'Whoever answers outside must press 1, so that a voicemail never swallows a call.',
      ),
    ),
  busy: special(
    'Если занято',
    'When busy',
    'Код шага; пусто — как «Иначе».',
    'Id of a step; empty: as "Otherwise".',
  ),
  otherwise,
});

const voicemail = z.object({
  kind: kind('voicemail'),
  mailbox: id.meta(
    field('Чья почта', 'Whose voicemail', 'Код сотрудника или группы.', 'Id of a person or a group.', {
      hint: ['код из списка людей или групп', 'an id of the list of people or groups'],
    }),
  ),
  otherwise,
});

const set = z.object({
  kind: kind('set'),
  label: oneLine
    .max(32)
    .default('')
    .meta(
      field(
        'Метка',
        'Label',
        'Показывается на телефонах перед именем звонящего: «Ромашка, продажи». Пусто — не менять.',
        'Shown on the telephones before the caller\'s name: "Camomile, sales". Empty: as it is.',
        { hint: oneLineHint },
      ),
    ),
  language: z
    .enum(['as-is', 'ru', 'en'])
    .default('as-is')
    .meta(
      field('Язык', 'Language', 'Язык сообщений этому звонящему.', 'Language of what this caller hears.', {
        choices: {
          'as-is': ['не менять', 'as it is'],
          ru: ['русский', 'Russian'],
          en: ['английский', 'English'],
        },
      }),
    ),
  variable: variable.optional(),
  value: valueText
    .default('')
    .meta(field('Значение', 'Value', 'Что под этим именем хранить.', 'What is kept under that name.')),
  next,
});

const repeat = z.object({
  kind: kind('repeat'),
  times: z
    .number()
    .int()
    .min(1)
    .max(20)
    .default(3)
    .meta(field('Сколько раз', 'How often', 'Столько раз пойти по кругу.', 'So many times round.')),
  again: next.meta(
    field('Снова', 'Again', 'Код шага, с которого начать круг.', 'Id of the step where the round begins.'),
  ),
  next: next.meta(
    field('Потом', 'Then', 'Код шага после всех кругов.', 'Id of the step after the last round.'),
  ),
});

const end = z.object({
  kind: kind('end'),
  say: say('Последние слова; можно без них.', 'The last words; may be empty.'),
  how: z
    .enum(['hang-up', 'pass-on'])
    .default('hang-up')
    .meta(
      field(
        'Как закончить',
        'How',
        'Положить трубку или отдать вызов дальше.',
        'Hang up, or let the call go on.',
        {
          choices: {
            'hang-up': ['положить трубку', 'hang up'],
            'pass-on': [
              'вызов идёт дальше, куда шёл бы без меню',
              'the call goes on where it would go without the menu',
            ],
          },
        },
      ),
    ),
});

/** What one step of a flow does, and which step follows it. */
export const flowAction = z
  .discriminatedUnion('kind', [
    play,
    menu,
    time,
    caller,
    list,
    http,
    queue,
    transfer,
    voicemail,
    callback,
    record,
    set,
    repeat,
    end,
  ])
  .meta(
    field('Что делает', 'What it does', 'Вид шага и его настройки.', 'The kind of step, and its settings.'),
  );
