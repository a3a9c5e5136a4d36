import type { PlaySource, ToneSpec } from '../media/api.ts';
import { type CauseTone, toneOfCause } from './cause.ts';
import type { ReleaseCause } from './leg.ts';

/** Call-progress tones of the country profile, by what they say. */
export interface ToneSet {
  dial: readonly ToneSpec[];
  ringback: readonly ToneSpec[];
  busy: readonly ToneSpec[];
  congestion: readonly ToneSpec[];
  /** Special information tone: number unobtainable, not allowed. */
  sit: readonly ToneSpec[];
  /** Broken dial tone: a call is on hold, or a feature is active. */
  stutter: readonly ToneSpec[];
  callWaiting: readonly ToneSpec[];
  confirmation: readonly ToneSpec[];
}

/** Names of the tones of a {@link ToneSet}. */
export type ToneName = keyof ToneSet;

/** The playable form of a tone. */
export const toneSource = (tones: ToneSet, name: ToneName): PlaySource => ({
  type: 'tone',
  tone: tones[name],
});

const byCause: Record<CauseTone, ToneName> = { busy: 'busy', congestion: 'congestion', unobtainable: 'sit' };

/** The tone that tells an analog caller why the call ended. */
export const releaseTone = (released: ReleaseCause): ToneName => byCause[toneOfCause(released.q850)];
