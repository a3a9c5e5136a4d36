import * as z from 'zod';
import { field } from '../field.ts';
import {
  classOfServiceId,
  costCentreId,
  dialable,
  dialableHint,
  e164,
  e164Hint,
  enabled,
  id,
  idHint,
  name,
  numberPrefix,
  oneLineHint,
  portNumber,
  timeRuleIds,
} from './common.ts';
import { doNotDisturb, forwarding, mobileAfter } from './forwarding.ts';
import { ownNumbers } from './own-numbers.ts';
import { maxQueues, mayObserve, observable } from './rights.ts';
import { leave } from './schedule.ts';
import { screening } from './screening.ts';
import { limits } from './spending.ts';
import { email, mailbox, missedCalls } from './voicemail.ts';

export const person = z.object({
  id,
  name: name.meta(
    field('Имя', 'Name', 'Как его зовут в офисе.', 'What the office calls them.', {
      scope: 'at-once',
      hint: oneLineHint,
    }),
  ),
  extension: dialable.optional().meta(
    field('Внутренний номер', 'Extension', 'По нему звонят внутри.', 'Dialed inside the office.', {
      hint: dialableHint,
      dialed: true,
    }),
  ),
  ports: z
    .array(
      portNumber.meta(
        field('Гнездо', 'Socket', 'Гнездо телефона.', 'Socket of a telephone.', { refersTo: 'telephones' }),
      ),
    )
    .default([])
    .meta(
      field('Телефоны', 'Telephones', 'Какие звонят, по порядку.', 'Devices rung, in order; port numbers.', {
        refersTo: 'telephones',
      }),
    ),
  devices: z
    .array(
      id.meta(
        field('Устройство', 'Device', 'IP-телефон или адаптер.', 'An IP telephone or adapter.', {
          refersTo: 'devices',
          hint: idHint,
        }),
      ),
    )
    .default([])
    .meta(
      field(
        'IP-телефоны',
        'IP telephones',
        'Звонят вместе с телефонами в гнёздах.',
        'Rung together with the telephones at sockets.',
        { refersTo: 'devices' },
      ),
    ),
  mobile: e164.optional().meta(
    field('Мобильный', 'Mobile', 'С плюсом и кодом страны.', 'With + and country code.', {
      hint: e164Hint,
      dialed: true,
    }),
  ),
  mobileAfter,
  email,
  language: z
    .enum(['ru', 'en'])
    .optional()
    .meta(
      field(
        'Язык',
        'Language',
        'На нём приходят письма; пусто — язык офиса.',
        'Letters come in it; empty: that of the site.',
        {
          scope: 'at-once',
          choices: { ru: ['русский', 'Russian'], en: ['английский', 'English'] },
        },
      ),
    ),
  missedCalls,
  doNotDisturb,
  screening: screening(
    'Звонящий называет себя, а сотрудник слышит имя и нажимает 1, чтобы ответить, или 2, чтобы вызов пошёл дальше. Не действует, когда звонят нескольким сразу.',
    'The caller gives a name; the person hears it and presses 1 to answer, or 2 to let the call go on. Does not hold where several are rung at once.',
  ),
  classOfService: classOfServiceId.meta(
    field(
      'Класс обслуживания',
      'Class of service',
      'Куда могут уходить переадресованные вызовы; с телефона звонят по классу его гнезда.',
      "Where forwarded calls may go; calls from a telephone go by its socket's class.",
      { refersTo: 'classesOfService', hint: idHint, scope: 'next-call' },
    ),
  ),
  costCentre: costCentreId,
  mayObserve,
  observable,
  maxQueues,
  limits,
  forwarding,
  voicemail: mailbox,
  ownNumbers,
  leave,
});

