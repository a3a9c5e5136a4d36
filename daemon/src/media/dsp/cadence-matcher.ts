import type { ProgressTone, ToneContext, ToneCycle, ToneEvidence } from '../api.ts';
import type { DetectCadence, DetectProfile } from './profile.ts';
import type { ToneMeasure } from './tone-meter.ts';

/** What the line carries at a moment: the index of a frequency set, or one of these. */
export const QUIET = -1;
export const OTHER = -2;

/** What a cadence turned out to be. */
export interface CadenceEvent {
  /** `detected` once; `cycle` at each further repetition; `ended` when it stops or turns into something else. */
  readonly kind: 'detected' | 'cycle' | 'ended';
  readonly tone: ProgressTone;
  /** What it was recognised by. */
  readonly evidence: ToneEvidence;
}

/** Where the matcher asks how a tone sounds, not only how long. */
export interface ToneSource {
  /** Of the tone with this label, as far as it has sounded. */
  measure(label: number): ToneMeasure;
  /** Measures it anew from here. */
  restart(label: number): void;
}

/** Cycles of one tone must be alike: this part of the longer, but never stricter than 25 ms (5 ms steps, two edges). */
const ALIKE = 0.15;
const ALIKE_MIN_MS = 25;
/** An exchange repeats one tone; the next note up or down is 25 Hz away, the next stroke seldom as loud. */
const ALIKE_HZ = 8;
const ALIKE_DB = 3;
/** Each part of the special information tone, ms (ITU-T E.180: 330 +-70; North America 274 and 380). */
const SIT_PART_MS = [200, 450] as const;
/** Longest pause between its parts, ms (E.180: up to 30, plus our windows). */
const SIT_GAP_MS = 120;
/** Its parts are about equally loud, dB; a line may take more of the higher ones, but not most nor least of the middle one. */
const SIT_LEVEL_DB = 6;
const SIT_BEND_DB = 1.5;
/** Nothing sounds for so long after its last part (E.180: 1 s), ms: a melody goes on. */
const SIT_AFTER_MS = 100;
/** North America parts two lengths, ms; elsewhere all three are alike. */
const SIT_AMERICAN_MS = [274, 380] as const;
/** A shorter gap does not interrupt a tone: stutter and recall dial tones have gaps of 40 and 50 ms, congestion tone none under 120. */
const GAP_MS = 54;
/** How much later than the cadence allows the next "on" may come before the tone is called over, ms. */
const LATE_MS = 200;
/** A second burst of a ringback that lasted so long is one, even if somebody answers in its middle. */
const BURST_MS = 300;
/** Cycles kept as evidence. */
const KEPT = 8;

/**
 * Finds call-progress tones in a sequence of on and off times. It knows no audio: it is told what
 * the line carries from when on, and looks at durations and at whether the tones are alike.
 */
export class CadenceMatcher {
  readonly #profile: DetectProfile;
  readonly #onEvent: (event: CadenceEvent) => void;
  readonly #source: ToneSource;
  context: ToneContext = 'off';
  #label = QUIET;
  #since = 0;
  /** Since when a continuous tone has stood still. */
  #steadySince = 0;
  /** The last "on": its set, length and sound; none: -1. */
  #set = -1;
  #onMs = 0;
  #onEnd = 0;
  #sound: ToneMeasure | undefined;
  #tone: DetectCadence | undefined;
  #cycles: ToneCycle[] = [];
  #count = 0;
  #reported = false;
  #dial: ToneEvidence | undefined;
  /** A burst and a pause as of a ringback. */
  #mayRing: { cadence: DetectCadence; cycle: ToneCycle } | undefined;
  /** A ringback that goes on, and where the last tone ended. */
  #ringing: { cadence: DetectCadence; cycles: ToneCycle[]; count: number; endedAt: number } | undefined;
  /** Parts of the special information tone heard in a row. */
  #sit: ToneCycle[] = [];

  constructor(profile: DetectProfile, onEvent: (event: CadenceEvent) => void, source: ToneSource) {
    this.#profile = profile;
    this.#onEvent = onEvent;
    this.#source = source;
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
      if (this.#sit.length === 3) this.#sit = [];
      // What lasted until something else began says nothing: the cadence has no such thing as a pause then.
      this.#set = -1;
    }
    if (label >= 0) this.#toneBegan(label, ms);
  }

