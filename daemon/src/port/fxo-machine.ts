import type { CardIndication } from '../line/card.ts';
import type { ProgressTone } from '../media/api.ts';
import { asked, askSeized, askTimer } from './fxo-asking.ts';
import type { FxoContext } from './fxo-call.ts';
import {
  cancel,
  detect,
  endCall,
  farEndReleased,
  fxoContext,
  idleDetection,
  listensIdle,
  rejectPending,
  stay,
  timer,
} from './fxo-call.ts';
import {
  answer,
  answerSeized,
  callerBegun,
  callerMissing,
  callerRead,
  ringBurst,
  startRinging,
  stopRinging,
} from './fxo-incoming.ts';
import {
  answered,
  borrow,
  dial,
  dialSeized,
  dialToneMissing,
  glare,
  nextStep,
  seizeFailed,
  stepTag,
  stepTimer,
  toneWhileDialing,
  toneWhileProceeding,
} from './fxo-outgoing.ts';
import type { FxoEffect, FxoEvent, FxoState, FxoStep } from './fxo-state.ts';
import { callTimers, fxoTrouble, holdsLoop, initialFxoState, isDialing } from './fxo-state.ts';
import { ringUnconfirmed, suspectRing } from './fxo-suspect.ts';
import type { FxoOptions } from './options.ts';

/** Without current for this long after seizing, there is no line, ms. */
const SEIZE_CURRENT_MS = 500;

/** Our own tones come back from the line for this long after they were sent, ms. */
const ECHO_MS = 200;

/** What the outcome of the command is told by. */
const IMPEDANCE = 'impedance';

/** The transition of an FXO port: we are the telephone on a city line or a PBX extension. */
export function fxoTransition(options: FxoOptions) {
  const context = fxoContext(options);
  const { command } = context;

  function configure(): FxoEffect[] {
    const { country, rxGainDb, txGainDb, termination } = options;
    const effects: FxoEffect[] = [command({ type: 'configure', country, rxGainDb, txGainDb }, 'configure')];
    // It comes behind, since configure puts the country's own back; a card that does not know it keeps that.
    if (termination) effects.push(command({ type: 'impedance', termination }, IMPEDANCE));
    return effects;
  }

  function handle(state: FxoState, event: FxoEvent, now: number): FxoStep {
    switch (event.type) {
      case 'up':
        return stay({ ...afresh(state), link: 'configuring' }, ...configure());
      case 'reconfigure':
        return state.link === 'down' ? stay(state) : stay(state, ...configure());
      case 'down':
        return linkDown(state);
      case 'indication':
        return state.link === 'down' ? stay(state) : indication(context, state, event.indication, now);
      case 'done':
        return done(context, state, event.tag);
      case 'failed':
        return failed(context, state, event);
      case 'timer':
        return timerFired(context, state, event.name);
      case 'tone':
        return tone(context, state, event.tone);
      case 'ringback-stopped':
        return state.phase === 'proceeding' && options.answerSupervision.ringbackStop
          ? answered(context, state, 'ringback-stop')
          : stay(state);
      case 'voice':
        return state.phase === 'proceeding' && options.answerSupervision.voice
          ? answered(context, state, 'voice')
          : stay(state);
      case 'silence':
        return state.phase === 'active' && options.releaseSupervision.silenceMs > 0 && !state.emergency
          ? farEndReleased(context, state, 'silence')
          : stay(state);
      case 'digit':
        return state.phase === 'active' && state.sending === 'no'
          ? stay(state, { type: 'emit-digit', key: event.key })
          : stay(state);
      case 'caller-id': {
        const { type: _, ...caller } = event;
        return callerRead(context, state, caller, now);
      }
      case 'caller-id-begun':
        return callerBegun(state);
      case 'aon-request':
      case 'level':
        return stay(state);
      case 'recall':
        return stay({ ...state, learning: event.learning });
      case 'dial':
        return dial(context, state, event.steps, event.emergency);
      case 'answer':
        return answer(context, state);
      case 'borrow':
        return borrow(context, state);
      case 'release':
        return holdsLoop(state) ? endCall(context, state, 'port/released', 'released by us') : stay(state);
      case 'flash':
        return inCall(state) ? stay(state, command({ type: 'flash', ms: options.flashMs })) : stay(state);
      case 'send-digits':
        return sendDigits(context, state, event.digits);
    }
  }

  return (state: FxoState, event: FxoEvent, now: number): FxoStep =>
    withStanding(state, handle(state, event, now));
}

const inCall = (state: FxoState): boolean => state.phase === 'proceeding' || state.phase === 'active';

