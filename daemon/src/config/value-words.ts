import * as z from 'zod';
import type { Said } from '../dialplan/route-plan.ts';
import { type FieldMeta, said, titleOf, type Words } from './field.ts';
import { unitWords } from './form-model.ts';
import { isRecord } from './issue.ts';
import { configSchema } from './schema.ts';
import { keysOf, unwrap, walk } from './schema-walk.ts';
import { valueAt } from './undo.ts';

/** How many parts of a value are told before the rest is only counted. */
const partsTold = 3;
const textTold = 80;

/**
 * A value of the document in words, for somebody who compares an old one with a new one. Undefined: nothing stands
 * there. A secret is only said to be set.
 * @param path a JSON pointer with entries named by id or number
 * @param document where names of what the value refers to are found
 */
export function valueWords(path: string, value: unknown, document: unknown): Said | undefined {
  const keys = keysOf(path);
  const way = walk(configSchema, keys);
  const at = way.length === keys.length ? way.at(-1) : undefined;
  return wordsOf(value, at?.schemas ?? [], document);
}

const same = (text: string): Said => ({ ru: text, en: text });
const words = (ru: string, en: string): Said => ({ ru, en });

function wordsOf(value: unknown, schemas: readonly z.ZodType[], document: unknown): Said | undefined {
  if (value === undefined || value === null) return undefined;
  const metas = schemas.flatMap((schema) => unwrap(schema).meta ?? []);
  if (metas.some(({ secret }) => secret)) return value === '' ? words('нет', 'none') : words('задан', 'set');
  if (typeof value === 'boolean') return value ? words('да', 'yes') : words('нет', 'no');
  if (Array.isArray(value)) return listWords(value, schemas, metas, document);
  if (isRecord(value)) return recordWords(value, schemas, document);
  const choice = choiceOf(metas, value);
  if (choice) return said(choice);
  if (value === '') return words('пусто', 'empty');
  const referred = metas.find(({ refersTo }) => refersTo)?.refersTo;
  if (referred !== undefined) return same(nameOf(referred, value, document));
  const unit = metas.find((meta) => meta.unit)?.unit;
  const text = cut(String(value));
  return unit ? words(`${text} ${unitWords[unit].ru}`, `${text} ${unitWords[unit].en}`) : same(text);
}

function choiceOf(metas: readonly FieldMeta[], value: unknown): Words | undefined {
  for (const { choices } of metas) {
    const found = choices?.[String(value)];
    if (found) return found;
  }
  return undefined;
}

function listWords(
  list: readonly unknown[],
  schemas: readonly z.ZodType[],
  metas: readonly FieldMeta[],
  document: unknown,
): Said {
  if (list.length === 0) return words('пусто', 'empty');
  const items = schemas.flatMap((schema) => {
    const { inner } = unwrap(schema);
    return inner instanceof z.ZodArray ? [inner.element as z.ZodType] : [];
  });
  const referred = metas.find(({ refersTo }) => refersTo)?.refersTo;
  const told = list.slice(0, partsTold).map((item) => {
    const choice = isRecord(item) ? undefined : choiceOf(metas, item);
    if (choice) return said(choice);
    if (referred !== undefined && !isRecord(item)) return same(nameOf(referred, item, document));
    return wordsOf(item, items, document) ?? same('');
  });
  return joined(told, list.length - told.length, ', ');
}

function recordWords(
  value: Record<string, unknown>,
  schemas: readonly z.ZodType[],
  document: unknown,
): Said | undefined {
  const name = value.name ?? value.title;
  if (typeof name === 'string' && name !== '') return same(`«${cut(name)}»`);
  const known = schemas.flatMap((schema) => {
    const { inner } = unwrap(schema);
    return inner instanceof z.ZodObject ? [inner.shape as Record<string, z.ZodType>] : [];
  });
  const parts = Object.entries(value).flatMap(([key, part]) => {
    const schema = known.find((shape) => shape[key])?.[key];
    const meta = schema && unwrap(schema).meta;
    const text = wordsOf(part, schema ? [schema] : [], document);
    if (!text) return [];
    const title = meta ? titleOf(meta) : same(key);
    return [words(`${title.ru}: ${text.ru}`, `${title.en}: ${text.en}`)];
  });
  if (parts.length === 0) return words('пусто', 'empty');
  const told = parts.slice(0, partsTold);
  return joined(told, parts.length - told.length, '; ');
}

function joined(told: readonly Said[], more: number, between: string): Said {
  return words(
    told.map(({ ru }) => ru).join(between) + (more > 0 ? ` и ещё ${more}` : ''),
    told.map(({ en }) => en).join(between) + (more > 0 ? ` and ${more} more` : ''),
  );
}

function nameOf(list: string, value: unknown, document: unknown): string {
  const key = list === 'telephones' || list === 'lines' ? 'ports' : list;
  const entry = valueAt(document, [key, String(value)]);
  const name = isRecord(entry) ? entry.name : undefined;
  return typeof name === 'string' && name !== '' ? cut(name) : String(value);
}

const cut = (text: string): string => (text.length > textTold ? `${text.slice(0, textTold - 1)}…` : text);
