import { RATE } from './level.ts';
import type { Sound } from './voice.ts';

/** ITU-T Q.23: rows and columns. */
const ROWS = [697, 770, 852, 941];
const COLUMNS = [1209, 1336, 1477, 1633];
const KEYS = '123A456B789C*0#D';

export const dtmfFrequencies = (key: string): [number, number] | undefined => {
  const i = KEYS.indexOf(key.toUpperCase());
  return key.length === 1 && i >= 0 ? [ROWS[i >> 2]!, COLUMNS[i & 3]!] : undefined;
};

export interface DtmfTiming {
  onMs: number;
  offMs: number;
  /** Level of each of the two frequencies, dBm0. */
  level: number;
}

/** A key by hand: longer and a little louder than a machine's. */
export const HAND: DtmfTiming = { onMs: 90, offMs: 90, level: -8 };

/**
 * Digits as sound; ',' is a pause of 1 s, '-' and ' ' nothing.
 * @throws Error for a character that is no key.
 */
export function dtmfSounds(digits: string, timing: DtmfTiming): Sound[] {
  const sounds: Sound[] = [];
  for (const key of digits) {
    if (key === '-' || key === ' ') continue;
    if (key === ',') {
      sounds.push({ type: 'silence', ms: 1000 });
      continue;
    }
    const frequencies = dtmfFrequencies(key);
    if (!frequencies) throw new Error(`'${key}' is no DTMF key`);
    sounds.push({ type: 'tone', frequencies, level: timing.level, ms: timing.onMs });
    sounds.push({ type: 'silence', ms: timing.offMs });
  }
  return sounds;
}

/** Window and step of the detector: 25 and 10 ms. Two steps must agree, so 40 ms tones and gaps are seen. */
const WINDOW = 200;
const STEP = 80;
const ALL = [...ROWS, ...COLUMNS];
/** Least amplitude of a frequency, about -35 dBm0. */
const FLOOR = 400;

/** Plain DTMF receiver: eight Goertzel sums each 10 ms. Calls `digit` when a key begins. */
export class DtmfReceiver {
  #window = new Float64Array(WINDOW);
  #last = '';
  #pressed = '';
  readonly #digit: (key: string) => void;
  readonly #coefficients = ALL.map((f) => 2 * Math.cos((2 * Math.PI * f) / RATE));

  constructor(digit: (key: string) => void) {
    this.#digit = digit;
  }

  reset(): void {
    this.#window.fill(0);
    this.#last = '';
    this.#pressed = '';
  }

  /** Takes one block of 10 ms. */
  push(block: Int16Array): void {
    this.#window.copyWithin(0, STEP);
    for (let i = 0; i < STEP; i++) this.#window[WINDOW - STEP + i] = block[i]!;
    const key = this.#look();
    if (key === this.#last && key !== this.#pressed) {
      this.#pressed = key;
      if (key) this.#digit(key);
    }
    this.#last = key;
  }

  #look(): string {
    let energy = 0;
    for (const s of this.#window) energy += s * s;
    if (energy < (WINDOW * FLOOR * FLOOR) / 2) return '';
    const power = this.#coefficients.map((c) => {
      let a = 0;
      let b = 0;
      for (const s of this.#window) {
        const t = s + c * a - b;
        b = a;
        a = t;
      }
      return a * a + b * b - c * a * b;
    });
    const best = (from: number) => {
      let at = from;
      for (let i = from + 1; i < from + 4; i++) if (power[i]! > power[at]!) at = i;
      return at;
    };
    const row = best(0);
    const column = best(4);
    // Both sines together hold nearly all of the energy: |X|^2 = (A n / 2)^2 and energy = n A^2 / 2 each.
    const share = ((power[row]! + power[column]!) * 2) / (WINDOW * energy);
    const twist = power[row]! / power[column]!;
    const strong = Math.min(power[row]!, power[column]!) > ((FLOOR * WINDOW) / 2) ** 2;
    if (!strong || share < 0.7 || twist > 10 || twist < 0.1) return '';
    return KEYS[row * 4 + column - 4]!;
  }
}
