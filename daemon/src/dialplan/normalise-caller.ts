import { type Area, readPublicNumber } from './number-rules.ts';

/** A caller as decoded from a line or a trunk, brought into one form. */
export interface NormalisedCaller {
  /** E.164 with +, if the digits have one. */
  e164?: string;
  /** Digits that have no E.164 form: an extension, a short code. */
  digits?: string;
  /** Text that came in place of a number. */
  text?: string;
  absence?: 'private' | 'unavailable';
}

const privateWords = /^(anonymous|restricted|private|withheld|p)$/i;
const unavailableWords = /^(unavailable|unknown|asterisk|o|0|)$/i;

/**
 * Brings a caller's number to E.164. Private, unavailable and "not sent" stay apart.
 * @param fromLine decoded from an analog line: the leading 8 is often missing and a category digit may
 *   stand in front (analog-lines 5.2, 5.4).
 */
export function normaliseCaller(raw: string, area: Area, fromLine = false): NormalisedCaller {
  const text = raw.trim();
  if (privateWords.test(text)) return { absence: 'private' };
  if (unavailableWords.test(text)) return { absence: 'unavailable' };
  const digits = text.replace(/[\s().\-\u00a0]/g, '');
  if (!/^\+?\d+$/.test(digits)) return { text };
  const plain = digits.startsWith('+') ? digits.slice(1) : digits;
  if (digits.startsWith('+')) return e164Of(digits, area, digits);
  if (plain.length === 11 && plain.startsWith('8')) return e164Of(`+7${plain.slice(1)}`, area, plain);
  if (plain.length === 11 && plain.startsWith('7')) return e164Of(`+${plain}`, area, plain);
  if (plain.length === 10) return e164Of(`+7${plain}`, area, plain);
  const own = area.areaCodes[0] ?? '';
  if (plain.length === area.localLength) return e164Of(`+7${own}${plain}`, area, plain);
  if (fromLine && plain.length === area.localLength + 1 && plain[0] !== '0') {
    return e164Of(`+7${own}${plain.slice(1)}`, area, plain);
  }
  const read = plain.length > 10 ? readPublicNumber(plain, area, true) : undefined;
  if (read?.completeness !== 'impossible' && read?.digits) return { e164: `+${read.digits}` };
  return { digits: plain };
}

function e164Of(candidate: string, area: Area, digits: string): NormalisedCaller {
  const read = readPublicNumber(candidate, area, true);
  return read.digits ? { e164: `+${read.digits}` } : { digits: digits.replace('+', '') };
}
