import * as z from 'zod';
import { field } from '../field.ts';
import { dialable, dialableHint, enabled, id, name } from './common.ts';

/** A conference room: people call its number and all hear each other (M17). */
export const room = z.object({
  id,
  name,
  enabled,
  extension: dialable
    .optional()
    .meta(
      field(
        'Номер комнаты',
        'Number of the room',
        'Его набирают с телефонов офиса или после номера доступа; сюда же переводят вызовы.',
        'Dialed on telephones of the office or behind an access number; calls are transferred to it, too.',
        { hint: dialableHint, dialed: true },
      ),
    ),
  pin: z
    .string()
    .regex(/^(?:\d{1,2}:[0-9a-f]{64})?$/)
    .default('')
    .meta(
      field(
        'ПИН-код комнаты',
        'PIN of the room',
        'От 6 до 12 цифр; пусто — входят без него. Хранится только отпечаток.',
        '6 to 12 digits; empty: nobody is asked for one. Only a fingerprint of it is kept.',
        { secret: true, hint: ['от 6 до 12 цифр', '6 to 12 digits'] },
      ),
    ),
  maxPeople: z
    .number()
    .int()
    .min(2)
    .max(30)
    .default(10)
    .meta(
      field(
        'Сколько человек',
        'Most people',
        'Кто звонит сверх того, слышит, что мест нет.',
        'Whoever comes after them hears that the room is full.',
      ),
    ),
  chimes: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Сигнал при входе и выходе',
        'A chime when somebody comes or goes',
        'Все в комнате слышат, что кто-то вошёл или вышел.',
        'All in the room hear that somebody has come or left.',
      ),
    ),
  music: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Музыка, пока вы один',
        'Music while alone',
        'Кто пришёл первым, слышит музыку до прихода остальных.',
        'Whoever comes first hears music until the others are there.',
      ),
    ),
});
