import * as z from 'zod';
import type { FieldMeta } from './field.ts';

/** A schema without its wrappers, and what the wrappers said. */
export interface SchemaNode {
  /** The schema within default, prefault and optional. */
  inner: z.ZodType;
  meta: FieldMeta | undefined;
  optional: boolean;
  /** Has the key, even with an undefined value, if there is a default. */
  default?: unknown;
}

/** Takes default, prefault and optional off a schema; the outermost metadata counts. */
export function unwrap(schema: z.ZodType): SchemaNode {
  const node: SchemaNode = { inner: schema, meta: schema.meta() as FieldMeta | undefined, optional: false };
  for (;;) {
    const { inner } = node;
    if (inner instanceof z.ZodDefault) {
      if (!('default' in node)) node.default = inner.def.defaultValue;
      node.inner = inner.def.innerType as z.ZodType;
    } else if (inner instanceof z.ZodPrefault) {
      if (!('default' in node)) node.default = inner.parse(undefined);
      node.inner = inner.def.innerType as z.ZodType;
    } else if (inner instanceof z.ZodOptional) {
      node.optional = true;
      node.inner = inner.def.innerType as z.ZodType;
    } else if (inner instanceof z.ZodPipe && inner.def.in instanceof z.ZodTransform) {
      // z.preprocess(): what is taken is that of the schema behind it.
      node.inner = inner.def.out as z.ZodType;
    } else {
      return node;
    }
    node.meta ??= node.inner.meta() as FieldMeta | undefined;
  }
}

/** Schemas of an object's fields; of a union of objects, each key with the schemas it has in the members. */
export function fieldsOf(schema: z.ZodType): Map<string, z.ZodType[]> {
  const { inner } = unwrap(schema);
  const fields = new Map<string, z.ZodType[]>();
  if (inner instanceof z.ZodObject) {
    for (const [key, value] of Object.entries(inner.shape)) fields.set(key, [value as z.ZodType]);
  } else if (inner instanceof z.ZodUnion) {
    for (const option of inner.options) {
      for (const [key, values] of fieldsOf(option as z.ZodType))
        fields.set(key, [...(fields.get(key) ?? []), ...values]);
    }
  }
  return fields;
}

/** What stands on the way to a place in the document, outermost first. */
export interface WalkedField {
  schema: z.ZodType;
  /** More than one where members of a union share the key. */
  schemas: readonly z.ZodType[];
  meta: FieldMeta | undefined;
  /** Key in the document; of an entry of a list its index or id. */
  key: string;
}

/**
 * Follows keys down the schema; entries of lists may be named by index, id or number. Stops where the
 * schema knows no further.
 */
export function walk(root: z.ZodType, keys: readonly string[]): WalkedField[] {
  const way: WalkedField[] = [];
  let schemas: z.ZodType[] = [root];
  for (const key of keys) {
    const next = schemas.flatMap((schema) => {
      const { inner } = unwrap(schema);
      return inner instanceof z.ZodArray ? [inner.element as z.ZodType] : (fieldsOf(inner).get(key) ?? []);
    });
    const first = next[0];
    if (!first) break;
    way.push({ schema: first, schemas: next, meta: unwrap(first).meta, key });
    schemas = next;
  }
  return way;
}

/** RFC 6901: a JSON pointer from keys. */
export function pointer(keys: readonly (string | number)[]): string {
  return keys.map((key) => `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`).join('');
}

/** The keys of a JSON pointer. */
export function keysOf(path: string): string[] {
  return path === ''
    ? []
    : path
        .slice(1)
        .split('/')
        .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
