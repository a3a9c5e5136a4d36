import { cancel, detect, type FxoContext, idleDetection, listensIdle, stay, timer } from './fxo-call.ts';
import type { FxoEffect, FxoState, FxoStep } from './fxo-state.ts';

/**
 * A first burst on a line whose rings have to be confirmed: nobody is told yet, but caller ID is listened for, and the
 * line is not taken for a call of ours until its time is over.
 */
export function suspectRing(context: FxoContext, state: FxoState): FxoStep {
  const { callerId, ringTimeoutMs } = context.options;
  return stay(
    { ...state, suspected: true },
    context.command({ type: 'audio', on: true }),
    detect(callerId.mode === 'off' ? {} : { callerId: true }),
    timer('suspect', ringTimeoutMs),
  );
}

/** Neither a second burst nor caller ID came: it was noise, or a parallel telephone that dialed. */
export function ringUnconfirmed(context: FxoContext, state: FxoState): FxoStep {
  if (!state.suspected) return stay(state);
  const effects: FxoEffect[] = [cancel('suspect'), detect(idleDetection(context, state))];
  if (!listensIdle(context, state)) effects.push(context.command({ type: 'audio', on: false }));
  return stay({ ...state, suspected: false, early: undefined }, ...effects);
}
