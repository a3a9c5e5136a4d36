import * as z from 'zod';
import { field } from '../field.ts';

const gain = (ru: string, en: string, helpRu: string, helpEn: string) =>
  z
    .number()
    .min(-15)
    .max(12)
    .multipleOf(0.1)
    .default(0)
    .meta(field(ru, en, helpRu, helpEn, { unit: 'dB', scope: 'next-call', technical: true }));

/** How loud a socket is, both ways; the same for telephones and lines. */
export const portGains = {
  rxGainDb: gain(
    'Усиление от провода',
    'Gain from the wire',
    'Насколько громче слышно то, что приходит по этому проводу. Меньше нуля — тише.',
    'How much louder is heard what comes in by this wire. Below zero: softer.',
  ),
  txGainDb: gain(
    'Усиление в провод',
    'Gain to the wire',
    'Насколько громче говорим в этот провод. Длинной линии помогает плюс, эху — минус.',
    'How much louder we speak into this wire. More helps a long line, less helps against echo.',
  ),
};

/** How a line is ended, flashed and dialed. */
export const fxoElectrics = {
  impedance: z
    .enum(['country', '600r', '900r', 'tbr21'])
    .default('country')
    .meta(
      field(
        'Сопротивление',
        'Impedance',
        'Если эхо сильное, попробуйте другое и сравните «ослабление эха» после разговора.',
        'Where the echo is strong, try another and compare the echo return loss after a call.',
        {
          scope: 'next-call',
          choices: {
            country: ['как принято в стране', 'as usual in the country'],
            '600r': ['600 Ом', '600 Ω'],
            '900r': ['900 Ом', '900 Ω'],
            tbr21: ['комплексное (TBR 21)', 'complex (TBR 21)'],
          },
          technical: true,
        },
      ),
    ),
  flashMs: z
    .union([z.literal(100), z.literal(250), z.literal(600)])
    .optional()
    .meta(
      field(
        'Длина флэша',
        'Length of a flash',
        'Какой разрыв АТС понимает как «R». Пусто — как принято в стране.',
        'Which break the PBX takes for the R key. Empty: as is usual in the country.',
        {
          unit: 'ms',
          scope: 'next-call',
          choices: {
            '100': ['100 мс', '100 ms'],
            '250': ['250 мс', '250 ms'],
            '600': ['600 мс', '600 ms'],
          },
          technical: true,
        },
      ),
    ),
  pulseRate: z
    .union([z.literal(10), z.literal(20)])
    .default(10)
    .meta(
      field(
        'Импульсов в секунду',
        'Pulses a second',
        '20 понимают только некоторые АТС.',
        '20 is understood by some PBXs only.',
        {
          scope: 'next-call',
          choices: { '10': ['10', '10'], '20': ['20', '20'] },
          technical: true,
        },
      ),
    ),
  ringConfirmed: z
    .boolean()
    .default(false)
    .meta(
      field(
        'Ждать второго звонка',
        'Wait for the second ring',
        'Если телефоны звонят впустую от помех: вызов — это второй звонок или номер звонящего.',
        'Where noise makes the telephones ring: a call is the second ring, or caller ID.',
        { scope: 'next-call', technical: true },
      ),
    ),
} as const;
