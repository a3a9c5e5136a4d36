import { countryOf } from './profile.ts';

/**
 * A number as people write it: `+74951234567` -> `+7 495 123-45-67`. Countries that write
 * otherwise have their digits by threes; anything that is not E.164 with + comes back unchanged.
 * @param areaCodes own area codes, so that a five-digit code is kept together.
 */
export function formatNumber(number: string, areaCodes: readonly string[] = []): string {
  if (!/^\+\d{6,15}$/.test(number)) return number;
  const digits = number.slice(1);
  const country = countryOf(digits);
  if (!country || country === 'partial') return number;
  const national = digits.slice(country.code.length);
  if (country.code !== '7' && country.code !== '1' && country.range.class !== 'cis')
    return `+${country.code} ${threes(national)}`;
  const own =
    country.code === '7' ? areaCodes.find((code) => code.length > 3 && national.startsWith(code)) : undefined;
  const area = own ?? (national.length > 7 ? national.slice(0, national.length - 7) : '');
  const local = grouped(national.slice(area.length));
  return [`+${country.code}`, area, local].filter((part) => part !== '').join(' ');
}

/** 207 946 0000: threes from the left, the last group of two to four. */
function threes(national: string): string {
  return national.length <= 4 ? national : `${national.slice(0, 3)} ${threes(national.slice(3))}`;
}

/** 123-45-67, 23-45-67, 2-34-56: pairs from the right. */
function grouped(local: string): string {
  const pairs: string[] = [];
  let rest = local;
  while (rest.length > 3 && pairs.length < 2) {
    pairs.unshift(rest.slice(-2));
    rest = rest.slice(0, -2);
  }
  return [rest, ...pairs].join('-');
}
