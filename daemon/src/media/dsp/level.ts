/** Audio in the daemon is 8 kHz mono, 16-bit linear. */
export const SAMPLE_RATE = 8000;

/** Samples in one millisecond. */
export const SAMPLES_PER_MS = SAMPLE_RATE / 1000;

/**
 * Level of a sine that just reaches full scale, in dBm0: the A-law overload point
 * (ITU-T G.711 clause 4.1: T_max = +3.14 dBm0). The same value serves mu-law (+3.17).
 */
export const FULL_SCALE_SINE_DBM0 = 3.14;

/** What a level function returns for digital silence. */
export const SILENCE_DBM0 = -100;

const FULL_SCALE = 32768;

/** Peak amplitude (in 16-bit units) of a sine of `dbm0`. */
export function sineAmplitude(dbm0: number): number {
  return FULL_SCALE * 10 ** ((dbm0 - FULL_SCALE_SINE_DBM0) / 20);
}

/** Root-mean-square (in 16-bit units) of a signal of `dbm0`. */
export function rmsOf(dbm0: number): number {
  return sineAmplitude(dbm0) * Math.SQRT1_2;
}

/** Level in dBm0 of a signal whose mean square is `power` (16-bit units squared). */
export function dbm0OfPower(power: number): number {
  if (!(power > 0)) return SILENCE_DBM0;
  return Math.max(
    SILENCE_DBM0,
    10 * Math.log10((2 * power) / (FULL_SCALE * FULL_SCALE)) + FULL_SCALE_SINE_DBM0,
  );
}

/** Level in dBm0 of `samples[from..to)`; {@link SILENCE_DBM0} when there is nothing. */
export function levelDbm0(samples: Int16Array, from = 0, to = samples.length): number {
  let energy = 0;
  for (let i = from; i < to; i++) {
    const v = samples[i]!;
    energy += v * v;
  }
  return to > from ? dbm0OfPower(energy / (to - from)) : SILENCE_DBM0;
}

/**
 * Level in dBm0 of the component at `frequency` Hz in `samples[from..to)`, whatever else is there.
 * A Hann window keeps neighbours out: with 100 ms or more, tones 50 Hz away do not count. For
 * measurements in tests, the demo and the bench; the real-time detectors have their own.
 */
export function toneLevelDbm0(samples: Int16Array, frequency: number, from = 0, to = samples.length): number {
  const n = to - from;
  if (n < 2) return SILENCE_DBM0;
  const step = (2 * Math.PI * frequency) / SAMPLE_RATE;
  const hann = (2 * Math.PI) / n;
  let re = 0;
  let im = 0;
  let gain = 0;
  for (let i = 0; i < n; i++) {
    const w = 0.5 - 0.5 * Math.cos(hann * i);
    const v = samples[from + i]! * w;
    re += v * Math.cos(step * i);
    im -= v * Math.sin(step * i);
    gain += w;
  }
  const amplitude = (2 * Math.hypot(re, im)) / gain;
  return dbm0OfPower((amplitude * amplitude) / 2);
}

/** Rounds to the nearest 16-bit sample, limiting instead of wrapping round. */
export function clip16(v: number): number {
  return v > 32767 ? 32767 : v < -32768 ? -32768 : Math.round(v);
}

/** A running level: the mean square over an exponential window. */
export class LevelMeter {
  #power = 0;
  #peak = 0;
  readonly #keepPerSample: number;

  /** `timeConstantMs`: how long the meter remembers (125 ms is the "fast" of sound-level meters). */
  constructor(timeConstantMs = 125) {
    this.#keepPerSample = Math.exp(-1 / (timeConstantMs * SAMPLES_PER_MS));
  }

  /** Takes `count` samples into the measurement. */
  process(samples: Int16Array, count = samples.length): void {
    if (count === 0) return;
    let energy = 0;
    let peak = this.#peak;
    for (let i = 0; i < count; i++) {
      const v = samples[i]!;
      energy += v * v;
      if (v > peak) peak = v;
      else if (-v > peak) peak = -v;
    }
    const keep = this.#keepPerSample ** count;
    this.#power = this.#power * keep + (energy / count) * (1 - keep);
    this.#peak = peak;
  }

  /** Level now, in dBm0. */
  get dbm0(): number {
    return dbm0OfPower(this.#power);
  }

  /** The largest sample magnitude since the last {@link reset}. */
  get peak(): number {
    return this.#peak;
  }

  reset(): void {
    this.#power = 0;
    this.#peak = 0;
  }
}
