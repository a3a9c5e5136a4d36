import { BLOCK } from './dtmf-bank.ts';
import { rmsOf, SAMPLE_RATE } from './level.ts';

/** Blocks that dial tone must have stood still for: 60 ms. */
const HEARD = 12;
/** How often it is looked for, blocks. */
const EVERY = 4;
/**
 * The middle of where dial tones lie, Hz; a block of 5 ms has whole periods of it, and turned down by it a tone up to
 * 100 Hz away has one complex amplitude for each block. That is taken from the block and the one before under a Hann
 * window, which leaves nothing of the tone's own image at minus its frequency, and little of a key's tones.
 */
const MIDDLE = 400;
const SPAN = 2 * BLOCK;
/** Dial tones the world over: 350 to 450 Hz (ITU-T E.180 supplement 2), and what worn exchanges make of them. */
const LOWEST = 330;
const HIGHEST = 485;
/** Of two tones: 350 and 440 Hz (North America) or 450 (United Kingdom) are as far apart and more. */
const LEAST_APART = 50;
/** Part of the band's energy that the tones do not explain, and by how much they may grow or fade in a block. */
const UNEXPLAINED = 0.003;
const UNSTEADY = 0.03;
/** Part of all that is heard that they must be: dial tone has the line for itself, a note has its harmonics. */
const SHARE = 0.85;
const LEAST = rmsOf(-45) ** 2;

/** Twice a Hann window, whose mean is one. */
const weight = (i: number): number => 2 * Math.sin((Math.PI * (i + 0.5)) / SPAN) ** 2;
const step = (2 * Math.PI * MIDDLE) / SAMPLE_RATE;
const COS = Float64Array.from({ length: SPAN }, (_, i) => weight(i) * Math.cos(step * i));
const SIN = Float64Array.from({ length: SPAN }, (_, i) => weight(i) * Math.sin(step * i));
const BLOCKS_PER_SECOND = SAMPLE_RATE / BLOCK;

interface Complex {
  readonly re: number;
  readonly im: number;
}

const times = (a: Complex, b: Complex): Complex => ({
  re: a.re * b.re - a.im * b.im,
  im: a.re * b.im + a.im * b.re,
});
const minus = (a: Complex, b: Complex): Complex => ({ re: a.re - b.re, im: a.im - b.im });
const conjugate = (a: Complex): Complex => ({ re: a.re, im: -a.im });
const power = (a: Complex): number => a.re * a.re + a.im * a.im;

function root(a: Complex): Complex {
  const size = Math.hypot(a.re, a.im);
  const re = Math.sqrt(Math.max(0, (size + a.re) / 2));
  return { re, im: Math.sign(a.im || 1) * Math.sqrt(Math.max(0, (size - a.re) / 2)) };
}

/**
 * Finds the dial tone of a line wherever its exchange has it: one or two steady tones between 330 and 485 Hz with nothing
 * beside them. The amplitudes of the blocks are predicted from one or two before them; the predictor's roots are the tones.
 */
export class DialToneFinder {
  readonly #amplitudes: Complex[] = Array.from({ length: HEARD }, () => ({ re: 0, im: 0 }));
  readonly #before = new Float64Array(BLOCK);
  readonly #energies = new Float64Array(HEARD);
  #blocks = 0;

  /** Takes the next block of 5 ms, and gives the frequencies of the dial tone, Hz, where there has been one alone. */
  take(x: Float64Array): readonly number[] | undefined {
    let re = 0;
    let im = 0;
    let energy = 0;
    for (let i = 0; i < BLOCK; i++) {
      const before = this.#before[i]!;
      const v = x[i]!;
      re += before * COS[i]! + v * COS[BLOCK + i]!;
      im -= before * SIN[i]! + v * SIN[BLOCK + i]!;
      energy += v * v;
    }
    this.#before.set(x);
    this.#amplitudes.shift();
    this.#amplitudes.push({ re, im });
    this.#energies[this.#blocks % HEARD] = energy;
    this.#blocks++;
    return this.#blocks >= HEARD && this.#blocks % EVERY === 0 ? this.#find() : undefined;
  }

  reset(): void {
    this.#blocks = 0;
  }

  #find(): number[] | undefined {
    let heard = 0;
    for (const energy of this.#energies) heard += energy;
    heard /= HEARD * BLOCK;
    if (heard < LEAST) return undefined;
    const roots = this.#one() ?? this.#two();
    if (!roots || roots.some((r) => Math.abs(Math.sqrt(power(r)) - 1) > UNSTEADY)) return undefined;
    const tones = roots.map((r) => MIDDLE + (Math.atan2(r.im, r.re) * BLOCKS_PER_SECOND) / (2 * Math.PI));
    if (tones.some((f) => f < LOWEST || f > HIGHEST)) return undefined;
    if (tones.length === 2 && Math.abs(tones[0]! - tones[1]!) < LEAST_APART) return undefined;
    return this.#powerOf(tones) >= SHARE * heard ? tones : undefined;
  }

