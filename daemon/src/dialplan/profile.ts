import type { TollClass } from '../config/schema.ts';
import countriesData from './data/countries.json' with { type: 'json' };
import country7Data from './data/country-7.json' with { type: 'json' };
import profilesData from './data/profiles.json' with { type: 'json' };
import type { Said } from './route-plan.ts';

/** A numbering profile: how numbers are dialed, as data (data/profiles.json). */
export interface NumberingProfile {
  /** Prefixes of a call within the country; the first is the one the box dials itself. */
  national: readonly string[];
  /** Prefixes of a call abroad; the first is the one the box dials itself. */
  international: readonly string[];
  /** First digit, after the national prefix, of a two-digit carrier code for calls within the country. */
  carrierNational: string;
  /** The same for calls abroad. */
  carrierInternational: string;
  emergency: readonly string[];
  /** Old short codes and what they are today. */
  legacyEmergency: Readonly<Record<string, string>>;
  special: { maxLength: number; complete: readonly string[] };
}

/** What an E.164 number is by its leading digits. */
export interface NumberRange {
  class: TollClass;
  /** The digits that decide it; see {@link NumberRange.foreign}. */
  prefix: string;
  /**
   * The range shares its leading digits with ordinary numbers of the country (+7 6/7 is Kazakhstan), so a
   * price for a shorter prefix than this one was not meant for it.
   */
  foreign: boolean;
  name?: Said;
}

interface RangeEntry {
  prefix: string;
  class: string;
  foreign?: boolean;
  ru?: string;
  en?: string;
}

interface CountryEntry {
  min?: number;
  max?: number;
  class?: string;
  ru?: string;
  en?: string;
}

/** ITU-T E.164 6: at most 15 digits with the country code. */
const e164MaxDigits = 15;
/** No country has subscriber numbers shorter than this. */
const shortestNational = 5;

const countries = countriesData.codes as Record<string, CountryEntry>;
const threeDigit = new Set(countriesData.threeDigit);
const ranges7 = new Map(
  (country7Data.ranges as RangeEntry[]).map((range) => [range.prefix, rangeOf(`7${range.prefix}`, range)]),
);
const premiumPrefixes = countriesData.premium;

/** The profile of that name. */
export function profileNamed(name: 'ru-8' | 'ru-0'): NumberingProfile {
  return profilesData[name];
}

/** Geographic codes (three digits, country code 7) of the same zone as `code`, itself included. */
export function zoneOf(code: string): readonly string[] {
  return country7Data.zones.find((zone) => zone.includes(code)) ?? [code];
}

/** The range a Russian-style ten-digit number (or its beginning) belongs to; undefined: no such numbers. */
export function range7(national: string): NumberRange | undefined {
  return ranges7.get(national.slice(0, 3)) ?? ranges7.get(national.slice(0, 1));
}

/** Country code and lengths of the digits that follow it. */
export interface Country {
  code: string;
  min: number;
  max: number;
  range: NumberRange;
}

/**
 * Finds the country of E.164 digits (no +). `undefined`: there is no such country code; `'partial'`: more
 * digits are needed to tell.
 */
export function countryOf(digits: string): Country | 'partial' | undefined {
  if (digits === '') return 'partial';
  for (let length = 1; length <= 3; length++) {
    const code = digits.slice(0, length);
    if (code.length < length) return canGrow(code) ? 'partial' : undefined;
    const entry = countries[code];
    const known = entry !== undefined || (length === 3 && threeDigit.has(code.slice(0, 2)));
    if (known) return countryWith(code, entry ?? {}, digits);
  }
  return undefined;
}

function canGrow(start: string): boolean {
  if (start.length >= 2) return threeDigit.has(start);
  for (const prefix of threeDigit) if (prefix.startsWith(start)) return true;
  return Object.keys(countries).some((code) => code.startsWith(start));
}

const countryCache = new Map<string, Country>();

function countryWith(code: string, entry: CountryEntry, digits: string): Country {
  const premium = premiumPrefixes.find((prefix) => digits.startsWith(prefix));
  const key = premium ?? code;
  let country = countryCache.get(key);
  if (!country) {
    const range = premium
      ? rangeOf(premium, {
          prefix: premium,
          class: 'premium',
          ru: 'платные услуги',
          en: 'premium rate',
          foreign: true,
        })
      : rangeOf(code, { prefix: code, class: 'international', ...entry });
    country = {
      code,
      min: entry.min ?? shortestNational,
      max: entry.max ?? e164MaxDigits - code.length,
      range,
    };
    countryCache.set(key, country);
  }
  return country;
}

function rangeOf(prefix: string, entry: RangeEntry): NumberRange {
  return {
    prefix,
    class: entry.class as TollClass,
    foreign: entry.foreign ?? false,
    ...(entry.ru && entry.en ? { name: { ru: entry.ru, en: entry.en } } : {}),
  };
}
