import type { Step } from '../base/machine.ts';
import type { CardIndication } from '../line/card.ts';
import type { CallerIdInfo } from '../media/api.ts';
import type { DigitMerge, DigitSource } from './digit-merge.ts';
import { mergeDigit } from './digit-merge.ts';
import type { PortEffect, PortEvent } from './effect.ts';
import { portCommand } from './effect.ts';
import type { FxsOptions } from './options.ts';
import { hookWindows } from './options.ts';

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
  /** A burst of this ringing has begun, so that somebody can have heard it. */
  readonly burst: boolean;
  readonly digits: DigitMerge;
}

export type FxsEvent =
  | PortEvent
  | { type: 'ring'; caller: CallerIdInfo; cadence?: readonly number[] }
  | { type: 'stop-ringing' }
  /** The options changed; the card is told. */
  | { type: 'reconfigure' }
  | { type: 'answer-signal'; on: boolean }
  | { type: 'current-break' };

export type FxsEffect =
  | PortEffect
  | { type: 'send-caller-id'; caller: CallerIdInfo }
  | { type: 'emit'; event: 'seized' | 'answered' | 'hungUp' | 'flashed' }
  | { type: 'emit-digit'; key: string }
  | { type: 'emit-available'; available: boolean; reason: string };

export const initialFxsState: FxsState = {
  phase: 'on-hook',
  link: 'down',
  foreignVoltage: false,
  lifeline: false,
  fault: undefined,
  foundOffHook: false,
  reversed: false,
  caller: undefined,
  burst: false,
  digits: {},
};

/** Why the port is unavailable; undefined: it is available. */
export function fxsTrouble(state: FxsState): string | undefined {
  if (state.link !== 'up') return state.link === 'down' ? 'link-lost' : 'configuring';
  if (state.fault) return state.fault;
  if (state.foreignVoltage) return 'foreign-voltage';
  return state.lifeline ? 'lifeline' : undefined;
}

type FxsStep = Step<FxsState, FxsEffect>;

