/**
 * Reads and writes the fields of commands and indications straight from the tables of hw/protocol, so
 * that the tables themselves are under test here.
 */
import commandTable from '../../protocol/commands.json' with { type: 'json' };
import indicationTable from '../../protocol/indications.json' with { type: 'json' };
import refusalTable from '../../protocol/refusals.json' with { type: 'json' };
import type { ByteReader, ByteWriter } from './bytes.ts';

/** A field of the tables. */
interface Field {
  name: string;
  type: string;
  scale?: number;
  min?: number;
  max?: number;
  minLength?: number;
  maxLength?: number;
  minCount?: number;
  maxCount?: number;
  even?: boolean;
  pattern?: string;
  values?: Record<string, string>;
  fields?: Field[];
}

/** A row of the tables. */
export interface Row {
  id: number;
  type: string;
  kind: string;
  port?: boolean;
  fields: Field[];
}

export type Values = Record<string, unknown>;

export const commandRows = commandTable.commands as unknown as Row[];
export const indicationRows = indicationTable.indications as unknown as Row[];
const refusals = refusalTable.refusals as { code: number; name: string }[];

export const refusalCode = (name: string): number => refusals.find((r) => r.name === name)?.code ?? 0;
export const refusalName = (code: number): string | undefined => refusals.find((r) => r.code === code)?.name;

/** Why a payload was not taken; becomes the nack of a command. */
export class FieldFault extends Error {
  readonly refusal: 'malformed' | 'out-of-range' | 'unknown-command';
  constructor(refusal: FieldFault['refusal'], message: string) {
    super(message);
    this.refusal = refusal;
  }
}

const range = (field: Field, value: number): number => {
  if (value < (field.min ?? -Infinity) || value > (field.max ?? Infinity))
    throw new FieldFault('out-of-range', `${field.name} ${value}`);
  return value;
};

function readText(field: Field, value: string): string {
  const fits =
    value.length >= (field.minLength ?? 0) &&
    value.length <= (field.maxLength ?? 63) &&
    (field.pattern === undefined || new RegExp(field.pattern).test(value));
  if (!fits) throw new FieldFault('out-of-range', `${field.name} '${value}'`);
  return value;
}

function readField(field: Field, from: ByteReader): unknown {
  switch (field.type) {
    case 'bool':
      return from.bool();
    case 'u16':
      return range(field, from.u16() / (field.scale ?? 1));
    case 'i16':
      return range(field, from.i16() / (field.scale ?? 1));
    case 'char':
      return readText(field, String.fromCharCode(from.u8()));
    case 'u8': {
      const value = from.u8();
      if (!field.values) return range(field, value);
      const name = field.values[String(value)];
      if (name === undefined) throw new FieldFault('out-of-range', `${field.name} ${value}`);
      return name;
    }
    case 'string':
      return readText(field, from.string());
    case 'optional':
      return from.bool() ? readFields(field.fields ?? [], from) : undefined;
    case 'list': {
      const count = from.u8();
      const items = Array.from({ length: count }, () => from.u16());
      const odd = field.even && count % 2 === 1;
      if (count < (field.minCount ?? 0) || count > (field.maxCount ?? 255) || odd)
        throw new FieldFault('out-of-range', `${field.name} has ${count}`);
      return items.map((item) => range(field, item));
    }
    default:
      throw new Error(`table has a field of type ${field.type}`);
  }
}

/** Reads all before judging lengths, so that a wrong length is `malformed` whatever the values. */
export function readFields(fields: Field[], from: ByteReader): Values {
  const values: Values = {};
  let outside: FieldFault | undefined;
  for (const field of fields) {
    try {
      const value = readField(field, from);
      if (value !== undefined) values[field.name] = value;
    } catch (error) {
      if (!(error instanceof FieldFault) || error.refusal !== 'out-of-range') throw error;
      outside ??= error;
    }
  }
  if (outside) {
    from.end();
    throw outside;
  }
  return values;
}

function writeField(field: Field, value: unknown, to: ByteWriter): void {
  switch (field.type) {
    case 'bool':
      to.u8(value ? 1 : 0);
      return;
    case 'u16':
    case 'i16':
      to.u16(Math.round((value as number) * (field.scale ?? 1)));
      return;
    case 'char':
      to.u8((value as string).charCodeAt(0));
      return;
    case 'u8': {
      const entry = Object.entries(field.values ?? {}).find(([, name]) => name === value);
      to.u8(field.values ? Number(entry?.[0] ?? 255) : (value as number));
      return;
    }
    case 'string':
      to.string(value as string);
      return;
    case 'optional':
      to.u8(value === undefined ? 0 : 1);
      if (value !== undefined) writeFields(field.fields ?? [], value as Values, to);
      return;
    case 'list': {
      const items = value as number[];
      to.u8(items.length);
      for (const item of items) to.u16(item);
      return;
    }
    default:
      throw new Error(`table has a field of type ${field.type}`);
  }
}

export function writeFields(fields: Field[], values: Values, to: ByteWriter): void {
  for (const field of fields) writeField(field, values[field.name], to);
}
