import type { Clock } from '../base/clock.ts';
import type { CallRegistry } from '../call/registry.ts';
import { processorSleep } from '../health/processor-sleep.ts';
import { giveBackMemory } from '../health/spare-memory.ts';
import { awakeInCalls } from './awake-in-calls.ts';

/** After the start, how long until it is looked whether faxes can go by T.38, ms: the library drags a dozen others along. */
const faxLookMs = 3000;

/** After the start, how long until what it took beyond need is given back, ms: when the look at faxes is over, too. */
const spareMemoryMs = 4000;

/** How often `systemctl status` gets a fresh line, ms. */
const statusMs = 10_000;

interface Parts {
  clock: Clock;
  calls: CallRegistry;
  lookAtFaxes(): void;
  /** Gives the supervisor its line of status. */
  tell(): void;
  /** Gets one line where the system does not let the box have its way. */
  warn(message: string): void;
}

/** Begins what must not delay the start once the box serves. Returns what ends it. */
export function afterStart({ clock, calls, lookAtFaxes, tell, warn }: Parts): () => void {
  const timers = [
    clock.after(faxLookMs, lookAtFaxes),
    clock.after(spareMemoryMs, giveBackMemory),
    clock.every(statusMs, tell),
  ];
  const rest = awakeInCalls(clock, calls, processorSleep(warn));
  return () => {
    for (const timer of timers) timer.cancel();
    rest();
  };
}
