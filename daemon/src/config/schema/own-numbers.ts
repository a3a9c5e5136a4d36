import * as z from 'zod';
import { field } from '../field.ts';
import { asDialed, asDialedHint } from './common.ts';

/** A person's own abbreviated numbers, by one digit. */
export const ownNumbers = z
  .array(
    z
      .object({
        key: z
          .string()
          .regex(/^[0-9]$/)
          .meta(
            field('Цифра', 'Digit', 'Набирается после кода.', 'Dialed behind the code.', {
              hint: ['одна цифра', 'one digit'],
              dialed: true,
            }),
          ),
        number: asDialed.meta(
          field(
            'Номер',
            'Number',
            'Что вызывается; права нужны те же, что и для самого номера.',
            'What is called; it takes the same rights as the number itself.',
            { hint: asDialedHint, dialed: true },
          ),
        ),
      })
      .meta(field('Номер', 'Number', 'Цифра и номер.', 'A digit and a number.')),
  )
  .max(10)
  .default([])
  .meta(
    field(
      'Свои сокращённые номера',
      'Own abbreviated numbers',
      'Набираются только с телефонов этого сотрудника; код для этого в разделе «Набор».',
      "Dialed on this person's telephones only; the code for it stands under Dialing.",
    ),
  );
