import type { ConfigEdit, ConfigIssue } from './contract.ts';
import { isObject } from './redact.ts';

/** Parts of the document that the page does not edit as text: they have endpoints of their own, or none. */
const closed = new Set(['version', 'admin', 'accounts', 'pins']);

/** Why an edit cannot be made on this document. */
export type EditFault = { path: string; why: 'closed' | 'no-such-place' | 'bad-path' };

/**
 * The document after the edits, as a copy. Items of lists are named by `id` (ports: by `number`); a `put` of
 * an unknown one adds it at the end. Whether the result is valid is the schema's to say.
 */
export function applyEdits(
  document: unknown,
  edits: readonly ConfigEdit[],
): { ok: true; document: Record<string, unknown> } | { ok: false; fault: EditFault } {
  const copy = structuredClone(document) as Record<string, unknown>;
  for (const edit of edits) {
    const why = applyOne(copy, edit);
    if (why) return { ok: false, fault: { path: edit.path, why } };
  }
  return { ok: true, document: copy };
}

function applyOne(document: Record<string, unknown>, edit: ConfigEdit): EditFault['why'] | undefined {
  if (!edit.path.startsWith('/')) return 'bad-path';
  const keys = edit.path.slice(1).split('/').map(unescapePointer);
  const last = keys.pop() ?? '';
  const first = keys[0] ?? last;
  if (closed.has(first)) return 'closed';
  if (
    [...keys, last].some((k) => k === '' || k === '__proto__' || k === 'constructor' || k === 'prototype')
  ) {
    return 'bad-path';
  }
  let at: unknown = document;
  for (const key of keys) {
    if (Array.isArray(at)) at = at[indexOf(at, key)];
    else if (isObject(at) && Object.hasOwn(at, key)) at = at[key];
    else return 'no-such-place';
  }
  if (Array.isArray(at)) return editItem(at, last, edit);
  if (!isObject(at)) return 'no-such-place';
  if (edit.op === 'put') at[last] = structuredClone(edit.value);
  else if (Object.hasOwn(at, last)) delete at[last];
  else return 'no-such-place';
  return undefined;
}

function editItem(list: unknown[], name: string, edit: ConfigEdit): EditFault['why'] | undefined {
  const index = indexOf(list, name);
  if (edit.op === 'put') {
    if (index >= 0) list[index] = structuredClone(edit.value);
    else list.push(structuredClone(edit.value));
    return undefined;
  }
  if (index < 0) return 'no-such-place';
  list.splice(index, 1);
  return undefined;
}

function indexOf(list: readonly unknown[], name: string): number {
  return list.findIndex((item) => isObject(item) && String(item.id ?? item.number) === name);
}

/** RFC 6901 3. */
function unescapePointer(part: string): string {
  return part.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The issues with items of lists named by id or number in their paths, as the page names them. */
export function issuesById(document: unknown, issues: readonly ConfigIssue[]): ConfigIssue[] {
  return issues.map((issue) => {
    let at: unknown = document;
    const named = issue.path.split('/').map((part) => {
      if (part === '') return part;
      const next: unknown = Array.isArray(at) ? at[Number(part)] : isObject(at) ? at[part] : undefined;
      const name = Array.isArray(at) && isObject(next) ? (next.id ?? next.number) : undefined;
      at = next;
      return typeof name === 'string' || typeof name === 'number' ? String(name) : part;
    });
    return { ...issue, path: named.join('/') };
  });
}
