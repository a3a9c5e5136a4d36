import type { Clock } from '../base/clock.ts';
import type { Leg } from '../call/leg.ts';

/** Longest pause between the keys of a code, ms. */
const CODE_MS = 2000;

/**
 * Listens for a code keyed in the middle of a call. `code` is asked at each key; empty: there is none now.
 * @returns what ends it
 */
export function onKeyCode(leg: Leg, code: () => string, clock: Clock, coded: () => void): () => void {
  let keyed = '';
  let last = Number.NEGATIVE_INFINITY;
  return leg.on('digit', (key) => {
    const now = clock.now();
    const wanted = code();
    keyed = now - last > CODE_MS ? key : (keyed + key).slice(-wanted.length);
    last = now;
    if (wanted === '' || keyed !== wanted) return;
    keyed = '';
    coded();
  });
}
