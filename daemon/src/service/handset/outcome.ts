import type { Said } from '../../dialplan/route-plan.ts';
import type { CodeOutcome } from '../feature-codes.ts';

/** No, and why. */
export const refused = (said: Said, q850?: number): CodeOutcome => ({
  kind: 'refused',
  text: said.en,
  words: [said],
  ...(q850 === undefined ? {} : { q850 }),
});

/** Done; `text`: for the log and the record. */
export const confirmed = (text: string, said: Said): CodeOutcome => ({
  kind: 'confirmed',
  text,
  words: [said],
});