  /** Time goes on, nothing changed: what depends on lasting long enough. */
  tick(ms: number): void {
    if (this.#label >= 0) this.#lasting(this.#label, ms);
    else if (this.#set >= 0) this.#silence(ms - this.#onEnd);
    if (this.#label < 0) this.#ringingOver(ms);
  }

  /** Forgets everything, without events. */
  reset(ms: number): void {
    this.#label = QUIET;
    this.#since = ms;
    this.#set = -1;
    this.#forgetCadence();
    this.#dial = undefined;
    this.#mayRing = undefined;
    this.#ringing = undefined;
    this.#sit = [];
  }

  #toneBegan(label: number, ms: number): void {
    const offMs = ms - this.#onEnd;
    if (this.#sit.length === 3 || offMs > SIT_GAP_MS) this.#sit = [];
    if (this.#set === label && offMs < GAP_MS) {
      this.#since = this.#onEnd - this.#onMs;
      return;
    }
    this.#steadySince = ms;
    this.#endDial();
    if (this.#set === label) this.#pair(label, this.#onMs, offMs);
    else this.#breakOff();
  }

  #toneEnded(label: number, duration: number, ms: number): void {
    const sound = this.#source.measure(label);
    const { sit } = this.#profile.sets[label]!;
    this.#set = label;
    this.#onMs = duration;
    this.#onEnd = ms;
    this.#sound = sound;
    // Another tone may be taking its place: what it is will be known before the ringback is late again.
    if (this.#ringing && sound.steady) this.#ringing.endedAt = ms;
    if (sit !== undefined) this.#sitPart(sit, duration, sound);
    if (sound.steady) {
      this.#burstEnded();
      return;
    }
    // A voice or an instrument that comes by the frequency: no cadence goes on over it.
    this.#mayRing = undefined;
    this.#breakOff();
    this.#set = -1;
  }

  #lasting(label: number, ms: number): void {
    const { dial } = this.#profile.sets[label]!;
    if (!dial || this.#dial) return;
    // Rulings 11: dial tone and ringback are one frequency; only right after seizing is a short time enough.
    const { context } = this;
    const later = context === 'after-answer' ? dial.answeredMs : dial.laterMs;
    const needed = context === 'after-seize' ? dial.afterSeizeMs : later;
    // A long "on" joined over a short gap counts from its beginning, one that moved from where it stood still.
    if (ms - Math.max(this.#since, this.#steadySince) < needed) return;
    const sound = this.#source.measure(label);
    if (!sound.still) {
      this.#source.restart(label);
      this.#steadySince = ms;
      return;
    }
    this.#breakOff();
    this.#dial = this.#evidence([cycleOf(ms - this.#since, 0, sound)], 1);
    this.#ringing = undefined;
    this.#onEvent({ kind: 'detected', tone: 'dial', evidence: this.#dial });
  }

  #endDial(): void {
    const evidence = this.#dial;
    if (!evidence) return;
    this.#dial = undefined;
    this.#onEvent({ kind: 'ended', tone: 'dial', evidence });
  }

  #sitPart(place: number, onMs: number, sound: ToneMeasure): void {
    const part = cycleOf(onMs, 0, sound);
    const fits = sound.steady && within(onMs, SIT_PART_MS);
    if (fits && place === this.#sit.length + 1) this.#sit.push(part);
    else this.#sit = fits && place === 1 ? [part] : [];
  }

  #sitEnded(): void {
    const parts = this.#sit;
    this.#sit = [];
    if (!partsOfSit(parts)) return;
    const evidence = this.#evidence(parts, 1);
    this.#ringing = undefined;
    this.#onEvent({ kind: 'detected', tone: 'sit', evidence });
    this.#onEvent({ kind: 'ended', tone: 'sit', evidence });
  }

  #silence(offMs: number): void {
    if (offMs < GAP_MS) return;
    this.#endDial();
    if (this.#sit.length === 3 && offMs >= SIT_AFTER_MS) this.#sitEnded();
    // A tone much longer or shorter than the cycles so far ends their row.
    const last = this.#cycles.at(-1);
    if (this.#tone && last && !alike(this.#onMs, last.onMs)) this.#breakOff();
    if (this.#tone && this.#reported && offMs > this.#tone.offMs[1] + LATE_MS) {
      this.#breakOff();
      // The "on" has been judged; the silence that goes on after it must not prove it again.
      this.#set = -1;
    }
  }

  /** One "on" and the silence after it are complete. */
  #pair(label: number, onMs: number, offMs: number): void {
    const cadence = this.#profile.sets[label]!.cadences?.find((c) => fits(c, onMs, offMs));
    if (!cadence) {
      this.#breakOff();
      return;
    }
    const cycle = this.#cycle(offMs);
    if (cadence.tone === 'ringback') {
      this.#breakOff();
      this.#mayRing = { cadence, cycle };
      return;
    }
    const last = this.#cycles.at(-1);
    // A cadence of equal parts that lies where two ranges meet may be one now and the other then: both release.
    if (this.#tone && last && alikeCycles(cycle, last)) {
      this.#count++;
      if (this.#cycles.length === KEPT) this.#cycles.shift();
    } else {
      this.#breakOff();
      this.#tone = cadence;
      this.#count = 1;
      this.#cycles = [];
    }
    this.#cycles.push(cycle);
    if (this.#count >= this.#tone.cycles) this.#report();
  }

  /** The burst after a first one and its pause has been heard: one alone may be any sound of the network. */
  #burstEnded(): void {
    const may = this.#mayRing;
    this.#mayRing = undefined;
    if (!may || this.#onMs < BURST_MS || !alikeSound(this.#cycle(0), may.cycle)) return;
    const { cadence, cycle } = may;
    const { cycles = [], count = 0 } = this.#ringing ?? {};
    const kept = [...cycles.slice(1 - KEPT), cycle];
    this.#ringing = { cadence, cycles: kept, count: count + 1, endedAt: this.#onEnd };
    const kind = count === 0 ? 'detected' : 'cycle';
    this.#onEvent({ kind, tone: 'ringback', evidence: this.#evidence(kept, count + 1) });
  }

  /**
   * A ringback is over when its next burst does not come, whatever else is heard meanwhile: a crackle is no answer,
   * and whoever speaks is heard by his voice.
   */
  #ringingOver(ms: number): void {
    const ringing = this.#ringing;
    if (!ringing || ms - ringing.endedAt <= ringing.cadence.offMs[1] + LATE_MS) return;
    this.#ringing = undefined;
    const evidence = this.#evidence(ringing.cycles, ringing.count);
    this.#onEvent({ kind: 'ended', tone: 'ringback', evidence });
  }

  #cycle(offMs: number): ToneCycle {
    return cycleOf(this.#onMs, offMs, this.#sound!);
  }

  #evidence(cycles: readonly ToneCycle[], count: number): ToneEvidence {
    const mean = (of: (cycle: ToneCycle) => number): number =>
      cycles.reduce((sum, cycle) => sum + of(cycle), 0) / Math.max(1, cycles.length);
    return {
      context: this.context,
      frequencyHz: mean((c) => c.frequencyHz),
      levelDbm0: mean((c) => c.levelDbm0),
      count,
      cycles: [...cycles],
    };
  }

  #report(): void {
    const kind = this.#reported ? 'cycle' : 'detected';
    this.#reported = true;
    // The network has given up ringing: that nobody answers is not an answer.
    this.#ringing = undefined;
    this.#onEvent({ kind, tone: this.#tone!.tone, evidence: this.#evidence(this.#cycles, this.#count) });
  }

  /** The row of equal cycles is over. */
  #breakOff(): void {
    const tone = this.#tone?.tone;
    const reported = this.#reported && tone !== undefined;
    const evidence = reported ? this.#evidence(this.#cycles, this.#count) : undefined;
    this.#forgetCadence();
    if (evidence && tone) this.#onEvent({ kind: 'ended', tone, evidence });
  }

  #forgetCadence(): void {
    this.#tone = undefined;
    this.#count = 0;
    this.#reported = false;
    this.#cycles = [];
  }
}

function cycleOf(onMs: number, offMs: number, sound: ToneMeasure): ToneCycle {
  const { frequencyHz, levelDbm0, purity } = sound;
  return { onMs, offMs, frequencyHz, levelDbm0, purity };
}

/** Whether three parts are alike enough to come from one exchange. */
function partsOfSit(parts: readonly ToneCycle[]): boolean {
  const [a = 0, b = 0, c = 0] = parts.map((part) => part.levelDbm0);
  const bend = Math.max(b - Math.max(a, c), Math.min(a, c) - b);
  if (Math.abs(a - c) > SIT_LEVEL_DB || bend > SIT_BEND_DB) return false;
  const even = parts.every(({ onMs }) => alike(onMs, parts[0]!.onMs));
  return even || parts.every(({ onMs }) => SIT_AMERICAN_MS.some((ms) => alike(onMs, ms)));
}

function within(value: number, range: readonly [number, number]): boolean {
  return value >= range[0] && value <= range[1];
}

function alike(a: number, b: number): boolean {
  return Math.abs(a - b) <= Math.max(ALIKE_MIN_MS, ALIKE * Math.max(a, b));
}

function alikeCycles(a: ToneCycle, b: ToneCycle): boolean {
  return alike(a.onMs, b.onMs) && alike(a.offMs, b.offMs) && alikeSound(a, b);
}

function alikeSound(a: ToneCycle, b: ToneCycle): boolean {
  return (
    Math.abs(a.frequencyHz - b.frequencyHz) <= ALIKE_HZ && Math.abs(a.levelDbm0 - b.levelDbm0) <= ALIKE_DB
  );
}

function fits(cadence: DetectCadence, onMs: number, offMs: number): boolean {
  if (!within(onMs, cadence.onMs) || !within(offMs, cadence.offMs)) return false;
  if (cadence.equal === undefined) return true;
  return Math.abs(onMs - offMs) <= Math.max(ALIKE_MIN_MS, cadence.equal * Math.max(onMs, offMs));
}