/** A stored PIN: never the digits, only their HMAC under the device key (ruling 9). */
export const pin = z.object({
  id,
  name,
  hmac: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .meta(
      field(
        'ПИН-код',
        'PIN',
        'Хранится только отпечаток.',
        'Only an HMAC under the device key is kept, never the digits.',
        {
          secret: true,
        },
      ),
    ),
  length: z
    .number()
    .int()
    .min(4)
    .max(12)
    .meta(field('Длина', 'Length', 'Сколько цифр.', 'How many digits it has.', { unit: 'digits' })),
  userNumber: z
    .string()
    .regex(/^[0-9]{1,6}$/)
    .optional()
    .meta(
      field(
        'Номер пользователя',
        'User number',
        'Короткий номер, который звонящий снаружи набирает перед ПИН-кодом.',
        'Short public number that outside callers give before the PIN.',
        { hint: ['от 1 до 6 цифр', '1 to 6 digits'] },
      ),
    ),
  classOfService: classOfServiceId,
  costCentre: costCentreId,
  owner: id
    .optional()
    .meta(
      field(
        'Владелец',
        'Owner',
        'Чей это ПИН-код; вызовы считаются и в бюджете этого сотрудника.',
        "Whose PIN it is; its calls count against that person's budget too.",
        { refersTo: 'people', hint: idHint },
      ),
    ),
  limits,
  enabled,
  validFrom: z
    .string()
    .date()
    .optional()
    .meta(
      field(
        'Действует с',
        'Valid from',
        'Дата ГГГГ-ММ-ДД; пусто — сразу.',
        'Date YYYY-MM-DD; empty: at once.',
        {
          hint: ['дата ГГГГ-ММ-ДД', 'a date YYYY-MM-DD'],
        },
      ),
    ),
  expires: z
    .string()
    .date()
    .optional()
    .meta(
      field(
        'Действует до',
        'Expires',
        'Дата ГГГГ-ММ-ДД, включительно; пусто — бессрочно.',
        'Date YYYY-MM-DD, inclusive; empty: never.',
        {
          hint: ['дата ГГГГ-ММ-ДД', 'a date YYYY-MM-DD'],
        },
      ),
    ),
  when: timeRuleIds.default([]).meta(
    field('Часы', 'Hours', 'Когда действует; пусто: всегда.', 'When it can be used; empty: always.', {
      refersTo: 'timeRules',
    }),
  ),
  numbers: z
    .array(numberPrefix)
    .default([])
    .meta(
      field(
        'Разрешённые номера',
        'Allowed numbers',
        'Начала номеров с кодом страны; пусто: все, что разрешает класс.',
        'Beginnings of E.164 numbers; empty: all that the class allows.',
      ),
    ),
  callers: z
    .array(
      z
        .string()
        .regex(/^\+?[0-9]{1,15}$/)
        .meta(
          field(
            'Номер звонящего',
            'Caller',
            'Внутренний номер или начало номера с плюсом: +7916.',
            'An extension, or the beginning of a number with +: +7916.',
            { hint: ['+7916… или внутренний номер', '+7916… or an extension'] },
          ),
        ),
    )
    .default([])
    .meta(
      field(
        'Разрешённые звонящие',
        'Allowed callers',
        'С каких номеров действует; пусто: с любых. Номер снаружи можно подделать: это подмога ПИН-коду, а не замена.',
        'From which numbers it can be used; empty: any. A number from outside can be forged: this helps a PIN and replaces none.',
      ),
    ),
  calls: z
    .number()
    .int()
    .min(1)
    .max(64)
    .default(1)
    .meta(
      field(
        'Вызовов сразу',
        'Calls at once',
        'Сколько разговоров по нему идут одновременно; для АТС — по числу линий.',
        'How many calls it may have at a time; for a PBX the number of its lines.',
      ),
    ),
  outside: z
    .boolean()
    .default(false)
    .meta(
      field(
        'Для звонящих снаружи',
        'Usable from outside',
        'Можно ли пользоваться с городского или мобильного.',
        'Usable by callers from outside (trunk or city line).',
      ),
    ),
  followOn: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Ещё вызов по ##',
        'Further calls with ##',
        'После отбоя собеседника ## даёт набрать следующий номер.',
        'After the far end has hung up, ## asks for the next number.',
      ),
    ),
  transfer: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Перевод вызова кнопками',
        'Transfer by keys',
        'Во время разговора код перевода (обычно *2) соединяет собеседника с кем-то ещё.',
        'During a call the transfer code (usually *2) puts the other party through to somebody else.',
      ),
    ),
});
