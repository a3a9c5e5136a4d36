import type { Said } from '../dialplan/route-plan.ts';

/** What went wrong and what to do about it, for people. */
export interface Trouble {
  said: Said;
  cure: Said;
}
