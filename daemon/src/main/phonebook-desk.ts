import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { PhonebookAccess, PhonebookImportView } from '../api/contact-contract.ts';
import type { Clock } from '../base/clock.ts';
import { CodedError, messageOf } from '../base/error.ts';
import type { Config } from '../config/schema.ts';
import { normaliseCaller } from '../dialplan/normalise-caller.ts';
import { areaOf } from '../dialplan/plan.ts';
import type { Contact, ContactOrder } from '../programs/contact.ts';
import { Phonebook } from '../programs/phonebook.ts';
import { phonebookAside } from '../programs/phonebook-thread.ts';
import { isCorrupt, moveAside } from '../records/database.ts';

interface Parts {
  clock: Clock;
  config(): Config;
  warn(message: string): void;
}

/** The phonebook of the office, opened when somebody first looks into it. */
export class PhonebookDesk implements PhonebookAccess {
  readonly #path: string;
  readonly #parts: Parts;
  #book: Phonebook | undefined;
  #importing = false;

  constructor(data: string, parts: Parts) {
    this.#path = join(data, 'contacts.sqlite');
    this.#parts = parts;
  }

  get size(): number {
    return this.#there?.size ?? 0;
  }

  list(query: Parameters<PhonebookAccess['list']>[0]): Contact[] {
    return this.#there?.list(query) ?? [];
  }

  get(id: string): Contact | undefined {
    return this.#there?.get(id);
  }

  byNumber(number: string): Contact | undefined {
    const read = this.#read(number);
    return read === undefined ? undefined : this.#there?.byNumber(read);
  }

  /** What a caller is called: staff by their mobile numbers first, then the phonebook. Never throws. */
  nameOf(number: string): string | undefined {
    const person = this.#parts
      .config()
      .people.find(({ mobile }) => mobile !== undefined && mobile === number);
    if (person) return person.name;
    try {
      const found = this.byNumber(number);
      return found && (found.company === undefined ? found.name : `${found.name}, ${found.company}`);
    } catch (error) {
      this.#parts.warn(`the phonebook: ${messageOf(error)}`);
      return undefined;
    }
  }

  create(order: ContactOrder): Contact | { badNumber: number } {
    const read = this.#readAll(order);
    return 'badNumber' in read ? read : this.#opened.put(undefined, read, this.#parts.clock.wall());
  }

  replace(id: string, order: ContactOrder): Contact | { badNumber: number } | undefined {
    if (!this.get(id)) return undefined;
    const read = this.#readAll(order);
    return 'badNumber' in read ? read : this.#opened.put(id, read, this.#parts.clock.wall());
  }

  remove(id: string): boolean {
    return this.#there?.remove(id) ?? false;
  }

  async import(
    data: Uint8Array,
    { check, replace }: { check: boolean; replace: boolean },
  ): Promise<PhonebookImportView | 'busy'> {
    if (this.#importing) return 'busy';
    this.#importing = true;
    try {
      const { clock, config } = this.#parts;
      // Whoever looks a number up meanwhile finds the file as it was.
      void this.#opened;
      const given = await phonebookAside({
        ...{ do: 'import', path: this.#path, data, check, replace },
        ...{ area: areaOf(config().dialing), now: clock.wall() },
      });
      if (!('imported' in given)) throw new Error('the thread answers something else');
      return { ...given.imported, applied: !check && given.imported.bad.length === 0 };
    } finally {
      this.#importing = false;
    }
  }

  /** Puts entries of a backup, a JSON list, in the place of all there are. @throws CodedError `programs/bad-table` */
  async restore(data: Uint8Array): Promise<void> {
    if (this.#importing) throw new CodedError('programs/busy', 'a table is being read');
    this.#importing = true;
    try {
      void this.#opened;
      await phonebookAside({ do: 'restore', path: this.#path, data, now: this.#parts.clock.wall() });
    } finally {
      this.#importing = false;
    }
  }

  async workbook(titles: readonly string[]): Promise<Uint8Array> {
    void this.#opened;
    const given = await phonebookAside({ do: 'xlsx', path: this.#path, titles });
    if (!('xlsx' in given)) throw new Error('the thread answers something else');
    return given.xlsx;
  }

  close(): void {
    this.#book?.close();
    this.#book = undefined;
  }

  /** The book if there is one: an office without a phonebook has no file open for it. */
  get #there(): Phonebook | undefined {
    return this.#book ?? (existsSync(this.#path) ? this.#opened : undefined);
  }

  get #opened(): Phonebook {
    this.#book ??= this.#open();
    return this.#book;
  }

  #open(): Phonebook {
    try {
      return new Phonebook(this.#path);
    } catch (error) {
      if (!isCorrupt(error)) throw error;
      const aside = moveAside(this.#path, this.#parts.clock.wall());
      this.#parts.warn(`the phonebook cannot be read, and is kept as ${aside}`);
      return new Phonebook(this.#path);
    }
  }

  #readAll(order: ContactOrder): ContactOrder | { badNumber: number } {
    const numbers = order.numbers.map((number) => this.#read(number));
    const badNumber = numbers.indexOf(undefined);
    if (badNumber >= 0) return { badNumber };
    return { ...order, numbers: [...new Set(numbers.flatMap((number) => number ?? []))] };
  }

  #read(number: string): string | undefined {
    const { e164, digits } = normaliseCaller(number, areaOf(this.#parts.config().dialing));
    return e164 ?? (digits !== undefined && digits.length >= 2 && digits.length <= 20 ? digits : undefined);
  }
}
