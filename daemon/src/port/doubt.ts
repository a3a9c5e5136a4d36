import type { ProgressTone, ToneEvidence } from '../media/api.ts';
import type { DetectProfile, Range } from '../media/dsp/profile.ts';
import type { LineEvidence } from './evidence.ts';
import type { AnswerSource, LineRelease } from './port.ts';

/** Why an answer or a release may have been none. */
export type Doubt =
  /** Frequency or length close to what still counts as the tone. */
  | 'frequency-at-limit'
  | 'cadence-at-limit'
  | 'level-at-limit'
  /** Much beside the tone was on the line. */
  | 'impure'
  /** Somebody spoke on the line within 2 s. */
  | 'voice-just-before'
  /** A steady tone without pauses, which music has too. */
  | 'continuous'
  | 'guessed'
  | 'silence'
  /** A break close to the shortest that counts. */
  | 'break-at-limit';

/** How close to a limit is near: parts of the range's width, dB, ms. */
const NEAR_PART = 0.06;
const NEAR_DB = 3;
const NEAR_BREAK_MS = 30;
const PURE = 0.85;
const JUST_BEFORE_MS = 2000;

/** What counts as a tone on a line, for judging how near to it something was. */
export interface DoubtLimits {
  detect: DetectProfile | undefined;
  /** The line's own tone frequency as learnt, Hz: then 20 Hz around it count. */
  learntHz: number | undefined;
  breakMinMs: number;
}

/** Ruling 20: what is doubtful in a release; by a hard signal of the line as a rule nothing. */
export function releaseDoubts(cause: LineRelease, evidence: LineEvidence, limits: DoubtLimits): Doubt[] {
  const doubts: Doubt[] = [];
  const heard = toneOf(cause);
  if (heard) {
    if (evidence.tone) doubts.push(...toneDoubts(heard, evidence.tone, limits));
    if (evidence.voiceBeforeMs !== undefined && evidence.voiceBeforeMs <= JUST_BEFORE_MS)
      doubts.push('voice-just-before');
  }
  if (cause === 'silence') doubts.push('silence');
  if (cause === 'loop-break' && (evidence.breakMs ?? Infinity) < limits.breakMinMs + NEAR_BREAK_MS)
    doubts.push('break-at-limit');
  return doubts;
}

/** What is doubtful in an answer: all but the line's own signal is guessed. */
export function answerDoubts(source: AnswerSource): Doubt[] {
  return source === 'polarity' || source === 'sip' ? [] : ['guessed'];
}

function toneOf(cause: LineRelease): ProgressTone | undefined {
  switch (cause) {
    case 'busy-tone':
      return 'busy';
    case 'congestion-tone':
      return 'congestion';
    case 'dial-tone':
      return 'dial';
    case 'sit':
      return 'sit';
    default:
      return undefined;
  }
}

function toneDoubts(heard: ProgressTone, tone: ToneEvidence, limits: DoubtLimits): Doubt[] {
  const doubts: Doubt[] = [];
  const { detect, learntHz } = limits;
  const set = detect?.sets.find((one) => {
    const [least, largest] = one.rangeHz ?? [one.frequencies[0]! - 20, one.frequencies[0]! + 20];
    return tone.frequencyHz >= least - 6 && tone.frequencyHz <= largest + 6;
  });
  if (set?.frequencies.length === 1 && set.rangeHz && heard !== 'sit') {
    const range: Range = learntHz === undefined ? set.rangeHz : [learntHz - 20, learntHz + 20];
    if (near(tone.frequencyHz, range)) doubts.push('frequency-at-limit');
  }
  const cadence = set?.cadences?.find((one) => one.tone === heard);
  if (cadence) {
    // The last pause may not have ended yet.
    const whole = tone.cycles.filter(({ offMs }) => offMs > 0);
    const atLimit = whole.some(({ onMs, offMs }) => near(onMs, cadence.onMs) || near(offMs, cadence.offMs));
    if (atLimit) doubts.push('cadence-at-limit');
  }
  if (detect && tone.levelDbm0 < detect.minLevelDbm0 + NEAR_DB) doubts.push('level-at-limit');
  if (tone.cycles.some(({ purity }) => purity < PURE)) doubts.push('impure');
  if (heard === 'dial') doubts.push('continuous');
  return doubts;
}

/** Whether a value lies within a range, and close to one of its ends, or outside of it. */
function near(value: number, [least, largest]: Range): boolean {
  const margin = (largest - least) * NEAR_PART;
  return value < least + margin || value > largest - margin;
}
