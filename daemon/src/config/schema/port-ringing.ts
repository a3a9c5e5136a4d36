import * as z from 'zod';
import { field } from '../field.ts';

/** How the bell of a telephone tells calls apart, and what becomes of one left off the hook. */
export const fxsRinging = {
  distinctiveRing: z
    .enum(['off', 'source', 'groups'])
    .default('source')
    .meta(
      field(
        'Разные звонки',
        'Distinctive ring',
        'Внутренний вызов и возврат после перевода звонят иначе, чем город. «И группы»: общий вызов тоже слышно.',
        'A colleague, or a call that comes back after a transfer, rings unlike an outside call. Groups too: a call to several telephones sounds its own way.',
        {
          scope: 'next-call',
          choices: {
            off: ['все вызовы одинаково', 'all calls alike'],
            source: ['город, внутренние, возврат', 'outside, inside, coming back'],
            groups: ['то же и группы', 'the same, and groups'],
          },
        },
      ),
    ),
  howlerAfterSeconds: z
    .number()
    .int()
    .min(0)
    .max(600)
    .default(60)
    .meta(
      field(
        'Ревун через',
        'Howler after',
        'Трубка лежит плохо: полминуты после него линия засыпает до отбоя. 0 — не включать.',
        'Calls to a handset left off the hook; half a minute of it, then the line sleeps until the handset is down. 0: never.',
        { unit: 's', technical: true },
      ),
    ),
} as const;
