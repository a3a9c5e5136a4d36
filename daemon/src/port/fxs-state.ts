import type { Step } from '../base/machine.ts';
import type { CallerIdInfo } from '../media/api.ts';
import type { DigitMerge } from './digit-merge.ts';
import type { PortEffect, PortEvent } from './effect.ts';
import type { LeftOffHook } from './fxs-left.ts';
import type { RingClass } from './port.ts';

/** What an FXS port is doing. `breaking`: the current is cut after a release, the set still off-hook. */
export type FxsPhase = 'on-hook' | 'ringing' | 'off-hook' | 'breaking';

export interface FxsState {
  readonly phase: FxsPhase;
  /** The link is up, and then: the card has taken this port's configuration. */
  readonly link: 'down' | 'configuring' | 'up';
  readonly foreignVoltage: boolean;
  readonly lifeline: boolean;
  /** Why the port cannot be used although the link is up. */
  readonly fault: string | undefined;
  /** Found off-hook before the port was configured; taken as a seizure when it is. */
  readonly foundOffHook: boolean;
  /** Battery reversed toward the set. */
  readonly reversed: boolean;
  /** Caller ID still to be sent in this ringing. */
  readonly caller: CallerIdInfo | undefined;
  /** Caller ID is sent before the ring, which follows with this cadence. */
  readonly announcing: readonly number[] | undefined;
  /** Who called, for a telephone that may ask (classic АОН). */
  readonly asksFor: { number: string; category: string } | undefined;
  /** A burst of this ringing has begun, so that somebody can have heard it. */
  readonly burst: boolean;
  readonly digits: DigitMerge;
  /** The message-waiting lamp: what it is to show, what it shows as far as is known, and what is being sent. */
  readonly lamp: {
    readonly wanted: { readonly waiting: boolean; readonly count: number } | undefined;
    readonly shown: boolean | undefined;
    readonly step: 'rest' | 'alert' | 'pulse' | 'data' | 'tail';
    readonly sending: boolean | undefined;
  };
  /** The call is over and the handset still lifted. */
  readonly left?: LeftOffHook | undefined;
  /** A call that waits while this telephone is in another. */
  readonly waiting?: {
    readonly caller: CallerIdInfo;
    readonly step: 'tone' | 'alert' | 'answer' | 'answered' | 'data' | 'pause';
    /** How often the number was offered, and whether it was taken. */
    readonly offers: number;
    readonly identified: boolean;
  };
}

export type FxsEvent =
  | PortEvent
  | { type: 'ring'; caller: CallerIdInfo; as: RingClass }
  | { type: 'stop-ringing' }
  /** The options changed; the card is told. */
  | { type: 'reconfigure' }
  | { type: 'answer-signal'; on: boolean }
  | { type: 'current-break' }
  | { type: 'left-alone' }
  | { type: 'message-waiting'; waiting: boolean; count: number }
  | { type: 'call-waiting'; caller: CallerIdInfo }
  | { type: 'call-waiting-over' };

export type FxsEffect =
  | PortEffect
  | { type: 'send-caller-id'; caller: CallerIdInfo; offHook?: boolean; tag?: string }
  | { type: 'send-lamp'; waiting: boolean; count: number; tag: string }
  | { type: 'emit'; event: 'seized' | 'answered' | 'hungUp' | 'flashed' }
  | { type: 'emit-digit'; key: string }
  | { type: 'emit-left'; left: boolean }
  | { type: 'emit-available'; available: boolean; reason: string };

export type FxsTimer = 'caller-id' | 'announce' | 'asks' | 'break' | 'lamp' | 'waiting' | 'left';

export const initialFxsState: FxsState = {
  phase: 'on-hook',
  link: 'down',
  foreignVoltage: false,
  lifeline: false,
  fault: undefined,
  foundOffHook: false,
  reversed: false,
  caller: undefined,
  announcing: undefined,
  asksFor: undefined,
  burst: false,
  digits: {},
  lamp: { wanted: undefined, shown: false, step: 'rest', sending: undefined },
};

/** Why the port is unavailable; undefined: it is available. */
export function fxsTrouble(state: FxsState): string | undefined {
  if (state.link !== 'up') return state.link === 'down' ? 'link-lost' : 'configuring';
  if (state.fault) return state.fault;
  if (state.foreignVoltage) return 'foreign-voltage';
  return state.lifeline ? 'lifeline' : undefined;
}

export type FxsStep = Step<FxsState, FxsEffect>;
