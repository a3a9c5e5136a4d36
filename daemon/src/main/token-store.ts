import { createHash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as z from 'zod';
import {
  type TokenAccess,
  type TokenHolder,
  type TokenMade,
  type TokenOrder,
  type TokenView,
  tokenScopes,
} from '../api/token-contract.ts';
import type { Clock, Timer } from '../base/clock.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { orderedId } from '../base/ordered-id.ts';
import { writeAtomic } from '../config/atomic-file.ts';

const kept = z.array(
  z.object({
    id: z.string().max(64),
    name: z.string().max(64),
    scopes: z.array(z.enum(tokenScopes)),
    account: z.string().max(64),
    begins: z.string().max(16),
    /** SHA-256 of the token, base64url. */
    hash: z.string().length(43),
    createdAt: z.number(),
    createdBy: z.string().max(128),
    expiresAt: z.number().optional(),
    lastUsedAt: z.number().optional(),
    lastUsedFrom: z.string().max(64).optional(),
  }),
);
type Kept = z.infer<typeof kept>[number];

/** More programs than any office has. */
const most = 100;
/** When a token was last used is written at most so often, ms: it need not survive a power cut. */
const usesRestMs = 5 * 60_000;
const dayMs = 86_400_000;

/** Where tokens lie. */
export interface TokenFile {
  read(): string | undefined;
  write(text: string): Promise<void>;
}

/** `DATA/tokens.json`, for us alone. */
export function tokenFile(data: string): TokenFile {
  const path = join(data, 'tokens.json');
  return {
    read: () => {
      try {
        return readFileSync(path, 'utf8');
      } catch (error) {
        if (codeOf(error) === 'ENOENT') return undefined;
        throw error;
      }
    },
    write: (text) => writeAtomic(path, text),
  };
}

/**
 * Tokens of the office's programs. A token is 256 random bits, so that a plain hash is as good as a slow one; only the
 * hash is kept, and looking one up takes no time that depends on the secret.
 */
export class TokenStore implements TokenAccess {
  readonly #clock: Clock;
  readonly #file: TokenFile;
  readonly #warn: (message: string) => void;
  #tokens = new Map<string, Kept>();
  #uses: Timer | undefined;
  #writing: Promise<void> = Promise.resolve();

  /** A file that cannot be read lets no program in; it is told of, and stands until a token is made or revoked. */
  constructor(clock: Clock, file: TokenFile, warn: (message: string) => void) {
    this.#clock = clock;
    this.#file = file;
    this.#warn = warn;
    try {
      const text = file.read();
      for (const token of text === undefined ? [] : kept.parse(JSON.parse(text)))
        this.#tokens.set(token.hash, token);
    } catch (error) {
      warn(`the tokens of programs cannot be read: ${messageOf(error).slice(0, 200)}`);
    }
  }

  list(): TokenView[] {
    return [...this.#tokens.values()].map(viewOf);
  }

  async create(order: TokenOrder, by: string): Promise<TokenMade | undefined> {
    const now = this.#clock.wall();
    if (this.#tokens.size >= most) return undefined;
    const token = `lg_${randomBytes(32).toString('base64url')}`;
    const made: Kept = {
      ...{ id: orderedId(now), name: order.name, scopes: [...new Set(order.scopes)] },
      ...{ account: order.account ?? 'admin', begins: token.slice(0, 7), hash: hashOf(token) },
      ...{ createdAt: now, createdBy: by },
      ...(order.days === undefined ? {} : { expiresAt: now + order.days * dayMs }),
    };
    this.#tokens.set(made.hash, made);
    try {
      await this.#write();
    } catch (error) {
      this.#tokens.delete(made.hash);
      throw error;
    }
    return { ...viewOf(made), token };
  }

  async revoke(id: string): Promise<string | undefined> {
    const found = [...this.#tokens.values()].find((one) => one.id === id);
    if (!found) return undefined;
    // At once, whatever the disk says.
    this.#tokens.delete(found.hash);
    await this.#write();
    return found.name;
  }

  find(token: string, from: string): TokenHolder | undefined {
    if (token === '' || token.length > 128) return undefined;
    const found = this.#tokens.get(hashOf(token));
    const now = this.#clock.wall();
    if (!found || (found.expiresAt !== undefined && found.expiresAt <= now)) return undefined;
    if (from !== '') {
      found.lastUsedAt = now;
      found.lastUsedFrom = from.replace(/^::ffff:/i, '').slice(0, 64);
      this.#uses ??= this.#clock.after(usesRestMs, () => {
        this.#uses = undefined;
        this.#write().catch((error) => this.#warn(messageOf(error)));
      });
    }
    return found;
  }

  /** Writes when tokens were last used. */
  async close(): Promise<void> {
    if (this.#uses) {
      this.#uses.cancel();
      this.#uses = undefined;
      await this.#write().catch((error) => this.#warn(messageOf(error)));
    }
    await this.#writing.catch(() => undefined);
  }

  /** One write after the other, each of what is the case then. */
  #write(): Promise<void> {
    const writing = this.#writing
      .catch(() => undefined)
      .then(() => this.#file.write(`${JSON.stringify([...this.#tokens.values()], null, 2)}\n`));
    this.#writing = writing;
    return writing;
  }
}

/** Field by field, so that the hash stays inside. */
function viewOf(token: Kept): TokenView {
  const { id, name, scopes, account, begins, createdAt, createdBy } = token;
  const { expiresAt, lastUsedAt, lastUsedFrom } = token;
  return {
    ...{ id, name, scopes, account, begins, createdAt, createdBy },
    ...(expiresAt === undefined ? {} : { expiresAt }),
    ...(lastUsedAt === undefined ? {} : { lastUsedAt }),
    ...(lastUsedFrom === undefined ? {} : { lastUsedFrom }),
  };
}

const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
