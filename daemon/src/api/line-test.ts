import type { Said } from './contract.ts';

/** POST /api/v1/ports/:number/test. `ring`: rings a telephone for 3 s to find it; `measure`: measures what is plugged in. */
export interface LineTestRequest {
  kind: 'measure' | 'ring';
}

export interface LineTestResult {
  ok: boolean;
  said: Said;
  cure?: Said;
  /** What the card measured, in the order in which it matters. */
  figures?: LineFigure[];
}

/** One measured figure, judged. */
export interface LineFigure {
  item:
    | 'feed-voltage'
    | 'loop-current'
    | 'loop-resistance'
    | 'foreign-voltage'
    | 'insulation'
    | 'ringer-load'
    | 'line-voltage'
    | 'echo-return-loss';
  /** V, mA, ohm, V, kilohm, REN, V, dB. */
  value: number;
  name: Said;
  /** The value with its unit. */
  shown: Said;
  /** What is usual. */
  usual: Said;
  verdict: 'good' | 'doubtful' | 'bad';
  /** What a figure that is not good means, and what helps. */
  meaning?: Said;
  cure?: Said;
}
