import type { ProgressTone } from '../media/api.ts';
import type { DialStep } from './dial-string.ts';
import { pulseDurationMs } from './dial-string.ts';
import type { FxoContext } from './fxo-call.ts';
import { answeredDetection, cancel, detect, endCall, farEndReleased, stay, timer } from './fxo-call.ts';
import { startRinging } from './fxo-incoming.ts';
import type { FxoEffect, FxoState, FxoStep } from './fxo-state.ts';
import { fxoTrouble } from './fxo-state.ts';
import type { AnswerSource } from './port.ts';

/** Most digits of one pulse-dial command (frame.md section 8). */
const PULSE_DIGITS_MAX = 32;

/** What a card may need beyond the time of the pulses themselves, ms. */
const PULSE_MARGIN_MS = 2000;

/** Ruling 5: an emergency call that shows no progress for this long takes another way, ms. */
const EMERGENCY_TONE_MS = 5000;

export function dial(
  context: FxoContext,
  state: FxoState,
  steps: readonly DialStep[],
  emergency: boolean,
): FxoStep {
  const trouble = fxoTrouble(state);
  if (trouble)
    return stay(state, { type: 'reject', request: 'dial', code: 'port/no-line', message: trouble });
  if (state.phase !== 'idle' || state.line !== 'idle') {
    const message = state.phase === 'idle' ? 'held by a parallel telephone' : `the line is ${state.phase}`;
    return stay(state, { type: 'reject', request: 'dial', code: 'port/busy', message });
  }
  const call = state.call + 1;
  return {
    state: {
      ...state,
      phase: 'seizing',
      call,
      steps,
      emergency,
      toneHeard: false,
      alerted: false,
      early: undefined,
      suspected: false,
    },
    effects: [
      cancel('suspect'),
      context.command({ type: 'audio', on: true }),
      // Listening begins first: a short dial tone may come before the card's answer does.
      detect({ tones: 'after-seize' }),
      context.command({ type: 'seize' }, `seize:${call}`),
    ],
  };
}

/** Gives the line to somebody who measures it, if it is free. */
export function borrow(context: FxoContext, state: FxoState): FxoStep {
  const trouble = fxoTrouble(state);
  const free = state.phase === 'idle' && state.line === 'idle';
  if (trouble || !free) {
    const code = trouble ? 'port/no-line' : 'port/busy';
    return stay(state, { type: 'reject', request: 'borrow', code, message: trouble ?? 'in use' });
  }
  return stay(
    { ...state, phase: 'borrowed', call: state.call + 1, early: undefined },
    context.command({ type: 'audio', on: true }),
    detect({}),
    { type: 'resolve', request: 'borrow' },
  );
}

/** The card has closed the loop. */
export function dialSeized(context: FxoContext, state: FxoState): FxoStep {
  const configured = context.options.waitForDialTone.timeoutMs;
  const timeoutMs = state.emergency ? Math.min(configured, EMERGENCY_TONE_MS) : configured;
  if (state.toneHeard || timeoutMs === 0) return startDialing(context, state);
  return stay({ ...state, phase: 'dial-tone' }, timer('dial-tone', timeoutMs));
}

export function seizeFailed(context: FxoContext, state: FxoState, message: string): FxoStep {
  return endCall(context, state, 'port/no-line', `the card did not seize: ${message}`);
}

/**
 * G07: a call came in while we seized. Ours is given up and the loop opened at once, so that the
 * caller is never joined to whom we wanted to dial; the call is then reported as an incoming one.
 */
export function glare(context: FxoContext, state: FxoState, now: number): FxoStep {
  const ended = endCall(context, state, 'port/glare', 'a call came in while the line was seized');
  const rung = startRinging(context, ended.state, now);
  return { state: rung.state, effects: [...ended.effects, ...rung.effects] };
}

/** A tone was recognised before the last digit was out. */
export function toneWhileDialing(context: FxoContext, state: FxoState, tone: ProgressTone): FxoStep {
  const waits = state.phase !== 'dialing' || state.steps[0]?.type === 'wait';
  if (!waits || tone === 'ringback') return stay(state);
  if (tone !== 'dial')
    return endCall(context, state, 'port/no-dial-tone', `${tone} tone instead of dial tone`);
  const trusted: FxoState = { ...state, doubtful: false };
  if (state.phase === 'seizing') return stay({ ...trusted, toneHeard: true });
  if (state.phase === 'dial-tone') return startDialing(context, trusted);
  return nextStep(context, trusted);
}

/** No dial tone in its time: dial all the same, or give the line up (G03). */
export function dialToneMissing(context: FxoContext, state: FxoState): FxoStep {
  // Ruling 5: an emergency call waits for real dial tone, else the next route is taken.
  if (state.emergency || context.options.waitForDialTone.otherwise === 'fail') {
    // The second dial tone of a PBX may fail for the number's sake; without the first the line is in doubt.
    const doubtful = state.doubtful || state.phase === 'dial-tone';
    return endCall(context, { ...state, doubtful }, 'port/no-dial-tone', 'no dial tone in its time');
  }
  return state.phase === 'dial-tone' ? startDialing(context, state) : nextStep(context, state);
}

