import * as z from 'zod';
import type { TrunkTemplate } from '../api/contract.ts';
import { CodedError } from '../base/error.ts';
import data from './data/trunk-templates.json' with { type: 'json' };
import { trunk } from './schema/trunk.ts';

const said = z.strictObject({ ru: z.string().min(1), en: z.string().min(1) });
const knownFields = Object.keys(trunk.shape);

/** One entry of the file of templates. */
const template = z.strictObject({
  id: z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/),
  name: said,
  /** Where the operator shows what the form asks for. */
  note: said.optional(),
  /** Not known from a public page of the operator's own: the form says so. */
  verify: z.boolean(),
  /** Fields of a trunk that only the contract can tell. */
  asks: z.array(z.enum(knownFields)).min(1),
  /** Fields that are the same for every customer. */
  trunk: z.partialRecord(z.enum(knownFields), z.unknown()),
});

/** Stand in for what the form asks, so that the rest can be checked. */
const fillers = { id: 'template', name: 'Template', server: 'operator.invalid' };

/**
 * Reads templates, the file's own by default: each must be a valid trunk once its questions are answered.
 * @throws CodedError `config/bad-template`
 */
export function readTrunkTemplates(entries: unknown = data): TrunkTemplate[] {
  const list = z.array(template).safeParse(entries);
  if (!list.success) throw new CodedError('config/bad-template', z.prettifyError(list.error));
  return list.data.map((entry) => {
    const built = trunk.safeParse({ ...fillers, ...entry.trunk });
    if (!built.success)
      throw new CodedError('config/bad-template', `${entry.id}: ${z.prettifyError(built.error)}`);
    const open = entry.trunk.server === undefined && !entry.asks.includes('server');
    if (open)
      throw new CodedError('config/bad-template', `${entry.id}: neither gives nor asks for the server`);
    const { note, ...rest } = entry;
    return { ...rest, ...(note ? { note } : {}) } as TrunkTemplate;
  });
}

let templates: readonly TrunkTemplate[] | undefined;

/** The templates of trunks that the box knows, for a new trunk on the page. Read once. */
export function trunkTemplates(): readonly TrunkTemplate[] {
  templates ??= readTrunkTemplates();
  return templates;
}
