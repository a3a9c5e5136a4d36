import { CodedError } from '../../base/error.ts';
import { clip16, SAMPLE_RATE, SAMPLES_PER_MS, sineAmplitude } from './level.ts';
import { Oscillator } from './oscillator.ts';

/** One part of a tone: some frequencies, or silence, for a time. */
export interface ToneStep {
  /** Hz; none for silence; at most four. */
  readonly frequencies: readonly number[];
  /** Milliseconds; 0 for "from here on, without end". */
  readonly ms: number;
}

/** A tone as a list of steps: enough for SIT (three frequencies in turn) and for stutter dial tone. */
export interface ToneSpec {
  /** Level of each frequency, in dBm0. */
  readonly levelDbm0: number;
  readonly steps: readonly ToneStep[];
  /** The step to go back to after the last; missing: the tone is over then. */
  readonly repeatFrom?: number;
}

/** A tone of one set of frequencies that goes on and off. */
export interface CadenceSpec {
  /** Hz; at most four. */
  readonly frequencies: readonly number[];
  /** Level of each frequency, in dBm0. */
  readonly levelDbm0: number;
  /** On, off, on, off ... in ms; empty for a continuous tone. */
  readonly cadence: readonly number[];
  /** Whether the cadence goes on for ever. */
  readonly repeat: boolean;
}

const MAX_FREQUENCIES = 4;

/** Writes a cadence as steps. */
export function toneOfCadence(spec: CadenceSpec): ToneSpec {
  const { frequencies, levelDbm0, cadence } = spec;
  if (cadence.length === 0) return { levelDbm0, steps: [{ frequencies, ms: 0 }] };
  const steps = cadence.map((ms, i) => ({ frequencies: i % 2 === 0 ? frequencies : [], ms }));
  return spec.repeat ? { levelDbm0, steps, repeatFrom: 0 } : { levelDbm0, steps };
}

/** @throws CodedError `media/tone` if `spec` cannot be played. */
export function checkTone(spec: ToneSpec): void {
  const fail = (what: string): never => {
    throw new CodedError('media/tone', what);
  };
  if (spec.steps.length === 0) fail('a tone needs at least one step');
  if (!(spec.levelDbm0 <= 3 && spec.levelDbm0 >= -70))
    fail(`level ${spec.levelDbm0} dBm0 is not within -70..3`);
  let length = 0;
  spec.steps.forEach((step, i) => {
    if (!(step.ms >= 0)) fail(`step ${i}: ${step.ms} ms is not a duration`);
    if (step.frequencies.length > MAX_FREQUENCIES)
      fail(`step ${i}: more than ${MAX_FREQUENCIES} frequencies`);
    for (const f of step.frequencies) {
      if (!(f > 0 && f < SAMPLE_RATE / 2)) fail(`step ${i}: ${f} Hz is not within 0..${SAMPLE_RATE / 2}`);
    }
    if (step.ms === 0 && i < spec.steps.length - 1)
      fail(`step ${i} never ends, so the next is never reached`);
    if (spec.repeatFrom !== undefined && i >= spec.repeatFrom) length += step.ms === 0 ? Infinity : step.ms;
  });
  const from = spec.repeatFrom;
  if (from !== undefined && !(Number.isInteger(from) && from >= 0 && from < spec.steps.length)) {
    fail(`repeatFrom ${from} is not a step`);
  }
  if (from !== undefined && !(length > 0)) fail('the repeated part has no length');
}

/**
 * Plays one tone at a time: several frequencies at once, a cadence, phases that run on across
 * frames. Edges are sharp, as an exchange's are.
 */
export class ToneGenerator {
  #spec: ToneSpec | undefined;
  #step = 0;
  #left = 0;
  #oscillators: Oscillator[] = Array.from({ length: MAX_FREQUENCIES }, () => new Oscillator());
  #sum = new Float64Array(240);

  /**
   * Starts `spec` from its beginning, in place of whatever played.
   * @throws CodedError `media/tone`
   */
  start(spec: ToneSpec | CadenceSpec): void {
    const tone = 'steps' in spec ? spec : toneOfCadence(spec);
    checkTone(tone);
    this.#spec = tone;
    this.#enter(0);
  }

  stop(): void {
    this.#spec = undefined;
  }

  /** Whether something is being played, its silent parts included. */
  get active(): boolean {
    return this.#spec !== undefined;
  }

  /**
   * Fills `out` (from 0 on, `count` samples) with the tone, and with silence after its end.
   * Returns how many samples belonged to the tone.
   */
  process(out: Int16Array, count = out.length): number {
    if (this.#sum.length < count) this.#sum = new Float64Array(count);
    const sum = this.#sum;
    sum.fill(0, 0, count);
    let done = 0;
    while (done < count && this.#spec) {
      const step = this.#spec.steps[this.#step]!;
      const n = Math.min(count - done, this.#left);
      for (let k = 0; k < step.frequencies.length; k++) this.#oscillators[k]!.addTo(sum, done, n);
      done += n;
      this.#left -= n;
      if (this.#left <= 0) this.#advance();
    }
    for (let i = 0; i < count; i++) out[i] = clip16(sum[i]!);
    return done;
  }

  #advance(): void {
    const spec = this.#spec!;
    if (this.#step + 1 < spec.steps.length) this.#enter(this.#step + 1);
    else if (spec.repeatFrom !== undefined) this.#enter(spec.repeatFrom);
    else this.#spec = undefined;
  }

  #enter(index: number): void {
    const spec = this.#spec!;
    const step = spec.steps[index]!;
    this.#step = index;
    this.#left = step.ms === 0 ? Infinity : Math.round(step.ms * SAMPLES_PER_MS);
    const amplitude = sineAmplitude(spec.levelDbm0);
    for (let k = 0; k < step.frequencies.length; k++)
      this.#oscillators[k]!.start(step.frequencies[k]!, amplitude);
  }
}