function startDialing(context: FxoContext, state: FxoState): FxoStep {
  const steps: DialStep[] = [{ type: 'pause', ms: context.options.dialDelayMs }, ...state.steps];
  // Some exchanges turn the polarity at seizure: the answer is a turn from what stands now.
  const next: FxoState = { ...state, phase: 'dialing', steps, baseline: state.reversed };
  return beginStep(context, next, [cancel('dial-tone'), detect({})]);
}

/** The first step is done. */
export function nextStep(context: FxoContext, state: FxoState): FxoStep {
  const waited = state.steps[0]?.type === 'wait';
  const before = waited ? [cancel('dial-tone'), detect({})] : [cancel('step')];
  return beginStep(context, { ...state, steps: state.steps.slice(1) }, before);
}

function beginStep(context: FxoContext, state: FxoState, before: FxoEffect[]): FxoStep {
  const { options, command } = context;
  const step = state.steps[0];
  const effects = [...before];
  switch (step?.type) {
    case undefined:
      return dialed(context, state, effects);
    case 'pause':
      effects.push(timer('step', step.ms));
      break;
    case 'wait':
      effects.push(
        detect({ tones: 'after-seize' }),
        timer('dial-tone', options.waitForDialTone.timeoutMs || 1),
      );
      break;
    case 'tones':
      effects.push({
        type: 'play',
        source: { type: 'dtmf', digits: step.digits, ...options.dtmf },
        tag: stepTag(state),
      });
      break;
    case 'pulses': {
      const digits = step.digits.slice(0, PULSE_DIGITS_MAX);
      const rest = step.digits.slice(PULSE_DIGITS_MAX);
      const steps: DialStep[] = [{ type: 'pulses', digits }];
      if (rest) steps.push({ type: 'pulses', digits: rest });
      const split = { ...state, steps: [...steps, ...state.steps.slice(1)] };
      effects.push(
        timer('step', pulseDurationMs(digits, options.pulse) + PULSE_MARGIN_MS),
        command({ type: 'pulse-dial', digits, ...options.pulse }, stepTag(split)),
      );
      return { state: split, effects };
    }
  }
  return { state, effects };
}

/** Names the step under way, so that the outcome of an older one is not taken for it. */
export const stepTag = (state: FxoState): string => `step:${state.call}:${state.steps.length}`;

/** The timer of the step under way fired: a pause is over, or the card never told the end of its pulses. */
export function stepTimer(context: FxoContext, state: FxoState): FxoStep {
  if (state.steps[0]?.type === 'pause') return nextStep(context, state);
  return endCall(context, state, 'port/fault', 'the card did not tell the end of the pulses');
}

/** All digits are out: from here on the answer is looked for. */
function dialed(context: FxoContext, state: FxoState, before: FxoEffect[]): FxoStep {
  const { answerSupervision, maxCallMs } = context.options;
  const effects: FxoEffect[] = [
    ...before,
    detect({ tones: 'after-digits', ...(answerSupervision.voice ? { voice: true } : {}) }),
    { type: 'resolve', request: 'dial' },
  ];
  if (answerSupervision.timerMs > 0) effects.push(timer('answer', answerSupervision.timerMs));
  if (maxCallMs > 0 && !state.emergency) effects.push(timer('max-call', maxCallMs));
  const next: FxoState = { ...state, phase: 'proceeding', steps: [] };
  // The far end may have answered while the last digit's tone was ending.
  if (answerSupervision.polarity && state.reversed !== state.baseline) {
    const step = answered(context, next, 'polarity');
    return { state: step.state, effects: [...effects, ...step.effects] };
  }
  return { state: next, effects };
}

/** The far end answered the call that we placed (G04). */
export function answered(context: FxoContext, state: FxoState, source: AnswerSource): FxoStep {
  // On a line that turns its polarity at answer, a turn after an answer guessed otherwise is that answer.
  const polaritySettled = source === 'polarity' || !context.options.answerSupervision.polarity;
  return stay(
    { ...state, phase: 'active', polaritySettled },
    cancel('answer'),
    detect(answeredDetection(context)),
    { type: 'emit-answered', source },
  );
}

/** A tone was recognised after the last digit and before answer. */
export function toneWhileProceeding(context: FxoContext, state: FxoState, tone: ProgressTone): FxoStep {
  switch (tone) {
    case 'ringback': {
      if (state.alerted) return stay(state);
      // The set at the far end rings and its end can be heard: the blind timer would charge a call nobody took.
      const effects: FxoEffect[] = context.options.answerSupervision.ringbackStop ? [cancel('answer')] : [];
      return stay({ ...state, alerted: true }, ...effects, { type: 'emit', event: 'alerting' });
    }
    case 'busy':
      return farEndReleased(context, state, 'busy-tone');
    case 'congestion':
      return farEndReleased(context, state, 'congestion-tone');
    case 'sit':
      return farEndReleased(context, state, 'sit');
    case 'dial':
      // Ruling 11: 425 Hz without a pause is a release only after answer.
      return stay(state);
  }
}