  /** Each block as the one before, turned: one tone. */
  #one(): Complex[] | undefined {
    const { r11, p1, all } = this.#products();
    const c = { re: p1.re / r11, im: p1.im / r11 };
    // What a predictor fitted by least squares leaves is all less what it explains.
    const left = all - (c.re * p1.re + c.im * p1.im);
    return left < UNEXPLAINED * all ? [c] : undefined;
  }

  /** Each block from the two before: two tones. */
  #two(): Complex[] | undefined {
    const { r11, r12, r22, p1, p2, all } = this.#products();
    const determinant = r11 * r22 - power(r12);
    if (!(determinant > 1e-6 * r11 * r22)) return undefined;
    const a = minus({ re: r22 * p1.re, im: r22 * p1.im }, times(r12, p2));
    const b = minus({ re: r11 * p2.re, im: r11 * p2.im }, times(conjugate(r12), p1));
    const c1 = { re: a.re / determinant, im: a.im / determinant };
    const c2 = { re: b.re / determinant, im: b.im / determinant };
    const left = all - (c1.re * p1.re + c1.im * p1.im) - (c2.re * p2.re + c2.im * p2.im);
    if (left >= UNEXPLAINED * all) return undefined;
    const square = times(c1, c1);
    const apart = root({ re: square.re + 4 * c2.re, im: square.im + 4 * c2.im });
    return [
      { re: (c1.re + apart.re) / 2, im: (c1.im + apart.im) / 2 },
      { re: (c1.re - apart.re) / 2, im: (c1.im - apart.im) / 2 },
    ];
  }

  /** Sums over all blocks that have two before them: of the block itself, of the one and the two before, and across. */
  #products() {
    const z = this.#amplitudes;
    let all = 0;
    let r11 = 1e-9;
    let r22 = 1e-9;
    let r12 = { re: 0, im: 0 };
    let p1 = { re: 0, im: 0 };
    let p2 = { re: 0, im: 0 };
    const add = (sum: Complex, a: Complex, b: Complex): Complex => {
      const product = times(conjugate(a), b);
      return { re: sum.re + product.re, im: sum.im + product.im };
    };
    for (let b = 2; b < HEARD; b++) {
      const [now, one, two] = [z[b]!, z[b - 1]!, z[b - 2]!];
      all += power(now);
      r11 += power(one);
      r22 += power(two);
      r12 = add(r12, one, two);
      p1 = add(p1, one, now);
      p2 = add(p2, two, now);
    }
    return { all, r11, r12, r22, p1, p2 };
  }

  /** Mean square of one or two tones of these frequencies in what was heard. */
  #powerOf(tones: readonly number[]): number {
    // Amplitudes of each tone by least squares; the window sees a tone beside the middle weaker.
    const turns = tones.map((f) => (2 * Math.PI * (f - MIDDLE)) / BLOCKS_PER_SECOND);
    const seen = turns.map((turn) =>
      Math.abs(turn) < 1e-3 ? 1 : Math.sin(turn) / turn / (1 - (turn / Math.PI) ** 2),
    );
    const sums = turns.map((turn) =>
      this.#amplitudes.reduce<Complex>(
        (sum, z, b) => {
          const v = times(z, { re: Math.cos(turn * b), im: -Math.sin(turn * b) });
          return { re: sum.re + v.re, im: sum.im + v.im };
        },
        { re: 0, im: 0 },
      ),
    );
    let amplitudes = sums.map((s) => ({ re: s.re / HEARD, im: s.im / HEARD }));
    if (turns.length === 2) {
      // How much of the other each has in it.
      let across: Complex = { re: 0, im: 0 };
      for (let b = 0; b < HEARD; b++) {
        const angle = (turns[1]! - turns[0]!) * b;
        across = { re: across.re + Math.cos(angle) / HEARD, im: across.im + Math.sin(angle) / HEARD };
      }
      const clear = 1 - power(across);
      const [first, second] = [amplitudes[0]!, amplitudes[1]!];
      const a = minus(first, times(across, second));
      const b = minus(second, times(conjugate(across), first));
      amplitudes = [
        { re: a.re / clear, im: a.im / clear },
        { re: b.re / clear, im: b.im / clear },
      ];
    }
    return amplitudes.reduce((sum, a, i) => sum + (2 * power(a)) / (SPAN * seen[i]!) ** 2, 0);
  }
}
