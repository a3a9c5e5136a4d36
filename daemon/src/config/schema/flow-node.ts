import * as z from 'zod';
import { field, type Words } from '../field.ts';
import { announcement } from './announcement.ts';
import { id, oneLine, oneLineHint } from './common.ts';
import {
  callerNumbers,
  keys,
  next,
  otherwise,
  seconds,
  special,
  tries,
  valueText,
  variable,
} from './flow-fields.ts';
import { duringFields } from './schedule.ts';
import { target } from './targets.ts';

/** What a step does, by kind. */
const kinds: Record<string, Words> = {
  play: ['произнести', 'say something'],
  menu: ['меню', 'menu'],
  time: ['по расписанию', 'by schedule'],
  caller: ['кто звонит', 'who calls'],
  list: ['по значению', 'by a value'],
  http: ['спросить вашу программу', 'ask a program of yours'],
  queue: ['в очередь', 'to a queue'],
  transfer: ['соединить', 'put through'],
  voicemail: ['голосовая почта', 'voicemail'],
  callback: ['заказать обратный звонок', 'order a callback'],
  record: ['записать ответ', 'keep an answer'],
  set: ['задать', 'set'],
  repeat: ['повторить', 'repeat'],
  end: ['закончить', 'end'],
};

const kind = <K extends keyof typeof kinds & string>(value: K) =>
  z
    .literal(value)
    .meta(field('Что делает', 'What it does', 'Вид шага.', 'Kind of step.', { choices: kinds }));

const say = (ruHelp: string, enHelp: string) =>
  announcement('Что сказать', 'What is said', ruHelp, enHelp).default('');

const ways = <T extends z.ZodObject>(way: T, ruHelp: string, enHelp: string) =>
  z
    .array(way.meta(field('Ветка', 'Branch', 'Условие и шаг.', 'A condition and a step.')))
    .min(1)
    .max(100)
    .meta(field('Ветки', 'Branches', ruHelp, enHelp));

const play = z.object({
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

const menu = z.object({
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

const callback = z.object({
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

const record = z.object({
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
