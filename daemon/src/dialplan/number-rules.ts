import type { TollClass } from '../config/schema.ts';
import { countryOf, type NumberingProfile, type NumberRange, range7, zoneOf } from './profile.ts';
import type { ClassifiedNumber, Said } from './route-plan.ts';

/** The office's own place in the numbering plan. */
export interface Area {
  profile: NumberingProfile;
  /** Own area codes; the first belongs to numbers without a code (ruling 13). */
  areaCodes: readonly string[];
  localLength: number;
}

/** What digits mean as a number of the public network, internal numbers left aside. */
export interface PublicNumber {
  class: TollClass | 'blocked' | 'invalid';
  completeness: ClassifiedNumber['completeness'];
  /** E.164 digits without +, if complete enough to have them. */
  digits?: string;
  shortCode?: string;
  carrier?: string;
  suspicious?: boolean;
  name?: Said;
  range?: NumberRange;
}

const nationalLength = 10;
const impossible: PublicNumber = { class: 'invalid', completeness: 'impossible' };
const partial: PublicNumber = { class: 'invalid', completeness: 'partial' };
const scannerName: Said = { ru: 'так набирают мошенники', en: 'dialed the way toll-fraud scanners do' };
/** Scanners put digits in front of 810 or 00 in the hope of a careless route: 850 810 44..., 9 00 44.... */
const scannerPattern = /^\d{1,4}?8?(?:810|00)[1-9]\d{9,}$/;

/**
 * Reads digits (pauses already out, + kept) as a number of the public network.
 * @param whole the digits were given at once and nothing will follow, so forms that a person dialing by
 *   hand cannot use (ten or eleven digits without prefix) count too.
 */
export function readPublicNumber(input: string, area: Area, whole: boolean): PublicNumber {
  if (input.startsWith('+')) return abroad(input.slice(1), area, undefined);
  const { profile } = area;
  if (profile.international.some((prefix) => prefix.length > input.length && prefix.startsWith(input)))
    return partial;
  for (const prefix of profile.international) {
    if (input.startsWith(prefix))
      return finished(abroad(input.slice(prefix.length), area, undefined), input, whole);
  }
  for (const prefix of profile.national) {
    if (input.startsWith(prefix)) {
      const asDialed = afterNational(input.slice(prefix.length), area);
      if (whole && asDialed.completeness === 'impossible' && input.length === nationalLength) {
        // 812 123-45-67 given whole has no prefix: no number after an 8 begins with 1, so it is St Petersburg.
        const without = home(input, area, undefined);
        if (without.completeness === 'complete') return without;
      }
      return finished(asDialed, input, whole);
    }
  }
  return finished(withoutPrefix(input, area, whole), input, whole);
}

function finished(read: PublicNumber, input: string, whole: boolean): PublicNumber {
  if (read.class !== 'invalid' || !scannerPattern.test(input)) return read;
  return whole || read.completeness === 'impossible'
    ? { class: 'blocked', completeness: 'impossible', suspicious: true, name: scannerName }
    : read;
}

function withoutPrefix(input: string, area: Area, whole: boolean): PublicNumber {
  const length = input.length;
  if (length === 0) return partial;
  if (length === area.localLength) {
    if (input[0] === '0') return impossible;
    const local = home((area.areaCodes[0] ?? '') + input, area, undefined);
    // By hand, 7 495 123... may yet become an eleven-digit number; ordinary local numbers need no waiting.
    return !whole && beginsOwnCode(input, area) ? { ...local, completeness: 'may-continue' } : local;
  }
  if (input[0] === '1' && length < area.localLength) return special(input, area);
  if (length === 11 && input[0] === '7') return home(input.slice(1), area, undefined);
  if (length === nationalLength) return home(input, area, undefined);
  if (length < area.localLength) return input[0] === '0' ? impossible : partial;
  if (length < 11 && (whole || beginsOwnCode(input, area)))
    return whole ? { ...impossible, completeness: 'partial' } : partial;
  if (whole && length >= 11) return abroad(input, area, undefined);
  return impossible;
}

function beginsOwnCode(input: string, area: Area): boolean {
  return area.areaCodes.some((code) => input.startsWith(code) || input.startsWith(`7${code}`));
}

/** 1xx: special services of the town; two more digits may follow (1UV x1 x2). */
function special(input: string, area: Area): PublicNumber {
  if (input.length < 3) return partial;
  const rules = area.profile.special;
  if (input.length > rules.maxLength) return partial;
  const ends = input.length === rules.maxLength || rules.complete.includes(input);
  return { class: 'special', completeness: ends ? 'complete' : 'may-continue', shortCode: input };
}

/** Digits after the national prefix: a ten-digit number, or a carrier code and what follows it. */
function afterNational(rest: string, area: Area): PublicNumber {
  const { profile } = area;
  if (rest === '') return partial;
  const first = rest[0] ?? '';
  const byCarrier = first === profile.carrierNational || first === profile.carrierInternational;
  if (!byCarrier) return home(rest, area, undefined);
  const carrier = rest.slice(0, 2);
  const inner = rest.slice(2);
  if (/^(?:8?810|8?00|10)/.test(inner)) {
    return { class: 'blocked', completeness: 'impossible', suspicious: true, name: scannerName };
  }
  if (carrier.length < 2 || inner === '') return partial;
  return first === profile.carrierNational ? home(inner, area, carrier) : abroad(inner, area, carrier);
}

/** A number of country code 7 without the code, whole or beginning. */
function home(national: string, area: Area, carrier: string | undefined): PublicNumber {
  if (national === '') return partial;
  const range = range7(national);
  if (!range || national.length > nationalLength) return impossible;
  if (national.length < nationalLength) return partial;
  return {
    class: range.class === 'national' ? nearness(national, area) : range.class,
    completeness: 'complete',
    digits: `7${national}`,
    range,
    ...(carrier ? { carrier } : {}),
    ...(range.name ? { name: range.name } : {}),
  };
}

/** Ruling 13: own codes are local, others of the same zone are zone calls, the rest is long distance. */
function nearness(national: string, area: Area): TollClass {
  if (area.areaCodes.some((code) => national.startsWith(code))) return 'local';
  const code = national.slice(0, 3);
  return area.areaCodes.some((own) => zoneOf(own.slice(0, 3)).includes(code)) ? 'zone' : 'national';
}

/** E.164 digits, whole or beginning. 810 7 495... loops back home and is priced as such. */
function abroad(digits: string, area: Area, carrier: string | undefined): PublicNumber {
  if (digits.startsWith('7')) return home(digits.slice(1), area, carrier);
  const country = countryOf(digits);
  if (country === 'partial') return partial;
  if (!country) return impossible;
  const length = digits.length - country.code.length;
  if (length > country.max) return impossible;
  if (length < country.min) return partial;
  return {
    class: country.range.class,
    completeness: length === country.max ? 'complete' : 'may-continue',
    digits,
    range: country.range,
    ...(carrier ? { carrier } : {}),
    ...(country.range.name ? { name: country.range.name } : {}),
  };
}
