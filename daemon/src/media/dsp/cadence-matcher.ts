import type { ProgressTone, ToneContext } from '../api.ts';
import type { DetectCadence, DetectProfile } from './profile.ts';

/** What the line carries at a moment: the index of a frequency set, or one of these. */
export const QUIET = -1;
export const OTHER = -2;

/** What a cadence turned out to be. */
export interface CadenceEvent {
  /** `detected` once; `cycle` at each further repetition; `ended` when it stops or turns into something else. */
  readonly kind: 'detected' | 'cycle' | 'ended';
  readonly tone: ProgressTone;
  /** On-off pairs heard so far in a row. */
  readonly cycles: number;
}

/** Cycles of one tone must be alike: this part of the longer, but never stricter than 25 ms (5 ms steps, two edges). */
const ALIKE = 0.15;
const ALIKE_MIN_MS = 25;
/** Each part of the special information tone lasts at least this long, ms (ITU-T E.180: 330 +-70). */
const SIT_PART_MS = 150;
/** Longest pause between its parts, ms (E.180: up to 30, plus our windows). */
const SIT_GAP_MS = 120;
/** A shorter gap does not interrupt a tone: stutter and recall dial tones have gaps of 40 and 50 ms, congestion tone none under 120. */
const GAP_MS = 54;
/** How much later than the cadence allows the next "on" may come before the tone is called over, ms. */
const LATE_MS = 200;

/**
 * Finds call-progress tones in a sequence of on and off times. It knows no audio: it is told what
 * the line carries from when on, and looks at durations alone.
 */
export class CadenceMatcher {
  readonly #profile: DetectProfile;
  readonly #onEvent: (event: CadenceEvent) => void;
  context: ToneContext = 'off';
  #label = QUIET;
  #since = 0;
  /** The last "on": its set and length; none: -1. */
  #set = -1;
  #onMs = 0;
  #onEnd = 0;
  #tone: DetectCadence | undefined;
  #cycleOn = 0;
  #cycleOff = 0;
  #cycles = 0;
  #reported = false;
  #dialReported = false;
  #sitPlace = 0;

  constructor(profile: DetectProfile, onEvent: (event: CadenceEvent) => void) {
    this.#profile = profile;
    this.#onEvent = onEvent;
  }

  /** What the line carries changed to `label` at `ms`. */
  change(label: number, ms: number): void {
    const duration = ms - this.#since;
    const before = this.#label;
    this.#label = label;
    this.#since = ms;
    if (before >= 0) this.#toneEnded(before, duration, ms);
    if (label === OTHER) {
      this.#endDial();
      this.#breakOff();
    }
    if (label >= 0) this.#toneBegan(label, ms);
  }

