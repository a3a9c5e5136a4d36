import type { Said } from './contract.ts';

/** GET /api/v1/spending: how every budget stands, and whether the fraud guard has closed something. */
export interface SpendingView {
  /** ISO 4217. */
  currency: string;
  budgets: {
    /** `office`, `cost-centre:sales`, `person:anna`, `pin:guest`. */
    account: string;
    name: Said;
    kind: 'money' | 'minutes';
    period: 'day' | 'month';
    /** Currency units, or minutes; calls in progress included. */
    spent: number;
    limit: number;
  }[];
  guard: {
    /** Until then (wall-clock ms) calls abroad and premium ones are closed; absent: they are not. */
    lockedUntil?: number;
    said?: Said;
  };
}
