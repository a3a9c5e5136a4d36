import { isDeepStrictEqual } from 'node:util';
import { isRecord } from './issue.ts';
import { keysOf } from './schema-walk.ts';

type Json = Record<string, unknown>;

/**
 * Takes one change back out of a later document: every place that `before` -> `after` changed gets its old
 * value again. `undefined` if a later change stands on one of those places.
 * @param paths the changed places as {@link changedPaths} names them
 */
export function takeBack(
  current: unknown,
  before: unknown,
  after: unknown,
  paths: readonly string[],
): unknown {
  if (isDeepStrictEqual(current, after)) return structuredClone(before);
  const result = structuredClone(current) as Json;
  // The order of a list comes last, when its entries are back.
  const ordered = [...paths].sort((a, b) => Number(isList(after, a)) - Number(isList(after, b)));
  for (const path of ordered) {
    const keys = keysOf(path);
    if (isList(after, path) && isList(before, path) && isNamed(valueAt(after, keys))) {
      if (!reorder(result, before, after, keys)) return undefined;
    } else {
      if (!isDeepStrictEqual(valueAt(result, keys), valueAt(after, keys))) return undefined;
      if (!put(result, keys, structuredClone(valueAt(before, keys)), before)) return undefined;
    }
  }
  return result;
}

function isList(document: unknown, path: string): boolean {
  return Array.isArray(valueAt(document, keysOf(path)));
}

function isNamed(list: unknown): boolean {
  return Array.isArray(list) && list.every((entry) => nameOf(entry) !== undefined);
}

function nameOf(entry: unknown): string | undefined {
  const name = isRecord(entry) ? (entry.id ?? entry.number) : undefined;
  return name === undefined ? undefined : String(name);
}

/** What stands at a place; entries of lists are named by id or number. */
export function valueAt(document: unknown, keys: readonly string[]): unknown {
  let at: unknown = document;
  for (const key of keys) {
    if (Array.isArray(at)) at = at.find((entry) => nameOf(entry) === key);
    else if (isRecord(at)) at = at[key];
    else return undefined;
  }
  return at;
}

function put(document: Json, keys: readonly string[], value: unknown, before: unknown): boolean {
  const key = keys.at(-1);
  const parent = valueAt(document, keys.slice(0, -1));
  if (key === undefined) return false;
  if (Array.isArray(parent)) {
    const index = parent.findIndex((entry) => nameOf(entry) === key);
    if (value === undefined) {
      if (index >= 0) parent.splice(index, 1);
    } else if (index >= 0) {
      parent[index] = value;
    } else {
      const old = valueAt(before, keys.slice(0, -1));
      const place = Array.isArray(old) ? old.findIndex((entry) => nameOf(entry) === key) : -1;
      parent.splice(place < 0 ? parent.length : place, 0, value);
    }
    return true;
  }
  if (!isRecord(parent)) return false;
  if (value === undefined) delete parent[key];
  else parent[key] = value;
  return true;
}

/** Gives the entries that both documents have their old order; entries that came later stay where they are. */
function reorder(document: Json, before: unknown, after: unknown, keys: readonly string[]): boolean {
  const list = valueAt(document, keys);
  const old = valueAt(before, keys);
  const changed = valueAt(after, keys);
  if (!Array.isArray(list) || !Array.isArray(old) || !Array.isArray(changed)) return false;
  const oldNames = old.map(nameOf);
  const known = new Set(oldNames);
  const slots = list.flatMap((entry, index) => (known.has(nameOf(entry)) ? [index] : []));
  const names = new Set(slots.map((index) => nameOf(list[index])));
  const sorted = oldNames
    .filter((name) => names.has(name))
    .map((name) => list.find((entry) => nameOf(entry) === name));
  slots.forEach((slot, i) => {
    list[slot] = sorted[i];
  });
  return true;
}