function linkDown(state: FxoState): FxoStep {
  // The card goes on-hook by itself (frame.md section 5): nothing is left to be commanded.
  const effects: FxoEffect[] = [cancel(...callTimers, 'guard')];
  if (state.phase !== 'idle' && state.phase !== 'guard') effects.push({ type: 'stop' }, detect({}));
  effects.push(...rejectPending(state, 'port/no-line', 'link to the line card lost'));
  if (state.phase === 'ringing' || state.phase === 'asking')
    effects.push({ type: 'emit', event: 'ringingStopped' });
  if (inCall(state)) effects.push({ type: 'emit-released', cause: 'link-lost' });
  return { state: afresh(state), effects };
}

/** What outlasts the link: the count of calls, the doubt about the line, and what was learnt of it. */
const afresh = ({ call, doubtful, learning }: FxoState): FxoState => ({
  ...initialFxoState,
  call,
  doubtful,
  learning,
});

function indication(context: FxoContext, state: FxoState, event: CardIndication, now: number): FxoStep {
  switch (event.type) {
    case 'ring':
      return ring(context, state, event.on, now);
    case 'polarity':
      return polarity(context, { ...state, reversed: event.reversed }, state.reversed !== event.reversed);
    case 'loop-break': {
      const long = event.ms >= context.options.releaseSupervision.loopBreak.minMs;
      const counts = inCall(state) || state.phase === 'dialing' || state.phase === 'asking';
      return long && counts
        ? farEndReleased(context, state, 'loop-break')
        : stay(state, cancel('no-current'));
    }
    case 'loop-current':
      return loopCurrent(context, state, event.milliamps);
    case 'line-state': {
      const next: FxoState = { ...state, line: event.state };
      // A parallel telephone took the call, or the line was pulled out.
      return state.phase === 'ringing' && event.state !== 'idle' ? stopRinging(context, next) : stay(next);
    }
    case 'pulses-sent':
      return state.phase === 'dialing' && state.steps[0]?.type === 'pulses'
        ? nextStep(context, state)
        : stay(state);
    case 'lifeline': {
      const next: FxoState = { ...state, lifeline: event.engaged };
      if (!event.engaged) return stay(next);
      if (state.phase === 'ringing') return stopRinging(context, next);
      return holdsLoop(state) ? farEndReleased(context, next, 'no-line') : stay(next);
    }
    default:
      return stay(state);
  }
}

function ring(context: FxoContext, state: FxoState, on: boolean, now: number): FxoStep {
  if (state.phase === 'ringing') return ringBurst(context, state, on);
  if (!on || state.link !== 'up' || state.lifeline) return stay(state);
  if (state.phase === 'seizing' || state.phase === 'dial-tone') return glare(context, state, now);
  if (holdsLoop(state)) return stay(state);
  if (context.options.ringConfirmed && !state.suspected) return suspectRing(context, state);
  return startRinging(context, state, now);
}

function polarity(context: FxoContext, state: FxoState, turned: boolean): FxoStep {
  const { answerSupervision, releaseSupervision } = context.options;
  if (!turned) return stay(state);
  if (state.phase === 'proceeding' && answerSupervision.polarity && state.reversed !== state.baseline) {
    return answered(context, state, 'polarity');
  }
  if (state.phase !== 'active') return stay(state);
  if (!state.polaritySettled) return stay({ ...state, polaritySettled: true }, cancel('settle'));
  return releaseSupervision.polarity ? farEndReleased(context, state, 'polarity') : stay(state);
}

function loopCurrent(context: FxoContext, state: FxoState, milliamps: number): FxoStep {
  if (!holdsLoop(state) || state.phase === 'borrowed') return stay(state);
  if (milliamps > 0) return stay(state, cancel('no-current'));
  const seizing = state.phase === 'seizing' || state.phase === 'dial-tone';
  // In a call the card may still find that it was a break, and tell its length when the current is back.
  const ms = seizing
    ? SEIZE_CURRENT_MS
    : context.options.releaseSupervision.loopBreak.maxMs + SEIZE_CURRENT_MS;
  return stay(state, timer('no-current', ms));
}

function done(context: FxoContext, state: FxoState, tag: string): FxoStep {
  if (tag === IMPEDANCE) return stay(state);
  if (tag === 'configure' && state.link !== 'down') {
    const next: FxoState = { ...state, link: 'up', fault: undefined };
    if (holdsLoop(state) || state.phase === 'ringing') return stay(next);
    const on = listensIdle(context, state);
    return stay(next, context.command({ type: 'audio', on }), detect(idleDetection(context, state)));
  }
  if (tag === `seize:${state.call}`) {
    if (state.phase === 'seizing') return dialSeized(context, state);
    const { aon } = context.options.callerId;
    if (state.phase === 'asking' && aon) return askSeized(aon, state);
    return state.phase === 'answering' ? answerSeized(context, state) : stay(state);
  }
  if (state.phase === 'dialing' && state.steps[0]?.type === 'tones' && tag === stepTag(state)) {
    return nextStep(context, state);
  }
  if (state.phase === 'asking') return asked(state, tag);
  if (tag === `send:${state.call}` && state.sending === 'playing') {
    return stay({ ...state, sending: 'echo' }, timer('echo', ECHO_MS), {
      type: 'resolve',
      request: 'send-digits',
    });
  }
  return stay(state);
}

