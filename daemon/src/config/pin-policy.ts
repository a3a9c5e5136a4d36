import type { Said } from '../dialplan/route-plan.ts';

/** Fewest digits of a new PIN (features P02). */
export const shortestPin = 6;

/**
 * Why a new PIN is too easy to guess, or undefined. The PIN itself is in none of the texts.
 * @param known numbers that everybody in the office knows: extensions, user numbers, access codes
 */
export function weakPin(digits: string, known: Iterable<string>): Said | undefined {
  if (!/^[0-9]+$/.test(digits) || digits.length < shortestPin || digits.length > 12) {
    return { ru: `ПИН-код — от ${shortestPin} до 12 цифр.`, en: `A PIN has ${shortestPin} to 12 digits.` };
  }
  const simple: Said = { ru: 'Слишком простой ПИН-код.', en: 'This PIN is too simple.' };
  if (new Set(digits).size < 3 || isRun(digits) || isRepeated(digits)) return simple;
  for (const number of known) {
    if (
      number.length >= 3 &&
      digits === number.repeat(Math.ceil(digits.length / number.length)).slice(0, digits.length)
    ) {
      return {
        ru: 'ПИН-код не должен повторять внутренний номер.',
        en: 'A PIN must not repeat an extension.',
      };
    }
  }
  return undefined;
}

/** 123456, 987654, 890123. */
function isRun(digits: string): boolean {
  const steps = [...digits].slice(1).map((digit, i) => (Number(digit) - Number(digits[i]) + 10) % 10);
  return steps.every((step) => step === 1) || steps.every((step) => step === 9);
}

/** 121212, 123123. */
function isRepeated(digits: string): boolean {
  for (let length = 1; length <= digits.length / 2; length++) {
    if (digits.length % length === 0 && digits === digits.slice(0, length).repeat(digits.length / length))
      return true;
  }
  return false;
}
