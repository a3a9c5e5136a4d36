import * as z from 'zod';
import { field } from '../field.ts';

/** Which breaks of a telephone's loop are dial pulses, and which a press of the hook (ruling 12). */
export const fxsHook = {
  pulseBreakMinMs: z
    .number()
    .int()
    .min(5)
    .max(50)
    .default(20)
    .meta(
      field(
        'Импульс от',
        'Pulse from',
        'Более короткий разрыв — дребезг контактов.',
        'A shorter break is contact bounce.',
        { unit: 'ms', technical: true },
      ),
    ),
  pulseBreakMaxMs: z
    .number()
    .int()
    .min(60)
    .max(110)
    .default(110)
    .meta(
      field(
        'Импульс до',
        'Pulse to',
        'Более длинный разрыв при наборе диском — уже не импульс.',
        'A longer break is no dial pulse any more.',
        { unit: 'ms', technical: true },
      ),
    ),
  flashMinMs: z
    .number()
    .int()
    .min(40)
    .max(1000)
    .optional()
    .meta(
      field(
        'Флэш от',
        'Flash from',
        'Кратчайшее нажатие рычага. Пусто: 120 мс, без импульсного набора 80 (кнопка R на 100 мс).',
        'Shortest hook flash. Empty: 120 ms, without pulse dialing 80 (an R key of 100 ms).',
        { unit: 'ms', technical: true },
      ),
    ),
  flashMaxMs: z
    .number()
    .int()
    .min(100)
    .max(1500)
    .default(900)
    .meta(
      field(
        'Флэш до',
        'Flash to',
        'Дольше — это отбой.',
        'Longest hook flash; anything longer is a hang-up.',
        { unit: 'ms', technical: true },
      ),
    ),
} as const;
