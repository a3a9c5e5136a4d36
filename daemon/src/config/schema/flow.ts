import * as z from 'zod';
import { field } from '../field.ts';
import { dialable, dialableHint, enabled, id, idHint, name, oneLine, oneLineHint } from './common.ts';
import { flowAction } from './flow-node.ts';

const node = z
  .object({
    id,
    note: oneLine.default('').meta(
      field('Заметка', 'Note', 'Для себя: что это за шаг.', 'For yourself: what step it is.', {
        hint: oneLineHint,
      }),
    ),
    does: flowAction,
  })
  .meta(field('Шаг', 'Step', 'Один шаг меню.', 'One step of the menu.'));

/** A voice menu, or any other path of a caller through questions and decisions (M01, OC5). */
export const flow = z.object({
  id,
  name,
  enabled,
  extension: dialable
    .optional()
    .meta(
      field(
        'Номер меню',
        'Number of the menu',
        'По нему меню слышно с телефонов офиса; сюда же переводят вызовы.',
        'Dialed on telephones of the office to hear the menu; calls are transferred to it, too.',
        { hint: dialableHint, dialed: true },
      ),
    ),
  start: id.optional().meta(
    field(
      'Первый шаг',
      'First step',
      'Код шага; пусто — первый в списке.',
      'Id of a step; empty: the first of the list.',
      {
        hint: idHint,
      },
    ),
  ),
  minutes: z
    .number()
    .int()
    .min(1)
    .max(120)
    .default(20)
    .meta(
      field(
        'Не дольше',
        'No longer than',
        'Сколько звонящий может провести в меню, без разговоров и ожидания в очереди; потом вызов идёт дальше.',
        'How long a caller may be in the menu, talks and queues apart; after that the call goes on.',
        { unit: 'min' },
      ),
    ),
  nodes: z
    .array(node)
    .min(1)
    .max(1000)
    .meta(
      field(
        'Шаги',
        'Steps',
        'Каждый называет следующий; на каждый кто-нибудь приходит, и по кругу без клавиши никто не ходит.',
        'Each names the one that follows; somebody comes to each, and nobody goes round without a key.',
      ),
    ),
});

/** Where steps of flows may ask programs of the office. */
export const hooks = z
  .object({
    hosts: z
      .array(
        z
          .string()
          .max(255)
          .regex(/^(?:[A-Za-z0-9][A-Za-z0-9._-]*|[0-9a-fA-F]*(?::[0-9a-fA-F.]*){2,8})(?:\/\d{1,3})?$/)
          .meta(
            field('Узел', 'Host', 'Имя, адрес или подсеть.', 'A name, an address or a subnet.', {
              hint: [
                '192.168.1.10, 192.168.1.0/24 или crm.example.ru',
                '192.168.1.10, 192.168.1.0/24 or crm.example.com',
              ],
            }),
          ),
      )
      .max(50)
      .default([])
      .meta(
        field(
          'Куда можно обращаться',
          'Where requests may go',
          'Только сюда шаги меню отправляют запросы. Имени из вашей сети нужен и его адрес или подсеть.',
          'Steps of menus send requests nowhere else. A name of your network needs its address or subnet here, too.',
        ),
      ),
  })
  .prefault({})
  .meta(
    field(
      'Запросы к вашим программам',
      'Requests to your programs',
      'Учёт клиентов, база договоров: меню спрашивает их и ведёт звонящего по ответу.',
      'Customer lists, contracts: menus ask them, and lead callers by the answer.',
      { scope: 'next-call' },
    ),
  );
