import type { PersonConfig } from '../../config/schema.ts';
import type { ServiceContext } from '../context.ts';
import { placesOf } from '../in-use.ts';

/**
 * Who of these people is in a call, or has lifted a handset. `lifted`: for somebody that is so by a handset that is in no
 * call; nothing tells when it is put down.
 */
export function busyAmong(
  people: readonly PersonConfig[],
  { calls, ports }: Pick<ServiceContext, 'calls' | 'ports'>,
): { busy: Set<string>; lifted: boolean } {
  // All calls once, and not once for each telephone.
  const taken = new Set<string>();
  for (const { record } of calls.active)
    for (const { place, number, endedAt } of record.legs) {
      if (endedAt !== undefined) continue;
      taken.add(place);
      if (number !== undefined) taken.add(number);
    }
  const offHook = (place: string): boolean =>
    place.startsWith('port:') && ports.fxs(Number(place.slice(5)))?.offHook === true;
  let lifted = false;
  const isBusy = (person: PersonConfig): boolean => {
    const places = placesOf({ kind: 'person', person });
    if (places.some((place) => taken.has(place))) return true;
    const off = places.some(offHook);
    lifted ||= off;
    return off;
  };
  return { busy: new Set(people.filter(isBusy).map(({ id }) => id)), lifted };
}
