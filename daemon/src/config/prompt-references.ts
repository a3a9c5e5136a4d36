import * as z from 'zod';
import type { ConfigIssue } from '../api/contract.ts';
import { type Config, configSchema } from './schema.ts';
import { fieldsOf, pointer, unwrap } from './schema-walk.ts';

const beginning = 'prompt:';

/** Every announcement of a document, with its place as a JSON pointer. */
export function announcementsOf(config: Config): { path: string; text: string }[] {
  const found: { path: string; text: string }[] = [];
  collect([configSchema], config, [], (path, text) => found.push({ path, text }));
  return found;
}

/** Which prompts a document names, each with the places that do, as JSON pointers. */
export function promptUses(config: Config): Map<string, string[]> {
  const uses = new Map<string, string[]>();
  for (const { path, text } of announcementsOf(config)) {
    if (!text.startsWith(beginning)) continue;
    const id = text.slice(beginning.length);
    const places = uses.get(id);
    if (places) places.push(path);
    else uses.set(id, [path]);
  }
  return uses;
}

/** Every prompt that is to be heard is there: so none that is in use can be taken away. */
export function checkPrompts(config: Config): ConfigIssue[] {
  const known = new Set(config.prompts.map(({ id }) => id));
  const issues: ConfigIssue[] = [];
  for (const [id, paths] of promptUses(config)) {
    if (known.has(id)) continue;
    const said = { ru: `Записи «${id}» нет.`, en: `There is no recording "${id}".` };
    issues.push(...paths.map((path) => ({ path, said })));
  }
  config.prompts.forEach(({ id, text }, i) => {
    if (config.prompts.findIndex((other) => other.id === id) < i)
      issues.push({
        path: `/prompts/${i}/id`,
        said: { ru: `Код ${id} уже есть в этом списке.`, en: `The id ${id} is in this list already.` },
      });
    // It would lead from one recording that is not there to another.
    if (text.startsWith(beginning))
      issues.push({
        path: `/prompts/${i}/text`,
        said: { ru: 'Здесь нужен сам текст.', en: 'The text itself belongs here.' },
      });
  });
  return issues;
}

/** Whether the schema or one of its wrappers is marked as an announcement. */
const isAnnouncement = (schema: z.ZodType): boolean => {
  const { meta, inner } = unwrap(schema);
  return meta?.announcement === true || inner.meta()?.announcement === true;
};

function collect(
  schemas: readonly z.ZodType[],
  value: unknown,
  at: readonly (string | number)[],
  found: (path: string, text: string) => void,
): void {
  if (typeof value === 'string') {
    if (schemas.some(isAnnouncement)) found(pointer(at), value);
  } else if (Array.isArray(value)) {
    const elements = schemas.flatMap((schema) => {
      const { inner } = unwrap(schema);
      return inner instanceof z.ZodArray ? [inner.element as z.ZodType] : [];
    });
    value.forEach((entry, i) => {
      collect(elements, entry, [...at, i], found);
    });
  } else if (value !== null && typeof value === 'object') {
    const fields = schemas.map(fieldsOf);
    for (const [key, part] of Object.entries(value))
      collect(
        fields.flatMap((own) => own.get(key) ?? []),
        part,
        [...at, key],
        found,
      );
  }
}
