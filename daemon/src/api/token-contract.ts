import * as z from 'zod';

/** What a program of the office may be let do; each request of the API that programs may make needs one of these. */
export const tokenScopes = [
  'calls:read',
  'calls:originate',
  'calls:control',
  'recordings:read',
  'voicemail:read',
  'voicemail:write',
  'phonebook:read',
  'phonebook:write',
  'queues:read',
  'queues:write',
  'events:read',
  'config:read',
  'config:write',
  'metrics:read',
] as const;
export type TokenScope = (typeof tokenScopes)[number];

/** Body of `POST /api/v1/tokens`. */
export const tokenOrder = z.strictObject({
  name: z
    .string()
    .trim()
    .regex(/^[^\p{Cc}\p{Bidi_Control}]{1,64}$/u)
    .describe('What the program is called, in lists and in the audit log'),
  scopes: z.array(z.enum(tokenScopes)).min(1).max(tokenScopes.length).describe('What it may do'),
  account: z
    .string()
    .max(64)
    .optional()
    .describe(
      'The account whose rights it has; `admin` unless given. It never sees more than that account does',
    ),
  days: z
    .number()
    .int()
    .min(1)
    .max(3650)
    .optional()
    .describe('Ends after so many days; without it the token holds until it is revoked'),
});
export type TokenOrder = z.infer<typeof tokenOrder>;

/** A token as it is listed; its secret is shown once, when it is made. */
export interface TokenView {
  id: string;
  name: string;
  scopes: TokenScope[];
  /** Whose rights it has. */
  account: string;
  /** How it begins, to tell it from others. */
  begins: string;
  /** Wall-clock ms since 1970, as are the following. */
  createdAt: number;
  createdBy: string;
  expiresAt?: number;
  lastUsedAt?: number;
  lastUsedFrom?: string;
}

/** Answer of `POST /api/v1/tokens`. */
export interface TokenMade extends TokenView {
  /** To be kept by the program; it is shown nowhere again. */
  token: string;
}

/** Who a token is, for whoever lets its requests in. */
export interface TokenHolder {
  id: string;
  name: string;
  account: string;
  scopes: readonly TokenScope[];
}

/** Tokens of the office's programs; the daemon keeps their hashes only. */
export interface TokenAccess {
  list(): TokenView[];
  /** Resolves once it is kept. Undefined: there are too many already. */
  create(order: TokenOrder, by: string): Promise<TokenMade | undefined>;
  /** From this moment on it lets nobody in; resolves, once that is kept, to what it was called. */
  revoke(id: string): Promise<string | undefined>;
  /** Whose a living token is, or undefined; counts as a use of it. */
  find(token: string, from: string): TokenHolder | undefined;
}
