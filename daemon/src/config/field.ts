import type { ChangeScope } from '../api/contract.ts';
import type { Said } from '../dialplan/route-plan.ts';

/** Units a form writes beside a value. */
export type Unit =
  | 'ms'
  | 's'
  | 'min'
  | 'h'
  | 'per-minute'
  | 'currency'
  | 'digits'
  | 'dBm0'
  | 'dB'
  | 'Hz'
  | 'percent';

/** Lists of the configuration that other fields point into: by id; telephones and lines are ports, by number. */
export type Reference =
  | 'timeRules'
  | 'schedules'
  | 'classesOfService'
  | 'costCentres'
  | 'telephones'
  | 'lines'
  | 'trunks'
  | 'devices'
  | 'people'
  | 'destinations'
  | 'incomingNumbers'
  | 'groups'
  | 'callerLists'
  | 'queues'
  | 'prompts';

/** A pair of texts, Russian first: it is written first (page.md, Words). */
export type Words = readonly [ru: string, en: string];

/** What the schema says about a field beyond its shape: words for people, and what changing it means. */
export interface FieldMeta {
  /** English title and help, under the names JSON Schema and OpenAPI use. */
  title: string;
  description: string;
  ru: { title: string; help: string };
  unit?: Unit;
  /** When a changed value takes effect; missing: as the field around it. */
  scope?: ChangeScope;
  /** Never shown, logged or exported. */
  secret?: boolean;
  /** Shown under technical details only. */
  technical?: boolean;
  /** A telephone number or something dialed. */
  dialed?: boolean;
  /** A time of day, HH:MM. */
  time?: boolean;
  /** What a rejected value should have looked like. */
  hint?: Words;
  /** What callers hear: a text, or `prompt:ID`. */
  announcement?: boolean;
  /** The list whose entries the value names. */
  refersTo?: Reference;
  /** Names of the values of a choice. */
  choices?: Readonly<Record<string, Words>>;
  /** Lists: one entry, and what is said while there is none. */
  item?: Words;
  empty?: Words;
  [key: string]: unknown;
}

type Options = Pick<
  FieldMeta,
  | 'unit'
  | 'scope'
  | 'secret'
  | 'technical'
  | 'dialed'
  | 'time'
  | 'hint'
  | 'refersTo'
  | 'choices'
  | 'item'
  | 'empty'
>;

/** Metadata of one field for zod's `.meta()`: titles, then help, Russian first. */
export function field(
  ru: string,
  en: string,
  ruHelp: string,
  enHelp: string,
  options: Options = {},
): FieldMeta {
  return { title: en, description: enHelp, ru: { title: ru, help: ruHelp }, ...options };
}

/** Title of a field in both languages. */
export function titleOf(meta: FieldMeta): Said {
  return { ru: meta.ru.title, en: meta.title };
}

/** Help of a field in both languages. */
export function helpOf(meta: FieldMeta): Said {
  return { ru: meta.ru.help, en: meta.description };
}

/** Both languages of a pair. */
export function said(words: Words): Said {
  return { ru: words[0], en: words[1] };
}
