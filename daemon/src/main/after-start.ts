import type { Clock } from '../base/clock.ts';
import { giveBackMemory } from '../health/spare-memory.ts';

/** After the start, how long until it is looked whether faxes can go by T.38, ms: the library drags a dozen others along. */
const faxLookMs = 3000;

/** After the start, how long until what it took beyond need is given back, ms: when the look at faxes is over, too. */
const spareMemoryMs = 4000;

/** Does what must not delay the start once the box serves. Returns what gives up the rest of it. */
export function afterStart(clock: Clock, lookAtFaxes: () => void): () => void {
  const timers = [clock.after(faxLookMs, lookAtFaxes), clock.after(spareMemoryMs, giveBackMemory)];
  return () => {
    for (const timer of timers) timer.cancel();
  };
}
