import * as z from 'zod';
import { type Config, configSchema } from './schema.ts';
import { fieldsOf, unwrap } from './schema-walk.ts';

/** Stands for a secret that is set, in everything that leaves the box. */
export const secretMark = '••••••••';

/** A copy of the document with a mark in place of every secret, for the page, exports and support. */
export function redact(config: Config): Config {
  return redacted(config, [configSchema]) as Config;
}

function redacted(value: unknown, schemas: readonly z.ZodType[]): unknown {
  if (schemas.some((schema) => unwrap(schema).meta?.secret)) {
    return typeof value === 'string' && value !== '' ? secretMark : value;
  }
  if (Array.isArray(value)) {
    const items = schemas.flatMap((schema) => {
      const { inner } = unwrap(schema);
      return inner instanceof z.ZodArray ? [inner.element as z.ZodType] : [];
    });
    return value.map((item) => redacted(item, items));
  }
  if (typeof value !== 'object' || value === null) return value;
  const fields = schemas.map((schema) => fieldsOf(schema));
  return Object.fromEntries(
    Object.entries(value).map(([key, part]) => [
      key,
      redacted(
        part,
        fields.flatMap((known) => known.get(key) ?? []),
      ),
    ]),
  );
}
