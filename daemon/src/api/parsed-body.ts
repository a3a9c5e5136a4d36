import type { Request } from 'express';
import type * as z from 'zod';
import { ApiFault } from './errors.ts';

/**
 * The body of a request by its schema: the very one that the OpenAPI document shows.
 * @throws ApiFault `api/bad-request`, with the place of the first fault
 */
export function parsedBody<T extends z.ZodType>(request: Request, schema: T): z.infer<T> {
  return parsedValue(request.body ?? {}, schema);
}

/** The query of a request by its schema; everything in it is text. */
export function parsedQuery<T extends z.ZodType>(request: Pick<Request, 'query'>, schema: T): z.infer<T> {
  return parsedValue({ ...request.query }, schema);
}

function parsedValue<T extends z.ZodType>(value: unknown, schema: T): z.infer<T> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.slice(0, 1) : [];
  throw new ApiFault('api/bad-request', { path: `/${[...(issue?.path ?? []), ...unknown].join('/')}` });
}
