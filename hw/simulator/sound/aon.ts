import { powerLevel, RATE } from './level.ts';
import type { Sound } from './voice.ts';

/** Classic Russian caller ID: two of these for each sign of 40 ms, without pauses. */
const SIX = [700, 900, 1100, 1300, 1500, 1700];
/** Signs in the order of their pairs: 0+1, 0+2, 1+2, 0+3, 1+3, 2+3, 0+4, 1+4, 2+4, 3+4, then start 2+5 and repeat 3+5. */
const PAIRS: [string, number, number][] = [
  ['1', 0, 1],
  ['2', 0, 2],
  ['3', 1, 2],
  ['4', 0, 3],
  ['5', 1, 3],
  ['6', 2, 3],
  ['7', 0, 4],
  ['8', 1, 4],
  ['9', 2, 4],
  ['0', 3, 4],
  ['S', 2, 5],
  ['R', 3, 5],
];
const SIGN_MS = 40;
const REQUEST = 500;

/** Packets of a number as an exchange sends them: start, category, units first, a repeat sign for a sign twice. */
export function aonSounds(number: string, category = '1', packets = 3): Sound[] {
  const digits = [...number.slice(-7).padStart(7, '0')].reverse();
  const signs: string[] = [];
  for (const sign of ['S', category, ...digits]) signs.push(sign === signs.at(-1) ? 'R' : sign);
  const sounds = signs.map((sign): Sound => {
    const [, low, high] = PAIRS.find(([name]) => name === sign)!;
    return { type: 'tone', frequencies: [SIX[low]!, SIX[high]!], level: -10, ms: SIGN_MS };
  });
  return Array.from({ length: packets }, () => sounds).flat();
}

/** What a telephone asks with. */
export const aonRequest: Sound[] = [{ type: 'tone', frequencies: [REQUEST], level: -6, ms: 100 }];

function amplitude(samples: Int16Array, from: number, count: number, frequency: number): number {
  let re = 0;
  let im = 0;
  for (let i = 0; i < count; i++) {
    const phase = (2 * Math.PI * frequency * i) / RATE;
    re += samples[from + i]! * Math.cos(phase);
    im += samples[from + i]! * Math.sin(phase);
  }
  return (2 * Math.hypot(re, im)) / count;
}

/** Reads the packets in a recording; undefined if there is no whole one. */
export function readAon(samples: Int16Array): { number: string; category: string } | undefined {
  let signs = '';
  let before = '';
  for (let at = 0; at + 160 <= samples.length; at += 40) {
    const found = signAt(samples, at);
    // Each sign is seen in four windows and more; two in a row are enough.
    if (found !== '' && found === before && !signs.endsWith(found)) signs += found;
    before = found;
  }
  const packet = /S(\d)([\dR]{7})(?=S)/.exec(signs.replace(/(\d)R/g, '$1$1'));
  return packet ? { category: packet[1]!, number: [...packet[2]!].reverse().join('') } : undefined;
}

function signAt(samples: Int16Array, at: number): string {
  const levels = SIX.map((f) => amplitude(samples, at, 160, f));
  const order = [0, 1, 2, 3, 4, 5].sort((a, b) => levels[b]! - levels[a]!);
  const [a, b, c] = order as [number, number, number];
  if (levels[b]! < 300 || levels[b]! < 2.5 * levels[c]!) return '';
  return PAIRS.find(([, low, high]) => low === Math.min(a, b) && high === Math.max(a, b))?.[0] ?? '';
}

/** Hears requests: calls `asked` at the end of 60 to 400 ms of 500 Hz. */
export class AonRequestEar {
  #blocks = 0;
  readonly #asked: () => void;

  constructor(asked: () => void) {
    this.#asked = asked;
  }

  /** Takes one block of 10 ms. */
  push(block: Int16Array): void {
    const rms = 22_826 * 10 ** (powerLevel(block) / 20);
    const heard = powerLevel(block) > -35 && amplitude(block, 0, block.length, REQUEST) > 0.85 * rms;
    if (!heard && this.#blocks >= 6 && this.#blocks <= 40) this.#asked();
    this.#blocks = heard ? this.#blocks + 1 : 0;
  }
}
