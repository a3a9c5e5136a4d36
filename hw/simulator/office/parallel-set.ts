import type { Line } from './line.ts';
import type { Timeline } from './timeline.ts';

/** What the line interface sees of each break: the bell of a telephone without a capacitor swings with it. */
export interface Tinkle {
  breakMs: number;
  makeMs: number;
  /** Of the swing, Hz and volts. */
  hz: number;
  volts: number;
}

const DIAL: Tinkle = { breakMs: 60, makeMs: 40, hz: 10, volts: 70 };

/** A second telephone on a line's pair dials by pulses. Resolves when it has, its handset still lifted. */
export function dialOnParallelSet(
  line: Line,
  time: Timeline,
  digits: string,
  tinkle: Partial<Tinkle> = {},
): Promise<void> {
  const { breakMs, makeMs, hz, volts } = { ...DIAL, ...tinkle };
  line.parallel = true;
  let at = 500;
  for (const digit of digits) {
    for (let i = 0; i < (digit === '0' ? 10 : Number(digit)); i++) {
      time.after(at, () => {
        Object.assign(line.feed, { parallel: false, ringing: true, ringHz: hz, ringVolts: volts });
      });
      time.after(at + breakMs, () => {
        Object.assign(line.feed, { parallel: true, ringing: false, ringHz: undefined, ringVolts: undefined });
      });
      at += breakMs + makeMs;
    }
    at += 700;
  }
  return new Promise((resolve) => void time.after(at, resolve));
}
