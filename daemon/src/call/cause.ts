import type { ReleaseCause } from './leg.ts';

/** What a caller on an analog line hears when a call ends with a cause. */
export type CauseTone = 'busy' | 'congestion' | 'unobtainable';

interface CauseRow {
  tone: CauseTone;
  /** May another route be tried when this comes before any alerting? (ruling 15) */
  final: boolean;
  text: string;
}

/**
 * The one table of release causes: tone for an analog caller, whether hunting goes on, and words for
 * the log. Values and names: ITU-T Q.850. SIP statuses are mapped by `sip/cause.ts` (RFC 3398).
 */
const rows: Record<number, CauseRow> = {
  1: { tone: 'unobtainable', final: false, text: 'unallocated number' },
  3: { tone: 'unobtainable', final: false, text: 'no route to destination' },
  16: { tone: 'busy', final: true, text: 'normal call clearing' },
  17: { tone: 'busy', final: true, text: 'user busy' },
  18: { tone: 'congestion', final: false, text: 'no user responding' },
  19: { tone: 'busy', final: true, text: 'no answer from user' },
  20: { tone: 'busy', final: true, text: 'subscriber absent' },
  21: { tone: 'congestion', final: true, text: 'call rejected' },
  22: { tone: 'unobtainable', final: true, text: 'number changed' },
  25: { tone: 'congestion', final: true, text: 'exchange routing error' },
  27: { tone: 'congestion', final: false, text: 'destination out of order' },
  28: { tone: 'unobtainable', final: true, text: 'invalid number format' },
  31: { tone: 'busy', final: true, text: 'normal, unspecified' },
  34: { tone: 'congestion', final: false, text: 'no circuit or channel available' },
  38: { tone: 'congestion', final: false, text: 'network out of order' },
  41: { tone: 'congestion', final: false, text: 'temporary failure' },
  42: { tone: 'congestion', final: false, text: 'switching equipment congestion' },
  44: { tone: 'congestion', final: false, text: 'requested channel not available' },
  47: { tone: 'congestion', final: false, text: 'resource unavailable' },
  57: { tone: 'congestion', final: true, text: 'bearer capability not authorized' },
  88: { tone: 'congestion', final: true, text: 'incompatible destination' },
  102: { tone: 'congestion', final: false, text: 'recovery on timer expiry' },
  127: { tone: 'congestion', final: false, text: 'interworking, unspecified' },
};

const other: CauseRow = { tone: 'congestion', final: false, text: 'other cause' };

/** Names of the causes that this daemon itself gives, for readable code. */
export const cause = {
  unallocated: 1,
  noRoute: 3,
  normal: 16,
  busy: 17,
  noAnswer: 19,
  absent: 20,
  rejected: 21,
  /** The call would go in a circle. */
  exchangeRouting: 25,
  outOfOrder: 27,
  invalidNumber: 28,
  noChannel: 34,
  temporary: 41,
  /** Not without the protection that is required. */
  notAuthorized: 57,
  /** Requested channel not available: both ends began at once. */
  glare: 44,
  timer: 102,
} as const;

/** The tone for an analog caller whose call ended with Q.850 cause `q850`. */
export const toneOfCause = (q850: number): CauseTone => (rows[q850] ?? other).tone;

/** English words for a Q.850 cause, for logs. */
export const textOfCause = (q850: number): string => (rows[q850] ?? other).text;

/** Makes the cause of a release that the box itself decides. */
export function localCause(q850: number, text?: string): ReleaseCause {
  return { q850, text: text ?? textOfCause(q850), by: 'local' };
}

/** Makes the cause of a release that came from the far side of a leg. */
export function remoteCause(q850: number, text?: string): ReleaseCause {
  return { q850, text: text ?? textOfCause(q850), by: 'remote' };
}

/**
 * Whether hunting stops at this cause although other routes are left (ruling 15, C08). What the leg
 * itself knows (`final`) stands over the table.
 */
export function isFinal(released: ReleaseCause): boolean {
  return released.final ?? (rows[released.q850] ?? other).final;
}
