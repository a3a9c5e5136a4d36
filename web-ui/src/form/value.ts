import type {
  ChangeScope,
  ConfigIssue,
  FormField,
  FormSection,
  FormVariant,
} from '../../../daemon/src/api/contract.ts';

export type Item = Record<string, unknown>;

/** A copy of `item` with `value` at `keys`; undefined takes the key away. Pure. */
export function withValue(item: unknown, keys: readonly (string | number)[], value: unknown): unknown {
  const [key, ...rest] = keys;
  if (key === undefined) return value;
  if (Array.isArray(item)) return item.with(Number(key), withValue(item[Number(key)], rest, value));
  const object = isItem(item) ? item : {};
  const { [key]: old, ...others } = object;
  const next = withValue(old, rest, value);
  // Keys keep their places, so that an unchanged item is equal to what it was as text.
  if (key in object && next !== undefined) {
    return Object.fromEntries(Object.entries(object).map(([k, v]) => [k, k === key ? next : v]));
  }
  return next === undefined ? others : { ...others, [key]: next };
}

export function isItem(value: unknown): value is Item {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A new item of these fields with their defaults. */
export function blank(fields: readonly FormField[]): Item {
  const item: Item = {};
  for (const field of fields) {
    const value = blankValue(field);
    if (value !== undefined) item[field.key] = value;
  }
  return item;
}

function blankValue(field: FormField): unknown {
  if (field.default !== undefined) return structuredClone(field.default);
  if (!field.required && !(field.type === 'group' && !field.optional)) return undefined;
  switch (field.type) {
    case 'boolean':
      return false;
    // Empty may be a value (a price for all numbers); where it is not, the box says so.
    case 'text':
    case 'number-text':
      return '';
    case 'choice':
      return field.choices[0]?.value;
    case 'choices':
    case 'references':
    case 'texts':
    case 'list':
      return [];
    case 'group':
      return field.optional ? undefined : blank(field.fields);
    case 'variant': {
      const first = field.variants[0];
      return first ? blankVariant(field.discriminator, first) : undefined;
    }
    default:
      return undefined;
  }
}

export function blankVariant(discriminator: string, variant: FormVariant): Item {
  return { [discriminator]: variant.value, ...blank(variant.fields) };
}

/** The fields that an item of a section has: the common ones, and those of its variant. */
export function fieldsOf(section: FormSection, item: Item): FormField[] {
  const variant = section.variants?.find((v) => v.value === item[section.discriminator ?? '']);
  const own = variant?.fields ?? [];
  // A variant may say more of a field that all have; its own word counts.
  return [...section.fields.filter((f) => !own.some((o) => o.key === f.key)), ...own];
}

const order: readonly ChangeScope[] = [
  'at-once',
  'next-call',
  'restart-port',
  'restart-trunk',
  'restart-box',
];

/** When what has been changed in the form takes effect: the heaviest of the changed fields, or undefined. */
export function scopeOfChange(
  fields: readonly FormField[],
  before: Item | undefined,
  after: Item,
): ChangeScope | undefined {
  let heaviest = -1;
  for (const field of fields) {
    const [old, now] = [before?.[field.key], after[field.key]];
    if (JSON.stringify(old) === JSON.stringify(now)) continue;
    // A new item restarts nothing that runs.
    const scope = before === undefined && field.scope !== 'at-once' ? 'next-call' : field.scope;
    heaviest = Math.max(heaviest, order.indexOf(scope));
  }
  return order[heaviest];
}

/** Whether there is anything to save. */
export function isChanged(before: Item | undefined, after: Item): boolean {
  return before === undefined || JSON.stringify(before) !== JSON.stringify(after);
}

/** The box names entries of lists by their ids, forms by their places: `/nodes/menu/does` is `/nodes/1/does`. */
export function byPlace(issue: ConfigIssue, item: Item): ConfigIssue {
  let value: unknown = item;
  const keys = issue.path.split('/').map((key, depth) => {
    if (depth === 0) return key;
    const at = Array.isArray(value) ? value.findIndex((one) => isItem(one) && one.id === key) : -1;
    const found = at < 0 ? key : String(at);
    value = isItem(value) || Array.isArray(value) ? (value as Item)[found] : undefined;
    return found;
  });
  return { ...issue, path: keys.join('/') };
}

/** The issues of one field or anything within it; `path` is relative to the item. */
export function issuesAt(issues: readonly ConfigIssue[], path: string): ConfigIssue[] {
  return issues.filter((issue) => issue.path === path || issue.path.startsWith(`${path}/`));
}

/** A name as an id: Latin letters, digits and hyphens, not taken yet. */
export function idFor(name: string, taken: ReadonlySet<string>): string {
  const plain = [...name.toLowerCase()]
    .map((c) => latin[c] ?? c)
    .join('')
    .normalize('NFD')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 28);
  const base = plain || 'item';
  for (let n = 1; ; n++) {
    const id = n === 1 ? base : `${base}-${n}`;
    if (!taken.has(id)) return id;
  }
}

/** GOST 7.79-2000 system B, simplified to what an id may hold. */
const latin: Record<string, string> = {
  ...{ а: 'a', б: 'b', в: 'v', г: 'g', д: 'd', е: 'e', ё: 'yo', ж: 'zh', з: 'z', и: 'i', й: 'j', к: 'k' },
  ...{ л: 'l', м: 'm', н: 'n', о: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ф: 'f', х: 'h', ц: 'c' },
  ...{ ч: 'ch', ш: 'sh', щ: 'sch', ъ: '', ы: 'y', ь: '', э: 'e', ю: 'yu', я: 'ya' },
};
