import * as z from 'zod';
import { field } from '../field.ts';

const percent = (ru: string, en: string, ruHelp: string, enHelp: string) =>
  z
    .number()
    .min(0)
    .max(100)
    .optional()
    .meta(field(ru, en, ruHelp, enHelp, { unit: 'percent' }));

/** Below these a trunk's routes come last (O05). */
export const quality = z
  .object({
    answered: percent(
      'Отвеченных не меньше',
      'Answered at least',
      'Доля отвеченных из последних вызовов; обычно 40–70 %; пусто — не смотреть.',
      'Answer-seizure ratio of the last calls, 40 to 70 % as a rule; empty: not looked at.',
    ),
    loss: percent(
      'Потерь звука не больше',
      'Loss at most',
      'Доля потерянных пакетов RTP в последних разговорах; пусто — не смотреть.',
      'Share of RTP packets lost in the last calls; empty: not looked at.',
    ),
  })
  .optional()
  .meta(
    field(
      'Требования к качеству',
      'Quality',
      'Если линия работает хуже, её маршруты идут последними, сколько бы ни стоили.',
      'Where the trunk does worse its routes come last, whatever they cost.',
      { scope: 'next-call', technical: true },
    ),
  );
