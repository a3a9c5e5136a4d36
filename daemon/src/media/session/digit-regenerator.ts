import { DTMF_COLUMNS, DTMF_KEYS, DTMF_ROWS } from '../dsp/dtmf-generator.ts';
import { clip16, sineAmplitude } from '../dsp/level.ts';
import { Oscillator } from '../dsp/oscillator.ts';

/** ITU-T Q.24 annex A: a receiver must take 40 ms; what goes to an old PBX gets a margin. Samples. */
const MIN_TONE = 70 * 8;
/** Pause before the next digit, samples. */
const MIN_PAUSE = 60 * 8;
/** An event that never ends is no digit: after this the tone stops, samples. */
const MAX_TONE = 20_000 * 8;
/** Level of the low and of the high group, dBm0: the usual -9 and -7. */
const LOW_DBM0 = -9;
const HIGH_DBM0 = -7;
/** Digits that may wait; a burst of PIN and number fits. */
const MAX_WAITING = 64;
/** Scratch of one call, shared by all. */
const sum = new Float64Array(240);

/**
 * Turns digits that came as RFC 4733 events into clean DTMF tones: each as long as its event, but
 * never shorter than a PBX can hear, and never nearer to the next.
 */
export class DigitRegenerator {
  readonly #low = new Oscillator();
  readonly #high = new Oscillator();
  #waiting: { digit: string; samples: number }[] = [];
  #current: { digit: string; samples: number } | undefined;
  #played = 0;
  #pause = 0;

  /** Whether a tone or a pause is under way or waits: audio is to be replaced. */
  get active(): boolean {
    return this.#current !== undefined || this.#pause > 0 || this.#waiting.length > 0;
  }

  /** A digit began. */
  begin(digit: string): void {
    if (this.#waiting.length < MAX_WAITING) this.#waiting.push({ digit, samples: MAX_TONE });
  }

  /** The digit begun last has ended after `durationMs`. */
  end(durationMs: number): void {
    const last = this.#waiting.at(-1) ?? this.#current;
    if (last && last.samples === MAX_TONE) last.samples = Math.max(MIN_TONE, Math.round(durationMs * 8));
  }

  clear(): void {
    this.#waiting = [];
    this.#current = undefined;
    this.#pause = 0;
  }

  /** Fills `out` with `count` samples of tone or pause. */
  process(out: Int16Array, count: number): void {
    sum.fill(0, 0, count);
    let done = 0;
    while (done < count) {
      if (this.#current) {
        const n = Math.min(count - done, this.#current.samples - this.#played);
        if (n > 0) {
          this.#low.addTo(sum, done, n);
          this.#high.addTo(sum, done, n);
          this.#played += n;
          done += n;
        }
        if (this.#played >= this.#current.samples) {
          this.#current = undefined;
          this.#pause = MIN_PAUSE;
        }
      } else if (this.#pause > 0) {
        const n = Math.min(count - done, this.#pause);
        this.#pause -= n;
        done += n;
      } else {
        this.#current = this.#waiting.shift();
        if (!this.#current) break;
        this.#played = 0;
        const index = DTMF_KEYS.indexOf(this.#current.digit);
        this.#low.start(DTMF_ROWS[index >> 2]!, sineAmplitude(LOW_DBM0));
        this.#high.start(DTMF_COLUMNS[index & 3]!, sineAmplitude(HIGH_DBM0));
      }
    }
    for (let i = 0; i < count; i++) out[i] = clip16(sum[i]!);
  }
}
