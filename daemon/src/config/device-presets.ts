import * as z from 'zod';
import type { DevicePreset } from '../api/contract.ts';
import { CodedError } from '../base/error.ts';
import data from './data/device-presets.json' with { type: 'json' };

const said = z.strictObject({ ru: z.string().min(1), en: z.string().min(1) });
const id = z.string().regex(/^[a-z0-9][a-z0-9-]{0,31}$/);
const steps = z.strictObject({
  ru: z.array(z.string().min(1)).min(1),
  en: z.array(z.string().min(1)).min(1),
});

/** Settings by the vendor's own names; {placeholders} are filled in by device-file.ts. */
const values = z.array(z.tuple([z.string().regex(/^[A-Za-z0-9_.]+$/), z.string()])).min(1);

/** How a vendor's telephones and adapters read their settings. */
const file = z.strictObject({
  format: z.enum(['grandstream', 'cisco', 'yealink', 'fanvil', 'snom']),
  /** Not all names in it are known for certain: to be checked at the device. */
  verify: z.boolean().default(false),
  /** What takes the place of values, or is added, over TLS and for SRTP; missing: that is set by hand. */
  secure: z.strictObject({ tls: values, optional: values, required: values }).optional(),
  values,
});

const preset = z.strictObject({
  id,
  name: said,
  kind: z.enum(['telephone', 'adapter']),
  /** Telephone sockets of an adapter. */
  ports: z.number().int().min(1).optional(),
  /** Steps and file are those of another entry. */
  as: id.optional(),
  steps: steps.optional(),
  file: file.optional(),
});

export type DeviceFileForm = z.infer<typeof file>;

/** A preset with what it takes from others. */
export interface ReadPreset extends DevicePreset {
  form?: DeviceFileForm;
}

/** What is right for every device here (rows A08, G01): one place for all models. */
export const recommended = {
  codecs: ['PCMA', 'PCMU'],
  ptimeMs: 20,
  dtmf: 'RFC 4733',
  registerSeconds: 600,
  /** Below the 30 s after which cheap routers forget a UDP flow (RFC 4787 4.3 asks for more of them). */
  keepaliveSeconds: 20,
  transport: 'udp',
  sessionTimer: false,
  srv: false,
} as const;

/**
 * Reads presets, the file's own by default.
 * @throws CodedError `config/bad-preset`
 */
export function readDevicePresets(entries: unknown = data): ReadPreset[] {
  const list = z.array(preset).safeParse(entries);
  if (!list.success) throw new CodedError('config/bad-preset', z.prettifyError(list.error));
  const byId = new Map(list.data.map((entry) => [entry.id, entry]));
  if (byId.size !== list.data.length) throw new CodedError('config/bad-preset', 'an id stands twice');
  return list.data.map((entry) => {
    const from = entry.as === undefined ? entry : byId.get(entry.as);
    if (!from?.steps) throw new CodedError('config/bad-preset', `${entry.id}: no steps`);
    return {
      id: entry.id,
      name: entry.name,
      kind: entry.kind,
      ...(entry.ports === undefined ? {} : { ports: entry.ports }),
      steps: from.steps,
      hasFile: from.file !== undefined,
      verify: from.file?.verify ?? false,
      ...(from.file ? { form: from.file } : {}),
    };
  });
}

let presets: readonly ReadPreset[] | undefined;

/** The models that the box knows. Read once. */
export function devicePresets(): readonly ReadPreset[] {
  presets ??= readDevicePresets();
  return presets;
}
