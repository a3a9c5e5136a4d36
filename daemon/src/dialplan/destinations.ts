import data from './data/destinations.json' with { type: 'json' };
import type { Said } from './route-plan.ts';

/** A country or territory as an office opens it: by the digits its numbers begin with (ITU-T E.164, list of assigned codes). */
export interface Destination extends Said {
  /** The first of its codes; names it in the configuration. */
  code: string;
  /** Further codes of the same country. */
  also?: readonly string[];
}

/** Everything abroad that can be opened, in the order of the codes. */
export const destinations: readonly Destination[] = data.destinations;

const byCode = new Map<string, Destination>();
for (const destination of destinations)
  for (const code of [destination.code, ...(destination.also ?? [])]) byCode.set(code, destination);

/** No code is longer: those of the islands that share +1, and +7 840. */
const longestCode = 4;

/** Where E.164 `digits` (no +) lead, by the longest code that fits; undefined: no country that has a name here. */
export function destinationOf(digits: string): Destination | undefined {
  for (let length = longestCode; length > 0; length--) {
    const found = byCode.get(digits.slice(0, length));
    if (found) return found;
  }
  return undefined;
}
