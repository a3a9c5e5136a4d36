import { rmsOf, SAMPLE_RATE } from '../level.ts';
import { ECHO_BLOCK } from './kernel.ts';

/** ITU-T G.164, G.168 7 and V.25: the answer tone of fax machines and modems. */
const FREQUENCY = 2100;
/** G.168 7.2: the tone counts from -31 dBm0 on; 3 dB are left for what measures it. */
const LEAST = rmsOf(-34) ** 2;
/** Part of the frame's power that the tone must be; with less, speech or music could be taken for it. */
const PURITY = 0.7;
/** Frames of tone before it is the answer tone: V.25 sends 2.6 s and more; an echo suppressor of G.164 takes 300 ms. */
const TONE_FRAMES = 30;
/** G.168 7.3: reversals of 180 degrees within 25 are seen, turns of 110 and less are not. */
const LEAST_TURN = (135 * Math.PI) / 180;
/** G.168 7.3: a reversal each 450 ms within 25; 20 more for what measures them, in frames of 10 ms. */
const LEAST_INTERVAL = 40;
const LARGEST_INTERVAL = 50;
/** Reversals that disable: two, so within a second of the tone. */
const REVERSALS = 2;
/** Frames after a reversal in which the same one is still seen, or the tone has only begun. */
const SETTLING_FRAMES = 6;
/** Frames without the tone after which it begins anew; a reversal itself disturbs one or two. */
const GAP_FRAMES = 4;

const COSINE = Float64Array.from({ length: ECHO_BLOCK }, (_, i) =>
  Math.cos((2 * Math.PI * FREQUENCY * i) / SAMPLE_RATE),
);
const SINE = Float64Array.from({ length: ECHO_BLOCK }, (_, i) =>
  Math.sin((2 * Math.PI * FREQUENCY * i) / SAMPLE_RATE),
);

/** A tone 21 Hz off (G.168 7.2) turns by so much from frame to frame; a little more is allowed. */
const LARGEST_DRIFT = 1.5;
/** How well a frame's turn fits the drift known so far to refine it, rad; frames with a reversal do not. */
const FITTING_DRIFT = 0.35;

/** Finds 2100 Hz in one direction, and whether its phase is turned every 450 ms (modems, V.8). */
export class AnswerTone {
  #mean = 0;
  #frames = 0;
  #gap = 0;
  #reversals = 0;
  #sinceReversal = 0;
  /** Phase of the frame before, of the one before that, and of the third; NaN: without the tone. */
  #last = Number.NaN;
  #second = Number.NaN;
  #third = Number.NaN;
  /** Turn from frame to frame, from the tone's own error of frequency; NaN: not known. */
  #drift = Number.NaN;

  /** Mean square of the frame heard last. */
  get meanSquare(): number {
    return this.#mean;
  }

  /** The tone has sounded for 300 ms and still does. */
  get present(): boolean {
    return this.#frames >= TONE_FRAMES;
  }

  /** It sounds, and has turned its phase twice. */
  get reversing(): boolean {
    return this.#reversals >= REVERSALS;
  }

  reset(): void {
    this.#mean = 0;
    this.#lost();
  }

  /** 10 ms: 21 periods of the tone, so that its phase carries over from frame to frame. */
  process(frame: Int16Array): void {
    let re = 0;
    let im = 0;
    let power = 0;
    for (let i = 0; i < ECHO_BLOCK; i++) {
      const v = frame[i]!;
      re += v * COSINE[i]!;
      im -= v * SINE[i]!;
      power += v * v;
    }
    this.#mean = power / ECHO_BLOCK;
    const tone = (2 * (re * re + im * im)) / (ECHO_BLOCK * ECHO_BLOCK);
    this.#sinceReversal++;
    let phase = Number.NaN;
    if (tone >= LEAST && tone >= PURITY * this.#mean) {
      this.#gap = 0;
      this.#frames++;
      phase = Math.atan2(im, re);
      this.#follow(phase);
    } else if (++this.#gap > GAP_FRAMES) this.#lost();
    this.#third = this.#second;
    this.#second = this.#last;
    this.#last = phase;
  }

  #lost(): void {
    this.#frames = this.#gap = this.#reversals = this.#sinceReversal = 0;
    this.#last = this.#second = this.#third = this.#drift = Number.NaN;
  }

  #follow(phase: number): void {
    const turn = wrap(phase - this.#last);
    if (Number.isNaN(this.#drift)) {
      if (Math.abs(turn) < LARGEST_DRIFT) this.#drift = turn;
      return;
    }
    if (Math.abs(wrap(turn - this.#drift)) < FITTING_DRIFT) this.#drift += 0.2 * wrap(turn - this.#drift);
    // The frame in which the phase turns is neither; so those on both sides of it are compared.
    const [before, steps] = Number.isNaN(this.#second) ? [this.#third, 3] : [this.#second, 2];
    const turned = Math.abs(wrap(phase - before - steps * this.#drift)) > LEAST_TURN;
    if (!turned || this.#sinceReversal < SETTLING_FRAMES) return;
    const regular = this.#sinceReversal >= LEAST_INTERVAL && this.#sinceReversal <= LARGEST_INTERVAL;
    this.#reversals = this.#reversals === 0 || regular ? this.#reversals + 1 : 1;
    this.#sinceReversal = 0;
  }
}

/** An angle between -pi and pi. */
function wrap(angle: number): number {
  return angle - 2 * Math.PI * Math.round(angle / (2 * Math.PI));
}
