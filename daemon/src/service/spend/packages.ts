import type { Config, RouteConfig } from '../../config/schema.ts';
import { billedSeconds } from '../../dialplan/price.ts';
import { inPackage } from '../../dialplan/route-price.ts';
import type { Charge } from './account.ts';
import { Ledger, monthOf, type Period } from './ledger.ts';

/** Whole minutes, where the price does not say how its route counts. */
const usualSteps = { firstSeconds: 60, stepSeconds: 60, freeSeconds: 0 };

/** Counts the minutes that routes' packages have given this month (O05). */
export class Packages {
  readonly #config: () => Config;
  readonly #used = new Ledger();

  constructor(config: () => Config) {
    this.#config = config;
  }

  /** A call of that length is over. */
  add(
    { routeId, number, price }: Pick<Charge, 'routeId' | 'number' | 'price'>,
    day: Period,
    ms: number,
  ): void {
    const route = this.#config().routes.find(({ id }) => id === routeId);
    if (!route || !inPackage(route, number.replace(/^\+/, ''))) return;
    this.#used.add([routeId], day, { parts: 0, ms: 1000 * billedSeconds(price ?? usualSteps, ms) });
  }

  /** Billed seconds left this month, by route, those taken by calls in progress not among them. */
  left(today: Period, going: Iterable<{ charge: Charge; ms: number }>): ReadonlyMap<string, number> {
    const routes = this.#config().routes.filter(withPackage);
    if (routes.length === 0) return new Map();
    const taken = new Map<string, number>();
    for (const { charge, ms } of going) {
      const route = routes.find(({ id }) => id === charge.routeId);
      if (!route || !inPackage(route, charge.number.replace(/^\+/, ''))) continue;
      taken.set(
        route.id,
        (taken.get(route.id) ?? 0) + billedSeconds(charge.price ?? usualSteps, Math.max(1, ms)),
      );
    }
    return new Map(
      routes.map((route) => {
        const used = this.#used.spent(route.id, monthOf(today)).ms / 1000 + (taken.get(route.id) ?? 0);
        return [route.id, Math.max(0, route.package.minutes * 60 - used)];
      }),
    );
  }
}

const withPackage = (route: RouteConfig): route is RouteConfig & { package: { minutes: number } } =>
  route.package !== undefined;
