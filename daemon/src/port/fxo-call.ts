import type { Detection } from '../media/api.ts';
import { listensBeforeRing } from './caller-learning.ts';
import { portCommand } from './effect.ts';
import type { FxoEffect, FxoState, FxoStep } from './fxo-state.ts';
import { callTimers, isDialing } from './fxo-state.ts';
import type { FxoOptions } from './options.ts';
import type { LineRelease } from './port.ts';

/** What the parts of the FXO machine share. */
export interface FxoContext {
  options: FxoOptions;
  command: ReturnType<typeof portCommand>;
}

export function fxoContext(options: FxoOptions): FxoContext {
  return { options, command: portCommand(options.number) };
}

export const stay = (state: FxoState, ...effects: FxoEffect[]): FxoStep => ({ state, effects });

export const timer = (name: (typeof callTimers)[number] | 'guard', ms: number): FxoEffect => ({
  type: 'timer',
  name,
  ms,
});

export const cancel = (...names: ((typeof callTimers)[number] | 'guard')[]): FxoEffect => ({
  type: 'cancel',
  names,
});

export const detect = (detection: Detection): FxoEffect => ({ type: 'detect', detection });

/** Whether an idle line is listened to. */
export function listensIdle({ options }: FxoContext, state: FxoState): boolean {
  const { mode, early } = options.callerId;
  return listensBeforeRing(mode, state.learning, early);
}

/** What is listened for on an idle line. */
export function idleDetection(context: FxoContext, state: FxoState): Detection {
  return listensIdle(context, state) ? { callerId: true } : {};
}

/** What is listened for once somebody has answered. */
export function answeredDetection({ options }: FxoContext): Detection {
  const { silenceMs } = options.releaseSupervision;
  // The voice tells afterwards whether somebody was still there when a tone seemed to release the call.
  return { dtmf: true, tones: 'after-answer', voice: true, ...(silenceMs > 0 ? { silenceMs } : {}) };
}

/** The requests that are still waiting, refused. */
export function rejectPending(state: FxoState, code: string, message: string): FxoEffect[] {
  const effects: FxoEffect[] = [];
  if (isDialing(state)) effects.push({ type: 'reject', request: 'dial', code, message });
  if (state.phase === 'answering') effects.push({ type: 'reject', request: 'answer', code, message });
  if (state.sending === 'playing') effects.push({ type: 'reject', request: 'send-digits', code, message });
  return effects;
}

/** The state of a line whose call is over, without saying what follows. */
export function withoutCall(state: FxoState, phase: 'idle' | 'guard' | 'ringing'): FxoState {
  return {
    ...state,
    phase,
    steps: [],
    toneHeard: false,
    emergency: false,
    alerted: false,
    polaritySettled: false,
    sending: 'no',
    callerTold: false,
    callerHeard: 'no',
    early: undefined,
    asked: 0,
    suspected: false,
    loopClosed: false,
  };
}

/** Opens the loop and begins the guard time; what waits is rejected with the code. */
export function endCall(context: FxoContext, state: FxoState, code: string, message: string): FxoStep {
  const { options, command } = context;
  const effects: FxoEffect[] = [
    cancel(...callTimers),
    command({ type: 'release' }),
    { type: 'stop' },
    detect(idleDetection(context, state)),
  ];
  if (!listensIdle(context, state)) effects.push(command({ type: 'audio', on: false }));
  effects.push(...rejectPending(state, code, message), timer('guard', options.idleGuardMs));
  return { state: withoutCall(state, 'guard'), effects };
}

/**
 * The far end, the line or a limit ended the call. While `dial()` or `answer()` is waiting its
 * rejection says so; after that `released` does: never both.
 */
export function farEndReleased(context: FxoContext, state: FxoState, cause: LineRelease): FxoStep {
  if (state.phase === 'asking') {
    // Nobody has answered: for call control the caller gave up.
    const step = endCall(context, state, 'port/released', `released: ${cause}`);
    step.effects.push({ type: 'emit', event: 'ringingStopped' });
    return step;
  }
  const waited = isDialing(state) || state.phase === 'answering';
  const step = endCall(
    context,
    state,
    cause === 'no-line' ? 'port/no-line' : 'port/released',
    `released: ${cause}`,
  );
  if (!waited) step.effects.push({ type: 'emit-released', cause });
  return step;
}
