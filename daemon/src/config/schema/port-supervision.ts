import * as z from 'zod';
import { field } from '../field.ts';

/** How an answer and a release are recognised on a line, beside what the country's profile says. */
export const fxoSupervision = {
  answerByVoice: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Ответ по голосу',
        'Answer by voice',
        'Конец длинных гудков или голос считается ответом. Нужно там, где станция ответ не сообщает.',
        'The end of the ringback, or a voice, counts as the answer. Needed where the exchange signals none.',
        { scope: 'next-call', technical: true },
      ),
    ),
  releaseByTones: z
    .boolean()
    .default(true)
    .meta(
      field(
        'Отбой по гудкам',
        'Release by tones',
        'Короткие гудки, сигнал станции или тоны ошибки в разговоре — это отбой. Выключайте, только если станция даёт разрыв тока или переполюсовку.',
        'Busy, congestion, dial or information tone in a call is its end. Turn off only where the exchange signals it by current break or polarity.',
        { scope: 'next-call', technical: true },
      ),
    ),
  toneFrequencyHz: z
    .number()
    .int()
    .min(380)
    .max(480)
    .optional()
    .meta(
      field(
        'Частота гудков линии',
        'Tone frequency of the line',
        'Как измерено изучением линии: слушаются только гудки в пределах 20 Гц от неё. Пусто — весь допуск страны.',
        'As measured by learning the line: only tones within 20 Hz of it count. Empty: all that the country allows.',
        { unit: 'Hz', scope: 'next-call', technical: true },
      ),
    ),
  loopBreakMinMs: z
    .number()
    .int()
    .min(40)
    .max(1000)
    .optional()
    .meta(
      field(
        'Разрыв тока от',
        'Current break from',
        'Более короткий разрыв тока — помеха, а не отбой. Пусто — как принято в стране.',
        'A shorter break of the current is a glitch, not a release. Empty: as is usual in the country.',
        { unit: 'ms', scope: 'next-call', technical: true },
      ),
    ),
  releaseBySilenceSeconds: z
    .number()
    .int()
    .min(0)
    .max(3600)
    .default(0)
    .meta(
      field(
        'Отбой по тишине',
        'Release by silence',
        'Столько тишины на линии — и она освобождается; 0 — никогда. Молчащий собеседник тоже тишина.',
        'So long a silence on the line frees it; 0: never. A party that listens is silence too.',
        { unit: 's', scope: 'next-call', technical: true },
      ),
    ),
} as const;
