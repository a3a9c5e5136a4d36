import type { CardIndication } from '../line/card.ts';
import type { CallerIdInfo } from '../media/api.ts';
import type { DigitSource } from './digit-merge.ts';
import { mergeDigit } from './digit-merge.ts';
import { cancelFxs, fxsContext, timerFxs } from './fxs-call.ts';
import { endLamp, lampPulse, lampSent, lampSoon, lampTimer, wantLamp } from './fxs-lamp.ts';
import { isLeftOffHook, leftAlone, leftTimer } from './fxs-left.ts';
import type { FxsEffect, FxsEvent, FxsState, FxsStep } from './fxs-state.ts';
import { fxsTrouble, initialFxsState } from './fxs-state.ts';
import { startWaiting, waitingDigit, waitingOver, waitingPlayed, waitingTimer } from './fxs-waiting.ts';
import type { FxsOptions } from './options.ts';
import { hookWindows } from './options.ts';
import type { RingClass } from './port.ts';

/** From the reversal of polarity to caller ID, and from its end to the ring (EN 300 659-1, data before ringing), ms. */
const ANNOUNCE_MS = 250;
/** A telephone with classic АОН asks within its first seconds off-hook, ms. */
const ASKS_MS = 5000;
/** Packets that it gets for each request; and the category of an ordinary subscriber, where the caller's is not known. */
const AON_PACKETS = 3;
const AON_CATEGORY = '1';

