/*
 * What the operator says and hears: A-law, tones, levels. Levels are in dBm0: a sine that fills the
 * A-law range is +3.14 dBm0 (ITU-T G.711 table 5).
 */

export const RATE = 8000;
export const FRAME = 160;

const FULL_SCALE_DBM0 = 3.14;

/** A-law octet of a 16-bit sample (G.711 table 1a). */
export function toAlaw(sample: number): number {
  const positive = sample >= 0;
  const magnitude = Math.min(32767, positive ? sample : -sample - 1) >> 3;
  let exponent = 0;
  while (magnitude >= 32 << exponent && exponent < 7) exponent++;
  const mantissa = magnitude >> Math.max(exponent, 1);
  return ((exponent << 4) | (mantissa & 0x0f) | (positive ? 0x80 : 0)) ^ 0x55;
}

/** 16-bit sample of an A-law octet. */
export function fromAlaw(octet: number): number {
  const value = octet ^ 0x55;
  const exponent = (value >> 4) & 7;
  const mantissa = value & 0x0f;
  const magnitude = exponent === 0 ? (mantissa << 4) + 8 : ((mantissa << 4) + 0x108) << (exponent - 1);
  return value & 0x80 ? magnitude : -magnitude;
}

/** Amplitude of a sine of a level. */
const amplitude = (dbm0: number): number => 32768 * 10 ** ((dbm0 - FULL_SCALE_DBM0) / 20);

/** A steady sine. */
export function sine(frequency: number, dbm0: number): (index: number) => number {
  const peak = amplitude(dbm0);
  return (index) => peak * Math.sin((2 * Math.PI * frequency * index) / RATE);
}

/** ITU-T Q.23: the rows and columns of the keypad, Hz. */
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const KEYPAD = '123A456B789C*0#D';

/** How long a key is pressed, samples: 160 ms. */
const PRESS = 1280;

/** The two tones of a key that is pressed once, each of a level. */
export function keyTones(key: string, dbm0: number): (index: number) => number {
  const at = Math.max(0, KEYPAD.indexOf(key));
  const row = sine(ROWS[at >> 2]!, dbm0);
  const column = sine(COLUMNS[at & 3]!, dbm0);
  return (index) => (index < PRESS ? row(index) + column(index) : 0);
}

/**
 * Something like speech for people to hear and machines to take for it: a gliding pitch with
 * overtones, in syllables of a fifth of a second with pauses between the words.
 */
export function babble(dbm0: number): (index: number) => number {
  const peak = amplitude(dbm0);
  return (index) => {
    const time = index / RATE;
    if (time % 1.6 > 1.1) return 0;
    const syllable = Math.sin(Math.PI * ((time % 0.2) / 0.2));
    const pitch = 120 + 20 * Math.sin(2 * Math.PI * 0.7 * time);
    let sum = 0;
    for (let overtone = 1; overtone <= 12; overtone++) {
      const near =
        Math.exp(-(((overtone * pitch - 600) / 500) ** 2)) +
        0.4 * Math.exp(-(((overtone * pitch - 1400) / 400) ** 2));
      sum += near * Math.sin(2 * Math.PI * pitch * overtone * time);
    }
    return (peak * syllable * sum) / 3;
  };
}

/** Ringback of the country profile Russia: 425 Hz, 1 s on, 4 s off. */
export function ringback(dbm0: number): (index: number) => number {
  const tone = sine(425, dbm0);
  return (index) => (index % (5 * RATE) < RATE ? tone(index) : 0);
}

/** Level of one frequency in samples, dBm0 (Goertzel); -Infinity for silence. */
export function toneLevel(samples: Int16Array, frequency: number): number {
  if (samples.length === 0) return Number.NEGATIVE_INFINITY;
  const coefficient = 2 * Math.cos((2 * Math.PI * frequency) / RATE);
  let before = 0;
  let last = 0;
  for (const sample of samples) [before, last] = [last, sample + coefficient * last - before];
  const power = last * last + before * before - coefficient * last * before;
  const peak = (2 * Math.sqrt(Math.max(power, 0))) / samples.length;
  return peak > 0 ? 20 * Math.log10(peak / 32768) + FULL_SCALE_DBM0 : Number.NEGATIVE_INFINITY;
}

/** Level of everything in samples, dBm0. */
export function totalLevel(samples: Int16Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  if (sum === 0) return Number.NEGATIVE_INFINITY;
  return 10 * Math.log10((2 * sum) / samples.length / 32768 ** 2) + FULL_SCALE_DBM0;
}
