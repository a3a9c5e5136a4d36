import { redact as redactBySchema, secretMark } from '../config/redaction.ts';
import type { Config } from '../config/schema.ts';
import type { PublicConfig } from './contract.ts';

export { secretMark };

/**
 * Keys whose text is a secret wherever in the document it stands. The schema marks its secrets too; going by
 * the name besides covers a new one that somebody forgot to mark.
 */
const secretKey = /password|secret|token|hmac|hash|^pin$|privatekey/i;

/** The configuration as the page may see it: without admin, accounts and PINs, and with a mark for every secret. */
export function redact(config: Config): PublicConfig {
  const { admin: _admin, accounts: _accounts, pins: _pins, ...rest } = redactBySchema(config);
  return mark(rest) as PublicConfig;
}

function mark(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(mark);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, v]) =>
      typeof v === 'string' && secretKey.test(key) ? [key, v === '' ? '' : secretMark] : [key, mark(v)],
    ),
  );
}

/**
 * Puts the stored secrets back where the edited document has marks, in place. Items of lists are found again
 * by `id` or `number`. Returns JSON pointers of the marks that stand for nothing (a renamed item).
 */
export function restoreSecrets(edited: unknown, stored: unknown, path = ''): string[] {
  if (Array.isArray(edited)) {
    return edited.flatMap((item, i) => restoreSecrets(item, sameItem(item, stored), `${path}/${i}`));
  }
  if (!isObject(edited)) return [];
  const old = isObject(stored) ? stored : {};
  const lost: string[] = [];
  for (const [key, value] of Object.entries(edited)) {
    const before = Object.hasOwn(old, key) ? old[key] : undefined;
    const at = `${path}/${key}`;
    if (value !== secretMark || !secretKey.test(key)) lost.push(...restoreSecrets(value, before, at));
    else if (typeof before === 'string') edited[key] = before;
    else lost.push(at);
  }
  return lost;
}

function sameItem(item: unknown, list: unknown): unknown {
  if (!Array.isArray(list) || !isObject(item)) return undefined;
  const key = 'id' in item ? 'id' : 'number';
  return item[key] === undefined
    ? undefined
    : list.find((other) => isObject(other) && other[key] === item[key]);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
