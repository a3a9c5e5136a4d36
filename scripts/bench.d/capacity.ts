/**
 * Area `capacity` (M19): many calls through the whole daemon at once with speech both ways, one more, and 112.
 *
 *   scripts/bench capacity --calls 200 --seconds 20
 */
import { measureCapacity } from '../lib/bench/capacity.ts';
import type { Figure, Options } from '../lib/bench.ts';

export async function run(emit: (figure: Figure) => void, options: Options): Promise<void> {
  await measureCapacity(emit, {
    calls: options.number('calls', 200),
    seconds: options.number('seconds', 20),
  });
}
