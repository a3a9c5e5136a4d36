import * as z from 'zod';
import { field } from '../field.ts';

/** Which callers from outside are asked for their name first (S02). `ru` and `en`: the help. */
export const screening = (ru: string, en: string) =>
  z
    .enum(['off', 'unknown', 'outside'])
    .default('off')
    .meta(
      field('Спрашивать, кто звонит', 'Ask who is calling', ru, en, {
        scope: 'next-call',
        choices: {
          off: ['нет', 'no'],
          unknown: ['если номер скрыт или неизвестен', 'if the number is withheld or unknown'],
          outside: ['у всех, кто звонит снаружи', 'everybody from outside'],
        },
      }),
    );
