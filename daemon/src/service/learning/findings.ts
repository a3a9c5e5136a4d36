import type { CallerIdWay, ToneEvidence } from '../../media/api.ts';

/** A tone of the exchange, as it was measured. */
export interface ToneFound {
  tone: 'dial' | 'ringback' | 'busy' | 'congestion' | 'sit';
  frequencyHz: number;
  levelDbm0: number;
  /** Mean length of "on" and pause, ms; missing: without a pause, or it was not heard to its end. */
  onMs?: number;
  offMs?: number;
  /** From what brought it about, ms. */
  afterMs: number;
}

/** What a line shows when the far end has hung up. */
export interface ReleaseFound {
  /** Polarity turned after so long, ms. */
  polarityMs?: number;
  /** The current broke for `breakMs`, and was back after `breakAfterMs`. */
  breakMs?: number;
  breakAfterMs?: number;
  /** The first tone that followed. */
  tone?: ToneFound;
}

/** What was learnt of one line; what is missing was not looked at. */
export interface LineFindings {
  onHookVolts?: number;
  loopMilliamps?: number;
  /** Polarity turned when the loop was closed. */
  turnsAtSeizure?: boolean;
  /** Null: none came. */
  dialTone?: ToneFound | null;
  /** A digit by tones silenced the dial tone: the exchange takes them. */
  tonesTaken?: boolean;
  /** After a release of so long it gave dial tone anew, ms; null: not within the longest that was tried. */
  idleAfterMs?: number | null;
  ringback?: ToneFound;
  /** Null: answered without a turn of polarity. */
  answerPolarityMs?: number | null;
  /** How much weaker than it was sent a tone came in from the other line, dB. */
  lossDb?: number;
  release?: ReleaseFound;
  busy?: ToneFound;
  /** How the line rings, and how it told who calls. */
  ring?: { onMs: number; offMs?: number; callerId?: CallerIdWay };
  /** A call to a number, made on this line, rang where it should. */
  reached?: string;
  /** A call to the number of this line rang it. */
  wasReached?: boolean;
}

const round = (value: number): number => Math.round(value * 10) / 10;

/** A tone as found, from the detector's evidence. */
export function toneFound(tone: ToneFound['tone'], evidence: ToneEvidence, afterMs: number): ToneFound {
  const whole = evidence.cycles.filter(({ offMs }) => offMs > 0);
  const mean = (of: (cycle: (typeof whole)[number]) => number): number =>
    Math.round(whole.reduce((sum, cycle) => sum + of(cycle), 0) / whole.length);
  return {
    tone,
    frequencyHz: round(evidence.frequencyHz),
    levelDbm0: round(evidence.levelDbm0),
    ...(whole.length && tone !== 'dial' ? { onMs: mean((c) => c.onMs), offMs: mean((c) => c.offMs) } : {}),
    afterMs: Math.round(afterMs),
  };
}
