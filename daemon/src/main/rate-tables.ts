import { mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { RatesAccess, RatesView } from '../api/deps.ts';
import { decodeText } from '../base/csv-text.ts';
import { codeOf, messageOf } from '../base/error.ts';
import { writeAtomic } from '../config/atomic-file.ts';
import { type BadRow, importRates } from '../dialplan/rate-import.ts';
import { RateTable } from '../dialplan/rate-table.ts';

/** As ids of the configuration are: it names a file. */
const idPattern = /^[a-z0-9][a-z0-9-]{0,31}$/;

interface Stored {
  table: RateTable;
  text: string;
  rows: number;
  bad: readonly BadRow[];
}

/**
 * Rate tables: CSV files `rates/ID.csv` in the data folder, put there by hand before the start or through the API. What
 * cannot be read is told row by row, and the rest is used.
 */
export class RateTables implements RatesAccess {
  readonly #folder: string;
  readonly #log: (level: 'info' | 'warn', message: string) => void;
  readonly #changed: () => void;
  readonly #stored = new Map<string, Stored>();

  /** @param changed a table came or went */
  constructor(data: string, log: (level: 'info' | 'warn', message: string) => void, changed: () => void) {
    this.#folder = join(data, 'rates');
    this.#log = log;
    this.#changed = changed;
    for (const file of this.#files()) this.#read(file);
  }

  /** Reads the folder anew: its files were changed behind our back. */
  reload(): void {
    this.#stored.clear();
    for (const file of this.#files()) this.#read(file);
    this.#changed();
  }

  /** The tables by id, for the dial plan. */
  get tables(): ReadonlyMap<string, RateTable> {
    return new Map([...this.#stored].map(([id, { table }]) => [id, table]));
  }

  list(): RatesView[] {
    return [...this.#stored].map(([id, { rows, bad }]) => ({ id, rows, bad: [...bad] }));
  }

  text(id: string): string | undefined {
    return this.#stored.get(id)?.text;
  }

  async put(id: string, bytes: Uint8Array): Promise<RatesView | undefined> {
    if (!idPattern.test(id)) return undefined;
    const text = decodeText(bytes);
    const { rates, bad } = importRates(text);
    // A file without one good row is a mistake, and what was there stays in force.
    if (rates.length === 0) return { id, rows: 0, bad };
    mkdirSync(this.#folder, { recursive: true });
    await writeAtomic(join(this.#folder, `${id}.csv`), text);
    this.#stored.set(id, { table: new RateTable(rates), text, rows: rates.length, bad });
    this.#log('info', `rate table ${id}: ${rates.length} prices, ${bad.length} rows not taken`);
    this.#changed();
    return { id, rows: rates.length, bad };
  }

  remove(id: string): boolean {
    if (!this.#stored.delete(id)) return false;
    rmSync(join(this.#folder, `${id}.csv`), { force: true });
    this.#changed();
    return true;
  }

  #files(): string[] {
    try {
      return readdirSync(this.#folder).filter((file) => file.endsWith('.csv'));
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') this.#log('warn', `rate tables: ${messageOf(error)}`);
      return [];
    }
  }

  #read(file: string): void {
    const id = file.slice(0, -'.csv'.length);
    if (!idPattern.test(id)) {
      this.#log('warn', `rate table ${file}: the name of the file must be an id, such as acme.csv`);
      return;
    }
    try {
      const text = decodeText(readFileSync(join(this.#folder, file)));
      const { rates, bad } = importRates(text);
      for (const { line, said } of bad.slice(0, 20))
        this.#log('warn', `rate table ${file}, line ${line}: ${said.en}`);
      this.#stored.set(id, { table: new RateTable(rates), text, rows: rates.length, bad });
    } catch (error) {
      this.#log('warn', `rate table ${file}: ${messageOf(error)}`);
    }
  }
}
