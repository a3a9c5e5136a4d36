import type { CallerIdWay, HeardCallerId } from '../media/api.ts';

/** When caller ID came: before the first ring, between rings, or because we answered and asked (classic АОН). */
export type CallerIdMoment = 'before-ring' | 'between-rings' | 'on-request';

/** How caller ID is looked for on a line. */
export type CallerIdListening = 'auto' | 'before-ring' | 'between-rings' | 'off';

/** What a line has shown of its caller ID over its calls; plain data, so that it can be kept. */
export interface CallerLearning {
  /** How and when it came last, and how many calls in a row it came like that. */
  readonly way?: CallerIdWay;
  readonly moment?: CallerIdMoment;
  readonly inRow: number;
  /** Calls in a row with none. */
  readonly without: number;
  /** The last that came, as it came. */
  readonly last?: HeardCallerId;
}

export const nothingLearnt: CallerLearning = { inRow: 0, without: 0 };

/** So many calls alike make a habit. */
const HABIT = 3;

/** Caller ID came in a call. */
export function learnHeard(
  before: CallerLearning,
  heard: HeardCallerId,
  moment: CallerIdMoment,
): CallerLearning {
  const same = before.way === heard.way && before.moment === moment && before.without === 0;
  return {
    way: heard.way,
    moment,
    inRow: same ? before.inRow + 1 : 1,
    without: 0,
    last: heard,
  };
}

/** A call in which none came although it was waited for. */
export function learnNothing(before: CallerLearning): CallerLearning {
  return { ...before, without: before.without + 1 };
}

/** What a line is known to do: it sends it like this, it sends none, or that is not known yet. */
export function habit(learning: CallerLearning): CallerIdMoment | 'none' | undefined {
  if (learning.without >= HABIT) return 'none';
  return learning.inRow >= HABIT && learning.without === 0 ? learning.moment : undefined;
}

/**
 * Whether the line is listened to while it rests. By itself (`auto`) until it has proved to send
 * otherwise: listening all day has its price. `early`: where none came, it may come before the ring yet.
 */
export function listensBeforeRing(
  mode: CallerIdListening,
  learning: CallerLearning,
  early: boolean,
): boolean {
  if (mode !== 'auto') return mode === 'before-ring';
  const known = habit(learning);
  return known === undefined || known === 'before-ring' || (known === 'none' && early);
}

/**
 * How long the telephones wait for caller ID after the ring began, ms. A line that sends none, or
 * sends it before the ring, delays nothing.
 */
export function callerWait(mode: CallerIdListening, learning: CallerLearning, waitMs: number): number {
  if (mode === 'off' || mode === 'before-ring') return 0;
  if (mode === 'between-rings') return waitMs;
  const known = habit(learning);
  return known === 'none' || known === 'before-ring' ? 0 : waitMs;
}
