import type { Account } from './account.ts';

/** What was spent. */
export interface Spent {
  /** Money in whole parts of the currency unit. */
  parts: number;
  /** Time talked, ms. */
  ms: number;
}

/** A day `YYYY-MM-DD` or a month `YYYY-MM` of the office. */
export type Period = string;

/** The month of a day. */
export const monthOf = (day: Period): Period => day.slice(0, 7);

const nothing: Spent = { parts: 0, ms: 0 };

/** What calls that are over have cost, by account, day and month. A call counts in the day on which it was answered. */
export class Ledger {
  readonly #sums = new Map<Period, Map<Account, Spent>>();

  /** Adds a call of a day to each of the accounts, and forgets days and months before the last month. */
  add(accounts: Iterable<Account>, day: Period, spent: Spent): void {
    for (const period of [day, monthOf(day)]) {
      let sums = this.#sums.get(period);
      if (!sums) {
        this.#sums.set(period, (sums = new Map()));
        this.#forget();
      }
      for (const account of accounts) {
        const before = sums.get(account) ?? nothing;
        sums.set(account, { parts: before.parts + spent.parts, ms: before.ms + spent.ms });
      }
    }
  }

  spent(account: Account, period: Period): Spent {
    return this.#sums.get(period)?.get(account) ?? nothing;
  }

  /** Two months are 62 days at most; a clock that was set wrong for a while must not fill the memory. */
  #forget(): void {
    const most = 66;
    if (this.#sums.size <= most) return;
    const oldest = [...this.#sums.keys()].sort().slice(0, this.#sums.size - most);
    for (const period of oldest) this.#sums.delete(period);
  }
}
