import { cancelFxs, type FxsContext, timerFxs } from './fxs-call.ts';
import type { FxsEffect, FxsState, FxsStep } from './fxs-state.ts';
import type { LampSignal } from './options.ts';

/*
 * The message-waiting lamp of an on-hook telephone: what makes it listen, then a message by FSK (EN 300 659-1,
 * data transmission not associated with ringing; GR-30-CORE). A call goes first at any moment; the lamp is then switched afterwards.
 */

/** After the handset was put down or the count changed, ms: nothing is hurried here. */
const REST_MS = 1000;
/** From the reversal of polarity to the data (EN 300 659-1, line reversal: at least 100 ms), ms. */
const AFTER_REVERSAL_MS = 250;
/** Length of the ring pulse (EN 300 659-1, RP-AS: 200 to 300 ms), and from its end to the data (500 to 800 ms). */
const PULSE_MS = 250;
const AFTER_PULSE_MS = 650;
/** The shortest time that the audio stream of the port needs to begin, ms. */
const AFTER_AUDIO_MS = 100;
/** The card plays what it has been sent a little later; cut off before, the message has no end, ms. */
const AFTER_DATA_MS = 300;
/** A pulse that the card never tells of is over by then, ms. */
const PULSE_LIMIT_MS = 2000;

const TAG = 'lamp';

/** The count of messages changed, or is told for the first time. */
export function wantLamp(context: FxsContext, state: FxsState, waiting: boolean, count: number): FxsStep {
  const next: FxsState = { ...state, lamp: { ...state.lamp, wanted: { waiting, count } } };
  return { state: next, effects: lampSoon(context, next) };
}

/** The timer that switches the lamp, if it shows something else than it should. */
export function lampSoon({ options }: FxsContext, state: FxsState): FxsEffect[] {
  const { wanted, shown, step } = state.lamp;
  if (!options.lamp || !wanted || wanted.waiting === shown || step !== 'rest') return [];
  return state.phase === 'on-hook' && state.link === 'up' ? [timerFxs('lamp', REST_MS)] : [];
}

/** It is time for the next step. */
export function lampTimer(context: FxsContext, state: FxsState): FxsStep {
  const signal = context.options.lamp;
  const { wanted, step } = state.lamp;
  if (!signal || !wanted || state.phase !== 'on-hook' || state.link !== 'up') return {};
  if (step === 'rest') return alert(context, state, signal);
  if (step === 'data') return {};
  if (step === 'tail') return lampOver(context, state);
  const play: FxsEffect = { type: 'send-lamp', ...wanted, tag: TAG };
  const effects = step === 'pulse' ? [context.command({ type: 'ring-stop' }), play] : [play];
  return { state: { ...state, lamp: { ...state.lamp, step: 'data', sending: wanted.waiting } }, effects };
}

function alert(context: FxsContext, state: FxsState, signal: LampSignal): FxsStep {
  const { command } = context;
  const effects: FxsEffect[] = [command({ type: 'audio', on: true })];
  switch (signal.alert) {
    case 'none':
      effects.push(timerFxs('lamp', AFTER_AUDIO_MS));
      return { state: withStep(state, 'alert'), effects };
    case 'polarity':
      effects.push(command({ type: 'polarity', reversed: true }), timerFxs('lamp', AFTER_REVERSAL_MS));
      return { state: { ...withStep(state, 'alert'), reversed: true }, effects };
    case 'ring-pulse':
      effects.push(command({ type: 'ring', cadence: [PULSE_MS, 10_000] }), timerFxs('lamp', PULSE_LIMIT_MS));
      return { state: withStep(state, 'pulse'), effects };
  }
}

/** The ring pulse is over. */
export function lampPulse(context: FxsContext, state: FxsState, on: boolean): FxsStep {
  if (on || state.lamp.step !== 'pulse') return {};
  return {
    state: withStep(state, 'alert'),
    effects: [context.command({ type: 'ring-stop' }), timerFxs('lamp', AFTER_PULSE_MS)],
  };
}

/** The message has gone out, or could not. */
export function lampSent(state: FxsState, whole: boolean): FxsStep {
  if (state.lamp.step !== 'data') return {};
  const sending = whole ? state.lamp.sending : undefined;
  return {
    state: { ...state, lamp: { ...state.lamp, step: 'tail', sending } },
    effects: [timerFxs('lamp', AFTER_DATA_MS)],
  };
}

function lampOver(context: FxsContext, state: FxsState): FxsStep {
  const { sending } = state.lamp;
  const rest = endLamp(context, state);
  const lamp = { ...rest.state.lamp, shown: sending };
  const next: FxsState = { ...rest.state, lamp };
  const effects = [...rest.effects, context.command({ type: 'audio', on: false })];
  return { state: next, effects: [...effects, ...lampSoon(context, next)] };
}

/** Leaves off in the middle: the handset was lifted, or the telephone is to ring. */
export function endLamp(context: FxsContext, state: FxsState): { state: FxsState; effects: FxsEffect[] } {
  const { step } = state.lamp;
  const effects: FxsEffect[] = [cancelFxs('lamp')];
  if (step === 'data') effects.push({ type: 'stop' });
  if (step === 'pulse') effects.push(context.command({ type: 'ring-stop' }));
  if (step !== 'rest' && state.reversed) effects.push(context.command({ type: 'polarity', reversed: false }));
  const reversed = step === 'rest' ? state.reversed : false;
  const { wanted } = state.lamp;
  // Of a message that was cut off nobody knows whether it was read: it is sent again.
  const shown = step === 'data' || step === 'tail' ? undefined : state.lamp.shown;
  return {
    state: { ...state, reversed, lamp: { wanted, shown, step: 'rest', sending: undefined } },
    effects,
  };
}

const withStep = (state: FxsState, step: 'alert' | 'pulse'): FxsState => ({
  ...state,
  lamp: { ...state.lamp, step },
});
