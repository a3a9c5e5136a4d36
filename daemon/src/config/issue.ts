import type * as z from 'zod';
import type { ConfigIssue } from '../api/contract.ts';
import type { Said } from '../dialplan/route-plan.ts';
import type { FieldMeta } from './field.ts';
import { pointer, unwrap, walk } from './schema-walk.ts';

type ZodIssue = z.core.$ZodIssue;

/** An issue found by zod, with its place as a JSON pointer and its reason in words of the field's own. */
export function issueOf(schema: z.ZodType, issue: ZodIssue): ConfigIssue {
  const keys = issue.path.map(String);
  const way = walk(schema, keys);
  const last = way.length === keys.length ? way.at(-1) : undefined;
  const meta = last?.meta;
  const reason = reasonOf(issue, meta, last?.schemas ?? []);
  return {
    path: pointer(keys),
    said: meta ? { ru: `${meta.ru.title}: ${reason.ru}`, en: `${meta.title}: ${reason.en}` } : reason,
  };
}

const kinds: Record<string, Said> = {
  string: { ru: 'текст', en: 'a text' },
  number: { ru: 'число', en: 'a number' },
  int: { ru: 'целое число', en: 'a whole number' },
  boolean: { ru: 'да или нет', en: 'true or false' },
  array: { ru: 'список', en: 'a list' },
  object: { ru: 'раздел', en: 'an object' },
};

function reasonOf(issue: ZodIssue, meta: FieldMeta | undefined, schemas: readonly z.ZodType[]): Said {
  switch (issue.code) {
    case 'invalid_type': {
      const kind = kinds[issue.expected];
      if (issue.input === undefined && /received undefined/.test(issue.message)) {
        return { ru: 'не указано.', en: 'is missing.' };
      }
      return kind ? { ru: `нужно: ${kind.ru}.`, en: `must be ${kind.en}.` } : general(issue);
    }
    case 'invalid_format':
    // What a pattern cannot say: a certificate, an address.
    case 'custom':
      if (meta?.hint) return { ru: `впишите ${meta.hint[0]}.`, en: `must be ${meta.hint[1]}.` };
      return { ru: 'так записать нельзя.', en: 'is not written the right way.' };
    case 'too_small':
      return bound(issue.origin, Number(issue.minimum), 'least');
    case 'too_big':
      return bound(issue.origin, Number(issue.maximum), 'most');
    case 'invalid_value':
    case 'invalid_union': {
      const values =
        issue.code === 'invalid_value'
          ? issue.values.map(String)
          : schemas.flatMap((schema) =>
              Object.keys((unwrap(schema).meta as FieldMeta | undefined)?.choices ?? {}),
            );
      if (values.length === 0) return general(issue);
      return { ru: `выберите одно из: ${values.join(', ')}.`, en: `must be one of: ${values.join(', ')}.` };
    }
    default:
      return general(issue);
  }
}

function bound(origin: string, limit: number, end: 'least' | 'most'): Said {
  const words = { least: { ru: 'не меньше', en: 'at least' }, most: { ru: 'не больше', en: 'at most' } }[end];
  if (origin === 'string' && limit === 1 && end === 'least') return { ru: 'не заполнено.', en: 'is empty.' };
  if (origin === 'string')
    return { ru: `знаков ${words.ru} ${limit}.`, en: `must have ${words.en} ${limit} characters.` };
  if (origin === 'array' && limit === 1 && end === 'least')
    return { ru: 'нужна хотя бы одна запись.', en: 'must have at least one entry.' };
  if (origin === 'array')
    return { ru: `записей ${words.ru} ${limit}.`, en: `must have ${words.en} ${limit} entries.` };
  return { ru: `${words.ru} ${limit}.`, en: `must be ${words.en} ${limit}.` };
}

function general(issue: ZodIssue): Said {
  return { ru: `не подходит (${issue.message}).`, en: `does not fit (${issue.message}).` };
}

/**
 * Keys of a document that its schema does not know: a misspelt setting must not be swallowed in silence.
 * `parsed` is the document after parsing.
 */
export function unknownKeys(
  document: unknown,
  parsed: unknown,
  keys: readonly (string | number)[] = [],
): ConfigIssue[] {
  if (Array.isArray(document) && Array.isArray(parsed)) {
    return document.flatMap((item, i) => unknownKeys(item, parsed[i], [...keys, i]));
  }
  if (!isRecord(document) || !isRecord(parsed)) return [];
  return Object.entries(document).flatMap(([key, value]) => {
    if (key in parsed) return unknownKeys(value, parsed[key], [...keys, key]);
    if (value === undefined) return [];
    return [
      {
        path: pointer([...keys, key]),
        said: { ru: `Такой настройки нет: ${key}.`, en: `There is no such setting: ${key}.` },
      },
    ];
  });
}

/** Whether a value is a plain object. */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
