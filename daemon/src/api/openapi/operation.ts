import type * as z from 'zod';
import type { ApiErrorCode } from '../errors.ts';

/** A type of the contract by its name, several of them as `Name[]`, or a JSON Schema of its own. */
export type Shape = string | { [key: string]: unknown };

/** What the OpenAPI document tells of a route beside its path, its roles and its scope. */
export interface Operation {
  /** Where it stands in the document. */
  tag: string;
  summary: string;
  description?: string;
  /** Parameters of the query: the schema that the route reads them by, or their names with what they mean. */
  query?: z.ZodObject | Record<string, string>;
  /** The body: the schema that the route reads it by, or the type of the contract that its reader answers with. */
  body?: z.ZodType | Shape;
  /** The body is a file of one of these types. */
  file?: readonly string[];
  /** What comes back; `ok`: only that it was done. */
  answer: Shape | { file: readonly string[] };
  /** 200 unless given. */
  status?: number;
  /** Other statuses with an answer of their own kind. */
  also?: Record<number, Shape>;
  /** Errors of this route beside those that any may have. */
  errors?: readonly ApiErrorCode[];
}

export type Operations = Record<string, Operation>;

/** Makes operations of one tag. */
export const tagged = (tag: string, operations: Record<string, Omit<Operation, 'tag'>>): Operations =>
  Object.fromEntries(Object.entries(operations).map(([route, operation]) => [route, { tag, ...operation }]));
