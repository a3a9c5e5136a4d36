import { CodedError } from '../../base/error.ts';
import type { ToneSpec } from '../api.ts';
import { clip16, SAMPLE_RATE, SAMPLES_PER_MS, sineAmplitude } from './level.ts';
import { Oscillator } from './oscillator.ts';

/** A tone as the media interface knows it: one cadence, or several in turn. */
export type Tone = ToneSpec | readonly ToneSpec[];

interface Step {
  readonly frequencies: readonly number[];
  readonly amplitude: number;
  /** Infinity: without end. */
  readonly samples: number;
}

/** A tone as a list of steps and the step to go back to after the last (-1: the tone is over then). */
interface Score {
  readonly steps: readonly Step[];
  readonly repeatFrom: number;
}

const MAX_FREQUENCIES = 4;
/** Steps of one tone, repeats written out: far above any stutter dial tone. */
const MAX_STEPS = 1000;

/**
 * Writes a tone out as steps.
 * @throws CodedError `media/tone` if it cannot be played.
 */
function scoreOf(tone: Tone): Score {
  const items: readonly ToneSpec[] = 'cadence' in tone ? [tone] : tone;
  if (items.length === 0) throw new CodedError('media/tone', 'a tone needs at least one part');
  const steps: Step[] = [];
  items.forEach((item, i) => {
    check(item, i);
    const amplitude = sineAmplitude(item.levelDbm0);
    if (item.cadence.length === 0) {
      if (i < items.length - 1)
        throw new CodedError('media/tone', `part ${i + 1} never ends, so the next is never reached`);
      steps.push({ frequencies: item.frequencies, amplitude, samples: Infinity });
      return;
    }
    for (let n = 0; n < (item.repeat ?? 1); n++) {
      item.cadence.forEach((ms, k) => {
        const samples = Math.round(ms * SAMPLES_PER_MS);
        if (samples > 0) steps.push({ frequencies: k % 2 === 0 ? item.frequencies : [], amplitude, samples });
      });
    }
  });
  if (steps.length === 0) throw new CodedError('media/tone', 'a tone needs some length');
  if (steps.length > MAX_STEPS) throw new CodedError('media/tone', `more than ${MAX_STEPS} steps`);
  return { steps, repeatFrom: items[items.length - 1]!.repeat === undefined ? 0 : -1 };
}

function check(item: ToneSpec, index: number): void {
  const fail = (what: string): never => {
    throw new CodedError('media/tone', `part ${index + 1}: ${what}`);
  };
  const { frequencies, levelDbm0, cadence, repeat } = item;
  if (!(levelDbm0 <= 3 && levelDbm0 >= -70)) fail(`level ${levelDbm0} dBm0 is not within -70..3`);
  if (frequencies.length > MAX_FREQUENCIES) fail(`more than ${MAX_FREQUENCIES} frequencies`);
  for (const f of frequencies) {
    if (!(f > 0 && f < SAMPLE_RATE / 2)) fail(`${f} Hz is not within 0..${SAMPLE_RATE / 2}`);
  }
  for (const ms of cadence) if (!(ms >= 0 && ms < Infinity)) fail(`${ms} ms is not a duration`);
  if (repeat !== undefined && !(Number.isInteger(repeat) && repeat >= 1 && repeat <= MAX_STEPS)) {
    fail(`repeat ${repeat} is not a number of times`);
  }
}

/**
 * Plays one tone at a time: several frequencies at once, a cadence, phases that run on across
 * frames. Edges are sharp, as an exchange's are.
 */
export class ToneGenerator {
  #score: Score | undefined;
  #step = 0;
  #left = 0;
  readonly #oscillators: readonly Oscillator[] = Array.from(
    { length: MAX_FREQUENCIES },
    () => new Oscillator(),
  );
  #sum = new Float64Array(240);

  /**
   * Starts `tone` from its beginning, in place of whatever played. In a list the parts sound in
   * turn, each its number of times (once where nothing is said); a list whose last part has no
   * number of times starts over from the first, unless that last part is continuous.
   * @throws CodedError `media/tone`
   */
  start(tone: Tone): void {
    this.#score = scoreOf(tone);
    this.#enter(0);
  }

  stop(): void {
    this.#score = undefined;
  }

  /** Whether something is being played, its silent parts included. */
  get active(): boolean {
    return this.#score !== undefined;
  }

  /**
   * Fills `out` (`count` samples) with the tone, and with silence after its end.
   * Returns how many samples belonged to the tone.
   */
  process(out: Int16Array, count = out.length): number {
    if (this.#sum.length < count) this.#sum = new Float64Array(count);
    const sum = this.#sum;
    sum.fill(0, 0, count);
    let done = 0;
    while (done < count && this.#score) {
      const step = this.#score.steps[this.#step]!;
      const n = Math.min(count - done, this.#left);
      for (let k = 0; k < step.frequencies.length; k++) this.#oscillators[k]!.addTo(sum, done, n);
      done += n;
      this.#left -= n;
      if (this.#left <= 0) this.#advance(this.#score);
    }
    for (let i = 0; i < count; i++) out[i] = clip16(sum[i]!);
    return done;
  }

  #advance(score: Score): void {
    if (this.#step + 1 < score.steps.length) this.#enter(this.#step + 1);
    else if (score.repeatFrom >= 0) this.#enter(score.repeatFrom);
    else this.#score = undefined;
  }

  #enter(index: number): void {
    const step = this.#score!.steps[index]!;
    this.#step = index;
    this.#left = step.samples;
    for (let k = 0; k < step.frequencies.length; k++)
      this.#oscillators[k]!.start(step.frequencies[k]!, step.amplitude);
  }
}
