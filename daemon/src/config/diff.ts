import { isDeepStrictEqual } from 'node:util';
import type { ChangeScope, ConfigOutcome } from '../api/contract.ts';
import { titleOf } from './field.ts';
import { isRecord } from './issue.ts';
import { type Config, configSchema } from './schema.ts';
import { keysOf, pointer, walk } from './schema-walk.ts';

/**
 * JSON pointers of what differs between two documents. Entries of lists are named by id (ports: by number),
 * so that an entry put in front of others is one change and not many; lists of plain values are one place.
 */
export function changedPaths(before: unknown, after: unknown, keys: readonly string[] = []): string[] {
  if (isDeepStrictEqual(before, after)) return [];
  if (isRecord(before) && isRecord(after)) {
    const names = new Set([...Object.keys(before), ...Object.keys(after)]);
    return [...names].flatMap((name) => changedPaths(before[name], after[name], [...keys, name]));
  }
  if (Array.isArray(before) && Array.isArray(after)) {
    const old = byName(before);
    const now = byName(after);
    if (old && now) return changedEntries(old, now, keys);
  }
  return [pointer(keys)];
}

function changedEntries(
  old: ReadonlyMap<string, unknown>,
  now: ReadonlyMap<string, unknown>,
  keys: readonly string[],
): string[] {
  const paths: string[] = [];
  for (const name of new Set([...old.keys(), ...now.keys()])) {
    if (old.has(name) && now.has(name))
      paths.push(...changedPaths(old.get(name), now.get(name), [...keys, name]));
    else paths.push(pointer([...keys, name]));
  }
  const kept = (names: Iterable<string>, other: ReadonlyMap<string, unknown>): string[] =>
    [...names].filter((name) => other.has(name));
  const moved = !isDeepStrictEqual(kept(old.keys(), now), kept(now.keys(), old));
  return moved ? [...paths, pointer(keys)] : paths;
}

function byName(list: readonly unknown[]): Map<string, unknown> | undefined {
  const named = new Map<string, unknown>();
  for (const item of list) {
    const name = isRecord(item) ? (item.id ?? item.number) : undefined;
    if (typeof name !== 'string' && typeof name !== 'number') return undefined;
    named.set(String(name), item);
  }
  return named.size === list.length ? named : undefined;
}

/** When a change at this place takes effect. */
export function scopeAt(path: string): ChangeScope {
  return walk(configSchema, keysOf(path)).findLast(({ meta }) => meta?.scope)?.meta?.scope ?? 'restart-box';
}

/** What has to be done for a change to hold. */
export interface Restarts {
  trunks: string[];
  /** `all`: something that every port depends on. */
  ports: number[] | 'all';
  box: boolean;
}

/** The parts that changed places ask to be restarted; everything else holds at once or from the next call. */
export function restartsFor(paths: readonly string[]): Restarts {
  const trunks = new Set<string>();
  const ports = new Set<number>();
  let all = false;
  let box = false;
  for (const path of paths) {
    const keys = keysOf(path);
    const scope = scopeAt(path);
    if (scope === 'restart-box') box = true;
    else if (scope === 'restart-trunk' && keys[1] !== undefined) trunks.add(keys[1]);
    else if (scope === 'restart-port') {
      if (keys[0] !== 'ports') all = true;
      else if (keys[1] !== undefined) ports.add(Number(keys[1]));
    }
  }
  return { trunks: [...trunks], ports: all ? 'all' : [...ports], box };
}

/** The changes between two documents in words; no value is ever part of them. */
export function describeChanges(
  before: Config,
  after: Config,
  paths: readonly string[],
): ConfigOutcome['changes'] {
  return paths.map((path) => {
    const keys = keysOf(path);
    const way = walk(configSchema, keys);
    const words = { ru: [] as string[], en: [] as string[] };
    way.forEach(({ meta, key }, index) => {
      const isEntry = index === 1 && Array.isArray(after[keys[0] as keyof Config]);
      if (isEntry) {
        const name = entryName(after, before, keys[0]!, key);
        words.ru.push(`«${name}»`);
        words.en.push(`"${name}"`);
      } else if (meta) {
        const title = titleOf(meta);
        words.ru.push(title.ru);
        words.en.push(title.en);
      }
    });
    const verb =
      keys.length === 2 && Array.isArray(after[keys[0] as keyof Config])
        ? entryVerb(before, after, keys)
        : undefined;
    return {
      path,
      scope: scopeAt(path),
      said: {
        ru: words.ru.join(' → ') + (verb ? `: ${verb[0]}` : ''),
        en: words.en.join(' → ') + (verb ? `: ${verb[1]}` : ''),
      },
    };
  });
}

function entryOf(config: Config, list: string, key: string): Record<string, unknown> | undefined {
  const entries = config[list as keyof Config];
  if (!Array.isArray(entries)) return undefined;
  return entries
    .map((entry) => entry as Record<string, unknown>)
    .find((entry) => String(entry.id ?? entry.number) === key);
}

function entryName(after: Config, before: Config, list: string, key: string): string {
  const entry = entryOf(after, list, key) ?? entryOf(before, list, key);
  const name = entry?.name;
  return typeof name === 'string' && name !== '' ? name : key;
}

function entryVerb(
  before: Config,
  after: Config,
  keys: readonly string[],
): readonly [string, string] | undefined {
  const was = entryOf(before, keys[0]!, keys[1]!) !== undefined;
  const is = entryOf(after, keys[0]!, keys[1]!) !== undefined;
  if (is && !was) return ['добавлено', 'added'];
  if (was && !is) return ['удалено', 'removed'];
  return undefined;
}
