import type { Said } from './route-plan.ts';

/** What decides about a call beside the configuration and the time: how the box and its operators fare just now. */
export interface PlanState {
  /** Why the fraud guard has closed calls abroad and premium ones; undefined: it has not. */
  locked?: Said | undefined;
  /** Trunks that do badly, by id, and how: their routes come last. */
  poorTrunks?: ReadonlyMap<string, Said>;
  /** Billed seconds that are left of the packages of routes this month, by id of the route. */
  packages?: ReadonlyMap<string, number>;
}
