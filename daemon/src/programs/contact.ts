/** Somebody in the phonebook. */
export interface Contact {
  id: string;
  name: string;
  company?: string;
  /** E.164 with +, or digits where a number has no such form. */
  numbers: string[];
  tags: string[];
  note?: string;
  /** Wall-clock ms since 1970. */
  changedAt: number;
}

export type ContactOrder = Omit<Contact, 'id' | 'changedAt'>;

/** Limits of one entry; the API's schema has the same. */
export const contactLimits = { name: 200, company: 200, numbers: 20, tags: 20, tag: 40, note: 2000 } as const;

/** Brings a number to the form in which it is compared; undefined: it is none. */
export type ReadNumber = (text: string) => string | undefined;

/** Text as it is looked for and sorted: no case, and ё is е. */
export const plainText = (text: string): string => text.toLowerCase().replaceAll('ё', 'е');