/** The transition of an FXS port: we are the exchange of whoever is plugged in. */
export function fxsTransition(options: FxsOptions) {
  const port = options.number;

  const command = portCommand(port);

  function configure(): FxsEffect {
    const { country, rxGainDb, txGainDb, pulseDialing } = options;
    const hook = { pulseDialing, ...hookWindows(pulseDialing, options.hook) };
    return command({ type: 'configure', country, rxGainDb, txGainDb, hook }, 'configure');
  }

  /** Everything a set that has gone, or a port that was taken away, leaves to be put back. */
  function toOnHook(state: FxsState): { state: FxsState; effects: FxsEffect[] } {
    const effects: FxsEffect[] = [
      { type: 'cancel', names: ['caller-id', 'break'] },
      { type: 'stop' },
      { type: 'detect', detection: {} },
    ];
    if (state.reversed) effects.push(command({ type: 'polarity', reversed: false }));
    effects.push(command({ type: 'audio', on: false }));
    return {
      state: { ...state, phase: 'on-hook', reversed: false, caller: undefined, burst: false, digits: {} },
      effects,
    };
  }

  function offHook(state: FxsState): FxsStep {
    if (state.link !== 'up') return { state: { ...state, foundOffHook: true } };
    const listen: FxsEffect = { type: 'detect', detection: { dtmf: true } };
    const next: FxsState = { ...state, phase: 'off-hook', caller: undefined, burst: false, digits: {} };
    if (state.phase === 'ringing') {
      // Glare (G07): a PBX that closes the loop before it can have seen a ring is seizing the line to dial.
      const answers = state.burst || options.farEnd === 'telephone';
      return {
        state: next,
        effects: [
          { type: 'cancel', names: ['caller-id'] },
          { type: 'stop' },
          listen,
          { type: 'emit', event: answers ? 'answered' : 'seized' },
        ],
      };
    }
    if (state.phase !== 'on-hook') return {};
    return {
      state: next,
      effects: [command({ type: 'audio', on: true }), listen, { type: 'emit', event: 'seized' }],
    };
  }

  function onHook(state: FxsState): FxsStep {
    if (state.link !== 'up') return { state: { ...state, foundOffHook: false } };
    if (state.phase === 'on-hook' || state.phase === 'ringing') return {};
    const step = toOnHook(state);
    return { state: step.state, effects: [...step.effects, { type: 'emit', event: 'hungUp' }] };
  }

  function digit(state: FxsState, key: string, source: DigitSource, now: number): FxsStep {
    if (state.phase !== 'off-hook') return {};
    const merged = mergeDigit(state.digits, key, source, now);
    return {
      state: { ...state, digits: merged.state },
      effects: merged.accepted ? [{ type: 'emit-digit', key }] : [],
    };
  }

  function indication(state: FxsState, event: CardIndication, now: number): FxsStep {
    switch (event.type) {
      case 'off-hook':
        return offHook(state);
      case 'on-hook':
        return onHook(state);
      case 'flash':
        return state.phase === 'off-hook' ? { effects: [{ type: 'emit', event: 'flashed' }] } : {};
      case 'pulse-digit':
        return digit(state, event.digit, 'pulse', now);
      case 'ring-phase':
        if (state.phase !== 'ringing') return {};
        if (event.on) {
          return { state: { ...state, burst: true }, effects: [{ type: 'cancel', names: ['caller-id'] }] };
        }
        // Begun anew at every burst's end until sent: in a double ring only the long silence has room for it.
        if (!state.caller || !options.callerId) return {};
        return { effects: [{ type: 'timer', name: 'caller-id', ms: options.callerId.delayMs }] };
      case 'foreign-voltage':
        return { state: { ...state, foreignVoltage: event.present } };
      case 'lifeline':
        return { state: { ...state, lifeline: event.engaged } };
      default:
        return {};
    }
  }

  function timer(state: FxsState, name: string): FxsStep {
    if (name === 'caller-id' && state.phase === 'ringing' && state.caller) {
      return {
        state: { ...state, caller: undefined },
        effects: [{ type: 'send-caller-id', caller: state.caller }],
      };
    }
    if (name === 'break' && state.phase === 'breaking') {
      const effects: FxsEffect[] = options.releaseTone
        ? [{ type: 'play', source: { type: 'tone', tone: options.releaseTone } }]
        : [];
      return { state: { ...state, phase: 'off-hook' }, effects };
    }
    return {};
  }

  function ring(state: FxsState, caller: CallerIdInfo, cadence: readonly number[] | undefined): FxsStep {
    // A set that is off-hook, or stuck so, cannot be rung; call control sees it by `offHook`.
    if (fxsTrouble(state) || (state.phase !== 'on-hook' && state.phase !== 'ringing')) return {};
    const effects: FxsEffect[] = [{ type: 'cancel', names: ['caller-id'] }];
    if (state.phase === 'on-hook' && options.callerId) effects.push(command({ type: 'audio', on: true }));
    effects.push(command({ type: 'ring', cadence: cadence ?? options.ringCadence }));
    return { state: { ...state, phase: 'ringing', caller, burst: false }, effects };
  }

  function answerSignal(state: FxsState, on: boolean): FxsStep {
    if (!options.polarityOnAnswer || state.phase !== 'off-hook' || state.reversed === on) return {};
    return { state: { ...state, reversed: on }, effects: [command({ type: 'polarity', reversed: on })] };
  }

  function currentBreak(state: FxsState): FxsStep {
    if (state.phase !== 'off-hook') return {};
    const effects: FxsEffect[] = [];
    if (state.reversed) effects.push(command({ type: 'polarity', reversed: false }));
    if (options.currentBreakMs > 0)
      effects.push(command({ type: 'current-break', ms: options.currentBreakMs }));
    effects.push({ type: 'timer', name: 'break', ms: options.currentBreakMs });
    return { state: { ...state, phase: 'breaking', reversed: false }, effects };
  }

  function handle(state: FxsState, event: FxsEvent, now: number): FxsStep {
    switch (event.type) {
      case 'up':
        return { state: { ...initialFxsState, link: 'configuring' }, effects: [configure()] };
      case 'reconfigure':
        return state.link === 'down' ? {} : { effects: [configure()] };
      case 'down': {
        // The card forgets everything by itself: nothing is left to be commanded.
        const effects: FxsEffect[] = [{ type: 'cancel', names: ['caller-id', 'break'] }];
        if (state.phase !== 'on-hook') effects.push({ type: 'stop' }, { type: 'detect', detection: {} });
        if (state.phase === 'off-hook' || state.phase === 'breaking')
          effects.push({ type: 'emit', event: 'hungUp' });
        return { state: initialFxsState, effects };
      }
      case 'done': {
        if (event.tag !== 'configure' || state.link === 'down') return {};
        const ready: FxsState = { ...state, link: 'up', fault: undefined, foundOffHook: false };
        return state.foundOffHook && !fxsTrouble(ready)
          ? { state: ready, ...offHook(ready) }
          : { state: ready };
      }
      case 'failed':
        return event.tag === 'configure' && state.link !== 'down'
          ? { state: { ...state, link: 'up', fault: `configure: ${event.message}` } }
          : {};
      case 'indication':
        return state.link === 'down' ? {} : indication(state, event.indication, now);
      case 'digit':
        return digit(state, event.key, 'dtmf', now);
      case 'timer':
        return timer(state, event.name);
      case 'ring':
        return ring(state, event.caller, event.cadence);
      case 'stop-ringing': {
        if (state.phase !== 'ringing') return {};
        const step = toOnHook(state);
        return { state: step.state, effects: [command({ type: 'ring-stop' }), ...step.effects] };
      }
      case 'answer-signal':
        return answerSignal(state, event.on);
      case 'current-break':
        return currentBreak(state);
      default:
        return {};
    }
  }

  /** A port that becomes unusable while the link stands drops what it was doing. */
  function guard(before: FxsState, step: FxsStep): FxsStep {
    const after = step.state ?? before;
    const trouble = fxsTrouble(after);
    const effects = [...(step.effects ?? [])];
    let state = after;
    const blocked = after.link === 'up' && (after.foreignVoltage || after.lifeline);
    if (blocked && after.phase !== 'on-hook') {
      const dropped = toOnHook(after);
      state = dropped.state;
      if (after.phase === 'ringing' && !after.lifeline) effects.push(command({ type: 'ring-stop' }));
      effects.push(...dropped.effects);
      if (after.phase !== 'ringing') effects.push({ type: 'emit', event: 'hungUp' });
    }
    const was = fxsTrouble(before);
    if (was !== undefined && trouble === undefined) {
      effects.unshift({ type: 'emit-available', available: true, reason: 'ready' });
    } else if (trouble !== undefined && trouble !== was) {
      // Before the end of what was going on, so that nobody takes that for a handset put down.
      effects.unshift({ type: 'emit-available', available: false, reason: trouble });
    }
    return { state, effects };
  }

  return (state: FxsState, event: FxsEvent, now: number): FxsStep => guard(state, handle(state, event, now));
}
