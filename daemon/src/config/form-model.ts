import * as z from 'zod';
import type {
  ChangeScope,
  FormChoice,
  FormField,
  FormModel,
  FormSection,
  FormVariant,
} from '../api/contract.ts';
import type { Said } from '../dialplan/route-plan.ts';
import { type FieldMeta, helpOf, said, titleOf, type Unit } from './field.ts';
import { configSchema } from './schema.ts';
import { type SchemaNode, unwrap } from './schema-walk.ts';

/** Units as they are written beside a value. */
export const unitWords: Record<Unit, Said> = {
  ms: { ru: 'мс', en: 'ms' },
  s: { ru: 'с', en: 's' },
  min: { ru: 'мин', en: 'min' },
  h: { ru: 'ч', en: 'h' },
  'per-minute': { ru: 'за минуту', en: 'per minute' },
  Hz: { ru: 'Гц', en: 'Hz' },
  percent: { ru: '%', en: '%' },
  dBm0: { ru: 'дБм0', en: 'dBm0' },
  dB: { ru: 'дБ', en: 'dB' },
  currency: { ru: 'за вызов', en: 'per call' },
  digits: { ru: 'цифр', en: 'digits' },
};

/** Sections that the page edits elsewhere or not at all. */
const elsewhere = new Set(['version', 'admin', 'accounts', 'pins']);

let model: FormModel | undefined;

/** The page's forms, made from the schema once. */
export function formModel(): FormModel {
  model ??= { sections: allSections().filter((section) => !elsewhere.has(section.key)) };
  return model;
}

/** Every section of the document, those without a form included; for the field reference. */
export function allSections(): FormSection[] {
  return Object.entries(configSchema.shape).flatMap(([key, schema]) => section(key, schema) ?? []);
}

function section(key: string, schema: z.ZodType): FormSection | undefined {
  const { inner, meta } = unwrap(schema);
  if (!meta) return undefined;
  const words = { title: titleOf(meta), help: helpOf(meta) };
  const scope = meta.scope ?? 'restart-box';
  if (inner instanceof z.ZodObject) return { key, kind: 'object', ...words, fields: fieldsOf(inner, scope) };
  if (!(inner instanceof z.ZodArray)) return undefined;
  const element = inner.element as z.ZodType;
  const list = {
    key,
    kind: 'list' as const,
    ...words,
    ...(meta.item ? { itemTitle: said(meta.item) } : {}),
    ...(meta.empty ? { empty: said(meta.empty) } : {}),
  };
  const item = unwrap(element).inner;
  if (item instanceof z.ZodDiscriminatedUnion) {
    const variants = variantsOf(item, scope);
    const common = commonFields(item, variants);
    const own = variants.map((variant) => ({
      ...variant,
      fields: variant.fields.filter((field) => !common.has(field.key)),
    }));
    const fields = (variants[0]?.fields ?? []).filter((field) => common.has(field.key));
    return { ...list, idKey: 'number', fields, discriminator: discriminatorOf(item), variants: own };
  }
  return item instanceof z.ZodObject ? { ...list, idKey: 'id', fields: fieldsOf(item, scope) } : undefined;
}

function discriminatorOf(union: z.ZodDiscriminatedUnion): string {
  return union.def.discriminator;
}

/** Keys whose schema is one and the same object in every member. */
function commonFields(union: z.ZodDiscriminatedUnion, variants: readonly FormVariant[]): Set<string> {
  const shapes = union.options.map((option) => (option as z.ZodObject).shape as Record<string, z.ZodType>);
  const keys = variants[0]?.fields.map((field) => field.key) ?? [];
  return new Set(
    keys.filter((key) =>
      shapes.every((shape) => shape[key] !== undefined && shape[key] === shapes[0]?.[key]),
    ),
  );
}

function variantsOf(union: z.ZodDiscriminatedUnion, scope: ChangeScope): FormVariant[] {
  const discriminator = discriminatorOf(union);
  return union.options.map((option) => {
    const object = option as z.ZodObject;
    const kind = unwrap(object.shape[discriminator] as z.ZodType);
    const value = String((kind.inner as z.ZodLiteral).value);
    const words = kind.meta?.choices?.[value];
    const fields = fieldsOf(object, scope).filter((field) => field.key !== discriminator);
    return { value, title: words ? said(words) : { ru: value, en: value }, fields };
  });
}

function fieldsOf(object: z.ZodObject, scope: ChangeScope): FormField[] {
  return Object.entries(object.shape).map(([key, schema]) => fieldOf(key, schema as z.ZodType, scope));
}

