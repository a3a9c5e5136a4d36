import type { CallerIdInfo } from '../api.ts';
import { plainNumber } from './caller-id.ts';

/** Start and end digit of caller ID by DTMF: `A...C` and `D...C` are usual, some networks use `#`. */
export interface DtmfCallerIdCodes {
  start: string;
  end: string;
}

/**
 * The digits that tell a caller by DTMF (ETS 300 659-1 annex C): the number behind the start code, or behind
 * `B` why there is none: 00 unavailable, 10 withheld.
 */
export function buildDtmfCallerId(
  data: CallerIdInfo,
  codes: DtmfCallerIdCodes = { start: 'A', end: 'C' },
): string {
  const number = plainNumber(data.number)?.replace(/[^0-9]/g, '');
  if (number && !data.absence) return codes.start + number + codes.end;
  return `B${data.absence === 'private' ? '10' : '00'}C`;
}

/**
 * Reads digits sent before or between rings; undefined if they tell no caller. `A` (in some networks `D`)
 * begins the number, `D` behind a number the one that the call was redirected from, `B` special information.
 */
export function parseDtmfCallerId(digits: string): CallerIdInfo | undefined {
  // Denmark and others: D1 restricted, D2 international and D3 unavailable stand in the number's place.
  const short = /^D([123])[C#]/.exec(digits)?.[1];
  if (short) return { absence: short === '1' ? 'private' : 'unavailable' };
  // The start may be lost to the end of a ring; what is left of a number is worse than none.
  const parts = /^(?:[AD](\d{2,20}))?(?:D\d{2,20})?(?:B(\d\d))?[C#]/.exec(digits);
  if (!parts) return undefined;
  const [, number, special] = parts;
  if (number !== undefined) return { number };
  if (special === undefined) return undefined;
  return { absence: special === '10' ? 'private' : 'unavailable' };
}
