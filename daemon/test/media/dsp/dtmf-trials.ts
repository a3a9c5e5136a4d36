import { Line, type LineOptions } from '../../../../scripts/lib/corpus/line.ts';
import {
  DtmfDetector,
  type DtmfDetectorOptions,
  type DtmfEvent,
} from '../../../src/media/dsp/dtmf-detector.ts';
import { DTMF_COLUMNS, DTMF_KEYS, DTMF_ROWS } from '../../../src/media/dsp/dtmf-generator.ts';
import { sineAmplitude } from '../../../src/media/dsp/level.ts';
import { inFrames } from './signal.ts';

/** One press of a key as it comes over a line; levels in dBm0, errors as fractions, times in ms. */
export interface Press {
  readonly onMs?: number;
  readonly low?: number;
  readonly high?: number;
  readonly rowError?: number;
  readonly columnError?: number;
  /** Signal (both tones) over white noise, dB. */
  readonly snr?: number;
  /** Continuous tone under the digit: level of all of it, and frequencies if not 425 Hz. */
  readonly dialTone?: number;
  readonly dialHz?: number | readonly number[];
  /** What comes before the digit, ms. */
  readonly leadMs?: number;
  /** Drop-outs: where in the digit, and how long. */
  readonly gapAt?: number;
  readonly gapMs?: number;
  /** A second press of the same key after this pause. */
  readonly againAfter?: number;
  /** The digit comes back once, this much later and weaker (dB). */
  readonly echoMs?: number;
  readonly echoDb?: number;
  readonly line?: LineOptions;
}

export function hear(pcm: Int16Array, options?: DtmfDetectorOptions): DtmfEvent[] {
  const events: DtmfEvent[] = [];
  const detector = new DtmfDetector((e) => events.push(e), options);
  inFrames(pcm, (f) => detector.process(f));
  inFrames(new Int16Array(640), (f) => detector.process(f));
  return events;
}

export const digitsOf = (events: readonly DtmfEvent[]): string =>
  events
    .filter((e) => e.kind === 'start')
    .map((e) => e.digit)
    .join('');

/** The sound of a press of key number `k`, 100 ms and a bit into the signal. */
export function pressOf(press: Press, k: number, at: number, seed: number): Int16Array {
  const { onMs = 50, low = -10, high = -10, rowError = 0, columnError = 0, echoMs, echoDb = 10 } = press;
  const presses = press.againAfter === undefined ? 1 : 2;
  const out = new Float64Array(Math.round((at + presses * onMs + (press.againAfter ?? 0) + 100) * 8));
  const row = DTMF_ROWS[k >> 2]! * (1 + rowError);
  const column = DTMF_COLUMNS[k & 3]! * (1 + columnError);
  const add = (fromMs: number, gainDb: number): void => {
    const a = sineAmplitude(low + gainDb);
    const b = sineAmplitude(high + gainDb);
    const from = Math.round(fromMs * 8);
    for (let i = 0; i < Math.round(onMs * 8); i++) {
      const ms = i / 8;
      if (press.gapMs !== undefined && press.gapAt !== undefined)
        if (ms >= press.gapAt && ms < press.gapAt + press.gapMs) continue;
      out[from + i]! +=
        a * Math.sin((2 * Math.PI * row * i) / 8000 + seed) +
        b * Math.sin((2 * Math.PI * column * i) / 8000 + 2.3 * seed);
    }
  };
  for (let n = 0; n < presses; n++) {
    const from = at + n * (onMs + (press.againAfter ?? 0));
    add(from, 0);
    if (echoMs !== undefined) add(from + echoMs, -echoDb);
  }
  if (press.dialTone !== undefined) {
    const tones = [press.dialHz ?? 425].flat();
    const a = sineAmplitude(press.dialTone - 10 * Math.log10(tones.length));
    for (const tone of tones) {
      const w = (2 * Math.PI * tone) / 8000;
      for (let i = 0; i < out.length; i++) out[i]! += a * Math.sin(w * i + seed * tone);
    }
  }
  const power = 10 ** (low / 10) + 10 ** (high / 10);
  const noise = press.snr === undefined ? {} : { noiseDbm0: 10 * Math.log10(power) - press.snr };
  return new Line({ ...noise, ...press.line }, seed).pass(out);
}

export interface Outcome {
  /** Heard as pressed and nothing more. */
  readonly right: number;
  /** Nothing heard. */
  readonly none: number;
  /** Heard otherwise. */
  readonly wrong: number;
  readonly of: number;
}

/** All sixteen keys, each at `places` places against the detector's blocks and with a noise of its own. */
export function trials(press: Press, options?: DtmfDetectorOptions, places = 12): Outcome {
  let right = 0;
  let none = 0;
  for (let k = 0; k < 16; k++) {
    for (let place = 0; place < places; place++) {
      const seed = k * 31 + place + 1;
      const heard = digitsOf(
        hear(pressOf(press, k, (press.leadMs ?? 100) + (place * 5) / places + 0.3 * k, seed), options),
      );
      const wanted = DTMF_KEYS[k]!.repeat(press.againAfter === undefined ? 1 : 2);
      if (heard === wanted) right++;
      else if (heard === '') none++;
    }
  }
  const of = 16 * places;
  return { right, none, wrong: of - right - none, of };
}
