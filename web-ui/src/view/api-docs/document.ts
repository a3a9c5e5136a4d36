/** A JSON Schema, as far as the page draws it. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  additionalProperties?: Schema | boolean;
}

export interface Described {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters?: { name: string; in: 'path' | 'query'; description?: string }[];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content?: Record<string, { schema: Schema }> }>;
  'x-scope'?: string;
  'x-roles'?: string[];
}

/** The OpenAPI document of the box. */
export interface ApiDocument {
  info: { title: string; version: string; description: string };
  tags: { name: string }[];
  paths: Record<string, Record<string, Described>>;
  components: { schemas: Record<string, Schema> };
}

/** Every request, in the order of the document. */
export function methodsOf({ paths }: ApiDocument): { method: string; path: string; described: Described }[] {
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, described]) => ({ method: method.toUpperCase(), path, described })),
  );
}

/** A schema in a few words: `string`, `Contact[]`, `"a" | "b"`. */
export function shortly(schema: Schema): string {
  const { $ref, type, items, anyOf, enum: values } = schema;
  if ($ref) return $ref.split('/').at(-1) ?? '';
  if ('const' in schema) return JSON.stringify(schema.const);
  if (values) return values.map((one) => JSON.stringify(one)).join(' | ');
  if (anyOf) return anyOf.map(shortly).join(' | ');
  if (items) return `${shortly(items)}[]`;
  return Array.isArray(type) ? type.join(' | ') : (type ?? 'any');
}
