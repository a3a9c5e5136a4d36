import type { PlaySource } from '../media/api.ts';

const RATE = 8000;
/** Two short tones, up for who comes and down for who leaves, Hz. No multiple of 425: no progress tone is meant. */
const LOW_HZ = 660;
const HIGH_HZ = 880;
const TONE_MS = 120;
/** Audible under speech, and no more than that, dBm0. */
const LEVEL_DBM0 = -20;
/** 0 dBm0 of a sine is 3.14 dB below full scale (ITU-T G.711, table 5). */
const FULL_SCALE_DBM0 = 3.14;

const chimes = {
  join: sound(LOW_HZ, HIGH_HZ),
  leave: sound(HIGH_HZ, LOW_HZ),
} as const;

/** What a conference hears when somebody comes or leaves. */
export function chime(what: 'join' | 'leave'): PlaySource {
  return { type: 'pcm', samples: chimes[what] };
}

/** Pause between beeps that are counted, ms. */
const APART_MS = 280;

/** So many short tones, to be counted: a digit for boxes that cannot speak. */
export function beeps(count: number): Int16Array {
  const one = sound(LOW_HZ);
  const each = one.length + (APART_MS * RATE) / 1000;
  const samples = new Int16Array(each * count);
  for (let i = 0; i < count; i++) samples.set(one, i * each);
  return samples;
}

function sound(...hz: number[]): Int16Array {
  const peak = 32_767 * 10 ** ((LEVEL_DBM0 - FULL_SCALE_DBM0) / 20);
  const each = (TONE_MS * RATE) / 1000;
  const samples = new Int16Array(each * hz.length);
  for (const [k, frequency] of hz.entries())
    for (let n = 0; n < each; n++) {
      // Faded in and out, or each edge would be a click.
      const shape = Math.min(1, n / 80, (each - 1 - n) / 80);
      samples[k * each + n] = Math.round(peak * shape * Math.sin((2 * Math.PI * frequency * n) / RATE));
    }
  return samples;
}
