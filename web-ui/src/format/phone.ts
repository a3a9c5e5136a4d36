/**
 * A number as people write it: +7 495 123-45-67. Anything that is not E.164 (extensions, short codes) stays
 * as it is, but for long runs of digits.
 */
export function phone(number: string | undefined): string {
  if (number === undefined || number === '') return '';
  const russian = /^\+7(\d{3})(\d{3})(\d{2})(\d{2})$/.exec(number);
  if (russian) return `+7 ${russian[1]} ${russian[2]}-${russian[3]}-${russian[4]}`;
  const american = /^\+1(\d{3})(\d{3})(\d{4})$/.exec(number);
  if (american) return `+1 ${american[1]} ${american[2]}-${american[3]}`;
  const code = /^\+(\d+)$/.exec(number)?.[1];
  if (code === undefined) return number;
  const country = countryLength(code);
  const rest = code.slice(country);
  return `+${code.slice(0, country)} ${grouped(rest)}`;
}

/** Digits of the country code (ITU-T E.164 list of assigned codes: zones 1 and 7 have one). */
function countryLength(digits: string): number {
  if (/^[17]/.test(digits)) return 1;
  return /^(2[07]|3[0-469]|4[013-9]|5[1-8]|6[0-6]|8[1246]|9[0-58])/.test(digits) ? 2 : 3;
}

/** Threes from the left, with a last group of two to four. */
function grouped(digits: string): string {
  const groups: string[] = [];
  let rest = digits;
  while (rest.length > 4) {
    groups.push(rest.slice(0, 3));
    rest = rest.slice(3);
  }
  return [...groups, rest].filter((g) => g !== '').join(' ');
}
