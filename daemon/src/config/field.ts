/** When a changed value takes effect (page.md: the form says it before saving). */
export type RestartScope = 'at-once' | 'next-call' | 'restart-trunk' | 'restart-port' | 'restart-box';

/** Units a form writes beside a value. */
export type Unit = 'ms' | 's' | 'min' | 'per-minute' | 'currency' | 'digits';

/** What the schema says about a field beyond its shape: words for people, and what changing it means. */
export interface FieldMeta {
  /** English title and help, under the names JSON Schema and OpenAPI use. */
  title: string;
  description: string;
  ru: { title: string; help: string };
  unit?: Unit;
  /** Missing: that of the field around it. */
  restart?: RestartScope;
  /** Never shown, logged or exported. */
  secret?: boolean;
  /** What a rejected value should have looked like. */
  hint?: { ru: string; en: string };
  /** Names what the value refers to, so that a form offers a choice. */
  refersTo?: Reference;
  [key: string]: unknown;
}

/** Lists of the configuration that other fields point into, by id (ports: by number). */
export type Reference =
  | 'timeRules'
  | 'classesOfService'
  | 'costCentres'
  | 'ports'
  | 'trunks'
  | 'people'
  | 'destinations';

type Options = Pick<FieldMeta, 'unit' | 'restart' | 'secret' | 'refersTo'> & {
  hint?: [ru: string, en: string];
};

/** Metadata of one field for zod's `.meta()`: titles, then help, Russian first. */
export function field(
  ru: string,
  en: string,
  ruHelp: string,
  enHelp: string,
  options: Options = {},
): FieldMeta {
  const { hint, ...rest } = options;
  return {
    title: en,
    description: enHelp,
    ru: { title: ru, help: ruHelp },
    ...rest,
    ...(hint ? { hint: { ru: hint[0], en: hint[1] } } : {}),
  };
}
