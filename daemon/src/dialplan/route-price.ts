import type { Config, RouteConfig } from '../config/schema.ts';
import type { PlanState } from './plan-state.ts';
import { type CallPrice, priceFor } from './price.ts';
import type { NumberRange } from './profile.ts';
import type { RateTable } from './rate-table.ts';
import { localDay, localMinute } from './time-rule.ts';

/**
 * What a call costs on a route: by its own prices, or else by its rate table, of which the longest prefix counts; free as far
 * as the route's package for such numbers reaches. Undefined: nobody knows.
 */
export function routePrice(
  route: RouteConfig,
  from: { config: Config; rates: ReadonlyMap<string, RateTable> },
  called: { digits: string; range?: NumberRange | undefined },
  at: { now: number; state?: PlanState | undefined },
): CallPrice | undefined {
  const { digits, range } = called;
  const price = priceFor(route.prices, digits, range) ?? tablePrice(route, from, called, at.now);
  const included = inPackage(route, digits) ? (at.state?.packages?.get(route.id) ?? 0) : 0;
  if (included < 60) return price;
  // A package is worth its minutes even where the price beyond it is not known.
  return { ...(price ?? packageOnly), includedSeconds: included };
}

/** Whether the package of a route, if it has one, is for this number. */
export function inPackage(route: RouteConfig, digits: string): boolean {
  const prefixes = route.package?.prefixes;
  return (
    prefixes !== undefined && (prefixes.length === 0 || prefixes.some((prefix) => digits.startsWith(prefix)))
  );
}

const packageOnly: CallPrice = {
  prefix: '',
  perMinute: 0,
  stepSeconds: 60,
  firstSeconds: 60,
  connection: 0,
  freeSeconds: 0,
};

function tablePrice(
  route: RouteConfig,
  { config, rates }: { config: Config; rates: ReadonlyMap<string, RateTable> },
  { digits, range }: { digits: string; range?: NumberRange | undefined },
  now: number,
): CallPrice | undefined {
  const table = route.rateTable === undefined ? undefined : rates.get(route.rateTable);
  if (!table) return undefined;
  const { timeZone } = config.site;
  return table.find(digits, { today: localDay(now, timeZone), ...localMinute(now, timeZone) }, range);
}
