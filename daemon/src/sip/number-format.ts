import type { TrunkConfig } from '../config/schema.ts';

/** How an operator writes numbers (configuration, `numberFormat`). */
export type NumberFormat = TrunkConfig['numberFormat'];

/**
 * Zone 7 numbers that are Russian: analog-line numbering starts area codes with 3, 4, 8 and mobile
 * and non-geographic codes with 9 and 8; 6 and 7 are Kazakhstan, dialed from Russia as foreign.
 */
const RUSSIAN = /^\+7[3489]\d{9}$/;

/** Writes an E.164 number (`+7...`) the operator's way. Short codes and service numbers go as they are. */
export function toOperator(number: string, format: NumberFormat): string {
  if (!/^\+\d+$/.test(number)) return number;
  switch (format) {
    case 'e164-plus':
      return number;
    case 'e164':
      return number.slice(1);
    case 'national-8':
      return RUSSIAN.test(number) ? `8${number.slice(2)}` : `810${number.slice(1)}`;
  }
}

/**
 * Reads a number as an operator sent it and returns E.164 with +, or undefined when the digits are
 * no such number (an extension, a service code, an account name).
 */
export function fromOperator(text: string, format: NumberFormat): string | undefined {
  const compact = text.replace(/[\s().\-/]/g, '');
  if (/^\+[1-9]\d{5,14}$/.test(compact)) return compact;
  if (!/^\d{6,18}$/.test(compact)) return undefined;
  if (/^8[3489]\d{9}$/.test(compact)) return `+7${compact.slice(1)}`;
  if (/^810[1-9]\d{6,14}$/.test(compact)) return `+${compact.slice(3)}`;
  if (/^00[1-9]\d{6,14}$/.test(compact)) return `+${compact.slice(2)}`;
  if (/^7[3-9]\d{9}$/.test(compact)) return `+${compact}`;
  if (/^[3489]\d{9}$/.test(compact)) return `+7${compact}`;
  // Without a prefix only an operator that writes bare E.164 can mean a foreign country.
  return format === 'e164' && /^[1-9]\d{10,14}$/.test(compact) ? `+${compact}` : undefined;
}

/** Whether two writings mean one number: equal as E.164, or else equal as digits. */
export function sameNumber(a: string, b: string, format: NumberFormat): boolean {
  const x = fromOperator(a, format);
  const y = fromOperator(b, format);
  if (x !== undefined && y !== undefined) return x === y;
  return a.replace(/[^\w*#]/g, '') === b.replace(/[^\w*#]/g, '');
}
