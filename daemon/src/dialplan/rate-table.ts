import type { PriceConfig } from '../config/schema.ts';
import type { NumberRange } from './profile.ts';
import { clockWithin } from './time-rule.ts';

/** A price of a rate table, and when it holds. */
export interface Rate extends PriceConfig {
  /** What the operator calls the destination. */
  name?: string;
  /** First day on which it holds, YYYY-MM-DD. */
  validFrom?: string;
  /** Days of the week, 1 Monday to 7 Sunday; missing: all. */
  days?: readonly number[];
  /** Hours HH:MM, the second of which may be of the next day; missing: all. */
  hours?: readonly [from: string, to: string];
}

/** A moment of the office. */
export interface Moment {
  /** YYYY-MM-DD. */
  today: string;
  /** 1 Monday to 7 Sunday. */
  day: number;
  /** Of the day, 0..1439. */
  minute: number;
}

/** Rates by prefix, for questions that cost a look-up per digit however long the table is. */
export class RateTable {
  readonly #byPrefix = new Map<string, Rate[]>();

  constructor(rates: Iterable<Rate>) {
    for (const rate of rates) {
      const same = this.#byPrefix.get(rate.prefix);
      if (same) same.push(rate);
      else this.#byPrefix.set(rate.prefix, [rate]);
    }
  }

  /**
   * The rate of E.164 `digits` (no +): of the longest prefix that has one for this moment. Of several the one with hours
   * stands over the one without, then the latest to become valid. As to `range` see {@link NumberRange.foreign}.
   */
  find(digits: string, at: Moment, range?: NumberRange): Rate | undefined {
    for (let length = Math.min(15, digits.length); length >= 0; length--) {
      if (length > 0 && range?.foreign && length < range.prefix.length) continue;
      const best = bestOf(this.#byPrefix.get(digits.slice(0, length)) ?? [], at);
      if (best) return best;
    }
    return undefined;
  }
}

function bestOf(rates: readonly Rate[], at: Moment): Rate | undefined {
  let best: Rate | undefined;
  for (const rate of rates) if (holds(rate, at) && (best === undefined || stands(rate, best))) best = rate;
  return best;
}

function holds({ validFrom, days, hours }: Rate, { today, day, minute }: Moment): boolean {
  if (validFrom !== undefined && validFrom > today) return false;
  if (days === undefined && hours === undefined) return true;
  const within = hours === undefined || clockWithin(minute, hours[0], hours[1]);
  if (!within || days === undefined) return within;
  // What runs over midnight belongs to the day on which it begins.
  const overMidnight = hours !== undefined && hours[1] <= hours[0];
  const afterMidnight = overMidnight && clockWithin(minute, '00:00', hours[1]);
  return days.includes(afterMidnight ? ((day + 5) % 7) + 1 : day);
}

/** Whether `a` stands over `b`, both holding now. */
function stands(a: Rate, b: Rate): boolean {
  const bound = (rate: Rate): number => Number(rate.hours !== undefined) + Number(rate.days !== undefined);
  if (bound(a) !== bound(b)) return bound(a) > bound(b);
  return (a.validFrom ?? '') > (b.validFrom ?? '');
}
