import type { CallerIdInfo, Detection, ToneSpec } from '../media/api.ts';
import { cancelFxs, type FxsContext, timerFxs } from './fxs-call.ts';
import type { FxsEffect, FxsState, FxsStep } from './fxs-state.ts';

/*
 * Call waiting at a telephone in a call: a short tone now and then, and the caller's number for telephones
 * that can show it there (EN 300 659-2, GR-30-CORE type II): the alerting signal of two tones, the
 * telephone's answer by DTMF D, then the data. Nothing of it is heard by the other party.
 */

/** The dual tone alerting signal of EN 300 659-2 and GR-30-CORE: 2130 and 2750 Hz, about 80 ms, -14 to -32 dBm each. */
const ALERTING: ToneSpec = { frequencies: [2130, 2750], levelDbm0: -16, cadence: [80, 0], repeat: 1 };
/**
 * The telephone answers within 100 ms with a digit of 55 to 65 ms; the rest is what the
 * detector, the card and the threads take.
 */
const ACKNOWLEDGE_MS = 450;
/** D; A from telephones that could also show what is stored in the network. */
const ACKNOWLEDGED = new Set(['D', 'A']);
/** From the answer to the data: 50 to 500 ms (GR-30-CORE), ms. */
const TO_DATA_MS = 70;
/** A telephone that did not answer twice cannot. */
const MAX_OFFERS = 2;

const USUAL: Detection = { dtmf: true };
/** The digit of the telephone is for us, and would only disturb the other party. */
const ASIDE: Detection = { dtmf: true, aside: true };

/** Another call waits; the telephone is told until {@link waitingOver}. */
export function startWaiting({ options }: FxsContext, state: FxsState, caller: CallerIdInfo): FxsStep {
  if (!options.callWaiting || state.phase !== 'off-hook' || state.waiting) return {};
  const waiting = { caller, step: 'tone', offers: 0, identified: false } as const;
  return { state: { ...state, waiting }, effects: [tone(options.callWaiting.tone)] };
}

/** The other call is answered, or gone; or this telephone has hung up. */
export function waitingOver(state: FxsState): { state: FxsState; effects: FxsEffect[] } {
  const { waiting, ...rest } = state;
  if (!waiting) return { state, effects: [] };
  const effects: FxsEffect[] = [cancelFxs('waiting')];
  if (PLAYING.has(waiting.step)) effects.push({ type: 'stop' });
  if (waiting.step !== 'tone' && waiting.step !== 'pause') effects.push({ type: 'detect', detection: USUAL });
  return { state: rest, effects };
}

/** What was played has ended. */
export function waitingPlayed({ options }: FxsContext, state: FxsState, whole: boolean): FxsStep {
  const { waiting } = state;
  const signal = options.callWaiting;
  if (!waiting || !signal) return {};
  const offers = options.callerId && options.callerId.scheme !== 'dtmf' && !waiting.identified;
  if (waiting.step === 'tone' && whole && offers && waiting.offers < MAX_OFFERS) {
    return step(state, { step: 'alert', offers: waiting.offers + 1 }, [
      { type: 'detect', detection: ASIDE },
      tone(ALERTING),
    ]);
  }
  if (waiting.step === 'alert' && whole) return step(state, { step: 'answer' }, [wait(ACKNOWLEDGE_MS)]);
  const back: FxsEffect[] = waiting.step === 'tone' ? [] : [{ type: 'detect', detection: USUAL }];
  const identified = waiting.identified || (waiting.step === 'data' && whole);
  return step(state, { step: 'pause', identified }, [...back, wait(signal.pauseMs)]);
}

/** A key was heard. True: it is the telephone's answer, and nobody dialed. */
export function waitingDigit(state: FxsState, key: string): FxsStep | undefined {
  const { waiting } = state;
  if (waiting?.step !== 'answer' && waiting?.step !== 'alert') return undefined;
  if (!ACKNOWLEDGED.has(key)) return {};
  return step(state, { step: 'answered' }, [wait(TO_DATA_MS)]);
}

/** The time of a step is over. */
export function waitingTimer({ options }: FxsContext, state: FxsState): FxsStep {
  const { waiting } = state;
  const signal = options.callWaiting;
  if (!waiting || !signal) return {};
  switch (waiting.step) {
    case 'answered':
      return step(state, { step: 'data' }, [
        { type: 'send-caller-id', caller: waiting.caller, offHook: true, tag: TAG },
      ]);
    case 'answer':
      return step(state, { step: 'pause' }, [{ type: 'detect', detection: USUAL }, wait(signal.pauseMs)]);
    case 'pause':
      return step(state, { step: 'tone' }, [tone(signal.tone)]);
    default:
      return {};
  }
}

/** What a play of these steps is told by. */
export const TAG = 'waiting';
const PLAYING: ReadonlySet<string> = new Set(['tone', 'alert', 'data']);

const wait = (ms: number): FxsEffect => timerFxs('waiting', ms);
const tone = (spec: ToneSpec): FxsEffect => ({
  type: 'play',
  source: { type: 'tone', tone: spec },
  tag: TAG,
});

function step(
  state: FxsState,
  change: Partial<NonNullable<FxsState['waiting']>>,
  effects: FxsEffect[],
): FxsStep {
  return state.waiting ? { state: { ...state, waiting: { ...state.waiting, ...change } }, effects } : {};
}