  /** Time goes on, nothing changed: what depends on lasting long enough. */
  tick(ms: number): void {
    const duration = ms - this.#since;
    if (this.#label >= 0) this.#lasting(this.#label, duration);
    else if (this.#set >= 0) this.#silence(ms - this.#onEnd);
  }

  /** Forgets everything, without events. */
  reset(ms: number): void {
    this.#label = QUIET;
    this.#since = ms;
    this.#set = -1;
    this.#forgetCadence();
    this.#dialReported = false;
    this.#sitPlace = 0;
  }

  #toneBegan(label: number, ms: number): void {
    const offMs = ms - this.#onEnd;
    if (this.#sitPlace > 0 && offMs > SIT_GAP_MS) this.#sitPlace = 0;
    if (this.#set === label && offMs < GAP_MS) {
      this.#since = this.#onEnd - this.#onMs;
      return;
    }
    this.#endDial();
    if (this.#set === label) this.#pair(label, this.#onMs, offMs);
    else this.#breakOff();
  }

  #toneEnded(label: number, duration: number, ms: number): void {
    this.#set = label;
    this.#onMs = duration;
    this.#onEnd = ms;
  }

  #lasting(label: number, duration: number): void {
    const set = this.#profile.sets[label]!;
    if (set.sit !== undefined && duration >= SIT_PART_MS) this.#sitPart(set.sit);
    if (!set.dial || this.#dialReported) return;
    // Rulings 11: dial tone and ringback are one frequency; only right after seizing is a short time enough.
    const needed = this.context === 'after-seize' ? set.dial.afterSeizeMs : set.dial.laterMs;
    if (duration < needed) return;
    this.#breakOff();
    this.#dialReported = true;
    this.#onEvent({ kind: 'detected', tone: 'dial', cycles: 1 });
  }

  #endDial(): void {
    if (!this.#dialReported) return;
    this.#dialReported = false;
    this.#onEvent({ kind: 'ended', tone: 'dial', cycles: 1 });
  }

  #sitPart(place: number): void {
    if (place === this.#sitPlace) return;
    const follows = place === this.#sitPlace + 1;
    this.#sitPlace = follows ? place : place === 1 ? 1 : 0;
    if (follows && place === 3) {
      this.#onEvent({ kind: 'detected', tone: 'sit', cycles: 1 });
      this.#onEvent({ kind: 'ended', tone: 'sit', cycles: 1 });
      this.#sitPlace = 0;
    }
  }

  #silence(offMs: number): void {
    if (offMs < GAP_MS) return;
    this.#endDial();
    // A tone much longer or shorter than the cycles so far ends their row.
    if (this.#tone && !alike(this.#onMs, this.#cycleOn)) this.#breakOff();
    if (this.#tone && this.#reported && offMs > this.#tone.offMs[1] + LATE_MS) {
      this.#breakOff();
      // The "on" has been judged; the silence that goes on after it must not prove it again.
      this.#set = -1;
      return;
    }
    if (this.#tone || this.#reported) return;
    for (const cadence of this.#profile.sets[this.#set]!.cadences ?? []) {
      if (
        cadence.confirmOffMs !== undefined &&
        offMs >= cadence.confirmOffMs &&
        within(this.#onMs, cadence.onMs)
      ) {
        this.#tone = cadence;
        this.#cycleOn = this.#onMs;
        this.#cycleOff = 0;
        this.#cycles = 1;
        this.#report();
      }
    }
  }

  /** One "on" and the silence after it are complete. */
  #pair(label: number, onMs: number, offMs: number): void {
    const cadence = this.#profile.sets[label]!.cadences?.find((c) => fits(c, onMs, offMs));
    if (!cadence) {
      this.#breakOff();
      return;
    }
    if (this.#tone === cadence && this.#cycleOff === 0) {
      // The cycle that was reported on the strength of its silence is complete now.
      this.#cycleOff = offMs;
      return;
    }
    if (this.#tone === cadence && alike(onMs, this.#cycleOn) && alike(offMs, this.#cycleOff)) {
      this.#cycles++;
    } else {
      this.#breakOff();
      this.#tone = cadence;
      this.#cycles = 1;
    }
    this.#cycleOn = onMs;
    this.#cycleOff = offMs;
    if (this.#cycles >= cadence.cycles) this.#report();
  }

  #report(): void {
    const kind = this.#reported ? 'cycle' : 'detected';
    this.#reported = true;
    this.#onEvent({ kind, tone: this.#tone!.tone, cycles: this.#cycles });
  }

  /** The row of equal cycles is over. */
  #breakOff(): void {
    const tone = this.#tone?.tone;
    const cycles = this.#cycles;
    const reported = this.#reported;
    this.#forgetCadence();
    if (reported && tone) this.#onEvent({ kind: 'ended', tone, cycles });
  }

  #forgetCadence(): void {
    this.#tone = undefined;
    this.#cycles = 0;
    this.#reported = false;
    this.#cycleOn = 0;
    this.#cycleOff = 0;
  }
}

function within(value: number, range: readonly [number, number]): boolean {
  return value >= range[0] && value <= range[1];
}

function alike(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(ALIKE_MIN_MS, ALIKE * Math.max(a, b));
}

function fits(cadence: DetectCadence, onMs: number, offMs: number): boolean {
  if (!within(onMs, cadence.onMs) || !within(offMs, cadence.offMs)) return false;
  if (cadence.equal === undefined) return true;
  return Math.abs(onMs - offMs) <= Math.max(ALIKE_MIN_MS, cadence.equal * Math.max(onMs, offMs));
}
