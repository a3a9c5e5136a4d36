import * as z from 'zod';
import { field } from '../field.ts';

/** How the echo of a socket is dealt with; the same for telephones and lines. */
export const portEcho = {
  echoTailMs: z
    .union([z.literal(16), z.literal(32), z.literal(48), z.literal(64)])
    .default(64)
    .meta(
      field(
        'Длина эха',
        'Echo tail',
        'Эхо, пришедшее позже, не убирается. Меньше 64 мс имеет смысл только на слабом процессоре.',
        'An echo that comes later is not cancelled. Less than 64 ms makes sense on a weak processor only.',
        {
          unit: 'ms',
          scope: 'next-call',
          choices: {
            '16': ['16 мс', '16 ms'],
            '32': ['32 мс', '32 ms'],
            '48': ['48 мс', '48 ms'],
            '64': ['64 мс', '64 ms'],
          },
          technical: true,
        },
      ),
    ),
  echoSuppressor: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Глушить остаток эха',
        'Suppress what is left of the echo',
        'То, что осталось от эха, заменяется шумом, похожим на шум линии.',
        'What is left of an echo gives way to noise like the line’s own.',
        { scope: 'next-call', technical: true },
      ),
    ),
};
