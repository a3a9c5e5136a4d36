import { readFileSync } from 'node:fs';
import { type CountryProfile, parseProfile } from '../../../src/media/dsp/profile.ts';

/** The profile of a country as a parsed document. */
export function profileDocument(country: string): Record<string, unknown> {
  const url = new URL(`../../../../hw/profile/${country}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, 'utf8')) as Record<string, unknown>;
}

export const profileOf = (country: string): CountryProfile => parseProfile(profileDocument(country));
