import type { Sound } from './voice.ts';

/** Tones of an exchange, as a caller hears them. A Russian one has them all at 425 Hz (order 133/2009 table 1). */
export type ExchangeTone = 'dial' | 'ringback' | 'busy' | 'congestion' | 'sit';

const LEVEL = -10;
const tone = (ms: number, frequency: number): Sound => ({
  type: 'tone',
  frequencies: [frequency],
  level: LEVEL,
  ms,
});
const pause = (ms: number): Sound => ({ type: 'silence', ms });

/** Sounds to be repeated until stopped. An old exchange's own frequency and busy cadence may differ. */
export function exchangeToneAt(
  name: ExchangeTone,
  hz = 425,
  [on, off]: readonly [number, number] = [350, 350],
): readonly Sound[] {
  switch (name) {
    case 'dial':
      return [tone(Infinity, hz)];
    case 'ringback':
      return [tone(1000, hz), pause(4000)];
    case 'busy':
      return [tone(on, hz), pause(off)];
    case 'congestion':
      return [tone(175, hz), pause(175)];
    case 'sit':
      return [tone(330, 950), tone(330, 1400), tone(330, 1800), pause(1000)];
  }
}

/** Tones of a North American exchange (the Precise Tone Plan). */
export function americanTone(name: ExchangeTone): readonly Sound[] {
  const both = (ms: number, level: number, ...frequencies: number[]): Sound => ({
    type: 'tone',
    frequencies,
    level,
    ms,
  });
  switch (name) {
    case 'dial':
      return [both(Infinity, -13, 350, 440)];
    case 'ringback':
      return [both(2000, -19, 440, 480), pause(4000)];
    case 'busy':
      return [both(500, -24, 480, 620), pause(500)];
    case 'congestion':
      return [both(250, -24, 480, 620), pause(250)];
    case 'sit':
      return [both(380, -24, 985.2), both(380, -24, 1428.5), both(380, -24, 1776.7), pause(1000)];
  }
}

/** The same as they are by the book. */
export const exchangeTone: Record<ExchangeTone, readonly Sound[]> = {
  dial: exchangeToneAt('dial'),
  ringback: exchangeToneAt('ringback'),
  busy: exchangeToneAt('busy'),
  congestion: exchangeToneAt('congestion'),
  sit: exchangeToneAt('sit'),
};
