import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { Said } from '../../api/contract.ts';
import { titleOf } from '../../config/field.ts';
import { isRecord } from '../../config/issue.ts';
import { type Config, configSchema } from '../../config/schema.ts';
import { fieldsOf, unwrap } from '../../config/schema-walk.ts';

/** Hashes: they are in no export (docs/access.md, ruling 9), whoever knows a passphrase. */
const neverTaken = new Set(['passwordHash', 'hmac']);
/** A PIN as the HMAC under the key of the box that made it: worth nothing elsewhere (ruling 9). */
const ofThisBox = /^\d{1,2}:[0-9a-f]{64}$/;

/** A secret of the document. */
interface Place {
  /** JSON pointer; entries of lists by id or number. */
  path: string;
  holder: Record<string, unknown>;
  key: string;
  /** What it stands in: the entry of a list, or the section. */
  entry: Record<string, unknown>;
}

function places(document: Record<string, unknown>): Place[] {
  const found: Place[] = [];
  const visit = (
    value: unknown,
    schemas: readonly z.ZodType[],
    path: string,
    entry?: Record<string, unknown>,
  ): void => {
    if (Array.isArray(value)) {
      const items = schemas.flatMap((schema) => {
        const { inner } = unwrap(schema);
        return inner instanceof z.ZodArray ? [inner.element as z.ZodType] : [];
      });
      for (const [i, item] of value.entries()) {
        if (isRecord(item))
          visit(item, items, `${path}/${String(item.id ?? item.number ?? i)}`, entry ?? item);
      }
      return;
    }
    if (!isRecord(value)) return;
    const fields = schemas.map((schema) => fieldsOf(schema));
    for (const [key, inner] of Object.entries(value)) {
      const known = fields.flatMap((one) => one.get(key) ?? []);
      const at = `${path}/${key}`;
      if (known.some((schema) => unwrap(schema).meta?.secret))
        found.push({ path: at, holder: value, key, entry: entry ?? value });
      else visit(inner, known, at, entry ?? (isRecord(inner) ? inner : undefined));
    }
  };
  visit(document, [configSchema], '');
  return found;
}

export interface Taken {
  document: Record<string, unknown>;
  /** Those that may be taken along, encrypted, by their places. */
  secrets: Record<string, string>;
  /** Places of all that has to be put in again where it is not taken along. */
  left: string[];
}

/** The settings as they go into a backup: no secret is in them. */
export function taken(config: Config): Taken {
  const document = JSON.parse(JSON.stringify(config)) as Record<string, unknown>;
  const secrets: Record<string, string> = {};
  const left: string[] = [];
  for (const { path, holder, key } of places(document)) {
    const value = holder[key];
    delete holder[key];
    // Accounts and PINs are told of by their names.
    if (typeof value !== 'string' || value === '' || neverTaken.has(key)) continue;
    left.push(path);
    if (!ofThisBox.test(value)) secrets[path] = value;
  }
  return { document, secrets, left };
}

/** The settings of a backup with all that they need to come into force on this box. */
export interface Given {
  document: Record<string, unknown>;
  /** What nobody but a person can put in again. */
  again: Said[];
}

/**
 * Fills in what a backup leaves out: secrets from its sealed part, else those that this box has in the same entry with
 * the same address and user (a password never follows an entry to another server); passwords of accounts and PINs as far
 * as this box has them. Whoever is the administrator stays it.
 */
export function given(
  backup: Record<string, unknown>,
  present: Config,
  secrets: Readonly<Record<string, string>> | undefined,
): Given {
  const document = structuredClone(backup);
  const now = JSON.parse(JSON.stringify(present)) as Record<string, unknown>;
  document.admin = now.admin;
  const again: Said[] = [];
  const here = new Map(places(now).map((place) => [place.path, place]));
  const had = new Set(Object.keys(secrets ?? {}));
  for (const [path, { key, holder, entry }] of here) {
    if (path.startsWith('/admin')) continue;
    const value = holder[key];
    if (typeof value !== 'string' || value === '' || had.has(path)) continue;
    const target = holderAt(document, path);
    if (!target) continue;
    const fits = neverTaken.has(key) || ofThisBox.test(value) || sameWhere(entry, target.entry);
    if (fits) target.holder[key] = value;
  }
  for (const path of had) {
    const target = holderAt(document, path);
    const key = path.slice(path.lastIndexOf('/') + 1);
    if (target && !neverTaken.has(key)) target.holder[key] = secrets?.[path];
  }
  fillPins(document, again);
  fillAccounts(document, again);
  fillWebhooks(document, again);
  return { document, again };
}

