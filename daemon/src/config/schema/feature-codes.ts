import * as z from 'zod';
import { type CodeKind, featureCodes } from '../../dialplan/feature-codes.ts';
import { field, type Words } from '../field.ts';

const hint: Words = [
  '* или #, затем до семи знаков (*21*), или одни цифры',
  '* or #, then up to seven keys (*21*), or digits alone',
];

const shape = Object.fromEntries(
  featureCodes.map(({ kind, code, name, help }) => [
    kind,
    z
      .string()
      .regex(/^(?:[*#][0-9*#]{0,7}|[0-9]{1,8})?$/)
      .default(code)
      .meta(field(name.ru, name.en, help.ru, help.en, { hint, dialed: true })),
  ]),
) as Record<CodeKind, z.ZodDefault<z.ZodString>>;

/** The codes of the table, each changeable or off. */
export const codes = z
  .object(shape)
  .prefault({})
  .meta(
    field(
      'Коды услуг',
      'Feature codes',
      'Набираются с телефонов офиса. Пусто — такого кода нет.',
      'Dialed on the telephones of the office. Empty: there is no such code.',
    ),
  );
