import { dbm0OfPower, levelDbm0, SILENCE_DBM0 } from '../dsp/level.ts';

/**
 * How loud whoever speaks to callers is, dBm0 while there is speech: the mean of the recordings that come with the box.
 * Trunks and lines are built for a talker like that.
 */
export const PROMPT_LEVEL_DBM0 = -21;

/** 20 ms at 8 kHz. */
const FRAME = 160;
/** Quieter is no speech whatever else there is, dBm0. */
const FLOOR_DBM0 = -60;
/** What is so much below the rest is a pause, dB; near the margin of ITU-T P.56. */
const PAUSE_DB = 15;
/** Full scale is +3.14 dBm0 (ITU-T G.711); peaks stay 1 dB below it. */
const LIMIT = 32_767 * 10 ** (-1 / 20);
/** How far the peaks of speech are turned down, dB; more would be heard. */
const MOST_LIMITING_DB = 8;
/** Peaks in so small a part of all are clicks, which may be turned down by as much as it takes. */
const CLICKS = 0.001;
/** A frame so much louder than the usual one is a knock, not speech; dB. */
const KNOCK_DB = 15;
/** How long before and after a peak the gain goes down and comes back, samples. */
const AROUND = 80;

/** Level while there is sound, pauses left out, in dBm0; {@link SILENCE_DBM0} where there is none. `samples`: 16-bit units. */
export function activeLevelDbm0(samples: ArrayLike<number>): number {
  const powers: number[] = [];
  for (let at = 0; at < samples.length; at += FRAME) {
    const end = Math.min(samples.length, at + FRAME);
    let energy = 0;
    for (let i = at; i < end; i++) energy += samples[i]! ** 2;
    powers.push(energy / (end - at));
  }
  const heard = powers.filter((power) => dbm0OfPower(power) > FLOOR_DBM0);
  if (heard.length === 0) return SILENCE_DBM0;
  heard.sort((a, b) => a - b);
  const most = heard[heard.length >> 1]! * 10 ** (KNOCK_DB / 10);
  const usual = heard.filter((power) => power <= most);
  const limit = mean(usual) / 10 ** (PAUSE_DB / 10);
  return dbm0OfPower(mean(usual.filter((power) => power >= limit)));
}

const mean = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0) / values.length;

/**
 * Sound as loud as `dbm0` while there is any. Rare peaks that would not fit are turned down for a moment; where they are
 * many, the whole stays quieter.
 * @param samples in 16-bit units, any size
 */
export function levelled(samples: Float32Array, dbm0: number): Int16Array {
  const offset = samples.reduce((sum, v) => sum + v, 0) / (samples.length || 1);
  const centred = samples.map((v) => v - offset);
  const level = activeLevelDbm0(centred);
  if (level <= SILENCE_DBM0) return new Int16Array(samples.length);
  const peak = centred.reduce((most, v) => Math.max(most, Math.abs(v)), 1);
  const limited = (LIMIT / usualPeak(centred)) * 10 ** (MOST_LIMITING_DB / 20);
  const gain = Math.min(10 ** ((dbm0 - level) / 20), limited);
  const turn = peak * gain <= LIMIT ? undefined : turningDown(centred, LIMIT / gain);
  const out = new Int16Array(centred.length);
  for (let i = 0; i < out.length; i++) out[i] = Math.round(centred[i]! * gain * (turn ? turn[i]! : 1));
  return out;
}

/** So much quieter than speech is the silence before and after it, dB; and what stays of that, frames. */
const EDGE_DB = 30;
const EDGE_FRAMES = 8;

/** Sound without the silence before and after it. */
export function trimmed(samples: Int16Array): Int16Array {
  const quiet = activeLevelDbm0(samples) - EDGE_DB;
  const frames = Math.ceil(samples.length / FRAME);
  const loud = (k: number): boolean =>
    levelDbm0(samples, k * FRAME, Math.min(samples.length, (k + 1) * FRAME)) > quiet;
  let first = 0;
  while (first < frames && !loud(first)) first++;
  let last = frames - 1;
  while (last > first && !loud(last)) last--;
  return samples.slice(Math.max(0, first - EDGE_FRAMES) * FRAME, (last + 1 + EDGE_FRAMES) * FRAME);
}

/** The size that all samples but clicks keep within. */
function usualPeak(samples: Float32Array): number {
  const counts = new Uint32Array(65_536);
  for (const v of samples) counts[Math.min(65_535, Math.ceil(Math.abs(v)))]!++;
  let left = samples.length * CLICKS;
  for (let size = counts.length - 1; size > 1; size--) {
    left -= counts[size]!;
    if (left < 0) return size;
  }
  return 1;
}

/** By how much each sample is turned down so that none is above `limit`, without a jump. */
function turningDown(samples: Float32Array, limit: number): Float32Array {
  const turn = new Float32Array(samples.length).fill(1);
  for (const [at, v] of samples.entries()) {
    const needed = limit / Math.abs(v);
    if (needed >= 1) continue;
    const from = Math.max(0, at - AROUND);
    const to = Math.min(samples.length - 1, at + AROUND);
    for (let i = from; i <= to; i++) {
      const slope = 1 - (1 - needed) * (1 - Math.abs(i - at) / (AROUND + 1));
      if (slope < turn[i]!) turn[i] = slope;
    }
  }
  return turn;
}
