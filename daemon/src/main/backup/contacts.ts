import { setImmediate } from 'node:timers/promises';
import * as z from 'zod';
import type { Contact } from '../../programs/contact.ts';

/** Entries between two looks at what else is to be done. */
const portion = 500;

/** The phonebook as a backup reads and writes it. */
export interface ContactBook {
  readonly size: number;
  list(query: { limit: number; after?: string }): Contact[];
  /** Puts a JSON list of entries in the place of all there are. */
  restore(data: Uint8Array): Promise<void>;
}

const contacts = z.array(
  z.object({
    id: z.string().min(1).max(64),
    name: z.string().min(1).max(400),
    company: z.string().max(400).optional(),
    numbers: z.array(z.string().regex(/^\+?\d{2,20}$/)).max(40),
    tags: z.array(z.string().max(80)).max(40),
    note: z.string().max(4000).optional(),
    changedAt: z.number(),
  }),
);

/** All entries as a JSON list; undefined: there are none. */
export async function writtenContacts(book: ContactBook): Promise<Buffer | undefined> {
  if (book.size === 0) return undefined;
  const lines: string[] = [];
  for (let after: string | undefined; ; ) {
    const page = book.list({ limit: portion, ...(after === undefined ? {} : { after }) });
    for (const contact of page) lines.push(JSON.stringify(contact));
    after = page.at(-1)?.id;
    if (page.length < portion) break;
    await setImmediate();
  }
  return Buffer.from(`[${lines.join(',\n')}]\n`);
}

/** Whether a part of a backup is a phonebook. */
export function areContacts(text: string): boolean {
  try {
    return contacts.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}