/** Secrets that were set when the backup was made and are not in the document, named for whoever types them again. */
export function missing(wanted: readonly string[], document: Record<string, unknown>): Said[] {
  return wanted.flatMap((path) => {
    const target = holderAt(document, path);
    const key = path.slice(path.lastIndexOf('/') + 1);
    if (!target || (typeof target.holder[key] === 'string' && target.holder[key] !== '')) return [];
    const name = String(target.entry.name || target.entry.id || '');
    const { ru, en } = titleAt(path);
    return [{ ru: `${name ? `«${name}»: ` : ''}${ru}`, en: `${name ? `${name}: ` : ''}${en}` }];
  });
}

/** What the schema calls a place. */
function titleAt(path: string): Said {
  let schemas: z.ZodType[] = [configSchema];
  let title: Said = { ru: 'Пароль', en: 'Password' };
  for (const key of path.split('/').slice(1)) {
    schemas = schemas.flatMap((schema) => {
      const { inner } = unwrap(schema);
      return inner instanceof z.ZodArray ? [inner.element as z.ZodType] : (fieldsOf(inner).get(key) ?? []);
    });
    const meta = schemas.map((schema) => unwrap(schema).meta).find((one) => one?.secret);
    if (meta) title = titleOf(meta);
  }
  return title;
}

interface Found {
  holder: Record<string, unknown>;
  entry: Record<string, unknown>;
}

/** Where a pointer's last key stands in a document, which need not have it. */
function holderAt(document: Record<string, unknown>, path: string): Found | undefined {
  const keys = path.split('/').slice(1, -1);
  let at: unknown = document;
  let entry: Record<string, unknown> | undefined;
  for (const key of keys) {
    if (Array.isArray(at)) at = at.find((item) => isRecord(item) && String(item.id ?? item.number) === key);
    else at = isRecord(at) && Object.hasOwn(at, key) ? at[key] : undefined;
    if (!isRecord(at) && !Array.isArray(at)) return undefined;
    if (isRecord(at)) entry ??= at;
  }
  return isRecord(at) ? { holder: at, entry: entry ?? at } : undefined;
}

/** Keys under which nothing but a secret stands. */
const secretLike = /password|secret|privatekey|^pin$|hash|hmac/i;

/** Whether two entries lead to the same place: all their texts agree but for the name. */
function sameWhere(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].every(
    (key) => key === 'name' || secretLike.test(key) || text(a[key]) === text(b[key]),
  );
}

const listOf = (document: Record<string, unknown>, key: string): Record<string, unknown>[] => {
  const list = document[key];
  return Array.isArray(list) ? list.filter(isRecord) : [];
};

/** A PIN nobody can key until its digits are given again. */
function fillPins(document: Record<string, unknown>, again: Said[]): void {
  for (const pin of listOf(document, 'pins')) {
    if (pin.hmac !== undefined) continue;
    pin.hmac = randomBytes(32).toString('hex');
    pin.enabled = false;
    again.push({ ru: `ПИН-код «${String(pin.name)}»`, en: `PIN ${String(pin.name)}` });
  }
}

function fillAccounts(document: Record<string, unknown>, again: Said[]): void {
  for (const account of listOf(document, 'accounts')) {
    if (account.passwordHash !== undefined) continue;
    again.push({
      ru: `Пароль учётной записи «${String(account.id)}»`,
      en: `Password of the account ${String(account.id)}`,
    });
  }
}

function fillWebhooks(document: Record<string, unknown>, again: Said[]): void {
  for (const hook of listOf(document, 'webhooks')) {
    if (hook.secret !== undefined) continue;
    hook.secret = `whsec_${randomBytes(24).toString('base64')}`;
    again.push({
      ru: `Ключ подписи программы «${String(hook.name ?? hook.id)}»: сделан новый`,
      en: `Signing secret of the program ${String(hook.name ?? hook.id)}: a new one was made`,
    });
  }
}
