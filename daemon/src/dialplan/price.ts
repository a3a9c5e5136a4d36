import type { PriceConfig } from '../config/schema.ts';
import type { NumberRange } from './profile.ts';

/**
 * Money is counted in whole parts of the currency unit, so that sums of records add up and no rounding of binary
 * fractions is ever on a bill.
 */
export const moneyParts = 10_000;

/** What a call costs: the price of its destination, and what is left of the route's package as it begins. */
export type CallPrice = PriceConfig & {
  /** Billed seconds that cost nothing, being paid for with the package. */
  includedSeconds?: number;
};

/** An amount in currency units as whole parts. */
export const toParts = (amount: number): number => Math.round(amount * moneyParts);

/** Seconds that a call of `talkMs` is billed for: the first part in full, and every begun step after it. */
export function billedSeconds(
  price: Pick<PriceConfig, 'firstSeconds' | 'stepSeconds' | 'freeSeconds'>,
  talkMs: number,
): number {
  if (!(talkMs > 0)) return 0;
  const seconds = Math.ceil(talkMs / 1000);
  if (seconds <= price.freeSeconds) return 0;
  const over = Math.max(0, seconds - price.firstSeconds);
  return price.firstSeconds + Math.ceil(over / price.stepSeconds) * price.stepSeconds;
}

/**
 * What a call of `talkMs` answered milliseconds costs, in whole parts of a currency unit: nothing if it was not
 * answered or is short enough to be free, else the connection fee and the billed seconds. A call that begins in a
 * package pays neither fee nor what fits into it. Never falls as the call goes on.
 */
export function costOf(price: CallPrice, talkMs: number): number {
  const billed = billedSeconds(price, talkMs);
  if (!(talkMs > 0) || Math.ceil(talkMs / 1000) <= price.freeSeconds) return 0;
  const included = price.includedSeconds ?? 0;
  const paid = Math.max(0, billed - included);
  // Half a part is rounded up, in whole numbers.
  const minutes = Math.floor((2 * toParts(price.perMinute) * paid + 60) / 120);
  return (included > 0 ? 0 : toParts(price.connection)) + minutes;
}

/** {@link costOf} in currency units. */
export function priceOf(price: CallPrice, talkMs: number): number {
  return costOf(price, talkMs) / moneyParts;
}

/**
 * The price with the longest prefix of E.164 `digits` (no +). A range that hides behind a shorter code of
 * another kind (+7 7xx, +7 940) takes only prices written for it, or the price for everything.
 */
export function priceFor(
  prices: readonly PriceConfig[],
  digits: string,
  range?: NumberRange,
): PriceConfig | undefined {
  let best: PriceConfig | undefined;
  for (const price of prices) {
    const length = price.prefix.length;
    if (length > 0 && range?.foreign && length < range.prefix.length) continue;
    if ((best === undefined || length > best.prefix.length) && digits.startsWith(price.prefix)) best = price;
  }
  return best;
}

/** A yardstick for "cheaper": what a call of the usual length costs. No price is dearer than any price. */
export function comparablePrice(price: CallPrice | undefined, usualMs = 180_000): number {
  return price ? priceOf(price, usualMs) : Number.POSITIVE_INFINITY;
}
