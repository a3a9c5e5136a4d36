import type { Sound } from './voice.ts';

/** Tones of a Russian exchange, all 425 Hz (order 133/2009 table 1), as a caller hears them. */
export type ExchangeTone = 'dial' | 'ringback' | 'busy' | 'congestion' | 'sit';

const LEVEL = -10;
const tone = (ms: number, frequencies = [425]): Sound => ({ type: 'tone', frequencies, level: LEVEL, ms });
const pause = (ms: number): Sound => ({ type: 'silence', ms });

/** Sounds to be repeated until stopped. */
export const exchangeTone: Record<ExchangeTone, readonly Sound[]> = {
  dial: [tone(Infinity)],
  ringback: [tone(1000), pause(4000)],
  busy: [tone(350), pause(350)],
  congestion: [tone(175), pause(175)],
  sit: [tone(330, [950]), tone(330, [1400]), tone(330, [1800]), pause(1000)],
};
