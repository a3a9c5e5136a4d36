import { CodedError } from '../base/error.ts';
import type { DialMethod } from './port.ts';

/** One step of dialing. */
export type DialStep =
  | { type: 'tones'; digits: string }
  | { type: 'pulses'; digits: string }
  /** A pause, ms. */
  | { type: 'pause'; ms: number }
  /** Wait for another dial tone. */
  | { type: 'wait' };

/** Length of the pause that ',' stands for (the Hayes convention is 2 s; PBX manuals say 1 s). */
const PAUSE_MS = 1000;

/**
 * Splits what is to be dialed into steps. `*`, `#` and A to D cannot be dialed by pulses and go as
 * tones in between.
 * @throws CodedError `port/bad-digits` for anything but 0-9 * # A-D ',' 'w', or nothing to dial.
 */
export function dialSteps(digits: string, method: DialMethod): DialStep[] {
  const steps: DialStep[] = [];
  for (const key of digits.toUpperCase()) {
    if (key === ',') steps.push({ type: 'pause', ms: PAUSE_MS });
    else if (key === 'W') steps.push({ type: 'wait' });
    else if (/[0-9*#A-D]/.test(key)) {
      const type = method === 'pulse' && /[0-9]/.test(key) ? 'pulses' : 'tones';
      const last = steps.at(-1);
      if (last?.type === type) steps[steps.length - 1] = { type, digits: last.digits + key };
      else steps.push({ type, digits: key });
    } else throw new CodedError('port/bad-digits', `cannot dial ${JSON.stringify(key)}`);
  }
  if (steps.length === 0) throw new CodedError('port/bad-digits', 'nothing to dial');
  return steps;
}

/** How long the card needs at most for a digit string by pulses, ms: ten pulses per digit and the pauses. */
export function pulseDurationMs(
  digits: string,
  pulse: { breakMs: number; makeMs: number; interDigitMs: number },
): number {
  let pulses = 0;
  for (const key of digits) pulses += key === '0' ? 10 : Number(key);
  return pulses * (pulse.breakMs + pulse.makeMs) + digits.length * pulse.interDigitMs;
}
