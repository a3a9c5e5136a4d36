/** Amplitude of a sine of 0 dBm0: 3.14 dB under full scale (frame.md section 6). */
export const AMPLITUDE_0_DBM0 = 22826;
export const RATE = 8000;

export const amplitudeOf = (dbm0: number): number => AMPLITUDE_0_DBM0 * 10 ** (dbm0 / 20);

/**
 * Level of one frequency in dBm0, by a Hann-windowed Fourier sum over all of `samples`; the window is 4/n
 * of the rate wide. Silence gives -120.
 */
export function toneLevel(samples: Int16Array, freq: number): number {
  const n = samples.length;
  if (n === 0) return -120;
  let re = 0;
  let im = 0;
  for (let i = 0; i < n; i++) {
    const w = 0.5 - 0.5 * Math.cos((2 * Math.PI * (i + 0.5)) / n);
    const phase = (2 * Math.PI * freq * i) / RATE;
    re += samples[i]! * w * Math.cos(phase);
    im += samples[i]! * w * Math.sin(phase);
  }
  // A sine of amplitude A gives A n / 4 under a Hann window (mean 1/2, and half in each sideband).
  const amplitude = (4 * Math.hypot(re, im)) / n;
  return Math.max(-120, 20 * Math.log10(amplitude / AMPLITUDE_0_DBM0 + 1e-9));
}

/** Level of everything in `samples`, as the dBm0 of a sine of the same power. */
export function powerLevel(samples: Int16Array): number {
  let sum = 0;
  for (const s of samples) sum += s * s;
  const rms = Math.sqrt(sum / Math.max(1, samples.length));
  return Math.max(-120, 20 * Math.log10((rms * Math.SQRT2) / AMPLITUDE_0_DBM0 + 1e-9));
}
