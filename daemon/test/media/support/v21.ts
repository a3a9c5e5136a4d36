/** Amplitude of a sine of that level. */
export const amplitude = (dbm0: number): number => 32768 * 10 ** ((dbm0 - 3.14) / 20);

export interface V21Options {
  dbm0?: number;
  /** Samples of silence before it. */
  lead?: number;
  /** Error of both tones, Hz. */
  offset?: number;
  /** Ratio of the bit rate to 300 bit/s. */
  speed?: number;
  /** 1: 980 and 1180 Hz; 2: 1650 and 1850 Hz (V.21). */
  channel?: 1 | 2;
}

/** Bits as V.21 sends them: one phase that runs on, 1 is the lower tone. */
export function v21(bits: readonly number[], options: V21Options = {}): Int16Array {
  const { dbm0 = -15, lead = 0, offset = 0, speed = 1, channel = 2 } = options;
  const [mark, space] = channel === 2 ? [1650, 1850] : [980, 1180];
  const perBit = 8000 / 300 / speed;
  const length = Math.ceil(bits.length * perBit);
  const pcm = new Int16Array(lead + length);
  let phase = 0.3;
  for (let n = 0; n < length; n++) {
    const hz = (bits[Math.min(bits.length - 1, Math.floor(n / perBit))] ? mark : space) + offset;
    phase += (2 * Math.PI * hz) / 8000;
    pcm[lead + n] = Math.round(amplitude(dbm0) * Math.sin(phase));
  }
  return pcm;
}

/** Numbers from -1 to 1, the same for the same seed. */
export function random(seed: number): () => number {
  let state = seed >>> 0 || 1;
  return () => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state / 2 ** 31 - 1;
  };
}

/** Adds white noise of that power, in place. */
export function noise(pcm: Int16Array, dbm0: number, seed: number): void {
  const next = random(seed);
  // Twelve even numbers make a normal one.
  const scale = amplitude(dbm0) / Math.SQRT2 / 2;
  for (let n = 0; n < pcm.length; n++) {
    let sum = 0;
    for (let k = 0; k < 12; k++) sum += next();
    pcm[n] = Math.max(-32768, Math.min(32767, Math.round(pcm[n]! + sum * scale)));
  }
}

/** Harmonics of a pitch that moves, under formants that move: as speech is to a detector of tones. */
export function speechLike(seconds: number, seed: number): Int16Array {
  const next = random(seed);
  const pcm = new Int16Array(8000 * seconds);
  let pitch = 120;
  let formant = 1700;
  let phase = 0;
  for (let n = 0; n < pcm.length; n++) {
    if (n % 800 === 0) {
      pitch = 160 + 90 * next();
      formant = 1750 + 700 * next();
    }
    phase += (2 * Math.PI * pitch) / 8000;
    let v = 0;
    for (let h = 1; h * pitch < 3600; h++) {
      const hz = h * pitch;
      const weight = Math.exp(-(((hz - 600) / 300) ** 2)) + Math.exp(-(((hz - formant) / 250) ** 2));
      v += weight * Math.sin(h * phase);
    }
    pcm[n] = Math.round(2500 * v);
  }
  return pcm;
}
