import type { Clock, Timer } from '../base/clock.ts';
import type { CallRegistry } from '../call/registry.ts';
import type { ProcessorSleep } from '../health/processor-sleep.ts';

/** How often it is looked whether calls have ended, ms: what an office does is many short pauses between calls. */
const lookMs = 5000;

/**
 * Keeps the processors from deep sleep while there are calls, and lets them sleep when there are none, as an appliance
 * without a fan should. Returns what ends it.
 */
export function awakeInCalls(
  clock: Clock,
  calls: Pick<CallRegistry, 'on' | 'size'>,
  sleep: ProcessorSleep,
): () => void {
  let timer: Timer | undefined;
  const rest = (): void => {
    timer?.cancel();
    timer = undefined;
    sleep.allow();
  };
  const off = calls.on('changed', () => {
    if (timer || calls.size === 0) return;
    sleep.forbid();
    timer = clock.every(lookMs, () => calls.size === 0 && rest());
  });
  return () => {
    off();
    rest();
  };
}
