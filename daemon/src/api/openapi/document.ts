import * as z from 'zod';
import { configSchema } from '../../config/schema.ts';
import { ApiFault } from '../errors.ts';
import { rolesOf, routeAccess, scopeOf } from '../route-access.ts';
import { tokenScopes } from '../token-contract.ts';
import type { Operation, Shape } from './operation.ts';
import { operations } from './operations.ts';
import types from './types.json' with { type: 'json' };

type Json = { [key: string]: unknown };

/** Errors that any request may meet, by their status. */
const common: Record<number, string> = {
  400: 'The request is not understood; `path` names the value.',
  401: 'Nobody is signed in, or the token does not hold.',
  403: 'Not for this role, this token, or from this network.',
  404: 'There is no such thing.',
  409: 'It does not go with what is the case.',
  410: 'It is no more, or cannot be read here.',
  413: 'The request is too large.',
  415: 'A type of body that is not taken here.',
  422: 'Understood, and not taken: `said` tells why.',
  429: 'Too often; `Retry-After` says when to come again.',
  503: 'Not now.',
};

/**
 * The API described as OpenAPI 3.1.0: the routes and who may ask them from the table that guards them, requests from the
 * schemas that they are read by, answers from the types that daemon and page share.
 */
export function openapiDocument(version: string): Json {
  const paths: Record<string, Json> = {};
  for (const [route, operation] of Object.entries(operations)) {
    const [method = '', path = ''] = route.split(' ');
    const key = path.replace(/:(\w+)/g, '{$1}');
    paths[key] = { ...paths[key], [method.toLowerCase()]: described(route, operation) };
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Linegate',
      version,
      summary: 'What programs of the office may ask of the box',
      description:
        'A program shows its token as `Authorization: Bearer …`; an administrator makes one under Box, Access. What a route needs is its scope and one of its roles (`x-scope`, `x-roles`); a route without a scope is for people at the page. Errors have a code, and words in Russian and English.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/api/v1' }],
    tags: [...new Set(Object.values(operations).map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: {
        ...types,
        PublicConfig: publicConfig(),
        Ok: { type: 'object', properties: { ok: { const: true } }, required: ['ok'] },
      },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description: `A token with scopes: ${tokenScopes.join(', ')}.`,
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: 'linegate-session',
          description:
            'Of a browser that is signed in; what changes something must come from our own Origin.',
        },
      },
    },
  };
}

/** What a form knows of a field beside its shape: words for people, not for programs. */
const formOnly = [
  'ru',
  'hint',
  'choices',
  'item',
  'empty',
  'scope',
  'technical',
  'refersTo',
  'dialed',
  'time',
];

/** The settings as they are shown: without accounts and PINs, and with a mark in place of secrets. */
function publicConfig(): Json {
  const plain = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(plain);
    if (typeof value !== 'object' || value === null) return value;
    const { secret, ...rest } = value as Json;
    const { title, description } = rest;
    if (secret === true) return { type: 'string', title, description };
    return Object.fromEntries(
      Object.entries(rest).flatMap(([key, one]) =>
        formOnly.includes(key) && !isSchema(one) ? [] : [[key, plain(one)]],
      ),
    );
  };
  const { properties, ...whole } = plain(schemaOf(configSchema, 'output')) as Json;
  const { admin: _, accounts: __, pins: ___, ...shown } = properties as Json;
  const required = ((whole.required ?? []) as string[]).filter((key) => key in shown);
  return { ...whole, required, properties: shown };
}

/** A field of the settings may be called like what a form knows of one: then it is a schema. */
const isSchema = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  ('type' in value || 'anyOf' in value || 'enum' in value || '$ref' in value);

function described(route: string, operation: Operation): Json {
  const { tag, summary, description, query, body, file, answer, status = 200, also = {}, errors } = operation;
  const access = routeAccess[route];
  const scope = scopeOf(access);
  const roles = access === undefined || access === 'anyone' ? undefined : rolesOf(access);
  const parameters = [
    ...[...route.matchAll(/:(\w+)/g)].map(([, name]) => ({
      ...{ name, in: 'path', required: true, schema: { type: 'string' } },
    })),
    ...queryOf(query),
  ];
  const known = [
    400,
    ...(roles ? [401, 403] : []),
    ...(parameters.some((one) => one.in === 'path') || isFile(answer) ? [404] : []),
  ];
  const faults = new Set([
    ...known,
    429,
    ...(body || file ? [413, 415] : []),
    ...(errors ?? []).map((code) => new ApiFault(code).status),
  ]);
  return {
    tags: [tag],
    operationId: route
      .replace(/[^A-Za-z]+(\w)/g, (_, letter: string) => letter.toUpperCase())
      .replace(/\W/g, ''),
    summary,
    ...(description ? { description } : {}),
    ...(roles ? { 'x-roles': roles } : {}),
    ...(scope ? { 'x-scope': scope } : {}),
    ...(errors ? { 'x-errors': errors } : {}),
    security: roles ? [...(scope ? [{ token: [] }] : []), { session: [] }] : [],
    ...(parameters.length > 0 ? { parameters } : {}),
    ...(body
      ? { requestBody: { required: true, content: { 'application/json': { schema: bodyOf(body) } } } }
      : {}),
    ...(file ? { requestBody: { required: true, content: filesOf(file) } } : {}),
    responses: {
      [status]: { description: 'Done', content: contentOf(answer) },
      ...Object.fromEntries(
        Object.entries(also).map(([code, shape]) => [
          code,
          { description: common[Number(code)] ?? 'Done', content: contentOf(shape) },
        ]),
      ),
      ...Object.fromEntries(
        [...faults]
          .filter((code) => !(code in also))
          .map((code) => [
            code,
            {
              description: common[code] ?? '',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/ApiError' } } },
            },
          ]),
      ),
    },
  };
}

function queryOf(query: Operation['query']): { name: string; in: string; [key: string]: unknown }[] {
  if (!query) return [];
  if (!(query instanceof z.ZodObject))
    return Object.entries(query as Record<string, string>).map(([name, description]) => ({
      ...{ name, in: 'query', description, schema: { type: 'string' } },
    }));
  const { properties = {} } = schemaOf(query, 'input') as { properties?: Record<string, Json> };
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    ...{ name, in: 'query', ...(description ? { description } : {}) },
    // What is read from text has no type of its own there: what is read tells it.
    schema:
      'type' in schema || 'enum' in schema || 'const' in schema ? schema : { type: 'integer', ...schema },
  }));
}

const isFile = (answer: Operation['answer']): answer is { file: readonly string[] } =>
  typeof answer === 'object' && Array.isArray(answer.file);

function contentOf(answer: Operation['answer']): Json {
  if (isFile(answer)) return filesOf(answer.file);
  return { 'application/json': { schema: shapeOf(answer as Shape) } };
}

const filesOf = (types: readonly string[]): Json =>
  Object.fromEntries(types.map((type) => [type, { schema: { type: 'string', format: 'binary' } }]));

const bodyOf = (body: z.ZodType | Shape): unknown =>
  body instanceof z.ZodType ? schemaOf(body, 'input') : shapeOf(body);

function shapeOf(shape: Shape): unknown {
  if (typeof shape !== 'string') return shape;
  if (shape === 'ok') return { $ref: '#/components/schemas/Ok' };
  const reference = { $ref: `#/components/schemas/${shape.replace(/\[\]$/, '')}` };
  return shape.endsWith('[]') ? { type: 'array', items: reference } : reference;
}

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): Json {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    reused: 'inline',
  }) as Json;
  return rest;
}
