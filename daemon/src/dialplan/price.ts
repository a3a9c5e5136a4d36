import type { PriceConfig } from '../config/schema.ts';
import type { NumberRange } from './profile.ts';

/** Prices are kept to this part of a currency unit, so that sums of records add up. */
const precision = 10_000;

/**
 * What a call of `talkMs` answered milliseconds costs, in currency units: nothing if it was not answered,
 * else the connection fee, the first part in full, and every begun step after it.
 */
export function priceOf(price: PriceConfig, talkMs: number): number {
  if (!(talkMs > 0)) return 0;
  const seconds = Math.ceil(talkMs / 1000);
  const over = Math.max(0, seconds - price.firstSeconds);
  const billed = price.firstSeconds + Math.ceil(over / price.stepSeconds) * price.stepSeconds;
  return Math.round((price.connection + (billed * price.perMinute) / 60) * precision) / precision;
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

/** A yardstick for "cheaper": what a call of three minutes costs. No price is dearer than any price. */
export function comparablePrice(price: PriceConfig | undefined): number {
  return price ? priceOf(price, 180_000) : Number.POSITIVE_INFINITY;
}
