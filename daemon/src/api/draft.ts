import { isDeepStrictEqual } from 'node:util';
import { changedPaths, describeChanges } from '../config/diff.ts';
import { type Config, configSchema } from '../config/schema.ts';
import { keysOf } from '../config/schema-walk.ts';
import { valueAt } from '../config/undo.ts';
import { valueWords } from '../config/value-words.ts';
import { applyEdits, type EditFault } from './config-edits.ts';
import type { ConfigEdit, ConfigHistoryEntry } from './contract.ts';
import type { DraftChange, DraftConflict, DraftEdit, DraftEditView } from './draft-contract.ts';

/** The most edits that may wait for one account. */
export const draftSize = 200;

/** The document with the edits in it; those that have no place any more are left out and named. */
export function draftDocument(
  present: unknown,
  edits: readonly DraftEdit[],
): { document: Record<string, unknown>; lost: ReadonlySet<string> } {
  let document = present as Record<string, unknown>;
  const lost = new Set<string>();
  for (const { id, edit } of edits) {
    const result = applyEdits(document, [edit]);
    if (result.ok) document = result.document;
    else lost.add(id);
  }
  return { document, lost };
}

/**
 * The edits that wait after some more were made: what is edited twice is one edit, an edit within an entry that waits
 * as a whole becomes part of it, and what brings a place back to what is in force is none at all.
 */
export function withEdits(
  present: { revision: number; config: unknown },
  waiting: readonly DraftEdit[],
  made: readonly ConfigEdit[],
  meta: {
    at: number;
    newId(): string;
    /** Makes of a document what may be kept: secrets behind their marks put back, PINs turned into fingerprints. */
    prepared(document: Record<string, unknown>, before: unknown): Record<string, unknown>;
  },
): { ok: true; edits: DraftEdit[] } | { ok: false; fault: EditFault } {
  let edits = [...waiting];
  const inForce = asStored(present.config);
  for (const edit of made) {
    const { document } = draftDocument(inForce, edits);
    const result = applyEdits(document, [edit]);
    if (!result.ok) return result;
    const around = edits.find(
      ({ edit: other }) => other.op === 'put' && edit.path.startsWith(`${other.path}/`),
    );
    const path = around?.edit.path ?? edit.path;
    const old = edits.find((one) => one.edit.path === path);
    const value = valueAt(sound(meta.prepared(result.document, document)), keysOf(path));
    const was = old ? old.was : valueAt(inForce, keysOf(path));
    const next: DraftEdit = {
      id: old?.id ?? meta.newId(),
      edit: value === undefined ? { op: 'remove', path } : { op: 'put', path, value },
      at: meta.at,
      revision: old?.revision ?? present.revision,
      ...(was === undefined ? {} : { was }),
    };
    const index = old ? edits.indexOf(old) : edits.length;
    edits[index] = next;
    edits = edits.filter((one) => one === next || !one.edit.path.startsWith(`${path}/`));
    // Back to what is in force: nothing waits for this place any more.
    if (isDeepStrictEqual(value, valueAt(inForce, keysOf(path)))) edits = edits.filter((one) => one !== next);
  }
  return { ok: true, edits };
}

/** Each edit with what it comes to, and whether somebody else was there since. Edits that are in force already are left out. */
export function viewEdits(
  present: { revision: number; config: Config },
  edits: readonly DraftEdit[],
  who: string,
  history: readonly ConfigHistoryEntry[],
): DraftEditView[] {
  const inForce = asStored(present.config) as Config;
  let document: unknown = inForce;
  const views: DraftEditView[] = [];
  for (const one of edits) {
    const { edit, id, at } = one;
    const result = applyEdits(document, [edit]);
    const next = result.ok ? sound(result.document) : document;
    const paths = changedPaths(document, next);
    const conflict = conflictOf(inForce, one, history, result.ok);
    const changes = describeChanges(document as Config, next as Config, paths).map((change): DraftChange => {
      const { path, scope, said } = change;
      const keys = keysOf(path);
      const before = valueWords(path, valueAt(document, keys), document);
      const after = valueWords(path, valueAt(next, keys), next);
      return {
        ...{ path, scope, said: said ?? { ru: path, en: path } },
        ...(before ? { before } : {}),
        ...(after ? { after } : {}),
      };
    });
    document = next;
    if (changes.length === 0 && !conflict) continue;
    views.push({
      ...{ id, path: edit.path, op: edit.op, who, at, changes },
      ...(conflict ? { conflict } : {}),
    });
  }
  return views;
}

/** Whether the place of an edit is no longer as it was when the edit was made. */
export function isOvertaken(inForce: unknown, { edit, was }: DraftEdit): boolean {
  const now = valueAt(inForce, keysOf(edit.path));
  return !isDeepStrictEqual(now, was) && !isDeepStrictEqual(now, edit.op === 'put' ? edit.value : undefined);
}

/** The edit made anew on what stands at its place now: it is to be applied over that. */
export function kept(present: { revision: number; config: unknown }, one: DraftEdit): DraftEdit {
  const { was: _, ...rest } = one;
  const now = valueAt(asStored(present.config), keysOf(one.edit.path));
  return { ...rest, revision: present.revision, ...(now === undefined ? {} : { was: now }) };
}

function conflictOf(
  inForce: unknown,
  one: DraftEdit,
  history: readonly ConfigHistoryEntry[],
  fits: boolean,
): DraftConflict | undefined {
  if (fits && !isOvertaken(inForce, one)) return undefined;
  const { path } = one.edit;
  const touches = (other: string): boolean =>
    other === path || other.startsWith(`${path}/`) || path.startsWith(`${other}/`);
  const entry = history.find(
    ({ revision, paths = [] }) => revision > one.revision && paths.some((other) => touches(other)),
  );
  const now = valueWords(path, valueAt(inForce, keysOf(path)), inForce);
  const said = !fits
    ? { ru: 'Этого места в настройках больше нет.', en: 'This place of the settings is gone.' }
    : now
      ? { ru: `Тем временем здесь стало: ${now.ru}.`, en: `Meanwhile this became: ${now.en}.` }
      : { ru: 'Тем временем это удалили.', en: 'Meanwhile this was removed.' };
  return { ...(entry ? { by: entry.by, at: entry.at } : {}), said };
}

/** With the defaults filled in, as it will be stored; as it is where it would not be taken. */
function sound(document: Record<string, unknown>): unknown {
  const parsed = configSchema.safeParse(document);
  return parsed.success ? asStored(parsed.data) : document;
}

/** As JSON keeps it: fields that are undefined are not there. */
const asStored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
