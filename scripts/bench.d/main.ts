/**
 * Area `main`: the whole daemon, as built (ruling 31), in a process of its own. Memory and CPU time are those
 * of that process; the simulated card, the operators and SIPp stand outside.
 */
import { measureAnalogCalls } from '../lib/bench/analog-calls.ts';
import { measureStart } from '../lib/bench/start.ts';
import { measureTransit } from '../lib/bench/transit.ts';
import type { Figure } from '../lib/bench.ts';

export async function run(emit: (figure: Figure) => void): Promise<void> {
  await measureStart(emit);
  await measureAnalogCalls(emit);
  await measureTransit(emit);
}
