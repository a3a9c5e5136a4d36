import * as z from 'zod';
import type { Contact, ContactOrder } from '../programs/contact.ts';
import type { BadContact } from '../programs/contact-table.ts';

export type { Contact } from '../programs/contact.ts';
export type { BadContact } from '../programs/contact-table.ts';

const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u);

/** Body of `POST /api/v1/contacts` and `PUT /api/v1/contacts/:id`. */
export const contactOrder = z.strictObject({
  name: line(200).min(1),
  company: line(200).optional(),
  numbers: z.array(line(64).min(2)).max(20).default([]).describe('In any writing; they are brought to E.164'),
  tags: z.array(line(40).min(1)).max(20).default([]),
  note: z.string().trim().max(2000).optional(),
});
export type ContactBody = z.infer<typeof contactOrder>;

/** Query of `GET /api/v1/contacts`. */
export const contactsQuery = z.strictObject({
  search: z
    .string()
    .max(100)
    .optional()
    .describe(
      'Beginnings of words of the name, the company, tags and the note; or three digits of a number and more',
    ),
  number: z.string().max(40).optional().describe('The one entry that has this number, in any writing'),
  limit: z.coerce.number().int().min(1).max(200).default(50),
  after: z.string().max(64).optional().describe('Id of the last entry of the page before'),
});

/** Answer of `GET /api/v1/contacts`, by name. */
export interface ContactsPage {
  contacts: Contact[];
  /** How many there are in all, whatever was searched for. */
  total: number;
  /** `after` of the next page; missing on the last. */
  next?: string;
}

/** Query of `PUT /api/v1/phonebook`. */
export const phonebookQuery = z.strictObject({
  check: z.literal('1').optional().describe('Only told what would come of it; nothing is stored'),
  replace: z.literal('1').optional().describe('Entries that are not in the table are deleted'),
});

/** Answer of `PUT /api/v1/phonebook`: 200, or 422 with the bad rows, and then nothing was taken. */
export interface PhonebookImportView {
  rows: number;
  added: number;
  changed: number;
  removed: number;
  bad: BadContact[];
  /** Stored. */
  applied: boolean;
}

/** The phonebook. Undefined: there is no such entry. */
export interface PhonebookAccess {
  list(query: { search?: string; limit: number; after?: string }): Contact[];
  readonly size: number;
  get(id: string): Contact | undefined;
  byNumber(number: string): Contact | undefined;
  /** A number that is none: its index. */
  create(order: ContactOrder): Contact | { badNumber: number };
  replace(id: string, order: ContactOrder): Contact | { badNumber: number } | undefined;
  remove(id: string): boolean;
  /** All of it or nothing; `busy`: another is being read. @throws CodedError `programs/bad-table` */
  import(data: Uint8Array, how: { check: boolean; replace: boolean }): Promise<PhonebookImportView | 'busy'>;
  /** A workbook of the whole book. */
  workbook(titles: readonly string[]): Promise<Uint8Array>;
}