/** The transition of an FXS port: we are the exchange of whoever is plugged in. */
export function fxsTransition(options: FxsOptions) {
  const context = fxsContext(options);
  const { command } = context;

  function configure(): FxsEffect {
    const { country, rxGainDb, txGainDb, pulseDialing } = options;
    const hook = { pulseDialing, ...hookWindows(pulseDialing, options.hook) };
    return command({ type: 'configure', country, rxGainDb, txGainDb, hook }, 'configure');
  }

  /** Everything a set that has gone, or a port that was taken away, leaves to be put back. */
  function toOnHook(state: FxsState): { state: FxsState; effects: FxsEffect[] } {
    const effects: FxsEffect[] = [
      cancelFxs('caller-id', 'announce', 'asks', 'break', 'waiting', 'left'),
      { type: 'stop' },
      { type: 'detect', detection: {} },
    ];
    if (state.reversed) effects.push(command({ type: 'polarity', reversed: false }));
    effects.push(command({ type: 'audio', on: false }));
    const { waiting: _, left: __, ...rest } = state;
    const onHook: FxsState = {
      ...rest,
      phase: 'on-hook',
      reversed: false,
      caller: undefined,
      announcing: undefined,
      asksFor: undefined,
      burst: false,
      digits: {},
    };
    effects.push(...lampSoon(context, onHook));
    return { state: onHook, effects };
  }

  function offHook(state: FxsState): FxsStep {
    if (state.link !== 'up') return { state: { ...state, foundOffHook: true } };
    const next: FxsState = { ...state, phase: 'off-hook', caller: undefined, burst: false, digits: {} };
    if (state.phase === 'ringing') {
      // Glare (G07): a PBX that closes the loop before it can have seen a ring is seizing the line to dial.
      const answers = state.burst || options.farEnd === 'telephone';
      const asksFor = answers && options.aonReply ? state.asksFor : undefined;
      const effects: FxsEffect[] = [cancelFxs('caller-id', 'announce'), { type: 'stop' }];
      if (state.announcing) effects.push(command({ type: 'polarity', reversed: false }));
      effects.push({ type: 'detect', detection: { dtmf: true, ...(asksFor ? { aonRequest: true } : {}) } });
      if (asksFor) effects.push(timerFxs('asks', ASKS_MS));
      effects.push({ type: 'emit', event: answers ? 'answered' : 'seized' });
      const reversed = state.announcing ? false : state.reversed;
      return { state: { ...next, announcing: undefined, reversed, asksFor }, effects };
    }
    if (state.phase !== 'on-hook') return {};
    const lamp = endLamp(context, next);
    const effects: FxsEffect[] = [...lamp.effects, command({ type: 'audio', on: true })];
    effects.push({ type: 'detect', detection: { dtmf: true } }, { type: 'emit', event: 'seized' });
    return { state: lamp.state, effects };
  }

  function onHook(state: FxsState): FxsStep {
    if (state.link !== 'up') return { state: { ...state, foundOffHook: false } };
    if (state.phase === 'on-hook' || state.phase === 'ringing') return {};
    const step = toOnHook(state);
    return { state: step.state, effects: [...step.effects, { type: 'emit', event: 'hungUp' }] };
  }

  function digit(state: FxsState, key: string, source: DigitSource, now: number): FxsStep {
    if (state.phase !== 'off-hook') return {};
    const forUs = waitingDigit(state, key);
    if (forUs) return forUs;
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
        if (state.phase === 'on-hook') return lampPulse(context, state, event.on);
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
    if (name === 'lamp') return lampTimer(context, state);
    if (name === 'waiting') return waitingTimer(context, state);
    if (name === 'left') return leftTimer(context, state);
    if (name === 'caller-id' && state.phase === 'ringing' && state.caller) {
      return {
        state: { ...state, caller: undefined },
        effects: [{ type: 'send-caller-id', caller: state.caller }],
      };
    }
    if (name === 'announce' && state.phase === 'ringing' && state.announcing) {
      if (!state.caller) return ringNow(state, state.announcing);
      const effect: FxsEffect = { type: 'send-caller-id', caller: state.caller, tag: 'announced' };
      return { state: { ...state, caller: undefined }, effects: [effect] };
    }
    if (name === 'asks' && state.phase === 'off-hook') {
      return {
        state: { ...state, asksFor: undefined },
        effects: [{ type: 'detect', detection: { dtmf: true } }],
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

  function ring(state: FxsState, caller: CallerIdInfo, as: RingClass): FxsStep {
    // A set that is off-hook, or stuck so, cannot be rung; call control sees it by `offHook`.
    if (fxsTrouble(state) || (state.phase !== 'on-hook' && state.phase !== 'ringing')) return {};
    const wanted = options.distinctiveRing?.[as] ?? options.ringCadence;
    const lamp = endLamp(context, state);
    const effects: FxsEffect[] = [cancelFxs('caller-id', 'announce'), ...lamp.effects];
    if (state.phase === 'on-hook' && options.callerId) effects.push(command({ type: 'audio', on: true }));
    const { number, category = AON_CATEGORY } = caller;
    const asksFor = options.aonReply && number !== undefined ? { number, category } : undefined;
    const next: FxsState = { ...lamp.state, phase: 'ringing', caller, asksFor, burst: false };
    if (options.callerId?.when !== 'before-ring' || state.phase === 'ringing') {
      effects.push(command({ type: 'ring', cadence: wanted }));
      return { state: { ...next, announcing: undefined }, effects };
    }
    effects.push(command({ type: 'polarity', reversed: true }), timerFxs('announce', ANNOUNCE_MS));
    return { state: { ...next, announcing: wanted, reversed: true }, effects };
  }

  /** Caller ID has gone out before the ring: now it rings. */
  function ringNow(state: FxsState, cadence: readonly number[]): FxsStep {
    const effects = [command({ type: 'polarity', reversed: false }), command({ type: 'ring', cadence })];
    return { state: { ...state, announcing: undefined, reversed: false, caller: undefined }, effects };
  }

  /** What was played with a tag has ended. */
  function played(state: FxsState, tag: string, whole: boolean): FxsStep {
    switch (tag) {
      case 'lamp':
        return lampSent(state, whole);
      case 'waiting':
        return waitingPlayed(context, state, whole);
      case 'announced':
        return state.phase === 'ringing' && state.announcing
          ? { effects: [timerFxs('announce', ANNOUNCE_MS)] }
          : {};
      default:
        return {};
    }
  }

  /** A telephone with classic АОН asks who calls. */
  function aonRequest(state: FxsState): FxsStep {
    if (state.phase !== 'off-hook' || !state.asksFor) return {};
    const source = { type: 'aon', ...state.asksFor, repeats: AON_PACKETS } as const;
    return { effects: [{ type: 'play', source }] };
  }

  function answerSignal(state: FxsState, on: boolean): FxsStep {
    if (!options.polarityOnAnswer || state.phase !== 'off-hook' || state.reversed === on) return {};
    return { state: { ...state, reversed: on }, effects: [command({ type: 'polarity', reversed: on })] };
  }

  function currentBreak(state: FxsState): FxsStep {
    if (state.phase !== 'off-hook') return {};
    const { state: free, effects } = waitingOver(state);
    if (state.reversed) effects.push(command({ type: 'polarity', reversed: false }));
    if (options.currentBreakMs > 0)
      effects.push(command({ type: 'current-break', ms: options.currentBreakMs }));
    effects.push({ type: 'timer', name: 'break', ms: options.currentBreakMs });
    return { state: { ...free, phase: 'breaking', reversed: false }, effects };
  }

  function handle(state: FxsState, event: FxsEvent, now: number): FxsStep {
    switch (event.type) {
      case 'up':
        return { state: { ...afresh(state), link: 'configuring' }, effects: [configure()] };
      case 'reconfigure':
        return state.link === 'down' ? {} : { effects: [configure()] };
      case 'down': {
        // The card forgets everything by itself: nothing is left to be commanded.
        const effects: FxsEffect[] = [
          cancelFxs('caller-id', 'announce', 'asks', 'break', 'lamp', 'waiting', 'left'),
        ];
        if (state.phase !== 'on-hook') effects.push({ type: 'stop' }, { type: 'detect', detection: {} });
        if (state.phase === 'off-hook' || state.phase === 'breaking')
          effects.push({ type: 'emit', event: 'hungUp' });
        return { state: afresh(state), effects };
      }
      case 'done': {
        if (event.tag !== 'configure') return played(state, event.tag, true);
        if (state.link === 'down') return {};
        const ready: FxsState = { ...state, link: 'up', fault: undefined, foundOffHook: false };
        return state.foundOffHook && !fxsTrouble(ready)
          ? { state: ready, ...offHook(ready) }
          : { state: ready, effects: lampSoon(context, ready) };
      }
      case 'failed':
        if (event.tag !== 'configure') return played(state, event.tag, false);
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
        return ring(state, event.caller, event.as);
      case 'stop-ringing': {
        if (state.phase !== 'ringing') return {};
        const step = toOnHook(state);
        return { state: step.state, effects: [command({ type: 'ring-stop' }), ...step.effects] };
      }
      case 'answer-signal':
        return answerSignal(state, event.on);
      case 'current-break':
        return currentBreak(state);
      case 'left-alone':
        return leftAlone(context, state);
      case 'message-waiting':
        return wantLamp(context, state, event.waiting, event.count);
      case 'call-waiting':
        return startWaiting(context, state, event.caller);
      case 'call-waiting-over':
        return waitingOver(state);
      case 'aon-request':
        return aonRequest(state);
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
    const left = isLeftOffHook(state);
    if (left !== isLeftOffHook(before)) effects.push({ type: 'emit-left', left });
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

/** What outlasts the link: the lamp of a telephone stays as it is. */
const afresh = ({ lamp }: FxsState): FxsState => ({
  ...initialFxsState,
  lamp: { ...lamp, step: 'rest', sending: undefined },
});
