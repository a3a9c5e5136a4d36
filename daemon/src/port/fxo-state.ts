import type { LineState } from '../line/card.ts';
import type { CallerIdInfo, HeardCallerId } from '../media/api.ts';
import { type CallerLearning, nothingLearnt } from './caller-learning.ts';
import type { DialStep } from './dial-string.ts';
import type { PortEffect, PortEvent } from './effect.ts';
import type { AnswerSource, LineRelease } from './port.ts';

/**
 * What an FXO port is doing. Incoming: ringing, asking (for classic АОН), answering, active. Outgoing: seizing, dial-tone
 * (waiting for it), dialing, proceeding (all digits out, not answered), active. Then guard. Borrowed: somebody measures
 * the line, and the port does nothing by itself.
 */
export type FxoPhase =
  | 'idle'
  | 'guard'
  | 'borrowed'
  | 'ringing'
  | 'asking'
  | 'answering'
  | 'seizing'
  | 'dial-tone'
  | 'dialing'
  | 'proceeding'
  | 'active';

export interface FxoState {
  readonly phase: FxoPhase;
  readonly link: 'down' | 'configuring' | 'up';
  /** Why the port cannot be used although the link is up and the line there. */
  readonly fault: string | undefined;
  readonly lifeline: boolean;
  /** The line as the card last told it while on-hook. */
  readonly line: LineState | undefined;
  /** No dial tone when it was last wanted; only a dial tone or a ring takes that back (G03). */
  readonly doubtful: boolean;
  /** Polarity as last told, and as it was when the first digit went out. */
  readonly reversed: boolean;
  readonly baseline: boolean;
  /** The next turn of polarity in an answered call is the far end's release. */
  readonly polaritySettled: boolean;
  /** Counts calls, so that the outcome of a command of a former call is told from one of this. */
  readonly call: number;
  /** Steps still to be dialed, the one under way first. */
  readonly steps: readonly DialStep[];
  /** A dial tone came before the card acknowledged the seizure. */
  readonly toneHeard: boolean;
  /** An emergency call: released by no timer, tone or silence (ruling 5). */
  readonly emergency: boolean;
  readonly alerted: boolean;
  /** `sendDigits` under way, or just over (`echo`): digits heard are our own. */
  readonly sending: 'no' | 'playing' | 'echo';
  /** Whether `caller` was emitted for this ringing. */
  readonly callerTold: boolean;
  /** Caller ID was read in this ringing, or is being sent right now. */
  readonly callerHeard: 'no' | 'begun' | 'yes';
  /** Caller ID read on-hook before the first ring, and when (ms). */
  readonly early: { readonly caller: HeardCallerId; readonly at: number } | undefined;
  /** Requests for classic АОН that went out, and whether the loop is closed for them. */
  readonly asked: number;
  /** A first burst came, which is not yet taken for a call. */
  readonly suspected: boolean;
  readonly loopClosed: boolean;
  /** What the line has shown of its caller ID; outlasts calls and the link. */
  readonly learning: CallerLearning;
}

export type FxoEvent =
  | PortEvent
  | { type: 'dial'; steps: readonly DialStep[]; emergency: boolean }
  | { type: 'answer' }
  /** The options changed; the card is told. */
  | { type: 'reconfigure' }
  | { type: 'release' }
  /** Somebody wants the line to himself, for measuring. */
  | { type: 'borrow' }
  /** What was known of the line's caller ID before. */
  | { type: 'recall'; learning: CallerLearning }
  | { type: 'flash' }
  | { type: 'send-digits'; digits: string };

/** Requests of the port's user whose outcome is a promise. */
export type FxoRequest = 'dial' | 'answer' | 'send-digits' | 'borrow';

export type FxoEffect =
  | PortEffect
  | { type: 'resolve'; request: FxoRequest }
  | { type: 'reject'; request: FxoRequest; code: string; message: string }
  | { type: 'emit'; event: 'ringing' | 'ringingStopped' | 'alerting' }
  | { type: 'emit-caller'; caller: CallerIdInfo | undefined }
  | { type: 'emit-learnt'; learning: CallerLearning }
  | { type: 'emit-answered'; source: AnswerSource }
  | { type: 'emit-released'; cause: LineRelease }
  | { type: 'emit-digit'; key: string }
  | { type: 'emit-available'; available: boolean; reason: string }
  | { type: 'emit-doubted'; doubtful: boolean };

export interface FxoStep {
  state: FxoState;
  effects: FxoEffect[];
}

export const initialFxoState: FxoState = {
  phase: 'idle',
  link: 'down',
  fault: undefined,
  lifeline: false,
  line: undefined,
  doubtful: false,
  reversed: false,
  baseline: false,
  polaritySettled: false,
  call: 0,
  steps: [],
  toneHeard: false,
  emergency: false,
  alerted: false,
  sending: 'no',
  callerTold: false,
  callerHeard: 'no',
  early: undefined,
  asked: 0,
  suspected: false,
  loopClosed: false,
  learning: nothingLearnt,
};

/** Why the port is unavailable; undefined: it is available. */
export function fxoTrouble(state: FxoState): string | undefined {
  if (state.link !== 'up') return state.link === 'down' ? 'link-lost' : 'configuring';
  if (state.fault) return state.fault;
  if (state.lifeline) return 'lifeline';
  if (state.line === undefined) return 'line-unknown';
  return state.line === 'dead' ? 'no-line' : undefined;
}

/** Whether we hold the loop closed (or are about to). */
export function holdsLoop(state: FxoState): boolean {
  return state.phase !== 'idle' && state.phase !== 'guard' && state.phase !== 'ringing';
}

/** Whether `dial()` has not come to its end. */
export function isDialing(state: FxoState): boolean {
  return state.phase === 'seizing' || state.phase === 'dial-tone' || state.phase === 'dialing';
}

/** Timers of one call; all end with it. */
export const callTimers = [
  'caller',
  'ring',
  'dial-tone',
  'step',
  'answer',
  'max-call',
  'no-current',
  'settle',
  'echo',
  'ask',
  'suspect',
] as const;

export type FxoTimer = (typeof callTimers)[number] | 'guard';