function failed(
  context: FxoContext,
  state: FxoState,
  event: { tag: string; code: string; message: string },
): FxoStep {
  const { tag, message } = event;
  if (tag === IMPEDANCE) return stay(state);
  if (tag === 'configure' && state.link !== 'down') {
    return stay({ ...state, link: 'up', fault: `configure: ${message}` });
  }
  if (tag === `seize:${state.call}` && state.phase === 'asking')
    return farEndReleased(context, state, 'no-line');
  if (tag === `seize:${state.call}` && (state.phase === 'seizing' || state.phase === 'answering')) {
    return seizeFailed(context, state, message);
  }
  if (state.phase === 'asking') return asked(state, tag);
  if (state.phase === 'dialing' && tag === stepTag(state)) {
    return endCall(context, state, 'port/fault', `dialing failed: ${message}`);
  }
  if (tag === `send:${state.call}` && state.sending === 'playing') {
    return stay(
      { ...state, sending: 'no' },
      { type: 'reject', request: 'send-digits', code: 'port/fault', message },
    );
  }
  return stay(state);
}

function timerFired(context: FxoContext, state: FxoState, name: string): FxoStep {
  switch (name) {
    case 'guard':
      return state.phase === 'guard' ? stay({ ...state, phase: 'idle' }) : stay(state);
    case 'caller':
      return callerMissing(context, state);
    case 'ask': {
      const { aon } = context.options.callerId;
      return state.phase === 'asking' && aon ? askTimer(aon, state) : stay(state);
    }
    case 'ring':
      return state.phase === 'ringing' ? stopRinging(context, state) : stay(state);
    case 'suspect':
      return ringUnconfirmed(context, state);
    case 'dial-tone':
      return isDialing(state) ? dialToneMissing(context, state) : stay(state);
    case 'step':
      return state.phase === 'dialing' ? stepTimer(context, state) : stay(state);
    case 'answer':
      return state.phase === 'proceeding' ? answered(context, state, 'timer') : stay(state);
    case 'max-call':
      return inCall(state) ? farEndReleased(context, state, 'max-time') : stay(state);
    case 'no-current':
      return holdsLoop(state) ? farEndReleased(context, state, 'no-line') : stay(state);
    case 'settle':
      return stay({ ...state, polaritySettled: true });
    case 'echo':
      return state.sending === 'echo' ? stay({ ...state, sending: 'no' }) : stay(state);
    default:
      return stay(state);
  }
}

function tone(context: FxoContext, state: FxoState, heard: ProgressTone): FxoStep {
  if (isDialing(state)) return toneWhileDialing(context, state, heard);
  if (state.phase === 'proceeding') return toneWhileProceeding(context, state, heard);
  // Ruling 5: tones do not release an emergency call.
  if ((state.phase !== 'active' && state.phase !== 'asking') || state.emergency || heard === 'ringback')
    return stay(state);
  const { busyTone, dialTone } = context.options.releaseSupervision;
  if (heard === 'dial') return dialTone ? farEndReleased(context, state, 'dial-tone') : stay(state);
  if (!busyTone) return stay(state);
  const cause = heard === 'sit' ? 'sit' : heard === 'busy' ? 'busy-tone' : 'congestion-tone';
  return farEndReleased(context, state, cause);
}

function sendDigits(context: FxoContext, state: FxoState, digits: string): FxoStep {
  if (!inCall(state)) {
    return stay(state, {
      type: 'reject',
      request: 'send-digits',
      code: 'port/released',
      message: 'no call on the line',
    });
  }
  return stay({ ...state, sending: 'playing' }, cancel('echo'), {
    type: 'play',
    source: { type: 'dtmf', digits, ...context.options.dtmf },
    tag: `send:${state.call}`,
  });
}

/** Adds news of whether the line can be used, and of whether it can be trusted. */
function withStanding(before: FxoState, step: FxoStep): FxoStep {
  const was = fxoTrouble(before);
  const is = fxoTrouble(step.state);
  const effects = [...step.effects];
  if (was !== undefined && is === undefined) {
    effects.unshift({ type: 'emit-available', available: true, reason: 'ready' });
  } else if (is !== undefined && is !== was) {
    effects.push({ type: 'emit-available', available: false, reason: is });
  }
  const { doubtful } = step.state;
  if (doubtful !== before.doubtful) effects.push({ type: 'emit-doubted', doubtful });
  return { state: step.state, effects };
}
