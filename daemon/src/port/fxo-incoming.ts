import type { CallerIdInfo } from '../media/api.ts';
import type { FxoContext } from './fxo-call.ts';
import { answeredDetection, cancel, detect, idleDetection, stay, timer, withoutCall } from './fxo-call.ts';
import type { FxoEffect, FxoState, FxoStep } from './fxo-state.ts';

/** Caller ID sent on-hook belongs to a ring that follows within this time, ms (DTMF CLIP comes just before it). */
const EARLY_CALLER_MS = 5000;

/** An answer may be echoed by the exchange as a turn of polarity within this time; later it is a release. */
const SETTLE_MS = 2000;

/** A ring was validated on a line that we do not hold. */
export function startRinging(context: FxoContext, state: FxoState, now: number): FxoStep {
  const { options, command } = context;
  const early = state.early && now - state.early.at <= EARLY_CALLER_MS ? state.early.caller : undefined;
  const told = early !== undefined || options.callerId.waitMs === 0;
  const effects: FxoEffect[] = [cancel('guard')];
  effects.push(
    command({ type: 'audio', on: true }),
    detect({ callerId: true }),
    timer('ring', options.ringTimeoutMs),
  );
  effects.push({ type: 'emit', event: 'ringing' });
  if (told) effects.push({ type: 'emit-caller', caller: early });
  else effects.push(timer('caller', options.callerId.waitMs));
  return {
    // A line that rings is alive, whatever was last told of it.
    state: {
      ...withoutCall(state, 'ringing'),
      line: 'idle',
      doubtful: false,
      call: state.call + 1,
      callerTold: told,
    },
    effects,
  };
}

/** The caller gave up, or somebody took the call on a parallel telephone. */
export function stopRinging(context: FxoContext, state: FxoState): FxoStep {
  const effects: FxoEffect[] = [cancel('ring', 'caller'), detect(idleDetection(context))];
  if (!context.options.callerId.beforeRing) effects.push(context.command({ type: 'audio', on: false }));
  effects.push({ type: 'emit', event: 'ringingStopped' });
  return { state: withoutCall(state, 'idle'), effects };
}

/** A burst of a ringing that is known began or ended. */
export function ringBurst(context: FxoContext, state: FxoState, on: boolean): FxoStep {
  return stay(state, on ? cancel('ring') : timer('ring', context.options.ringTimeoutMs));
}

/** Caller ID was read, or its time is over. */
export function callerKnown(state: FxoState, caller: CallerIdInfo | undefined, now: number): FxoStep {
  if (state.phase === 'ringing') {
    if (state.callerTold) return stay(state);
    return stay({ ...state, callerTold: true }, cancel('caller'), { type: 'emit-caller', caller });
  }
  if (caller && (state.phase === 'idle' || state.phase === 'guard'))
    return stay({ ...state, early: { caller, at: now } });
  return stay(state);
}

export function answer(context: FxoContext, state: FxoState): FxoStep {
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

/** The card has closed the loop of a call that we answer. */
export function answerSeized(context: FxoContext, state: FxoState): FxoStep {
  const { maxCallMs } = context.options;
  const effects: FxoEffect[] = [timer('settle', SETTLE_MS), { type: 'resolve', request: 'answer' }];
  if (maxCallMs > 0) effects.unshift(timer('max-call', maxCallMs));
  return { state: { ...state, phase: 'active', baseline: state.reversed, polaritySettled: false }, effects };
}