function fieldOf(key: string, schema: z.ZodType, around: ChangeScope): FormField {
  const node = unwrap(schema);
  const { meta } = node;
  const scope = meta?.scope ?? around;
  const base = {
    key,
    title: meta ? titleOf(meta) : { ru: key, en: key },
    ...(meta ? { help: helpOf(meta) } : {}),
    scope,
    required: !node.optional && !('default' in node),
    ...('default' in node && meta?.secret !== true ? { default: node.default } : {}),
    ...(meta?.technical ? { technical: true } : {}),
  };
  return { ...base, ...shapeOf(node, meta, scope) } as FormField;
}

type Shape = Record<string, unknown> & { type: FormField['type'] };

function shapeOf(node: SchemaNode, meta: FieldMeta | undefined, scope: ChangeScope): Shape {
  const { inner } = node;
  const limits = limitsOf(inner);
  if (meta?.secret) return { type: 'secret', ...only(limits, 'maxLength') };
  if (inner instanceof z.ZodEnum) return { type: 'choice', choices: choicesOf(inner.options, meta) };
  if (inner instanceof z.ZodLiteral)
    return { type: 'choice', choices: choicesOf([inner.value as string], meta) };
  if (inner instanceof z.ZodDiscriminatedUnion) {
    return { type: 'variant', discriminator: discriminatorOf(inner), variants: variantsOf(inner, scope) };
  }
  if (inner instanceof z.ZodUnion) {
    const values = inner.options.map((option) => (option as z.ZodLiteral).value as number);
    return { type: 'choice', choices: choicesOf(values, meta) };
  }
  if (inner instanceof z.ZodBoolean) return { type: 'boolean' };
  if (inner instanceof z.ZodObject)
    return { type: 'group', optional: node.optional, fields: fieldsOf(inner, scope) };
  if (inner instanceof z.ZodArray) return listShape(inner.element as z.ZodType, meta, scope);
  if (meta?.refersTo) return { type: 'reference', section: meta.refersTo };
  if (inner instanceof z.ZodNumber) {
    const { minimum: min, maximum: max } = limits;
    const bounds = { ...(min === undefined ? {} : { min }), ...(max === undefined ? {} : { max }) };
    return {
      type: limits.type === 'integer' ? 'integer' : 'decimal',
      ...bounds,
      ...(meta?.unit ? { unit: unitWords[meta.unit] } : {}),
    };
  }
  if (limits.format === 'date') return { type: 'date' };
  if (meta?.time) return { type: 'time' };
  return { type: meta?.dialed ? 'number-text' : 'text', ...only(limits, 'maxLength', 'pattern') };
}

function listShape(element: z.ZodType, meta: FieldMeta | undefined, scope: ChangeScope): Shape {
  const item = unwrap(element);
  const refersTo = meta?.refersTo ?? item.meta?.refersTo;
  if (refersTo) return { type: 'references', section: refersTo };
  if (item.inner instanceof z.ZodEnum) {
    const choices = choicesOf(item.inner.options, {
      ...item.meta,
      ...(meta?.choices ? { choices: meta.choices } : {}),
    } as FieldMeta);
    return { type: 'choices', choices };
  }
  if (item.inner instanceof z.ZodNumber && item.meta?.choices) {
    return { type: 'choices', choices: choicesOf(Object.keys(item.meta.choices).map(Number), item.meta) };
  }
  if (item.inner instanceof z.ZodObject) {
    const itemTitle = item.meta ? titleOf(item.meta) : { ru: 'запись', en: 'entry' };
    return { type: 'list', itemTitle, fields: fieldsOf(item.inner, scope) };
  }
  return { type: 'texts', ...only(limitsOf(item.inner), 'maxLength', 'pattern') };
}

function choicesOf(values: readonly (string | number)[], meta: FieldMeta | undefined): FormChoice[] {
  return values.map((value) => {
    const words = meta?.choices?.[String(value)];
    return { value, title: words ? said(words) : { ru: String(value), en: String(value) } };
  });
}

interface Limits {
  type?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  maxLength?: number;
  pattern?: string;
}

/** zod says its own limits best as JSON Schema. */
function limitsOf(schema: z.ZodType): Limits {
  if (!(schema instanceof z.ZodString || schema instanceof z.ZodNumber || schema instanceof z.ZodISODate))
    return {};
  return z.toJSONSchema(schema, { io: 'input' }) as Limits;
}

function only(limits: Limits, ...keys: ('maxLength' | 'pattern')[]): Record<string, unknown> {
  return Object.fromEntries(keys.flatMap((key) => (limits[key] === undefined ? [] : [[key, limits[key]]])));
}
