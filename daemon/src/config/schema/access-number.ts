import * as z from 'zod';
import { field } from '../field.ts';
import { dialable, dialableHint, enabled, id, name, portNumber } from './common.ts';

export const accessNumber = z.object({
  id,
  name,
  enabled,
  code: dialable.optional().meta(
    field(
      'Код с телефонов',
      'Code',
      'Что набрать на наших портах.',
      'What is dialed on our ports to reach the service.',
      {
        hint: dialableHint,
        dialed: true,
      },
    ),
  ),
  trunkNumbers: z
    .array(
      z
        .string()
        .max(32)
        .meta(field('Номер', 'Number', 'Номер у оператора.', "A number of the operator's.")),
    )
    .default([])
    .meta(
      field(
        'Городские номера',
        'Trunk numbers',
        'Номера оператора, ведущие сюда.',
        'Trunk numbers that reach it from outside.',
      ),
    ),
  linePorts: z
    .array(
      portNumber.meta(
        field('Гнездо', 'Socket', 'Гнездо городской линии.', 'Socket of a city line.', { refersTo: 'lines' }),
      ),
    )
    .default([])
    .meta(
      field(
        'Городские линии',
        'City lines',
        'Линии, на которых отвечает служба.',
        'City lines that are answered by it.',
        { refersTo: 'lines' },
      ),
    ),
  pinLength: z
    .number()
    .int()
    .min(4)
    .max(12)
    .default(6)
    .meta(
      field(
        'Длина ПИН-кода',
        'PIN length',
        'Набрав столько цифр, # можно не нажимать.',
        "A PIN of this length is complete without '#'.",
        {
          unit: 'digits',
        },
      ),
    ),
  itemLength: z
    .number()
    .int()
    .min(0)
    .max(10)
    .default(0)
    .meta(
      field(
        'Длина кода учёта',
        'Itemised code length',
        'АТС может прислать после ПИН-кода код отдела или заказа: по нему находят центр затрат. 0 — не присылает.',
        'A PBX may send a code of a department or job behind the PIN; it names the cost centre. 0: it does not.',
        { unit: 'digits', technical: true },
      ),
    ),
  pinInside: z
    .enum(['checked', 'dropped'])
    .default('checked')
    .meta(
      field(
        'ПИН-код от своих',
        'PIN from inside',
        'Старая АТС присылает его всегда: можно не проверять, тогда решает класс гнезда. Снаружи проверяется всегда.',
        "An old PBX always sends one: it may be dropped unchecked, and the socket's class decides. From outside it is always checked.",
        {
          choices: {
            checked: ['проверяется', 'is checked'],
            dropped: ['отбрасывается', 'is dropped'],
          },
          technical: true,
        },
      ),
    ),
  attempts: z
    .number()
    .int()
    .min(1)
    .max(10)
    .default(3)
    .meta(field('Попыток', 'Attempts', 'Потом блокировка.', 'Wrong PINs before a lock-out.')),
  lockoutSeconds: z
    .number()
    .int()
    .min(1)
    .max(86400)
    .default(60)
    .meta(
      field(
        'Блокировка',
        'Lock-out',
        'Первая; каждая следующая вдвое дольше.',
        'The first one; it doubles with each further.',
        { unit: 's' },
      ),
    ),
  maxMinutes: z
    .number()
    .int()
    .min(1)
    .max(600)
    .default(60)
    .meta(
      field(
        'Предел разговора',
        'Longest call',
        'Потом спросит, продолжать ли.',
        'After it the caller is asked whether to go on.',
        {
          unit: 'min',
        },
      ),
    ),
});
