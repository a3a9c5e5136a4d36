/** Where a digit came from: counted by the card, or heard by the DTMF detector. */
export type DigitSource = 'pulse' | 'dtmf';

/** The last digit taken from each source, and when (ms). */
export interface DigitMerge {
  readonly last?: { readonly key: string; readonly source: DigitSource; readonly at: number };
}

/**
 * The same key from the other source within this time is the same key: sets that dial by pulses and
 * beep a tone to the ear put both on the line, and the card reports a pulse digit only after the
 * inter-digit pause.
 */
const ECHO_MS = 1000;

/** Takes a digit; `accepted` is false if it only repeats one that came from the other source. */
export function mergeDigit(
  state: DigitMerge,
  key: string,
  source: DigitSource,
  now: number,
): { state: DigitMerge; accepted: boolean } {
  const { last } = state;
  if (last && last.source !== source && last.key === key && now - last.at < ECHO_MS) {
    // Forgotten at once, so that a real second press of the key counts.
    return { state: {}, accepted: false };
  }
  return { state: { last: { key, source, at: now } }, accepted: true };
}
