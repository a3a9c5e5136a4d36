import type { HeardCallerId } from '../media/api.ts';
import { type CallerIdMoment, callerWait, learnHeard, learnNothing } from './caller-learning.ts';
import { ask, plainCaller, told } from './fxo-asking.ts';
import type { FxoContext } from './fxo-call.ts';
import {
  answeredDetection,
  cancel,
  detect,
  idleDetection,
  listensIdle,
  stay,
  timer,
  withoutCall,
} from './fxo-call.ts';
import type { FxoEffect, FxoState, FxoStep } from './fxo-state.ts';

/** Caller ID sent on-hook belongs to a ring that follows within this time, ms (DTMF CLIP comes just before it). */
const EARLY_CALLER_MS = 5000;

/** A message that has begun is waited for: with the longest one it is over by then, ms. */
const BEGUN_MS = 2500;

/** An answer may be echoed by the exchange as a turn of polarity within this time; later it is a release. */
const SETTLE_MS = 2000;

/** A ring was validated on a line that we do not hold. */
export function startRinging(context: FxoContext, state: FxoState, now: number): FxoStep {
  const { options, command } = context;
  const { mode } = options.callerId;
  const early = state.early && now - state.early.at <= EARLY_CALLER_MS ? state.early.caller : undefined;
  const effects: FxoEffect[] = [cancel('guard', 'suspect'), command({ type: 'audio', on: true })];
  effects.push(detect(mode === 'off' ? {} : { callerId: true }), timer('ring', options.ringTimeoutMs));
  effects.push({ type: 'emit', event: 'ringing' });
  const ringing: FxoState = {
    // A line that rings is alive, whatever was last told of it.
    ...withoutCall(state, 'ringing'),
    line: 'idle',
    doubtful: false,
    call: state.call + 1,
  };
  if (early) {
    const step = heard(ringing, early, 'before-ring');
    return stay({ ...step.state, callerTold: true }, ...effects, ...step.effects, {
      type: 'emit-caller',
      caller: plainCaller(early),
    });
  }
  const waitMs = callerWait(mode, state.learning, options.callerId.waitMs);
  if (waitMs > 0) return stay(ringing, ...effects, timer('caller', waitMs));
  const step = notHeard(context, ringing);
  return stay(step.state, ...effects, ...step.effects);
}

/** The caller gave up, or somebody took the call on a parallel telephone. */
export function stopRinging(context: FxoContext, state: FxoState): FxoStep {
  const effects: FxoEffect[] = [cancel('ring', 'caller'), detect(idleDetection(context, state))];
  if (!listensIdle(context, state)) effects.push(context.command({ type: 'audio', on: false }));
  effects.push({ type: 'emit', event: 'ringingStopped' });
  return { state: withoutCall(state, 'idle'), effects };
}

/** A burst of a ringing that is known began or ended. */
export function ringBurst(context: FxoContext, state: FxoState, on: boolean): FxoStep {
  return stay(state, on ? cancel('ring') : timer('ring', context.options.ringTimeoutMs));
}

/** Caller ID was read. */
export function callerRead(
  context: FxoContext,
  state: FxoState,
  caller: HeardCallerId,
  now: number,
): FxoStep {
  const { aon } = context.options.callerId;
  if (state.phase === 'asking' && caller.way === 'aon' && aon) {
    const step = told(aon, state, caller);
    const learnt = heard(step.state, caller, 'on-request');
    return stay(learnt.state, ...step.effects, ...learnt.effects);
  }
  if (state.phase === 'ringing') {
    const step = heard(state, caller, 'between-rings');
    if (state.callerTold) return step;
    return stay({ ...step.state, callerTold: true }, cancel('caller'), ...step.effects, {
      type: 'emit-caller',
      caller: plainCaller(caller),
    });
  }
  if (state.phase === 'idle' || state.phase === 'guard') {
    const told: FxoState = { ...state, early: { caller, at: now } };
    // Caller ID makes a call of the burst before it.
    return state.suspected ? startRinging(context, told, now) : stay(told);
  }
  return stay(state);
}

/** Caller ID has begun to come: however late it is, it is waited for. */
export function callerBegun(state: FxoState): FxoStep {
  if (state.phase !== 'ringing' || state.callerTold || state.callerHeard !== 'no') return stay(state);
  return stay({ ...state, callerHeard: 'begun' }, timer('caller', BEGUN_MS));
}

/** No caller ID came in its time. */
export function callerMissing(context: FxoContext, state: FxoState): FxoStep {
  if (state.phase !== 'ringing' || state.callerTold) return stay(state);
  const learning = learnNothing(state.learning);
  const step = notHeard(context, { ...state, learning });
  return stay(step.state, { type: 'emit-learnt', learning }, ...step.effects);
}

/** Without caller ID the telephones ring now, or classic АОН is asked for. */
function notHeard(context: FxoContext, state: FxoState): FxoStep {
  if (context.options.callerId.aon) return ask(context, state);
  return stay({ ...state, callerTold: true }, { type: 'emit-caller', caller: undefined });
}

/** Caller ID came: once per call it says something of the line's habits. */
function heard(state: FxoState, caller: HeardCallerId, moment: CallerIdMoment): FxoStep {
  if (state.callerHeard === 'yes') return stay(state);
  const learning = learnHeard(state.learning, caller, moment);
  return stay({ ...state, callerHeard: 'yes', learning }, { type: 'emit-learnt', learning });
}

export function answer(context: FxoContext, state: FxoState): FxoStep {
  if (state.phase === 'asking') return answerAsking(context, state);
  if (state.phase !== 'ringing') {
    return stay(state, {
      type: 'reject',
      request: 'answer',
      code: 'port/not-ringing',
      message: 'the line does not ring',
    });
  }
  const effects: FxoEffect[] = [cancel('ring', 'caller')];
  if (!state.callerTold) effects.push({ type: 'emit-caller', caller: undefined });
  effects.push(detect(answeredDetection(context)), context.command({ type: 'seize' }, `seize:${state.call}`));
  return { state: { ...state, phase: 'answering', callerTold: true }, effects };
}

/** Somebody lifts a handset while the number is asked for, or while the caller hears our ringback. */
function answerAsking(context: FxoContext, state: FxoState): FxoStep {
  const effects: FxoEffect[] = [cancel('ask'), { type: 'stop' }, detect(answeredDetection(context))];
  if (!state.callerTold) effects.push({ type: 'emit-caller', caller: undefined });
  const next: FxoState = { ...state, phase: 'answering', callerTold: true };
  if (!state.loopClosed) return stay(next, ...effects);
  const step = answerSeized(context, next);
  return stay(step.state, ...effects, ...step.effects);
}

/** The card has closed the loop of a call that we answer. */
export function answerSeized(context: FxoContext, state: FxoState): FxoStep {
  const { maxCallMs } = context.options;
  const effects: FxoEffect[] = [timer('settle', SETTLE_MS), { type: 'resolve', request: 'answer' }];
  if (maxCallMs > 0) effects.unshift(timer('max-call', maxCallMs));
  return { state: { ...state, phase: 'active', baseline: state.reversed, polaritySettled: false }, effects };
}
