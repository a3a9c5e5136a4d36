import { amplitudeOf, RATE } from './level.ts';

/** First two formants of five vowels, Hz. */
const VOWELS = [
  [700, 1150],
  [500, 1800],
  [300, 2200],
  [480, 850],
  [330, 700],
] as const;

/** A two-pole resonator. */
function resonator(freq: number, bandwidth: number): (x: number) => number {
  const r = Math.exp((-Math.PI * bandwidth) / RATE);
  const a = 2 * r * Math.cos((2 * Math.PI * freq) / RATE);
  const b = -r * r;
  let y1 = 0;
  let y2 = 0;
  return (x) => {
    const y = x + a * y1 + b * y2;
    y2 = y1;
    y1 = y;
    return y;
  };
}

/**
 * Canned speech: syllables of vowels with a moving pitch and pauses between phrases. No words, but it
 * has a voice's spectrum and rhythm, so that detectors take it for speech and never for a tone.
 * @param level of the syllables, as dBm0 of a sine of the same peak
 */
export function cannedSpeech(ms: number, level = -10): Int16Array {
  const out = new Float64Array(Math.round((ms * RATE) / 1000));
  let at = 0;
  for (let syllable = 0; at < out.length; syllable++) {
    const [f1, f2] = VOWELS[(syllable * 7 + (syllable >> 2)) % VOWELS.length]!;
    const length = Math.min(out.length - at, Math.round(RATE * (0.14 + 0.04 * (syllable % 3))));
    const first = resonator(f1, 80);
    const second = resonator(f2, 110);
    let phase = 0;
    for (let i = 0; i < length; i++) {
      const part = i / length;
      const pitch = 115 + 25 * Math.sin(syllable * 1.3) - 20 * part;
      phase += pitch / RATE;
      const pulse = phase >= 1 ? 1 : 0;
      phase -= pulse;
      const envelope = Math.sin(Math.PI * Math.min(1, part * 1.2 + 0.02)) ** 0.6;
      out[at + i] = envelope * (first(pulse) + 0.6 * second(pulse));
    }
    // A breath after each phrase of five syllables.
    at += length + Math.round(RATE * (syllable % 5 === 4 ? 0.4 : 0.05));
  }
  const peak = out.reduce((m, v) => Math.max(m, Math.abs(v)), 1e-9);
  const scale = amplitudeOf(level) / peak;
  return Int16Array.from(out, (v) => Math.round(v * scale));
}
